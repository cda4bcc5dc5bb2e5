//! The operator's hook is told of what is typed in a recorded shell.

use serde_json::Value;

use crate::desk::Desk;

#[test]
fn what_is_typed_is_told_to_the_hook_and_what_it_failed_at_is_said_at_the_end() {
    let desk = Desk::new();
    let told = desk.play.home.root().join("told");
    let config = |run: &str| {
        let config = format!("hook: {{ run: '{run}', on: [run_started, run_ended] }}\n");
        std::fs::write(desk.play.home.config().join("config.yaml"), config).unwrap();
    };
    config(&format!("cat >> {}", told.display()));
    let typist = desk.shell("bash");
    typist.run("echo one");
    let words = typist.leave();
    assert!(!words.contains("hook"), "{words}");
    let text = std::fs::read_to_string(&told).unwrap();
    let kinds: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["entry"]["event"]["type"].to_string())
        .collect();
    assert_eq!(kinds, ["\"run_started\"", "\"run_ended\""]);

    config("exit 3");
    let typist = desk.shell("bash");
    typist.run("echo two");
    let words = typist.leave();
    assert!(words.contains("the hook failed for 2 events: it ended with exit 3"), "{words}");
}
