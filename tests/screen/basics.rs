//! The real binary in a real terminal: it draws, it answers keys, and it gives the terminal back however it ends.

use std::fs;

use crate::support::{Ended, Home, Terminal};
use rustix::process::Signal;

const RUNBOOK: &str = r#"stanch: 1
title: The disk is full
severity: sev2
diagnose:
  steps:
    - { id: look, title: How full is it?, run: echo 97 percent }
    - { id: wait, title: Wait and see, run: 'echo still w""aiting; exec sleep 1000' }
fix:
  steps:
    - { id: clean, title: Clean up, run: echo cleaned > cleaned.txt, verify: [less] }
verify:
  steps:
    - { id: less, title: Is it less full?, run: cat cleaned.txt }
"#;

/// A session with the runbook, at its first step.
fn session(home: &Home) -> Terminal {
    let terminal = Terminal::start(&started(home), 24, 80);
    terminal.wait_text("Enter runs look");
    terminal
}

fn started(home: &Home) -> std::process::Command {
    fs::write(home.work().join("disk.yaml"), RUNBOOK).expect("the runbook");
    let mut command = home.stanch();
    command.args(["run", "disk.yaml"]);
    command
}

/// The terminal is as it was before: the normal screen, a cursor, line by line.
fn assert_given_back(terminal: &Terminal) {
    terminal.drained();
    assert!(terminal.screen(|screen| !screen.alternate_screen() && !screen.hide_cursor()), "{}", terminal.text());
    assert!(!terminal.screen(vt100::Screen::bracketed_paste), "bracketed paste is off");
    assert!(terminal.is_cooked(), "lines are read and echoed");
}

#[test]
fn a_session_is_worked_with_keys_and_left_open() {
    let home = Home::new();
    let terminal = session(&home);
    terminal.send("<enter>");
    terminal.wait_text("97 percent");
    terminal.wait_text("Enter runs wait");
    terminal.send("g");
    terminal.wait_text("Go to");
    terminal.send("clean");
    terminal.wait_text("> clean");
    terminal.send("<enter>");
    terminal.wait_text("Enter runs clean");
    terminal.send("<enter>");
    terminal.wait_text("y run it");
    assert!(!home.work().join("cleaned.txt").exists(), "nothing runs before the y");
    terminal.send("y");
    terminal.wait_text("Enter runs less");
    assert!(home.work().join("cleaned.txt").exists());
    terminal.send("q");
    terminal.wait_text("clean is not verified: less");
    terminal.send("q");
    assert_eq!(terminal.ended(), Ended::Code(0));
    assert_given_back(&terminal);
    assert!(terminal.text().contains("The session stays open"), "{}", terminal.text());
}

#[test]
fn signals_give_the_terminal_back_and_leave_the_session_open() {
    let cases = [(Signal::TERM, 143, "left: ended by a signal"), (Signal::INT, 130, "left: interrupted by a signal")];
    for (signal, code, words) in cases {
        let home = Home::new();
        let terminal = session(&home);
        terminal.kill(signal);
        assert_eq!(terminal.ended(), Ended::Code(code));
        assert_given_back(&terminal);
        let again = Terminal::start(home.stanch().args(["resume"]), 24, 80);
        again.wait_text(words);
        again.send("q");
        assert_eq!(again.ended(), Ended::Code(0));
    }
}

#[test]
fn a_killed_screen_leaves_its_command_running_and_resume_shows_it() {
    let home = Home::new();
    let terminal = session(&home);
    terminal.send("<enter>");
    terminal.wait_text("Enter runs wait");
    terminal.send("<enter>");
    terminal.wait_text("still waiting");
    terminal.kill(Signal::KILL);
    assert_eq!(terminal.ended(), Ended::Signal(9));
    let again = Terminal::start(home.stanch().args(["resume"]), 24, 80);
    again.wait_text("wait is running; x stops it");
    again.send("x");
    again.wait_text("Stop wait?");
    again.send("x");
    again.wait_text("stopped");
    again.send("q");
    assert_eq!(again.ended(), Ended::Code(0));
}

#[test]
fn it_stops_with_ctrl_z_and_fg_draws_it_again() {
    let home = Home::new();
    let binary = started(&home);
    let mut shell = home.command("sh");
    shell.arg("-i");
    let terminal = Terminal::start(&shell, 24, 80);
    let program = binary.get_program().to_string_lossy().into_owned();
    terminal.send(&format!("{program} run disk.yaml<enter>"));
    terminal.wait_text("Enter runs look");
    terminal.send("<c-z>");
    terminal.wait("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    terminal.send("fg<enter>");
    terminal.wait("the screen", |screen| screen.alternate_screen() && screen.contents().contains("Enter runs look"));
    terminal.send("q");
    terminal.wait("the shell's prompt", |screen| {
        let text = screen.contents();
        text.contains("takes it up") && text.trim_end().lines().last() == Some("$")
    });
    terminal.send("exit<enter>");
    terminal.ended();
}

#[test]
fn another_size_is_taken_at_once() {
    let home = Home::new();
    let terminal = session(&home);
    terminal.resize(40, 120);
    terminal.wait("the wide screen", |screen| {
        screen.contents().lines().any(|line| line.contains("== Steps") && line.contains("|-- diagnose"))
    });
    terminal.resize(5, 20);
    terminal.resize(1, 1);
    terminal.resize(24, 80);
    terminal.wait_text("Enter runs look");
    terminal.send("q");
    assert_eq!(terminal.ended(), Ended::Code(0));
}

#[test]
fn the_library_finds_and_opens() {
    let home = Home::new();
    fs::create_dir_all(home.config().join("runbooks")).expect("a folder");
    fs::write(home.config().join("runbooks/disk.yaml"), RUNBOOK).expect("the runbook");
    let terminal = Terminal::start(&home.stanch(), 24, 80);
    terminal.wait_text("The disk is full");
    terminal.send("disk full");
    terminal.wait_text("Enter begins a session with disk");
    terminal.send("<enter>");
    terminal.wait_text("Enter runs look");
    terminal.send("q");
    assert_eq!(terminal.ended(), Ended::Code(0));
    assert_given_back(&terminal);
}
