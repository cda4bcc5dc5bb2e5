use std::fs;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::runbook::Severity;
use crate::session::event::{Event, Opened, Status};
use crate::store::clock::Fixed;
use crate::store::error::Error;
use crate::store::journal::{self, Journal};
use crate::store::lock::Driver;
use crate::store::paths::Paths;

struct Home {
    _folder: tempfile::TempDir,
    paths: Paths,
}

fn home() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::at(&folder.path().join("data"), &folder.path().join("config"));
    Home { _folder: folder, paths }
}

fn noon() -> DateTime<Utc> {
    "2022-04-30T12:00:00Z".parse().unwrap()
}

fn opened(title: &str) -> Event {
    Event::Opened(Opened {
        title: title.to_owned(),
        runbook: None,
        severity: Some(Severity(2)),
        services: Vec::new(),
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+00:00".to_owned(),
        version: "0.1.0".to_owned(),
    })
}

impl Home {
    fn begin(&self, title: &str, at: DateTime<Utc>) -> (SessionDir, Journal) {
        let dir = create(&self.paths, title, None, at).unwrap();
        let mut journal = Journal::create(&dir.journal(), "nova@alice", Arc::new(Fixed::new(at))).unwrap();
        journal.append(&opened(title).into()).unwrap();
        (dir, journal)
    }

    fn one(&self) -> Summary {
        let mut all = list(&self.paths).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

#[test]
fn without_any_session_the_list_is_empty_and_last_says_so() {
    let home = home();
    assert_eq!(list(&home.paths).unwrap(), []);
    assert!(matches!(find(&home.paths, "last"), Err(Error::NoSessions { .. })));
    assert!(matches!(find(&home.paths, "x"), Err(Error::NoSession { .. })));
}

#[test]
fn a_summary_follows_its_journal() {
    let home = home();
    let (dir, mut journal) = home.begin("Disk full", noon());
    let first = home.one();
    assert_eq!(first.facts.title, "Disk full");
    assert_eq!(first.facts.severity, Some(Severity(2)));
    assert_eq!(first.facts.opened, Some(noon()));
    assert_eq!((first.facts.entries, first.facts.trouble.as_deref()), (1, None));
    assert!(first.is_open() && dir.summary().exists());

    journal.append(&Event::StatusChanged { status: Status::Mitigated }.into()).unwrap();
    assert_eq!(home.one().facts.status, Some(Status::Mitigated));
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    let last = home.one();
    assert_eq!((last.facts.entries, last.is_open()), (3, false));
}

#[test]
fn a_kept_summary_is_used_and_a_foreign_one_is_made_again() {
    let home = home();
    let (dir, _journal) = home.begin("Disk full", noon());
    home.one();
    let kept = fs::read_to_string(dir.summary()).unwrap();
    fs::write(dir.summary(), kept.replace("Disk full", "from the file")).unwrap();
    assert_eq!(home.one().facts.title, "from the file", "not read from the journal again");
    for foreign in ["", "{}", "\0", &kept.replace("\"format\":1", "\"format\":99")] {
        fs::write(dir.summary(), foreign).unwrap();
        assert_eq!(home.one().facts.title, "Disk full", "{foreign:?}");
    }
}

#[test]
fn damaged_sessions_are_listed_and_say_what_is_broken() {
    let home = home();
    let (dir, mut journal) = home.begin("Disk full", noon());
    journal.append(&Event::Reopened.into()).unwrap();
    let text = fs::read_to_string(dir.journal()).unwrap();
    for (content, title, told) in [
        (Some(text.replace("Disk full", "Disk fine")), "Disk fine", "line 2 of its journal is damaged"),
        (Some(text.replacen("\"seq\":1", "\"seq\":3", 1)), "disk-full", "line 1 of its journal is damaged"),
        (Some(String::new()), "disk-full", "no whole entry"),
        (None, "disk-full", "no journal"),
    ] {
        fs::remove_file(dir.journal()).unwrap_or_default();
        if let Some(content) = content {
            fs::write(dir.journal(), content).unwrap();
        }
        let summary = home.one();
        assert_eq!(summary.facts.title, title);
        assert!(summary.facts.trouble.as_deref().unwrap().contains(told), "{summary:?}");
    }
}

#[test]
fn a_summary_says_who_drives() {
    let home = home();
    let (dir, _journal) = home.begin("Disk full", noon());
    assert_eq!(home.one().driver, None);
    let driver = Driver::try_take(&dir, "nova@alice", noon()).unwrap();
    assert_eq!(home.one().driver.unwrap().unwrap().by, "nova@alice");
    drop(driver);
    assert_eq!(home.one().driver, None);
}

#[test]
fn a_session_is_found_by_id_by_unique_prefix_and_as_the_last() {
    let home = home();
    let (old, _) = home.begin("Disk full", noon());
    let (new, _) = home.begin("Queue stuck", noon() + TimeDelta::minutes(5));
    assert_eq!(find(&home.paths, old.id()).unwrap(), old);
    assert_eq!(find(&home.paths, "2022-04-30T1200Z").unwrap(), old);
    assert_eq!(find(&home.paths, "last").unwrap(), new);
    match find(&home.paths, "2022-04-30T1") {
        Err(error @ Error::Ambiguous { .. }) => {
            let hint = error.hint().unwrap();
            assert!(hint.contains(old.id()) && hint.contains(new.id()), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    for nowhere in ["", "..", "../sessions", "/", "2023"] {
        assert!(matches!(find(&home.paths, nowhere), Err(Error::NoSession { .. })), "{nowhere:?}");
    }
}

#[test]
fn within_a_minute_the_last_is_the_one_whose_journal_began_last() {
    let home = home();
    let seconds = [20, 50, 10, 40, 30];
    let dirs: Vec<_> =
        seconds.iter().map(|second| home.begin("Disk full", noon() + TimeDelta::seconds(*second)).0).collect();
    assert_eq!(find(&home.paths, "last").unwrap(), dirs[1]);
    let order: Vec<_> = list(&home.paths).unwrap().iter().map(|one| one.facts.opened.unwrap()).collect();
    assert!(order.is_sorted_by(|a, b| a > b), "{order:?}");
}

#[test]
fn last_is_too_vague_to_write_by_when_several_are_open() {
    let home = home();
    let (old, mut journal) = home.begin("Disk full", noon());
    let (new, mut newer) = home.begin("Queue stuck", noon() + TimeDelta::minutes(5));
    match find_to_write(&home.paths, "last") {
        Err(error @ Error::SeveralOpen { .. }) => assert!(error.hint().unwrap().contains(old.id())),
        other => panic!("{other:?}"),
    }
    assert_eq!(find_to_write(&home.paths, new.id()).unwrap(), new);
    newer.append(&Event::Closed { note: None }.into()).unwrap();
    assert_eq!(find_to_write(&home.paths, "last").unwrap(), old, "the only open one");
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    assert_eq!(find_to_write(&home.paths, "last").unwrap(), new);
}

#[test]
fn a_damaged_session_is_never_the_last_to_write_to() {
    let home = home();
    let (sound, _) = home.begin("Disk full", noon());
    let (damaged, _) = home.begin("Queue stuck", noon() + TimeDelta::minutes(5));
    fs::remove_file(damaged.journal()).unwrap();
    assert_eq!(find_to_write(&home.paths, "last").unwrap(), sound);
    assert_eq!(find(&home.paths, "last").unwrap(), damaged, "it is not hidden from who reads");
}

#[test]
fn a_thousand_sessions_list() {
    let home = home();
    let (first, _journal) = home.begin("Disk full", noon());
    let line = fs::read(first.journal()).unwrap();
    for number in 0..999 {
        let folder = home.paths.sessions().join(format!("2022-04-30T1200Z-copy-{number:04x}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("journal.jsonl"), &line).unwrap();
    }
    for _ in 0..2 {
        let all = list(&home.paths).unwrap();
        assert_eq!(all.iter().filter(|summary| summary.facts.title == "Disk full").count(), 1000);
    }
    assert_eq!(journal::read(&first.journal()).unwrap().entries.len(), 1, "listing writes to no journal");
}

#[test]
fn only_closed_sessions_that_are_old_and_nobody_wants_are_to_go() {
    let home = home();
    let old = Old { than: TimeDelta::days(30), bytes: 0, drills: false };
    let later = noon() + TimeDelta::days(31);
    let (open, _journal) = home.begin("Still open", noon());
    let (closed, mut journal) = home.begin("Long over", noon());
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    let (young, mut journal) = home.begin("Just over", later);
    journal.append(&Event::Closed { note: None }.into()).unwrap();
    let ids = |plan: Plan| plan.go.iter().map(|(summary, _)| summary.dir.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(plan(&home.paths, old, later).unwrap()), [closed.id()]);
    assert_eq!(ids(plan(&home.paths, Old { bytes: 1 << 30, ..old }, later).unwrap()), [""; 0]);
    assert_eq!(ids(plan(&home.paths, Old { drills: true, ..old }, later).unwrap()), [""; 0]);

    fs::create_dir_all(closed.path().join("lanes/1")).unwrap();
    let lock = fs::File::create(closed.path().join("lanes/1/lock")).unwrap();
    lock.lock().unwrap();
    let kept = plan(&home.paths, old, later).unwrap();
    assert_eq!((kept.go.len(), kept.stay[0].1), (0, "a lane still works in it"));
    assert!(matches!(remove(&closed, "nova@alice", later), Err(Error::Busy { .. })));
    drop(lock);
    let driver = Driver::try_take(&closed, "quinn@bob", later).unwrap();
    assert!(matches!(remove(&closed, "nova@alice", later), Err(Error::Held { .. })));
    drop(driver);
    assert!(matches!(remove(&open, "nova@alice", later), Err(Error::Held { .. })), "it was opened meanwhile");

    // A link in it leads nowhere that is altered.
    let outside = home.paths.data.join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("kept"), "x").unwrap();
    std::os::unix::fs::symlink(&outside, closed.path().join("link")).unwrap();
    remove(&closed, "nova@alice", later).unwrap();
    assert!(!closed.path().exists() && outside.join("kept").exists() && open.path().exists() && young.path().exists());
    let left = home.paths.sessions().join(".gone-x");
    fs::create_dir(&left).unwrap();
    sweep(&home.paths).unwrap();
    assert!(!left.exists());
}
