//! The runbook edited beside the walk: what is saved is in force, what is broken is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use stanch::session::event::Event;

use crate::play::{Play, Screen};
use crate::support::Terminal;

const BOOK: &str = "\
stanch: 1
title: Two steps
diagnose:
  steps:
    - id: first
      title: First
      run: echo one
    - id: last
      title: Last
      run: echo wrong
";

/// The program with an editor of this script; `$1` is the line and `$2` the file.
fn screen(play: &Play, script: &str) -> Screen {
    let path = play.path("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = play.home.stanch();
    command.env_remove("VISUAL").env("EDITOR", &path).args(["run", "book"]);
    Screen(Terminal::start(&command, 30, 100))
}

#[test]
fn what_is_saved_is_in_force_and_on_record() {
    let play = Play::with(BOOK);
    let screen = screen(&play, "echo \"$1\" >at; sed -i 's/echo wrong/echo right/; s/id: first/id: begin/' \"$2\"");
    screen.answer(&["Enter runs first"], "<down>").answer(&["$ echo wrong"], "E");
    screen.see(&["the runbook was edited: version 2", "went to begin"]);
    assert_eq!(fs::read_to_string(play.path("at")).unwrap(), "+8\n", "at the step that is looked at");
    // The step that the walk stood before is gone: it stands before the first.
    screen.answer(&["> . begin", "Enter runs begin"], "<enter>");
    screen.answer(&["Enter runs last"], "<enter>").see(&["right"]);
    screen.answer(&["The walk is at its end"], "q");
    screen.ended(0);

    let changed = |event: &Event| matches!(event, Event::RunbookChanged { version: 2, .. });
    assert_eq!(play.events().iter().filter(|event| changed(event)).count(), 1);
    assert_eq!(fs::read_to_string(play.session().runbook()).unwrap(), BOOK, "what it began with is kept");
    let said = play.stanch(&["show", "last"]);
    said.expect_code(0);
    play.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
    let text = fs::read_to_string(play.path("postmortem.md")).unwrap();
    assert!(text.contains("edited the runbook; it is version 2 of it from here on"), "{text}");
    // Taken up again, it is the version in force.
    let screen = play.screen(&["resume", "last"], 100, 30);
    screen.see(&["begin", "last"]).press("q");
    screen.ended(0);
}

#[test]
fn what_is_broken_is_told_with_its_place_and_nothing_changes() {
    let play = Play::with(BOOK);
    let screen = screen(&play, "sed -i 's/run: echo wrong/rum: echo wrong/' \"$2\"");
    screen.answer(&["Enter runs first"], "E");
    screen.answer(&["book.yaml:10:7: a step has no key `rum`; the version before stays in force"], "<enter>");
    screen.answer(&["Enter runs last"], "<enter>");
    screen.answer(&["The walk is at its end"], "q");
    screen.ended(0);
    assert!(!play.events().iter().any(|event| matches!(event, Event::RunbookChanged { .. })));
}

#[test]
fn an_editor_that_saves_nothing_changes_nothing_and_one_that_is_missing_is_told() {
    let play = Play::with(BOOK);
    let first = screen(&play, "exit 0");
    first.answer(&["Enter runs first"], "E").answer(&["The runbook is as it was."], "q");
    first.ended(0);
    let failed = screen(&play, "exit 3");
    failed.answer(&["Enter runs first"], "E").answer(&["ended with exit 3; the runbook is as it was"], "q");
    failed.ended(0);
    let sessions = play.sessions();
    let changed = |event: &Event| matches!(event, Event::RunbookChanged { .. });
    assert!(!sessions.iter().any(|session| {
        let entries = stanch::store::journal::read(&session.journal()).unwrap().entries;
        entries.iter().any(|entry| changed(&entry.event))
    }));
}
