//! A command that is started without its record, because the operator says so.

use std::path::Path;
use std::process::Command;

use stanch::session::entry::Entry;
use stanch::session::event::Event;
use stanch::session::run::{Exit, RunNo};

use crate::disk::{BOOK, apart, entries, fill, fill_up, inside};
use crate::play::{Play, Screen};
use crate::stage::{kill, supervisors, until};

const SMALL: &str = "mount -t tmpfs tmpfs /dev/shm && mount -t tmpfs -o size=512k tmpfs";

/// Writes a note that is longer than what is left of the journal's last page.
fn note(screen: &Screen) {
    screen.press("n").see(&["Note"]).0.send_bytes(format!("\x1b[200~{}\x1b[201~", "long ".repeat(1000)).as_bytes());
    screen.press("<enter>").see(&["The record cannot be written: only"]);
}

/// What happened to a run, by kind.
fn of_run(entries: &[Entry], run: u32) -> Vec<&'static str> {
    let number = format!("run {}", RunNo(run));
    let kind = |entry: &Entry| match &entry.event {
        Event::Overridden { rule, reason } if rule == "record before act" && reason.contains(&number) => {
            Some("unrecorded")
        }
        Event::RunStarted(started) if started.run == RunNo(run) => Some("started"),
        Event::RunEnded(ended) if ended.run == RunNo(run) => match ended.exit() {
            Exit::Code(0) => Some("ended"),
            Exit::NotStarted(_) => Some("not started"),
            _ => Some("broken"),
        },
        _ => None,
    };
    entries.iter().filter_map(kind).collect()
}

/// What the program says of the session, seen from where its screen is.
fn stanch(play: &Play, screen: &Screen, arguments: &[&str]) -> String {
    let mut command: Command = play.home.command("nsenter");
    let pid = screen.0.pid().as_raw_nonzero().to_string();
    command.args(["-t", &pid, "-m", env!("CARGO_BIN_EXE_stanch")]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_second_word_starts_a_command_unrecorded_and_the_record_has_it_when_the_disk_heals() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some(screen) = apart(&play, &format!("{SMALL} '{}'", data.display())) else { return };
    screen.answer(&["fix", "Enter runs one"], "<enter>");
    screen.see(&["one: healthy", "Enter runs two"]);
    let fill = fill(&screen, &data);
    let data = inside(&screen, &data);
    note(&screen);
    screen.press("<enter>").answer(&["y run it"], "y");
    screen.see(&["$ echo two >> ran", "Its record cannot be written: only", "no record says that it ever did"]);
    assert_eq!(play.count("ran", "two"), 0);
    screen.press("u").see(&["two: healthy", "A command was started unrecorded."]);
    assert_eq!(play.count("ran", "two"), 1);
    assert_eq!(of_run(&entries(&data), 2), [""; 0], "the disk takes nothing");
    let healed = chrono::Utc::now();

    std::fs::remove_file(&fill).unwrap();
    screen.gone(&["The record cannot be written"]).see(&["The record is written again; nothing was lost."]);
    let lived = entries(&data);
    assert_eq!(of_run(&lived, 2), ["unrecorded", "started", "ended"]);
    let late = lived.iter().filter(|entry| entry.at > healed).count();
    assert_eq!(late, 0, "each has the time at which it happened");
    let shown = stanch(&play, &screen, &["show", "last"]);
    let exported = stanch(&play, &screen, &["export", "last"]);
    for text in [shown, exported] {
        assert!(text.contains("run 0002 was started unrecorded"), "{text}");
    }
    stanch(&play, &screen, &["audit", "last"]);
    assert_eq!(play.count("ran", "two"), 1);
}

#[test]
fn a_first_command_on_a_full_disk_has_its_lane_in_memory_until_the_session_is_closed() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some(screen) = apart(&play, &format!("{SMALL} '{}'", data.display())) else { return };
    screen.see(&["fix", "Enter runs one"]);
    let (data, memory) = (inside(&screen, &data), inside(&screen, Path::new("/dev/shm")));
    let fill = fill_up(&data);
    note(&screen);
    screen.press("<enter>").answer(&["Start it unrecorded?", "$ echo one >> ran"], "u");
    screen.see(&["one: healthy", "> . two"]);
    assert_eq!(play.count("ran", "one"), 1);
    assert_eq!(std::fs::read_dir(&memory).unwrap().count(), 1, "the lane is in memory");
    // Enter takes what is first: not to start it.
    screen.press("<enter>").answer(&["y run it"], "y");
    screen.answer(&["Start it unrecorded?", "$ echo two >> ran"], "<enter>");
    screen.see(&["could not be started: its record could not be written", "Enter shows what can be do"]);

    std::fs::remove_file(&fill).unwrap();
    screen.gone(&["The record cannot be written"]);
    let lived = entries(&data);
    assert_eq!(
        (of_run(&lived, 1), of_run(&lived, 2)),
        (vec!["unrecorded", "started", "ended"], vec!["started", "not started"])
    );
    assert_eq!(play.count("ran", "two"), 0);
    screen.see(&["The record is written again"]).press("r").answer(&["y run it"], "y").see(&["two: healthy"]);
    assert_eq!(play.count("ran", "two"), 1);
    screen.press("c").answer(&["Close the session."], "<enter>").see(&["The session is closed."]);
    let lanes = || std::fs::read_dir(&memory).unwrap().flatten().map(|own| own.path().join("lanes"));
    let left = || lanes().flat_map(|lanes| std::fs::read_dir(lanes).unwrap()).flatten().map(|session| session.path());
    until("the lane takes its folder away", || {
        left().all(|session| std::fs::read_dir(session).unwrap().next().is_none())
    });
}

#[test]
fn leaving_says_what_is_lost_with_what_was_started_unrecorded() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some(screen) = apart(&play, &format!("{SMALL} '{}'", data.display())) else { return };
    screen.see(&["fix", "Enter runs one"]);
    fill_up(&inside(&screen, &data));
    note(&screen);
    screen.press("<enter>").answer(&["Start it unrecorded?"], "u").see(&["one: healthy"]);
    // Its lane stays for whoever takes the session up, and is in no folder that is taken away with this test.
    let memory = std::fs::read_dir(inside(&screen, Path::new("/dev/shm"))).unwrap().flatten();
    let lanes: Vec<u32> = memory.flat_map(|own| supervisors(&Path::new("/dev/shm").join(own.file_name()))).collect();
    assert_eq!(lanes.len(), 1);
    screen.press("q").see(&["Leave?", "are only in memory, and are lost", "1 of the commands were started"]);
    // Its supervisor would keep this folder, and with it itself, as long as the session is open: for ever.
    let memory = inside(&screen, Path::new("/dev/shm"));
    std::fs::read_dir(memory).unwrap().flatten().for_each(|own| std::fs::remove_dir_all(own.path()).unwrap());
    screen.press("q").ended(0);
    for lane in lanes {
        kill(lane, "KILL");
    }
}
