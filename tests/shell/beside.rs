//! Shells beside a walk that somebody drives.

use std::collections::BTreeSet;

use stanch::session::event::Event;
use stanch::session::run::Purpose;

use crate::desk::Desk;
use crate::stage::until;

/// Steps that are run one after the other.
const BOOK: &str = "{stanch: 1, title: Disk full, diagnose: {steps: [\
    {id: first, title: First, run: 'echo first'}, {id: second, title: Second, run: 'echo second'}, \
    {id: third, title: Third, run: 'echo third'}]}}";

#[test]
fn two_shells_and_the_screen_that_drives_share_one_record() {
    let desk = Desk::with(Some(BOOK));
    let screen = desk.play.screen(&["resume"], 140, 70);
    screen.see(&["Enter runs first"]);
    let one = desk.shell_as("bash", &["--operator", "quinn@bob"], &[]);
    let two = desk.shell_as("zsh", &["--operator", "dma@work"], &[]);
    // No pauses between them: numbers are taken by whoever comes first.
    one.press("echo from one<enter>");
    two.press("echo from two<enter>");
    screen.press("<enter>");
    until("the first of each", || desk.ended() == 3);
    screen.see(&["quinn@bob in a shell $ echo from one", "dma@work in a shell $ echo from two"]);
    two.prompt().press("echo two again<enter>");
    screen.answer(&["Enter runs second"], "<enter>");
    one.prompt().press("echo one again; false<enter>");
    until("the second of each", || desk.ended() == 6);
    screen.see(&["quinn@bob in a shell $ echo one again"]);
    screen.answer(&["Enter runs third"], "q");
    screen.ended(0);
    one.leave();
    two.leave();
    let numbers: Vec<_> = desk
        .entries()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::RunStarted(started) => Some(started.run.0),
            _ => None,
        })
        .collect();
    assert_eq!(numbers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers.len(), 6, "{numbers:?}");
    let told = desk.told();
    let by = |command: &str| told.iter().find(|told| told.command == command).unwrap().by.clone();
    assert_eq!((by("echo from one"), by("echo two again")), ("quinn@bob".to_owned(), "dma@work".to_owned()));
    for told in &told {
        let word = told.command.trim_start_matches("echo ").trim_end_matches("; false");
        assert_eq!(told.output, format!("{word}\n"), "each has its own output");
    }
    desk.play.stanch(&["audit", "last"]).expect_code(0);
}

#[test]
fn the_screen_opens_a_shell_and_comes_back_and_shows_what_was_typed() {
    let desk = Desk::with(Some(BOOK));
    let mut command = desk.play.home.stanch();
    command.arg("resume").env("SHELL", "/bin/bash").env_remove("PS1");
    let screen = crate::play::Screen(crate::support::Terminal::start(&command, 30, 100));
    screen.answer(&["Enter runs first"], "!");
    screen.see(&["Recorded shell in", "ready>"]);
    screen.press("echo in the $((40 + 2)) shell<enter>").see(&["\nin the 42 shell"]);
    // Keys that interrupt are the shell's.
    screen.press("sh -c 'echo going; exec sleep 600'<enter>").see(&["\ngoing"]).press("<c-c>").see(&["^C\nready>"]);
    screen.press("exit<enter>");
    screen.see(&[
        "Enter runs first",
        "Output 0001 shell $ echo in",
        "in the 42 shell",
        "in a shell $ sh -c 'echo going",
    ]);
    assert!(screen.0.screen(vt100::Screen::alternate_screen) && !screen.0.is_cooked());
    screen.press("o").answer(&["Output of", "0002  shell $ sh -c", "0001  shell $ echo in"], "<enter>");
    screen.see(&["Output 0002 shell $ sh -c", "going"]);
    screen.press("q");
    screen.ended(0);
    assert!(
        desk.entries()
            .iter()
            .any(|entry| matches!(&entry.event, Event::RunStarted(run) if run.purpose == Purpose::Shell))
    );
}

#[test]
fn what_runs_in_a_shell_is_shown_live_and_keeps_nobody_from_closing() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    let go = desk.play.fifo("go");
    typist.prompt().press("echo begun; cat go<enter>").see(&["\nbegun"]);
    let screen = desk.play.screen(&["resume"], 100, 30);
    screen.see(&["shell $ echo begun", "begun"]).press("c");
    screen.answer(&["Close the session"], "<enter>").see(&["closed"]);
    until("it is closed", || desk.entries().iter().any(|entry| matches!(entry.event, Event::Closed { .. })));
    screen.press("q");
    crate::stage::release(&go);
    until("its end is on record", || desk.ended() == 1);
    typist.leave();
    assert_eq!(desk.story()[0].1, "begun\ngo\n");
}

#[test]
fn a_walk_without_a_screen_does_not_wait_for_a_shell() {
    let desk = Desk::with(Some(BOOK));
    let typist = desk.shell("bash");
    typist.prompt().press("sh -c 'echo begun; exec sleep 600'<enter>").see(&["\nbegun"]);
    let said = desk.play.stanch(&["resume", "last", "--auto"]);
    said.expect_code(0).expect_line("third: as expected");
    typist.press("<c-c>");
    until("its end is on record", || desk.ended() == 4);
    typist.leave();
}
