//! A hook on the screen: what goes wrong with it is a message, and nothing waits for it.

use crate::play::Play;

#[test]
fn a_failing_hook_is_a_message_and_counted_at_the_end() {
    let play = Play::with("{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, run: echo fine}]}}");
    std::fs::write(play.home.config().join("config.yaml"), "hook: { run: exit 7, on: [opened, run_ended] }").unwrap();
    let screen = play.screen(&["run", "book"], 120, 24);
    screen.see(&["the hook failed: it ended with exit 7"]);
    screen.answer(&["Enter run "], "<enter>").see(&["a: healthy"]).press("q");
    let text = screen.ended(0);
    assert!(text.contains("the hook failed for 2 events: it ended with exit 7"), "{text}");
}
