//! Where no recorded shell is opened, and what is said then.

use std::sync::Arc;

use stanch::session::event::Event;
use stanch::store::clock::System;
use stanch::store::journal::Journal;

use crate::desk::Desk;
use crate::support::Terminal;

/// What is said in a terminal, which is as it was then.
fn said(desk: &Desk, arguments: &[&str], env: &[(&str, &str)], code: i32) -> String {
    // What is started in a terminal is found by the path that it is given.
    let mut command = desk.play.home.command("/usr/bin/env");
    command.args(env.iter().map(|(name, value)| format!("{name}={value}"))).arg(env!("CARGO_BIN_EXE_stanch"));
    command.arg("shell").args(arguments).env("SHELL", "/bin/bash");
    crate::play::Screen(Terminal::start(&command, 24, 200)).ended(code)
}

#[test]
fn one_in_another_is_refused() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.run(&format!("{} shell; echo code $?", env!("CARGO_BIN_EXE_stanch")));
    typist.leave();
    let told = desk.told().remove(0);
    assert!(told.output.contains("this is one, in") && told.output.contains("code 2"), "{}", told.output);
}

#[test]
fn without_a_terminal_it_says_what_it_needs() {
    let desk = Desk::new();
    desk.play.stanch(&["shell"]).expect_code(5).expect_err("this is no terminal");
}

#[test]
fn a_closed_session_takes_none_and_of_several_one_must_be_named() {
    let desk = Desk::new();
    let other = Desk::new();
    let (mut journal, _) = Journal::open(&desk.dir.journal(), "nova@alice", Arc::new(System)).unwrap();
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    let words = said(&desk, &[], &[], 2);
    assert!(words.contains("the session is closed") && words.contains("stanch resume"), "{words}");
    let second = desk.play.home.data().join("sessions/2022-04-30T1933Z-second-7f3a");
    let third = desk.play.home.data().join("sessions/2022-04-30T1933Z-third-7f3b");
    for folder in [&second, &third] {
        std::fs::create_dir(folder).unwrap();
        std::fs::copy(other.dir.journal(), folder.join("journal.jsonl")).unwrap();
    }
    let words = said(&desk, &[], &[], 2);
    assert!(words.contains("2 are open") && words.contains("second-7f3a") && words.contains("third-7f3b"), "{words}");
    assert_eq!(desk.entries().len(), 2);
}

#[test]
fn a_shell_that_cannot_be_recorded_is_named_with_those_that_can() {
    let desk = Desk::new();
    let nowhere = desk.play.home.work().display().to_string();
    let words = said(&desk, &[], &[("SHELL", "/usr/bin/fish"), ("PATH", &nowhere)], 2);
    assert!(words.contains("SHELL is /usr/bin/fish") && words.contains("bash 4.4 or later and zsh"), "{words}");
    let typist = desk.shell_as("bash", &[], &[("SHELL", "/usr/bin/fish")]);
    typist.see(&["/usr/bin/fish cannot be recorded"]);
    typist.leave();
}
