//! A hook that is told of events: real commands, well-behaved and otherwise.

use std::time::Instant;

use serde_json::Value;
use stanch::session::event::Event;

use crate::stage::{Stage, until};

const BOOK: &str = "{stanch: 1, title: Books, severity: sev2, vars: { TOKEN: { secret: true } }, \
    diagnose: {steps: [{id: a, title: A, run: 'echo fine'}, {id: b, title: B, run: 'echo $TOKEN; false'}]}}";

/// A stage with the runbook and this configuration.
fn stage(config: &str) -> Stage {
    let stage = Stage::with(BOOK);
    std::fs::write(stage.home.config().join("config.yaml"), config).unwrap();
    stage
}

fn walk(stage: &Stage) -> crate::stage::Said {
    let mut command = stage.command(&["run", "book", "--auto"]);
    stage.end(command.env("STANCH_VAR_TOKEN", "hunter2hunter2").spawn().unwrap())
}

/// What the hook wrote into the file `told`.
fn told(stage: &Stage) -> Vec<Value> {
    let text = std::fs::read_to_string(stage.path("told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Events of this type in the journal.
fn count(stage: &Stage, is: fn(&Event) -> bool) -> usize {
    stage.events().iter().filter(|event| is(event)).count()
}

#[test]
fn chosen_events_come_one_by_one_in_their_order_as_they_stand_in_the_journal() {
    let stage = stage("hook:\n  run: cat >> told\n  on: [opened, marked, run_started, run_ended, left]\n");
    walk(&stage).expect_code(0);
    let told = told(&stage);
    let kinds: Vec<&str> = told.iter().map(|told| told["entry"]["event"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "marked", "run_started", "run_ended", "run_started", "run_ended", "left"]);
    let journal = std::fs::read_to_string(stage.session().journal()).unwrap();
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for message in &told {
        assert_eq!(message["stanch_hook"], 1);
        assert_eq!(message["session"], stage.session().id());
        assert_eq!((&message["title"], &message["severity"]), (&"Books".into(), &"SEV-2".into()));
        assert_eq!(message["status"], "investigating");
        assert!(lines.contains(&message["entry"]), "{message}");
    }
    assert!(told[0]["text"].as_str().unwrap().starts_with("begun: Books"), "{}", told[0]);
    assert_eq!(told[1]["text"], "mark: acknowledged");
    assert!(told[5]["text"].as_str().unwrap().starts_with("diagnose b: expected exit 0"), "{}", told[5]);
}

#[test]
fn no_secret_reaches_a_hook() {
    let stage = stage("hook: { run: 'cat >> told; env >> environment', on: all }");
    walk(&stage).expect_code(0);
    let (told, environment) = (stage.path("told"), stage.path("environment"));
    for path in [told, environment] {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.is_empty() && !text.contains("hunter2hunter2"), "{text}");
    }
}

#[test]
fn a_hook_that_fails_is_told_once_and_counted_and_holds_nothing_up() {
    let stage = stage("hook: { run: exit 3, on: [run_started, run_ended] }");
    let said = walk(&stage);
    said.expect_code(0).expect_line("the hook failed for 4 events: it ended with exit 3");
    let first = said.lines.iter().filter(|line| line.contains("further failures are only counted")).count();
    assert_eq!(first, 1, "{:#?}", said.lines);
    assert_eq!(count(&stage, |event| matches!(event, Event::RunEnded(_))), 2);
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let stage = stage("hook: { run: no-such-command, on: opened }");
    walk(&stage).expect_code(0).expect_line("the hook failed for 1 event: it ended with exit 127 (command not found)");
}

#[test]
fn a_hook_that_hangs_is_killed_with_all_it_started() {
    let stage = stage("hook: { run: 'sleep 1000 & echo $! > pid; wait', on: opened, timeout: 300ms }");
    walk(&stage).expect_code(0).expect_line("it took longer than 0.3 s and was killed");
    let pid = std::fs::read_to_string(stage.path("pid")).unwrap();
    // One that is dead and not yet reaped by init has no memory any more.
    until("its child is dead", || {
        std::fs::read(format!("/proc/{}/cmdline", pid.trim())).map_or(true, |line| line.is_empty())
    });
}

#[test]
fn leaving_does_not_wait_for_a_hook_for_long_and_says_what_was_not_sent() {
    let stage = stage("hook: { run: cat go; cat >> told, on: all, timeout: 1h }");
    stage.fifo("go");
    let began = Instant::now();
    let said = walk(&stage);
    assert!(began.elapsed().as_secs() < 20, "an hour was allowed");
    said.expect_code(0);
    let entries = stage.entries().len();
    said.expect_line(&format!("the hook was too slow: {entries} events not sent"));
    assert_eq!(told(&stage), [] as [Value; 0]);
    let said = stage.stanch(&["note", "last", "the cache is cold"]);
    said.expect_code(0).expect_err("warning: the hook was too slow: 1 event not sent");
}

#[test]
fn what_a_hook_prints_or_does_not_read_hurts_nobody() {
    let stage = stage(
        "hook: { run: 'exec <&-; head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; echo x >> told2', on: all }",
    );
    let said = walk(&stage);
    said.expect_code(0);
    assert!(
        said.err.is_empty() && !said.lines.iter().any(|line| line.contains('\0') || line.contains("hook")),
        "{:?}",
        said.lines
    );
    assert_eq!(stage.count("told2", "x"), stage.entries().len());
}

#[test]
fn a_note_from_any_terminal_tells_the_hook_once() {
    let stage = stage("hook: { run: cat >> told, on: note }");
    walk(&stage).expect_code(0);
    stage.stanch(&["note", "last", "! the dump was recent"]).expect_code(0);
    let told = told(&stage);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["entry"]["event"]["text"], "the dump was recent");
    assert!(told[0]["text"].as_str().unwrap().contains("the dump was recent"), "{}", told[0]);
}

#[test]
fn what_others_write_is_for_their_hook_to_tell() {
    let stage = stage("hook: { run: cat >> told, on: note }");
    stage.write(
        "runbooks/book.yaml",
        "{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, run: 'echo begun; cat go'}]}}",
    );
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    stage.stanch(&["note", "last", "from another terminal"]).expect_code(0);
    crate::stage::release(&go);
    stage.end(child).expect_code(0).expect_line("from another terminal");
    assert_eq!(told(&stage).len(), 1);
}

#[test]
fn a_configuration_with_errors_is_told_with_its_place_and_the_work_goes_on() {
    let stage = stage("hook:\n  run: cat >> told\n  on: [openned]\n");
    let said = walk(&stage);
    said.expect_code(0).expect_err("config.yaml:3:8").expect_err("did you mean `opened`?");
    said.expect_line("the hook is not told of anything: ");
    assert_eq!(count(&stage, |event| matches!(event, Event::RunEnded(_))), 2);
}
