//! Commands outlive their screen.

use rustix::process::Signal;
use stanch::session::run::RunNo;

use crate::play::{Play, ran_once, waiting};
use crate::stage::{release, until};
use crate::support::Ended;

#[test]
fn a_command_outlives_its_killed_screen_and_resume_shows_it_live() {
    let (play, screen, go) = waiting();
    screen.0.kill(Signal::KILL);
    assert_eq!(screen.0.ended(), Ended::Signal(9));

    let screen = play.screen(&["resume"], 80, 24);
    screen.see(&["Output 0002 long", "running", "begun", "long is running; x stops it."]);
    release(&go);
    screen.answer(&["finished", "healthy, exit 0", "Enter runs last"], "q");
    screen.ended(0);
    ran_once(&play);
    assert!(!std::fs::read_to_string(play.path("ran")).unwrap().contains("last"));
}

#[test]
fn what_ended_while_no_screen_was_there_is_taken_up_by_the_next() {
    let (play, screen, go) = waiting();
    screen.0.kill(Signal::KILL);
    assert_eq!(screen.0.ended(), Ended::Signal(9));
    release(&go);
    let end = play.session().run(RunNo(2)).join("exit.json");
    until("the command has ended by itself", || end.exists());

    let screen = play.screen(&["resume"], 80, 24);
    screen.answer(&["Output 0002 long", "finished", "healthy, exit 0", "Enter runs last"], "<enter>");
    screen.see(&["last: healthy"]);
    ran_once(&play);
    assert_eq!(play.count("ran", "last saw it"), 1, "what it exported carries over");
}

#[test]
fn leaving_names_what_is_running_and_the_command_runs_on() {
    let (play, screen, go) = waiting();
    screen.answer(&["long is running"], "q");
    screen.answer(&["Leave?", "long is still running, and runs on."], "q");
    let words = screen.ended(0);
    assert!(words.contains("A command runs on"), "{words}");
    assert!(words.contains("`stanch resume"), "{words}");
    release(&go);
    let screen = play.screen(&["resume"], 80, 24);
    screen.answer(&["healthy, exit 0", "Enter runs last"], "q");
    screen.ended(0);
    ran_once(&play);
}

#[test]
fn a_terminal_that_nobody_reads_holds_up_no_command() {
    let lines =
        "{stanch: 1, title: T, diagnose: {steps: [{id: loud, title: Loud, run: 'seq 200000; echo over >> ran'}]}}";
    let play = Play::with(lines);
    let screen = play.book();
    screen.see(&["Enter runs loud"]);
    screen.0.hold(true);
    screen.press("<enter>");
    let ended = |event: &stanch::session::event::Event| matches!(event, stanch::session::event::Event::RunEnded(_));
    until("the command is over", || play.count("ran", "over") == 1);
    until("all of it is kept", || play.session().run(RunNo(1)).join("exit.json").exists());
    let output = std::fs::read_to_string(play.session().run(RunNo(1)).join("output")).unwrap();
    assert!(output.ends_with("199999\n200000\n") && output.lines().count() == 200_000, "{} bytes", output.len());
    screen.0.hold(false);
    until("its end is recorded", || play.events().iter().any(ended));
    screen.answer(&["200000", "healthy, exit 0"], "q");
    screen.ended(0);
}

#[test]
fn a_command_of_a_killed_screen_is_typed_into_resized_and_stopped_by_the_next() {
    let book = "{stanch: 1, title: It asks, diagnose: {steps: [{id: asks, title: Asks, mode: interactive, \
        run: 'trap \"stty size\" WINCH; echo ready; while :; do read -r line && echo \"heard $line\"; done'}]}}";
    let play = Play::with(book);
    let screen = play.book();
    screen.answer(&["Enter runs asks"], "<enter>");
    screen.see(&["ready", "KEYS GO TO THE COMMAND"]);
    screen.0.kill(Signal::KILL);
    assert_eq!(screen.0.ended(), Ended::Signal(9));

    let screen = play.screen(&["resume"], 100, 30);
    screen.answer(&["ready", "asks is running"], "i");
    screen.see(&["KEYS GO TO THE COMMAND"]).press("me<enter>");
    screen.see(&["heard me"]);
    let size = |text: &str| text.lines().rev().find(|line| line.trim().split(' ').count() == 2).map(str::to_owned);
    let before = size(&screen.0.text());
    screen.0.resize(40, 140);
    screen.0.wait("the size it was given", |screen| {
        let now = size(&screen.contents());
        now.is_some() && now != before && now.is_some_and(|size| size.trim().ends_with(" 140"))
    });
    screen.press("<c-]>").answer(&["The keys are the screen's again"], "x");
    screen.answer(&["stop it, and KILL"], "<enter>").see(&["asks: stop asked for"]);
    until("its end is recorded", || {
        play.events().iter().any(|event| matches!(event, stanch::session::event::Event::RunEnded(_)))
    });
    screen.press("q");
}
