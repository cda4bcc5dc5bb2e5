use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;

use super::*;
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Tag};
use crate::session::walk::Draft;
use crate::store::clock::{Clock, Fixed};
use crate::store::error::Error;
use crate::store::faulty::{Faulty, Switch};

struct Place {
    folder: tempfile::TempDir,
    clock: Arc<Fixed>,
}

impl Place {
    fn new() -> Self {
        let clock = Arc::new(Fixed::new("2022-04-30T19:33:40.123Z".parse().unwrap()));
        Self { folder: tempfile::tempdir().unwrap(), clock }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    fn create(&self) -> Journal {
        Journal::create(&self.path(), "nova@alice", self.clock()).unwrap()
    }

    fn open(&self) -> (Journal, Vec<Entry>) {
        Journal::open(&self.path(), "nova@alice", self.clock()).unwrap()
    }

    fn faulty(&self, switch: &Switch) -> Journal {
        let disk = Faulty::open(&self.path(), switch).unwrap();
        Journal::with_storage(&self.path(), "nova@alice", self.clock(), Box::new(disk)).unwrap().0
    }

    /// A journal of so many notes.
    fn notes(&self, count: usize) -> Vec<Entry> {
        let mut journal = self.create();
        (0..count).flat_map(|number| journal.append(&note(&format!("note {number} \u{2713}"))).unwrap()).collect()
    }
}

fn note(text: &str) -> Draft {
    Event::Note { tag: Tag::Plain, text: text.to_owned() }.into()
}

fn texts(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Note { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn lines_are_the_json_of_entries_and_chained_by_their_hashes() {
    let place = Place::new();
    let mut journal = place.create();
    let time = "2022-04-30T19:30:00Z".parse().unwrap();
    let mut written = journal.append(&note("first")).unwrap();
    place.clock.advance(250);
    written.extend(journal.append(&Draft { happened: Some(When::About(time)), ..note("second\nline") }).unwrap());

    let text = fs::read_to_string(place.path()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], serde_json::to_string(&written[0]).unwrap());
    assert_eq!(written[0].prev, "0".repeat(64));
    assert_eq!(written[1].prev, chain::hash(lines[0].as_bytes()));
    assert_eq!(journal.head(), chain::hash(lines[1].as_bytes()));
    assert_eq!(written[1].boot_ms, 250);
    let back = read(&place.path()).unwrap();
    assert_eq!(back.entries, written);
    assert_eq!(back.head, journal.head());
    assert_eq!((back.torn, back.damage), (None, None));
}

#[test]
fn the_journal_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.notes(1);
    for file in fs::read_dir(place.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_journal_is_never_created_over_another() {
    let place = Place::new();
    place.notes(1);
    assert!(Journal::create(&place.path(), "nova@alice", place.clock()).is_err());
    assert_eq!(read(&place.path()).unwrap().entries.len(), 1);
}

#[test]
fn four_scribes_at_once_do_not_break_the_chain() {
    let place = Place::new();
    place.create();
    let seen: Vec<Vec<Entry>> = thread::scope(|scope| {
        let scribes: Vec<_> = (0..4)
            .map(|who| {
                let place = &place;
                scope.spawn(move || {
                    let (mut journal, mut seen) = place.open();
                    for number in 0..500 {
                        let text = format!("{who}/{number}");
                        let new = journal.append(&note(&text)).unwrap();
                        assert_eq!(texts(&new).last(), Some(&text.as_str()));
                        seen.extend(new);
                    }
                    seen.extend(journal.others().unwrap());
                    seen
                })
            })
            .collect();
        scribes.into_iter().map(|scribe| scribe.join().unwrap()).collect()
    });
    let read = read(&place.path()).unwrap();
    assert_eq!((read.entries.len(), read.damage.clone(), read.torn), (2000, None, None));
    for seen in seen {
        assert_eq!(seen, read.entries[..seen.len()], "each scribe saw every entry, once, in order");
    }
}

#[test]
fn every_prefix_opens_with_its_whole_entries_and_sets_the_rest_aside() {
    let place = Place::new();
    let all = place.notes(4);
    let bytes = fs::read(place.path()).unwrap();
    for cut in 0..=bytes.len() {
        let place = Place::new();
        fs::write(place.path(), &bytes[..cut]).unwrap();
        let whole = memchr::memchr_iter(b'\n', &bytes[..cut]).count();
        let torn = cut - bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);

        let before = read(&place.path()).unwrap();
        assert_eq!(before.entries, all[..whole], "cut at {cut}");
        assert_eq!(before.torn, (torn > 0).then_some(torn as u64), "cut at {cut}");

        let (mut journal, entries) = place.open();
        assert_eq!(entries, all[..whole], "cut at {cut}");
        assert_eq!(fs::read(place.path()).unwrap(), &bytes[..cut], "opening changes nothing");
        let new = journal.append(&note("after the crash")).unwrap();
        assert_eq!(texts(&new), ["after the crash"]);
        let aside = place.folder.path().join("torn-1.bin");
        if torn == 0 {
            assert_eq!(new.len(), 1);
            assert!(!aside.exists());
        } else {
            let told = Event::TailSetAside { bytes: torn as u64, file: "torn-1.bin".to_owned() };
            assert_eq!(new[0].event, told, "cut at {cut}");
            assert_eq!(fs::read(&aside).unwrap(), &bytes[cut - torn..cut]);
        }
        let after = audit(&place.path(), None).unwrap();
        assert!(after.is_sound() && after.torn.is_none(), "cut at {cut}: {after:?}");
        assert_eq!(after.entries, (whole + new.len()) as u64);
    }
}

#[test]
fn a_last_line_that_is_no_entry_is_set_aside_like_a_torn_one() {
    let place = Place::new();
    place.notes(2);
    append_raw(&place.path(), b"\0\0\0\0\0\0\n");
    let (mut journal, entries) = place.open();
    assert_eq!(entries.len(), 2);
    assert_eq!(journal.append(&note("on")).unwrap().len(), 2);
    assert_eq!(fs::read(place.folder.path().join("torn-1.bin")).unwrap(), b"\0\0\0\0\0\0\n");
}

#[test]
fn every_flipped_byte_is_found_by_an_audit_with_the_head() {
    let place = Place::new();
    place.notes(3);
    let bytes = fs::read(place.path()).unwrap();
    let head = read(&place.path()).unwrap().head;
    assert!(audit(&place.path(), Some(&head)).unwrap().is_sound());
    let last_line = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for at in 0..bytes.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            fs::write(place.path(), &changed).unwrap();
            let with_head = audit(&place.path(), Some(&head)).unwrap();
            assert!(!with_head.is_sound(), "byte {at}, bit {bit:#x}");
            assert_eq!(with_head.against, Some(Against::Differs), "byte {at}, bit {bit:#x}");
            if at < last_line {
                let alone = audit(&place.path(), None).unwrap();
                let line = 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count() as u64;
                let told = alone.damage.as_ref().map(|damage| damage.line);
                // Without the newline between them the last two lines are one, which is no entry: it looks torn.
                let merged = at + 1 == last_line && alone.torn.is_some();
                assert!(merged || told == Some(line) || told == Some(line + 1), "byte {at} of line {line}: {alone:?}");
            }
        }
    }
}

#[test]
fn an_audit_says_how_far_the_journal_is_untouched() {
    let place = Place::new();
    let mut journal = place.create();
    journal.append(&note("one")).unwrap();
    journal.append(&note("two")).unwrap();
    let head = journal.head().to_owned();
    journal.append(&note("three")).unwrap();
    for given in [head.as_str(), &head[..8], &head.to_uppercase()] {
        let audit = audit(&place.path(), Some(given)).unwrap();
        assert_eq!(audit.against, Some(Against::Untouched { seq: 2, later: 1 }), "{given}");
    }
    for given in ["", &head[..7], "0123456789"] {
        assert_eq!(audit(&place.path(), Some(given)).unwrap().against, Some(Against::Differs), "{given}");
    }
}

#[test]
fn damage_in_the_middle_leaves_what_is_before_readable_and_the_journal_unwritten() {
    let place = Place::new();
    let all = place.notes(3);
    let text = fs::read_to_string(place.path()).unwrap().replacen("note 1", "note 7", 1);
    fs::write(place.path(), &text).unwrap();

    let read = read(&place.path()).unwrap();
    assert_eq!(read.entries[0], all[0]);
    let damage = read.damage.unwrap();
    assert_eq!(damage.line, 3);
    assert!(damage.reason.contains("line 2"), "{damage:?}");
    match Journal::open(&place.path(), "nova@alice", place.clock()) {
        Err(error @ Error::Damaged { line: 3, .. }) => assert!(error.is_permanent()),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_to_string(place.path()).unwrap(), text);
}

#[test]
fn an_event_of_a_newer_program_keeps_its_place_in_the_chain() {
    let place = Place::new();
    let first = place.notes(1).remove(0);
    let line = fs::read(place.path()).unwrap();
    let prev = chain::hash(&line[..line.len() - 1]);
    let newer = format!(
        r#"{{"v":2,"seq":2,"at":"2022-04-30T19:34:00.000Z","boot_ms":1,"by":"x","weather":"fine","event":{{"type":"note","tag":"sparkling","text":7}},"prev":"{prev}"}}"#
    );
    append_raw(&place.path(), format!("{newer}\n").as_bytes());
    let (mut journal, entries) = place.open();
    assert_eq!(entries[0], first);
    assert_eq!(entries[1].event, Event::Unknown);
    journal.append(&note("on")).unwrap();
    assert!(audit(&place.path(), None).unwrap().is_sound());
    assert!(fs::read_to_string(place.path()).unwrap().contains(&newer), "kept as it was");
}

#[test]
fn an_unknown_event_type_of_this_format_is_kept() {
    let place = Place::new();
    place.notes(1);
    let line = fs::read(place.path()).unwrap();
    let prev = chain::hash(&line[..line.len() - 1]);
    let entry = format!(
        r#"{{"v":1,"seq":2,"at":"2022-04-30T19:34:00.000Z","boot_ms":1,"by":"x","event":{{"type":"comet_seen","tail":[1,2]}},"prev":"{prev}"}}"#
    );
    append_raw(&place.path(), format!("{entry}\n").as_bytes());
    assert_eq!(place.open().1[1].event, Event::Unknown);
}

#[test]
fn a_full_disk_leaves_a_sound_journal_and_the_same_append_succeeds_later() {
    for room in 0..150 {
        for cut_fails_too in [false, true] {
            let place = Place::new();
            place.notes(2);
            let sound = fs::read(place.path()).unwrap();
            let switch = Switch::default();
            let mut journal = place.faulty(&switch);
            switch.get().room = Some(room);
            switch.get().truncate = cut_fails_too;
            let error = journal.append(&note("kept in memory")).unwrap_err();
            assert!(!error.is_permanent());
            assert!(error.hint().unwrap().contains("full"), "{error}");
            if !cut_fails_too {
                assert_eq!(fs::read(place.path()).unwrap(), sound);
            }
            *switch.get() = crate::store::faulty::Faults::default();
            place.clock.advance(1000);
            let new = journal.append(&note("kept in memory")).unwrap();
            assert_eq!(texts(&new), ["kept in memory"], "room for {room}: its own tail is cut off, not set aside");
            assert_eq!(new.len(), 1);
            assert!(audit(&place.path(), Some(journal.head())).unwrap().is_sound());
        }
    }
}

#[test]
fn a_failed_sync_is_remembered_and_the_entry_is_written_anew() {
    for cut_fails_too in [false, true] {
        let place = Place::new();
        place.notes(2);
        let switch = Switch::default();
        let mut journal = place.faulty(&switch);
        switch.get().sync = true;
        switch.get().truncate = cut_fails_too;
        for _ in 0..2 {
            assert!(journal.append(&note("once")).is_err());
            assert!(journal.is_poisoned());
            assert_eq!(journal.others().unwrap(), [], "an unacknowledged entry is nobody's");
            assert_eq!(journal.seq(), 2);
        }
        *switch.get() = crate::store::faulty::Faults::default();
        let new = journal.append(&note("once")).unwrap();
        assert_eq!(texts(&new), ["once"]);
        assert!(!journal.is_poisoned());
        assert_eq!(texts(&read(&place.path()).unwrap().entries).len(), 3, "not twice");
    }
}

#[test]
fn after_a_failed_sync_what_the_disk_lost_is_noticed() {
    let place = Place::new();
    place.notes(3);
    let switch = Switch::default();
    let mut journal = place.faulty(&switch);
    switch.get().sync = true;
    assert!(journal.append(&note("lost")).is_err());
    switch.get().sync = false;
    let mut bytes = fs::read(place.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0);
    fs::write(place.path(), &bytes).unwrap();
    match journal.append(&note("lost")) {
        Err(Error::Damaged { line: 2, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn entries_of_others_are_not_lost_when_an_append_fails() {
    let place = Place::new();
    place.create();
    let switch = Switch::default();
    let mut journal = place.faulty(&switch);
    place.open().0.append(&note("from the other terminal")).unwrap();
    switch.get().room = Some(3);
    assert!(journal.append(&note("mine")).is_err());
    switch.get().room = None;
    assert_eq!(texts(&journal.append(&note("mine")).unwrap()), ["from the other terminal", "mine"]);
}

#[test]
fn a_tail_that_could_not_be_synced_away_is_still_reported() {
    let place = Place::new();
    place.notes(1);
    append_raw(&place.path(), b"{\"v\":1,\"se");
    let switch = Switch::default();
    let mut journal = place.faulty(&switch);
    switch.get().sync = true;
    assert!(journal.append(&note("on")).is_err());
    switch.get().sync = false;
    let new = journal.append(&note("on")).unwrap();
    assert!(matches!(&new[0].event, Event::TailSetAside { bytes: 10, .. }), "{new:?}");
    assert_eq!(texts(&new), ["on"]);
}

#[test]
fn a_journal_that_was_deleted_or_shortened_takes_nothing_more() {
    let place = Place::new();
    place.notes(3);
    let (mut journal, _) = place.open();
    let bytes = fs::read(place.path()).unwrap();
    fs::OpenOptions::new().write(true).open(place.path()).unwrap().set_len(20).unwrap();
    assert!(matches!(journal.append(&note("x")), Err(Error::Damaged { .. })));
    fs::write(place.path(), bytes).unwrap();
    journal.append(&note("y")).unwrap();
    fs::remove_file(place.path()).unwrap();
    let error = journal.append(&note("z")).unwrap_err();
    assert!(error.to_string().contains("deleted"), "{error}");
}

fn append_raw(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_read_without_panic_and_are_never_all_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let place = Place::new();
        fs::write(place.path(), &bytes).unwrap();
        let read = read(&place.path()).unwrap();
        prop_assert!(read.entries.is_empty());
        prop_assert_eq!(bytes.is_empty(), read.torn.is_none() && read.damage.is_none());
    }

    #[test]
    fn what_is_appended_is_what_is_read(notes in proptest::collection::vec(".{0,40}", 1..12)) {
        let place = Place::new();
        let mut journal = place.create();
        let written: Vec<_> = notes.iter().flat_map(|text| journal.append(&note(text)).unwrap()).collect();
        prop_assert_eq!(texts(&written), notes);
        prop_assert_eq!(place.open().1, written);
    }
}

#[test]
fn an_entry_that_depends_on_what_others_wrote_is_made_when_that_was_read() {
    let place = Place::new();
    place.notes(1);
    let ((mut first, _), (mut second, _)) = (place.open(), place.open());
    first.append(&note("from the first")).unwrap();
    let mut seen = Vec::new();
    let stamp = place.clock().stamp();
    let written = second.append_made(stamp, &mut |others| {
        seen = texts(others).into_iter().map(str::to_owned).collect();
        note(&format!("after {}", others.len()))
    });
    assert_eq!(seen, ["from the first"]);
    assert_eq!(texts(&written.unwrap()), ["from the first", "after 1"]);
}
