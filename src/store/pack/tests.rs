//! Packs made by hand: whatever is in them, nothing is written where it should not be, and nothing half done is left.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::*;
use crate::session::event::{Event, Opened};
use crate::store::clock::{Clock as _, System};
use crate::store::error::Error;
use crate::store::journal::{self, Journal};
use crate::store::paths::Paths;
use crate::store::session::{SessionDir, create, list};

const LIMITS: Limits = Limits { bytes: 1 << 20, files: 100 };

/// A session with two entries, in a folder of its own.
struct Home {
    folder: tempfile::TempDir,
    dir: SessionDir,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(&folder.path().join("data"), folder.path());
        let dir = create(&paths, "Disk full", Some("stanch: 1\n"), System.now()).unwrap();
        let mut journal = Journal::create(&dir.journal(), "n@a", Arc::new(System)).unwrap();
        let opened = Opened {
            title: "Disk full".into(),
            runbook: None,
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: None,
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".into(),
            version: "0".into(),
        };
        journal.append(&Event::Opened(opened).into()).unwrap();
        journal.append(&Event::Reopened.into()).unwrap();
        Self { folder, dir }
    }

    /// Where nothing was unpacked yet.
    fn elsewhere(&self) -> Paths {
        Paths::at(&self.folder.path().join("elsewhere"), self.folder.path())
    }

    fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack(&self.dir, &mut bytes).unwrap();
        bytes
    }

    /// The entries that a sound pack begins with.
    fn beginning(&self) -> Vec<Made> {
        let read = journal::read(&self.dir.journal()).unwrap();
        let own = Own { stanch_pack: FORM, head: read.head, entries: read.entries.len() as u64 };
        vec![
            self.file("pack.json", &serde_json::to_vec(&own).unwrap()),
            self.file("journal.jsonl", &fs::read(self.dir.journal()).unwrap()),
        ]
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Made {
        Made { name: format!("{}/{name}", self.dir.id()), kind: EntryType::Regular, bytes: bytes.to_vec() }
    }

    /// Unpacks what must be refused: the reason. Nothing is left of it.
    #[track_caller]
    fn refused(&self, pack: &[u8]) -> String {
        let paths = self.elsewhere();
        let error = unpack(pack, &paths, LIMITS, None, &|| false).unwrap_err();
        let left: Vec<_> = fs::read_dir(paths.sessions()).unwrap().collect();
        assert!(left.is_empty(), "{error}: {left:?}");
        let mut outside: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        outside.sort();
        assert_eq!(outside, ["data", "elsewhere"], "{error}");
        error.to_string()
    }
}

/// An entry of a pack, sound or not.
struct Made {
    name: String,
    kind: EntryType,
    bytes: Vec<u8>,
}

fn made(entries: &[Made]) -> Vec<u8> {
    let mut tar = Builder::new(GzBuilder::new().write(Vec::new(), Compression::fast()));
    for entry in entries {
        let mut header = Header::new_ustar();
        // As bytes: the library would not write most of these.
        header.as_old_mut().name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        header.set_entry_type(entry.kind);
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(0o4777);
        if matches!(entry.kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, entry.bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn what_is_packed_is_unpacked_and_private() {
    let home = Home::new();
    fs::create_dir_all(home.dir.path().join("runs/0001")).unwrap();
    fs::write(home.dir.path().join("torn-1.bin"), "torn").unwrap();
    for other in ["append.lock", "summary.json", "lanes"] {
        fs::write(home.dir.path().join(other), "stays here").unwrap();
    }
    let paths = home.elsewhere();
    let unpacked = unpack(home.packed().as_slice(), &paths, LIMITS, None, &|| false).unwrap();
    assert_eq!((unpacked.entries, unpacked.already, unpacked.dir.id()), (2, false, home.dir.id()));
    let mut names: Vec<_> =
        fs::read_dir(unpacked.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["journal.jsonl", "runbook.yaml", "torn-1.bin"]);
    for name in names {
        let path = unpacked.dir.path().join(&name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600, "{}", path.display());
        assert_eq!(fs::read(&path).unwrap(), fs::read(home.dir.path().join(&name)).unwrap());
    }
    assert_eq!(fs::metadata(unpacked.dir.path()).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(list(&paths).unwrap().len(), 1);
    assert_eq!(home.packed(), home.packed(), "the same content makes the same bytes");
}

#[test]
fn the_same_session_is_there_already_and_another_of_its_name_is_refused() {
    let home = Home::new();
    let pack = home.packed();
    let paths = home.elsewhere();
    let again = |pack: &[u8], head: Option<&str>| unpack(pack, &paths, LIMITS, head, &|| false);
    let first = again(&pack, None).unwrap();
    assert!(again(&pack, Some(&first.head[..8].to_uppercase())).unwrap().already);
    assert!(again(&pack, Some("00000000")).unwrap_err().to_string().contains("not with 00000000"));
    let (mut journal, _) = Journal::open(&first.dir.journal(), "n@a", Arc::new(System)).unwrap();
    journal.append(&Event::Reopened.into()).unwrap();
    let error = again(&pack, None).unwrap_err();
    assert!(
        error.to_string().contains("is there already, and it goes on where the pack ends, by 1 entries"),
        "{error}"
    );
    fs::write(first.dir.journal(), "").unwrap();
    let error = again(&pack, None).unwrap_err();
    assert!(error.to_string().contains("its journal is another"), "{error}");
}

#[test]
fn names_that_lead_elsewhere_and_what_is_no_file_are_refused() {
    let home = Home::new();
    let id = home.dir.id();
    let named = |name: String, kind| Made { name, kind, bytes: Vec::new() };
    for (name, kind, why) in [
        ("../canary".to_owned(), EntryType::Regular, "none of a session's files"),
        ("/etc/canary".to_owned(), EntryType::Regular, "none of a session's files"),
        (format!("{id}/../../canary"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/runs/../canary"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/runs/0001/../../canary"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/runs/1/output"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/runs/0000/output"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/lanes/1/state.json"), EntryType::Regular, "none of a session's files"),
        (format!("{id}/driver.lock"), EntryType::Regular, "none of a session's files"),
        ("other/runbook.yaml".to_owned(), EntryType::Regular, "none of a session's files"),
        ("canary".to_owned(), EntryType::Regular, "stands in it"),
        (format!("{id}/runbook.yaml"), EntryType::Symlink, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::Link, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::Fifo, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::Char, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::Block, "no plain file"),
        (format!("{id}/runs"), EntryType::Directory, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::GNUSparse, "no plain file"),
        ("././@LongLink".to_owned(), EntryType::GNULongName, "no plain file"),
        (format!("{id}/runbook.yaml"), EntryType::XHeader, "no plain file"),
        (format!("{id}/journal.jsonl"), EntryType::Regular, "does not stand where it should"),
        (format!("{id}/pack.json"), EntryType::Regular, "does not stand where it should"),
        (format!("{id}/a\u{1b}[2J"), EntryType::Regular, "\\u{1b}[2J"),
    ] {
        let mut entries = home.beginning();
        entries.push(named(name.clone(), kind));
        let refused = home.refused(&made(&entries));
        assert!(refused.starts_with("could not unpack it: ") && refused.contains(why), "{name} {kind:?}: {refused}");
    }
    // The id becomes the name of a folder.
    for id in ["..", ".", "", ".hidden", "-x", "a b"] {
        let mut entries = home.beginning();
        for entry in &mut entries {
            entry.name = entry.name.replace(home.dir.id(), id);
        }
        home.refused(&made(&entries));
    }
}

#[test]
fn more_than_is_taken_is_refused_before_it_is_written() {
    let home = Home::new();
    let with = |more: Vec<Made>| made(&home.beginning().into_iter().chain(more).collect::<Vec<_>>());
    // A bomb: next to nothing as a pack.
    let bomb = with(vec![home.file("runs/0001/output", &vec![0; 2 << 20])]);
    assert!(bomb.len() < 20_000);
    assert!(home.refused(&bomb).contains("more than 1048576 bytes"));
    let many = (1..200).map(|number| home.file(&format!("runs/{number:04}/output"), b"")).collect();
    assert!(home.refused(&with(many)).contains("more than 100 files"));
    let own = made(&[home.file("pack.json", &vec![b' '; 100_000])]);
    assert!(home.refused(&own).contains("pack.json is 100000 bytes long"));
    // It says that it is longer than any disk.
    let mut header = Header::new_ustar();
    let name = format!("{}/runs/0001/output", home.dir.id());
    header.set_path(name).unwrap();
    header.set_size(u64::MAX / 2);
    header.set_cksum();
    let mut tar = Builder::new(GzBuilder::new().write(Vec::new(), Compression::fast()));
    let sound = home.beginning();
    for entry in &sound {
        let mut header = Header::new_ustar();
        header.set_path(&entry.name).unwrap();
        header.set_size(entry.bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, entry.bytes.as_slice()).unwrap();
    }
    tar.append(&header, &b"short"[..]).unwrap();
    let pack = tar.into_inner().unwrap().finish().unwrap();
    assert!(home.refused(&pack).contains("more than 1048576 bytes"));
    let paths = home.elsewhere();
    let endless = Limits { bytes: u64::MAX, ..LIMITS };
    let error = unpack(pack.as_slice(), &paths, endless, None, &|| false).unwrap_err();
    assert!(matches!(&error, Error::Io { cause, .. } if cause.kind() == std::io::ErrorKind::StorageFull), "{error}");
    assert_eq!(fs::read_dir(paths.sessions()).unwrap().count(), 0);
}

/// The tar in a pack; none where its sum or its length is another.
fn inflated(pack: &[u8]) -> Option<Vec<u8>> {
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(pack).read_to_end(&mut tar).ok()?;
    Some(tar)
}

#[test]
fn what_is_no_whole_pack_is_refused() {
    let home = Home::new();
    let pack = home.packed();
    assert!(home.refused(b"").contains("no whole pack"));
    assert!(home.refused(b"not a pack at all").contains("no whole pack"));
    for length in (1..pack.len()).step_by(pack.len() / 40) {
        home.refused(&pack[..length]);
    }
    home.refused(&pack[..pack.len() - 1]);
    // The sum at the end is of what was packed.
    let mut changed = pack.clone();
    let sum = changed.len() - 6;
    changed[sum] ^= 1;
    assert!(home.refused(&changed).contains("no whole pack"));
    let (paths, whole) = (home.elsewhere(), inflated(&pack));
    assert!(whole.is_some());
    for at in (10..pack.len()).step_by(pack.len() / 60) {
        let mut changed = pack.clone();
        changed[at] ^= 0x55;
        // A run of zeros can be told in several ways: what is the same tar, byte for byte, is the same pack.
        if inflated(&changed).is_some_and(|tar| Some(tar) == whole) {
            continue;
        }
        assert!(unpack(changed.as_slice(), &paths, LIMITS, None, &|| false).is_err(), "byte {at}");
    }
    assert!(home.refused(&made(&[])).contains("nothing in it"));
    assert!(home.refused(&made(&[home.file("runbook.yaml", b"")])).contains("does not begin with `pack.json`"));
    assert!(home.refused(&made(&home.beginning()[..1])).contains("could not"));
    let newer = home.file("pack.json", br#"{"stanch_pack": 2, "and": "more"}"#);
    assert!(home.refused(&made(&[newer])).contains("it is of form 2"));
}

#[test]
fn a_journal_that_is_not_the_one_that_was_packed_is_refused() {
    let home = Home::new();
    let text = fs::read_to_string(home.dir.journal()).unwrap();
    let first = text.lines().next().unwrap().to_owned() + "\n";
    for changed in [text.replace("Disk full", "Disk fine"), first, text.clone() + "torn", String::new()] {
        let mut entries = home.beginning();
        entries[1].bytes = changed.clone().into_bytes();
        let refused = home.refused(&made(&entries));
        assert!(refused.contains("its journal"), "{changed}: {refused}");
    }
    let damaged = text.replace("Disk full", "Disk fine");
    fs::write(home.dir.journal(), damaged).unwrap();
    let error = pack(&home.dir, Vec::new()).unwrap_err().to_string();
    assert!(error.contains("could not pack") && error.contains("damaged in line 2"), "{error}");
}

#[test]
fn what_is_broken_off_leaves_nothing_and_what_was_killed_is_swept() {
    let home = Home::new();
    let paths = home.elsewhere();
    let error = unpack(home.packed().as_slice(), &paths, LIMITS, None, &|| true).unwrap_err();
    assert!(error.to_string().contains("broken off"), "{error}");
    assert_eq!(fs::read_dir(paths.sessions()).unwrap().count(), 0);
    let left = |name: &str| {
        let path = paths.sessions().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("journal.jsonl"), "").unwrap();
        path
    };
    let (killed, at_work) = (left(".unpack-killed"), left(".unpack-at-work"));
    let lock = fs::File::open(&at_work).unwrap();
    lock.try_lock().unwrap();
    unpack(home.packed().as_slice(), &paths, LIMITS, None, &|| false).unwrap();
    assert!(!killed.exists() && at_work.exists());
    assert_eq!(list(&paths).unwrap().len(), 1, "what is being unpacked is no session");
}

#[test]
fn no_link_is_followed_while_packing() {
    let home = Home::new();
    let secret = home.folder.path().join("data/secret");
    fs::write(&secret, "not part of it").unwrap();
    fs::remove_file(home.dir.runbook()).unwrap();
    std::os::unix::fs::symlink(&secret, home.dir.runbook()).unwrap();
    let unpacked = unpack(home.packed().as_slice(), &home.elsewhere(), LIMITS, None, &|| false).unwrap();
    assert!(!Path::new(&unpacked.dir.runbook()).exists());
}
