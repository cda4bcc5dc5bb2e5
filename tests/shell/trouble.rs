//! A record that cannot be written, and secrets that must not be.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use stanch::session::event::Event;

use crate::desk::{BOTH, Desk};
use crate::stage::until;

/// Makes the journal one that cannot be written; gives back how it was.
fn damage(desk: &Desk) -> u64 {
    let whole = fs::metadata(desk.dir.journal()).unwrap().len();
    let mut journal = OpenOptions::new().append(true).open(desk.dir.journal()).unwrap();
    journal.write_all(b"this is\nno entry\n").unwrap();
    whole
}

fn heal(desk: &Desk, whole: u64) {
    OpenOptions::new().write(true).open(desk.dir.journal()).unwrap().set_len(whole).unwrap();
}

#[test]
fn nothing_runs_unrecorded_unless_the_operator_says_so_and_that_is_recorded() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.run("echo before");
        let whole = damage(&desk);
        typist.prompt().press("touch not-wanted<enter>");
        typist.see(&["stanch: not recorded: could not write to", "unrecorded? [y/N]"]).press("n");
        typist.prompt().press("clear; touch wanted<enter>").see(&["unrecorded? [y/N]"]).press("y");
        until("it ran", || desk.play.path("wanted").exists());
        assert!(!desk.play.path("not-wanted").exists(), "{name}");
        heal(&desk, whole);
        typist.run("echo after");
        typist.leave();
        let commands: Vec<_> = desk.told().into_iter().map(|told| told.command).collect();
        assert_eq!(commands, ["echo before", "echo after"], "{name}");
        let overridden: Vec<_> = desk
            .entries()
            .into_iter()
            .filter_map(|entry| match entry.event {
                Event::Overridden { rule, reason } => Some((rule, reason)),
                _ => None,
            })
            .collect();
        assert_eq!(overridden.len(), 1, "{name}: {overridden:?}");
        assert_eq!(overridden[0].0, "record before act");
        assert!(overridden[0].1.contains("`clear; touch wanted`"), "{overridden:?}");
        desk.play.stanch(&["audit", "last"]).expect_code(0);
    }
}

#[test]
fn a_session_that_is_closed_meanwhile_takes_no_more_without_being_asked() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    typist.run("echo before");
    let (mut journal, _) = stanch::store::journal::Journal::open(
        &desk.dir.journal(),
        "nova@alice",
        std::sync::Arc::new(stanch::store::clock::System),
    )
    .unwrap();
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    typist.prompt().press("echo more<enter>").see(&["was closed", "[y/N]"]).press("n");
    typist.leave();
    assert_eq!(desk.told().len(), 1);
}

#[test]
fn the_end_that_the_disk_does_not_take_is_written_when_it_does() {
    let desk = Desk::new();
    let typist = desk.shell("bash");
    let go = desk.play.fifo("go");
    typist.prompt().press("cat go<enter>").see(&["ready> cat go"]);
    until("it is on record", || desk.entries().iter().any(|entry| matches!(entry.event, Event::RunStarted(_))));
    let whole = damage(&desk);
    crate::stage::release(&go);
    typist.prompt();
    heal(&desk, whole);
    typist.run("echo after");
    typist.leave();
    let outputs: Vec<_> = desk.story().into_iter().map(|(_, output)| output).collect();
    assert_eq!(outputs, ["go\n", "after\n"]);
}

#[test]
fn what_is_typed_at_a_prompt_that_shows_nothing_is_a_secret_from_then_on() {
    for name in BOTH {
        let desk = Desk::new();
        let typist = desk.shell(name);
        typist.prompt().press("sh -c 'stty -echo; printf \"Word: \"; read -r x; stty echo; echo \"got $x\"'<enter>");
        typist.see(&["\nWord:"]).press("open-sesame-9<enter>").see(&["got open-sesame-9"]);
        typist.run("echo again open-sesame-9");
        typist.leave();
        let told = desk.told();
        assert_eq!(told[0].output, "Word: got [secret TYPED]\n", "{name}");
        assert_eq!(told[1].output, "again [secret TYPED]\n", "{name}");
        assert_eq!(told[1].command, "echo again [secret TYPED]");
        desk.play.assert_nowhere("open-sesame-9");
    }
}

#[test]
fn values_of_declared_secrets_that_are_at_hand_are_left_out() {
    let book = "{stanch: 1, title: Disk full, vars: {PASSWORD: {ask: What?, secret: true}, TOKEN: {ask: What?, secret: true}, \
        OTHER: {ask: What?, secret: true}}, diagnose: {steps: [{id: one, title: One, run: 'true'}]}}";
    for name in BOTH {
        let desk = Desk::with(Some(book));
        let env = [("STANCH_VAR_PASSWORD", "hunter2222"), ("TOKEN", "tok-en-tok")];
        let typist = desk.shell_as(name, &[], &env);
        typist.see(&["except for what looks like one and the values of", "PASSWORD, TOKEN"]);
        typist.run("mkdir -p hunter2222; cd hunter2222; echo hunter2222 $TOKEN");
        typist.run("printf 'hunt%s\\n' er2222");
        typist.leave();
        let told = desk.told();
        assert_eq!(told[0].output, "[secret PASSWORD] [secret TOKEN]\n", "{name}");
        assert_eq!((told[1].output.as_str(), told[1].end.redacted), ("[secret PASSWORD]\n", 1));
        assert!(told[1].directory.ends_with("/[secret PASSWORD]"), "{}", told[1].directory);
        desk.play.assert_nowhere("hunter2222");
        desk.play.assert_nowhere("tok-en-tok");
    }
}
