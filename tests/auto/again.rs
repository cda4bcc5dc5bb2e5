//! What was resolved, looked at again: `stanch verify`, as cron runs it.

use stanch::session::event::Event;
use stanch::store::session::Summary;

use crate::stage::{Stage, until};

const AGAIN: &str = "
stanch: 1
title: Again
diagnose:
  steps: [{ id: look, title: Look, run: 'true' }]
fix:
  steps: [{ id: repair, title: Repair, run: touch repaired }]
verify:
  again: [100ms, 24h]
  steps:
    - { id: there, title: There, run: test -e repaired }
    - { id: other, title: Other, run: 'true' }
";

/// A stage on which the incident was worked, resolved, and looking again is due.
fn due() -> Stage {
    let stage = Stage::with(AGAIN);
    stage.walk(&["--yes"]).expect_code(0);
    until("looking again is due", || facts(&stage).again[0] <= chrono::Utc::now());
    stage
}

fn facts(stage: &Stage) -> stanch::store::session::Facts {
    Summary::of(stage.session()).facts
}

#[test]
fn what_is_due_is_run_recorded_and_green() {
    let stage = due();
    let said = stage.stanch(&["verify", "--due"]);
    said.expect_code(0).expect_line("verify there, try 2: as expected").expect_line("looked again: everything holds");
    assert!(stage.events().iter().any(|event| matches!(event, Event::LookedAgain { again: 0, red } if red.is_empty())));
    assert_eq!(facts(&stage).again.len(), 1, "tomorrow is still to come");
    let nothing = stage.stanch(&["verify", "--due"]);
    nothing.expect_code(0);
    assert_eq!(nothing.lines, ["is due"], "nothing is due");
}

#[test]
fn what_is_red_again_ends_with_1_and_stays_in_the_list() {
    let stage = due();
    std::fs::remove_file(stage.path("repaired")).unwrap();
    stage.stanch(&["verify", "--due"]).expect_code(1).expect_line("red again: there");
    let (facts, listed) = (facts(&stage), stage.stanch(&["sessions"]));
    assert_eq!(facts.red, ["there"]);
    assert!(Summary::of(stage.session()).is_wanted());
    assert!(listed.lines.concat().contains("red again: there"), "{:?}", listed.lines);
    // Repaired and looked at once more, it is no longer.
    std::fs::write(stage.path("repaired"), "").unwrap();
    stage.stanch(&["verify", "last"]).expect_code(0).expect_line("everything holds");
}

#[test]
fn a_closed_session_is_opened_for_it_and_closed_again() {
    let stage = due();
    let id = stage.session().id().to_owned();
    let dir = stage.session();
    let mut journal = stanch::store::journal::Journal::open(
        &dir.journal(),
        "nova@alice",
        std::sync::Arc::new(stanch::store::clock::System),
    )
    .unwrap()
    .0;
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    drop(journal);
    stage.stanch(&["verify", "--due", &id]).expect_code(0).expect_line("looked again");
    let events = stage.events();
    let place = |test: fn(&Event) -> bool| events.iter().rposition(test).unwrap();
    let reopened = place(|event| matches!(event, Event::Reopened));
    let looked = place(|event| matches!(event, Event::LookedAgain { .. }));
    let closed = place(|event| matches!(event, Event::Closed { .. }));
    assert!(matches!(events[reopened + 1], Event::Attached { .. }), "who opened it is on the record");
    assert!(reopened < looked && looked < closed);
}

#[test]
fn without_a_session_or_due_it_says_what_it_needs() {
    let stage = Stage::with(AGAIN);
    stage.stanch(&["verify"]).expect_code(2);
    stage.stanch(&["verify", "nowhere"]).expect_code(2);
    stage.stanch(&["verify", "--due"]).expect_code(0);
}
