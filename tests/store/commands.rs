//! `stanch sessions`, `stanch note` and `stanch audit`.

use std::fs;
use std::process::Output;

use stanch::session::entry::When;
use stanch::session::event::{Event, Tag};
use stanch::store::clock::{Clock, System};
use stanch::store::journal::read;
use stanch::store::lock::Driver;

use super::begin;
use super::support::Home;

fn stanch(home: &Home, arguments: &[&str]) -> Output {
    home.stanch().args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn expect(home: &Home, arguments: &[&str], code: i32) -> String {
    let output = stanch(home, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
    told(&output)
}

#[test]
fn sessions_are_listed_for_people_and_as_data() {
    let home = Home::new();
    assert!(expect(&home, &["sessions"], 0).starts_with("no sessions in "));
    let (dir, _journal) = begin(&home.data(), "Disk \u{1b}[2Jfull");
    let _driver = Driver::try_take(&dir, "nova@alice", System.now()).unwrap();
    let text = expect(&home, &["sessions"], 0);
    assert!(text.contains(dir.id()) && text.contains("investigating") && text.contains("Disk full"), "{text}");
    assert!(text.contains("(driven by nova@alice)") && !text.contains('\u{1b}'), "{text}");
    let data: serde_json::Value = serde_json::from_str(&expect(&home, &["sessions", "--json"], 0)).unwrap();
    assert_eq!(data["id"], dir.id());
    assert_eq!(data["driver"], "nova@alice");
    assert_eq!(data["open"], true);
    fs::remove_file(dir.journal()).unwrap();
    assert!(expect(&home, &["sessions"], 0).contains("damaged: there is no journal"));
}

#[test]
fn a_note_is_in_the_record_while_somebody_else_drives() {
    let home = Home::new();
    let (dir, _journal) = begin(&home.data(), "Disk full");
    let _driver = Driver::try_take(&dir, "nova@alice", System.now()).unwrap();
    let text = expect(&home, &["note", "last", "!", "the", "dump", "was", "recent"], 0);
    assert_eq!(text, format!("noted as entry 2 of {}\n", dir.id()));
    expect(&home, &["note", dir.id(), "- no alert", "--at", "~-25m", "--operator", "quinn@bob"], 0);
    expect(&home, &["note", dir.id(), "--at", "-1h", "x not the network"], 0);
    let text = expect(&home, &["note", dir.id(), "@2022-04-29T08:00:00Z began then"], 0);
    assert_eq!(text, format!("noted as entry 5 of {}, for 2022-04-29\n", dir.id()));
    let entries = read(&dir.journal()).unwrap().entries;
    let note = |tag, text: &str| Event::Note { tag, text: text.to_owned() };
    assert_eq!(entries[1].event, note(Tag::Luck, "the dump was recent"));
    assert!(entries[1].by.starts_with("tester@"), "{}", entries[1].by);
    assert_eq!(entries[2].event, note(Tag::Bad, "no alert"));
    assert_eq!(entries[2].by, "quinn@bob");
    assert!(matches!(entries[2].happened, Some(When::About(_))));
    assert_eq!(entries[3].event, note(Tag::DeadEnd, "not the network"));
    let Some(When::Exact(happened)) = entries[3].happened else { panic!("{:?}", entries[3]) };
    assert_eq!((entries[3].at - happened).num_minutes(), 60);
}

#[test]
fn a_note_that_makes_no_sense_is_refused_with_the_reason() {
    let home = Home::new();
    let (dir, _journal) = begin(&home.data(), "Disk full");
    for (arguments, reason) in [
        (&["note", "last", "!"][..], "the note has no text"),
        (&["note", "last", "@25:99 x"], "is no time"),
        (&["note", "last", "@-5m text", "--at", "-5m"], "given twice"),
        (&["note", "last", "text", "--at", "2999-01-01T00:00:00Z"], "still to come"),
        (&["note", "last"], "required"),
        (&["note", "nowhere", "text"], "could not find a session"),
    ] {
        let text = expect(&home, arguments, 2);
        assert!(text.contains(reason), "{arguments:?}: {text}");
    }
    assert_eq!(read(&dir.journal()).unwrap().entries.len(), 1);
}

#[test]
fn with_several_sessions_open_last_is_refused_for_a_note_and_they_are_listed() {
    let home = Home::new();
    let (first, _) = begin(&home.data(), "Disk full");
    let (second, _) = begin(&home.data(), "Queue stuck");
    let text = expect(&home, &["note", "last", "hello"], 2);
    assert!(text.contains("2 are open") && text.contains(first.id()) && text.contains(second.id()), "{text}");
    expect(&home, &["note", second.id(), "hello"], 0);
}

#[test]
fn an_audit_holds_the_journal_against_a_hash() {
    let home = Home::new();
    let (dir, mut journal) = begin(&home.data(), "Disk full");
    let head = journal.head().to_owned();
    journal.append(&Event::Reopened.into()).unwrap();
    let text = expect(&home, &["audit", dir.id()], 0);
    assert!(text.contains(journal.head()) && text.contains("whole"), "{text}");
    let text = expect(&home, &["audit", "last", "--head", &head], 0);
    assert!(text.contains("untouched up to entry 1") && text.contains("1 more"), "{text}");
    assert!(expect(&home, &["audit", "last", "--head", &"0".repeat(64)], 1).contains("NOT the journal"));
    expect(&home, &["audit", "last", "--head", "xyz"], 2);

    let changed = fs::read_to_string(dir.journal()).unwrap().replace("Disk full", "Disk fine");
    fs::write(dir.journal(), changed).unwrap();
    let text = expect(&home, &["audit", "last", "--head", &head], 1);
    assert!(text.contains("line 2") && text.contains("NOT"), "{text}");
    let text = expect(&home, &["note", "last", "hello"], 3);
    assert!(text.contains("line 2 is damaged") && text.contains("hint: "), "{text}");
}

#[test]
fn a_real_short_write_leaves_a_sound_journal_and_the_same_note_succeeds_later() {
    let home = Home::new();
    let (dir, _journal) = begin(&home.data(), "Disk full");
    let size = fs::metadata(dir.journal()).unwrap().len();
    // The shell counts in blocks of 512 bytes: the limit is met in the middle of the note.
    let blocks = size / 512 + 2;
    let note = "x".repeat(4096);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$1\" note last \"$2\"");
    let before = fs::read(dir.journal()).unwrap();
    let refused = home.command("sh").args(["-c", &script, "sh", env!("CARGO_BIN_EXE_stanch"), &note]).output().unwrap();
    assert_eq!(refused.status.code(), Some(3), "{}", told(&refused));
    let text = told(&refused);
    assert!(text.starts_with("error: could not append to") && text.contains("bytes were written"), "{text}");
    assert_eq!(fs::read(dir.journal()).unwrap(), before, "what was half written is cut off again");
    expect(&home, &["note", "last", &note], 0);
    expect(&home, &["audit", "last"], 0);
}

#[test]
fn pruning_shows_what_would_go_and_takes_it_away_when_told_to() {
    let home = Home::new();
    let (open, _journal) = begin(&home.data(), "Disk full");
    let (closed, mut journal) = begin(&home.data(), "Queue \u{1b}[2Jstuck");
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    let young = expect(&home, &["sessions", "prune"], 0);
    assert!(young.contains("no session is to go"), "{young}");
    let shown = expect(&home, &["sessions", "prune", "--older-than", "0s"], 0);
    assert!(
        shown.contains(closed.id()) && shown.contains("1 session would go") && !shown.contains(open.id()),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}') && closed.path().exists(), "{shown}");
    expect(&home, &["sessions", "prune", "--larger-than", "7 apples"], 2);
    expect(&home, &["sessions", "prune", "--older-than", "0s", "--yes"], 0);
    assert!(!closed.path().exists() && open.path().exists());
}
