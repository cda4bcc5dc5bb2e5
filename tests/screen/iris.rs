//! Iris, where everything was slow after a release, worked with keys against a database under load: the clock asks for the revert
//! while somebody still looks for the cause; and the index is built while its progress is followed and the rest goes on.

use stanch::session::event::Event;
use stanch::session::run::Purpose;

use crate::play::{Play, Postmortem, Screen};

const ID: &str = "slow-after-release";

/// Waits until the walk stands before a step. What is found beside it changes the last line, so that the list tells.
#[track_caller]
fn before(screen: &Screen, step: &str) {
    let here = [".", "+", "x"].map(|mark| format!("> {mark} {step} "));
    screen.0.wait(step, |screen| here.iter().any(|text| screen.contents().contains(text)));
}

/// Checks, one after the other.
#[track_caller]
fn look(screen: &Screen, steps: &[&str]) {
    for step in steps {
        before(screen, step);
        screen.press("<enter>");
    }
}

/// A change that is confirmed.
#[track_caller]
fn change(screen: &Screen, step: &str, title: &str) {
    look(screen, &[step]);
    screen.answer(&[&format!("Run: {title}"), "y run it"], "y");
}

/// The mark that is proposed, taken.
#[track_caller]
fn mitigated(screen: &Screen) {
    screen.see(&["+ calm "]).press("m");
    screen.answer(&["Which key time?", "> m  mitigated"], "<enter>").answer(&["When: mitigated?"], "<enter>");
    screen.see(&["mark: mitigated"]);
}

/// From the first screen to the question whether the query uses an index.
#[track_caller]
fn diagnosed(screen: &Screen) {
    screen.see(&["Everything is slow after a release", "of 00:40"]);
    look(screen, &["deploy-task"]);
    screen.see(&["ERROR 1452 (23000)", "revert   ready"]);
    look(screen, &["pending", "response", "page", "processlist"]);
    screen.see(&["threads for up to"]);
    look(screen, &["orphans"]);
    screen.see(&["> . explain ", "7 rows of events point to no row of accounts"]);
}

#[test]
fn the_clock_asks_for_the_revert_and_it_is_one_key_away() {
    let play = Play::new();
    let screen = play.screen(&["drill", ID], 120, 40);
    diagnosed(&screen);
    // It takes less than a screen is waited for, and what is waited for is said by the clock.
    screen
        .0
        .wait("the last quarter", |screen| ["soon over", "OVER"].iter().any(|text| screen.contents().contains(text)));
    screen.answer(&["diagnose is over its time box 00:40: T decides what now.", "OVER"], "T");
    screen
        .see(&["The time for diagnose is over", "Escalate to: Whoever merged the release, then the database on-call"]);
    screen.answer(&["Revert: ready", "R  revert", "o  go on; say why"], "R");
    screen.answer(&["Why: revert? (may be empty)"], "the index may take ten minutes<enter>");
    change(&screen, "revert-master", "Revert master, and deploy");
    look(&screen, &["quick", "calm"]);
    mitigated(&screen);
    screen.answer(&["revert is over: Enter chooses the next phase."], "<enter>").answer(&["Which phase now?"], "v");
    look(&screen, &["quick", "calm", "index-used", "no-orphans", "constraint-there", "migrated"]);
    screen.answer(&["verify   holds", "The walk is at its end"], "c");
    screen.answer(&["Close the session", "response is still running, and is stopped"], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);

    let postmortem = Postmortem::of(&play);
    postmortem.has_row(&["decided when the time box of diagnose was over: revert", "the index may take ten minutes"]);
    postmortem.has_row(&["| diagnose |", "40 s, over by"]);
    postmortem.in_order(&[
        "pointed to a cause: The migration of the release died on rows",
        "showed for the first time: The page takes more than a second",
        "decided when the time box of diagnose was over: revert",
        "ran *Revert master, and deploy* → exit 0",
        "**MITIGATED**",
        "- Revert was entered at",
    ]);
}

#[test]
fn the_index_is_built_while_its_progress_is_followed_and_the_rest_goes_on() {
    let play = Play::new();
    let screen = play.screen(&["drill", ID], 120, 40);
    diagnosed(&screen);
    screen.press("<enter>").answer(&["key: NULL", "Enter choose"], "<enter>");
    screen.answer(&["A sign was found", "There is no index on token of events", "go to fix"], "2");
    look(&screen, &["in-service", "save"]);
    screen.see(&["saved 7 rows to "]);
    look(&screen, &["delete"]);
    screen.answer(&["Run: Delete exactly the saved rows", "Type 7 and Enter to run it"], "7<enter>");
    look(&screen, &["no-orphans"]);
    change(&screen, "constraint", "Add the foreign key");
    look(&screen, &["constraint-there", "no-orphans", "progress"]);
    change(&screen, "index", "Build the index, while people go on");
    screen.see(&["> * index ", "progress: flag: The index is being built"]);
    // Whoever waits can do something else.
    screen.press("n").answer(&["Note"], "+ reading and writing go on<enter>").see(&["reading and writing go on"]);
    look(&screen, &["index-used", "quick", "calm"]);
    mitigated(&screen);
    change(&screen, "release", "Put the release back in service, if it was reverted");
    look(&screen, &["index-used", "quick", "calm"]);
    change(&screen, "tasks", "Run the deploy task again");
    look(&screen, &["migrated", "constraint-there"]);
    screen.answer(&["fix is over: Enter chooses the next phase."], "<enter>").answer(&["Which phase now?"], "v");
    look(&screen, &["quick", "calm", "index-used", "no-orphans", "constraint-there", "migrated"]);
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.answer(&["mark: resolved"], "c").answer(&["Close the session"], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);

    let events = play.events();
    let at = |what: &str, is: &dyn Fn(&Event) -> bool| {
        events.iter().position(is).unwrap_or_else(|| panic!("{what} is on record"))
    };
    let is_index = |purpose: &Purpose| matches!(purpose, Purpose::Step { step, .. } if step == "index");
    let started = events.iter().find_map(|event| match event {
        Event::RunStarted(run) if is_index(&run.purpose) => Some(run.run),
        _ => None,
    });
    let begun = at("the build", &|event| matches!(event, Event::RunStarted(run) if is_index(&run.purpose)));
    let built = at("its end", &|event| matches!(event, Event::RunEnded(ended) if Some(ended.run) == started));
    let told = at(
        "its progress",
        &|event| matches!(event, Event::Flagged { says: Some(says), .. } if says == "The index is being built"),
    );
    let noted = at("the note", &|event| matches!(event, Event::Note { .. }));
    assert!(begun < told && told < built, "the progress is told while it is built");
    assert!(begun < noted && noted < built, "a note is taken while it is built");
    let postmortem = Postmortem::of(&play);
    postmortem.has_row(&["| destroy | delete |"]);
    postmortem.has_row(&["showed for the first time: The index is being built", "index at "]);
    postmortem.has_row(&["showed for the first time: The index is there"]);
    postmortem.in_order(&[
        "showed for the first time: The page takes more than a second",
        "went to fix by a sign in",
        "showed for the first time: The index is being built",
        "**MITIGATED**",
        "**RESOLVED**",
    ]);
}
