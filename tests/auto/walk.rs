//! Which lines are printed, what stands in the journal, which code it ends with.

use stanch::session::event::Event;

use crate::stage::{Stage, kill, release, until};

const SMALL: &str = r#"
stanch: 1
title: Small
vars:
  WHO: { default: world }
diagnose:
  steps:
    - { id: hello, title: Hello, run: 'echo "hello $WHO"', expect: { match: '^hello' } }
    - id: log
      title: Log
      run: 'echo "unknown attribute ''colour'' for Shirt"'
      signs:
        - match: "unknown attribute '(?<COLUMN>\\w+)' for (?<TABLE>\\w+)"
          finding: The code needs $COLUMN on $TABLE
          go: [revert, fix]
    - { id: http, title: Http, run: echo 500, expect: { match: '^2' } }
revert:
  steps:
    - { id: back, title: Back, run: touch back }
fix:
  steps:
    - { id: repair, title: Repair, run: 'echo "adding $COLUMN" && touch repaired', expect: { match: colour }, mitigates: true }
verify:
  steps:
    - { id: ok, title: Ok, run: ls back repaired 2>/dev/null, expect: { exit: any, match: '.' } }
"#;

#[test]
fn every_event_is_a_line_and_the_journal_says_the_same() {
    let stage = Stage::with(SMALL);
    let said = stage.walk(&["--yes", "--path", "fix"]);
    said.expect_code(0);
    assert_eq!(
        said.story(),
        [
            "diagnose begins",
            "diagnose hello: as expected (time)",
            "COLUMN is \"colour\"",
            "TABLE is \"Shirt\"",
            "diagnose log: found: The code needs colour on Shirt (points to revert or fix)",
            "diagnose log: as expected (time)",
            "fix begins",
            "status: identified",
            "fix repair: runs: echo \"adding $COLUMN\" && touch repaired",
            "fix repair: as expected (time)",
            "mark: mitigated",
            "status: mitigated",
            "verify begins",
            "verify ok: as expected (time)",
            "mark: resolved",
            "status: resolved",
            "done: every step of the walk is done",
        ]
    );
    assert!(stage.path("repaired").exists() && !stage.path("back").exists());
    let events = stage.events();
    assert!(matches!(&events[0], Event::Opened(opened) if opened.auto && opened.title == "Small"));
    assert!(matches!(events.last(), Some(Event::Left { .. })));
    let started = events.iter().filter(|event| matches!(event, Event::RunStarted(_))).count();
    let ended = events.iter().filter(|event| matches!(event, Event::RunEnded(_))).count();
    assert_eq!((started, ended), (4, 4));
    assert!(said.lines[0].contains(stage.session().id()), "{:?}", said.lines);
}

#[test]
fn the_other_way_is_taken_when_told() {
    let stage = Stage::with(SMALL);
    stage.walk(&["--yes", "--path", "revert"]).expect_code(0).expect_line("revert back: as expected");
    assert!(stage.path("back").exists() && !stage.path("repaired").exists());
}

#[test]
fn where_several_ways_are_open_and_nobody_says_which_a_person_is_needed() {
    let stage = Stage::with(SMALL);
    stage
        .walk(&["--yes"])
        .expect_code(5)
        .expect_line("a person is needed: log points to revert or fix; --path chooses");
    assert!(!stage.path("back").exists() && !stage.path("repaired").exists());
}

#[test]
fn nothing_is_changed_without_yes() {
    let stage = Stage::with(SMALL);
    stage.walk(&["--path", "fix"]).expect_code(5).expect_line("repair changes something; --yes allows it");
    assert!(!stage.path("repaired").exists());
}

#[test]
fn a_step_is_repeated_until_it_is_healthy() {
    let stage = Stage::with(
        "{stanch: 1, title: T, verify: {steps: [{id: up, title: Up, run: 'echo x >> tries; wc -l < tries', \
         expect: {match: '^\\s*3$'}, until: {every: 10ms, for: 30s}}]}}",
    );
    let said = stage.walk(&[]);
    said.expect_code(0).expect_line("verify up: expected").expect_line("verify up, try 3: as expected");
    assert_eq!(stage.count("tries", "x"), 3);
}

#[test]
fn a_failing_verify_step_is_code_1() {
    let stage = Stage::with(
        "{stanch: 1, title: T, verify: {steps: [{id: up, title: Up, run: 'echo down', expect: {match: '^up'}}]}}",
    );
    stage.walk(&[]).expect_code(1).expect_line("failed: up: expected ^up, saw down");
}

#[test]
fn a_failing_change_ends_the_walk() {
    let stage = Stage::with(
        "{stanch: 1, title: T, fix: {steps: [{id: a, title: A, run: 'exit 7'}, {id: b, title: B, run: 'touch b'}]}}",
    );
    stage.walk(&["--yes"]).expect_code(1).expect_line("failed: a: expected exit 0, got 7");
    assert!(!stage.path("b").exists());
}

#[test]
fn a_decision_is_taken_by_the_path_and_else_by_a_person() {
    let book = "{stanch: 1, title: T, diagnose: {steps: [{id: which, title: Which, ask: Which way?, options: [{say: Back, go: revert}, {say: On, go: fix}]}]}, \
                revert: {steps: [{id: r, title: R, run: touch r}]}, fix: {steps: [{id: f, title: F, run: touch f}]}}";
    let stage = Stage::with(book);
    stage.walk(&["--yes", "--path", "revert"]).expect_code(0).expect_line("diagnose which: Back");
    assert!(stage.path("r").exists() && !stage.path("f").exists());
    let stage = Stage::with(book);
    stage.walk(&["--yes"]).expect_code(5).expect_line("which is a decision: Which way?");
}

#[test]
fn a_captured_value_that_looks_like_code_changes_nothing_but_the_variable() {
    let stage = Stage::with(
        r#"
stanch: 1
title: T
diagnose:
  steps:
    - { id: cap, title: Cap, run: "printf 'id=%s\\n' '\"; touch pwned; rm -rf keep #'", capture: { ID: 'id=(.*)' } }
    - { id: use, title: Use, run: 'echo "id is $ID"; echo id is $ID; sh -c ''echo "$ID"''' }
fix:
  steps:
    - { id: change, title: Change it, run: 'printf "%s" "$ID" > value', confirm: $ID }
"#,
    );
    stage.write("keep/file", "kept");
    stage.walk(&["--yes"]).expect_code(0).expect_line(r#"ID is "\"; touch pwned; rm -rf keep #""#);
    assert!(!stage.path("pwned").exists());
    assert_eq!(std::fs::read_to_string(stage.path("keep/file")).unwrap(), "kept");
    assert_eq!(std::fs::read_to_string(stage.path("value")).unwrap(), "\"; touch pwned; rm -rf keep #");
}

#[test]
fn an_interrupt_stops_what_runs_and_the_session_can_be_resumed() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [{id: long, title: Long, run: 'echo begun; test -e go || sleep 1000'}]}}",
    );
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    kill(child.id(), "INT");
    let said = stage.end(child);
    said.expect_code(130).expect_line("diagnose long: stopped").expect_line("interrupted by signal 2");
    assert!(matches!(stage.events().last(), Some(Event::Left { .. })));
    stage.stanch(&["resume", "--auto"]).expect_code(1).expect_line("failed: long was stopped");
}

#[test]
fn a_run_over_its_budget_and_a_silent_one_are_remarked() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [{id: long, title: Long, run: 'echo begun; cat go', budget: 100ms, silent: 200ms}]}}",
    );
    let go = stage.fifo("go");
    let mut child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(out)).map(|line| line.unwrap());
    assert!(lines.any(|line| line.contains("diagnose long: over its budget of 0.1 s")));
    assert!(lines.any(|line| line.contains("diagnose long: no output for 0.2 s")));
    release(&go);
    assert!(lines.any(|line| line.contains("diagnose long: as expected")));
    stage.end(child).expect_code(0);
}

#[test]
fn a_follow_run_goes_on_beside_the_walk_and_is_stopped_at_its_end() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [{id: tail, title: Tail, run: 'echo begun; sleep 1000', mode: follow}, \
         {id: other, title: Other, run: 'until test -e seen; do sleep 0.01; done'}]}}",
    );
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    stage.write("seen", "");
    stage
        .end(child)
        .expect_code(0)
        .expect_line("diagnose other: as expected")
        .expect_line("diagnose tail: as expected");
}

#[test]
fn what_a_followed_run_shows_first_is_a_line_of_its_own_and_the_rest_is_counted() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [\
         {id: tail, title: Tail, run: 'echo ok; echo GET 502; echo GET 503; sleep 1000', mode: follow, \
          flag: [{match: ' 5..$', says: it fails}, {match: never}]}, \
         {id: other, title: Other, run: 'until test -e seen; do sleep 0.01; done'}]}}",
    );
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    until("the flag is on disk while the run goes on", || {
        stage.sessions().len() == 1 && stage.events().iter().any(|event| matches!(event, Event::Flagged { .. }))
    });
    stage.write("seen", "");
    stage.end(child).expect_code(0).expect_line("diagnose tail: flag: it fails (line 2: GET 502)");
    let counts: Vec<_> = stage
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::RunEnded(ended) if !ended.flags.is_empty() => Some(ended.flags),
            _ => None,
        })
        .collect();
    assert_eq!(counts, [[2, 0]]);
}

#[test]
fn a_step_that_asks_for_a_password_needs_a_person_and_never_hangs() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [{id: ask, title: Ask, run: 'stty -echo; read answer; stty echo'}]}}",
    );
    stage.walk(&[]).expect_code(5).expect_line("asks for a password");
}

#[test]
fn an_interactive_step_needs_a_person() {
    let stage =
        Stage::with("{stanch: 1, title: T, diagnose: {steps: [{id: psql, title: Psql, run: cat, mode: interactive}]}}");
    stage.walk(&[]).expect_code(5).expect_line("psql is interactive");
}

#[test]
fn no_supervisor_is_left_when_a_walk_is_over() {
    let stage = Stage::with(SMALL);
    stage.walk(&["--yes", "--path", "fix"]).expect_code(0);
    until("the supervisors are gone", || crate::stage::supervisors(&stage.home.data()).is_empty());
}

#[test]
fn notes_of_another_scribe_are_told() {
    let stage =
        Stage::with("{stanch: 1, title: T, diagnose: {steps: [{id: long, title: Long, run: 'echo begun; cat go'}]}}");
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    stage.stanch(&["note", "last", "seen from elsewhere"]).expect_code(0);
    release(&go);
    stage.end(child).expect_code(0).expect_line("note by tester").expect_line("seen from elsewhere");
}
