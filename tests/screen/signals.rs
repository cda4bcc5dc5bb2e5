//! The program is told to end: the terminal is given back, the command lives on.

use rustix::process::{Pid, Signal};
use stanch::session::event::Event;

use crate::play::{Play, Screen, WAITS, ran_once, waiting};
use crate::stage::{release, until};
use crate::support::Terminal;

#[test]
fn a_signal_ends_the_screen_in_order_and_not_the_command() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let (play, screen, go) = waiting();
        screen.0.kill(signal);
        let words = screen.ended(code);
        assert!(words.contains("The session stays open"), "{words}");
        assert!(matches!(play.events().last(), Some(Event::Left { note: Some(_) })), "{:?}", play.events().last());
        release(&go);
        let screen = play.screen(&["resume"], 80, 24);
        screen.answer(&["healthy, exit 0", "Enter runs last"], "q");
        screen.ended(0);
        ran_once(&play);
    }
}

#[test]
fn a_terminal_that_vanishes_ends_the_screen_and_not_the_command() {
    let play = Play::with(WAITS);
    let go = play.fifo("go");
    let screen = held(&play, "run book");
    screen.answer(&["Enter runs first"], "<enter>");
    screen.answer(&["Enter runs long"], "<enter>");
    screen.see(&["begun", "long is running; x stops it."]);
    hang_up(&play, &screen);
    assert!(matches!(play.events().last(), Some(Event::Left { note: Some(_) })), "{:?}", play.events().last());

    release(&go);
    let screen = play.screen(&["resume"], 80, 24);
    screen.answer(&["healthy, exit 0", "Enter runs last"], "q");
    screen.ended(0);
    ran_once(&play);
}

#[test]
fn a_terminal_that_vanishes_while_the_pager_has_it_ends_the_screen() {
    let play = Play::with("{stanch: 1, title: T, diagnose: {steps: [{id: say, title: Say, run: echo hello}]}}");
    let screen = held(&play, "run book");
    screen.answer(&["Enter runs say"], "<enter>");
    screen.answer(&["say: healthy"], "P").see(&["READING"]);
    hang_up(&play, &screen);
}

#[test]
fn a_drill_cleans_up_when_its_terminal_vanishes() {
    let play = Play::new();
    let screen = held(&play, "drill");
    screen.see(&["SEV-2  drill  Orders", "Enter runs health"]);
    let drills = || std::fs::read_dir(play.home.root().join("tmp")).unwrap().flatten();
    let is_drill = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("stanch-drill-");
    assert!(drills().any(|entry| is_drill(&entry.file_name())));
    hang_up(&play, &screen);
    let left: Vec<_> = drills().map(|entry| entry.file_name()).filter(|name| is_drill(name)).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The program in a terminal within the terminal: killing what holds it hangs up the screen as a closed window does.
fn held(play: &Play, arguments: &str) -> Screen {
    let program = env!("CARGO_BIN_EXE_stanch");
    let line = format!("trap '' HUP; echo $$ >shell.pid; '{program}' {arguments}; echo $? >code");
    let mut holder = play.home.command("script");
    holder.args(["-q", "-c", &line, "/dev/null"]).env("PAGER", "echo READING; read line </dev/tty");
    Screen(Terminal::start(&holder, 24, 80))
}

/// Closes the window, and waits until the program has ended as one that was hung up.
#[track_caller]
fn hang_up(play: &Play, screen: &Screen) {
    let pid: i32 = std::fs::read_to_string(play.path("shell.pid")).unwrap().trim().parse().unwrap();
    screen.0.kill(Signal::KILL);
    until("the screen has ended", || rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_err());
    assert_eq!(std::fs::read_to_string(play.path("code")).unwrap(), "129\n");
}
