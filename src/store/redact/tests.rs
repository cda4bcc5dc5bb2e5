use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::session::event::{Opened, RunEnded, Tag, Verdict};
use crate::session::run::Exit;
use crate::store::clock::{Clock as _, Fixed};
use crate::store::index::Writer;
use crate::store::journal::{self, Against, Journal, audit};
use crate::store::outputs::{Held, hold};
use crate::store::runs::RunDir;

const VALUE: &str = "hunter2\"\\é/9";

struct Bench {
    folder: tempfile::TempDir,
    dir: SessionDir,
    journal: Journal,
}

fn at() -> Fixed {
    Fixed::new("2022-04-30T12:00:00Z".parse().unwrap())
}

fn note(text: &str) -> Event {
    Event::Note { tag: Tag::Plain, text: text.to_owned() }
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let dir = SessionDir::at(&folder.path().join("s"));
    private::create_dir(dir.path()).unwrap();
    let mut journal = Journal::create(&dir.journal(), "nova@alice", Arc::new(at())).unwrap();
    let opened = Opened {
        title: "Disk full".to_owned(),
        runbook: None,
        severity: None,
        services: Vec::new(),
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+00:00".to_owned(),
        version: "0".to_owned(),
    };
    journal.append(&Event::Opened(opened).into()).unwrap();
    Bench { folder, dir, journal }
}

impl Bench {
    /// A run that printed this, with a time behind each piece.
    fn run(&mut self, number: u32, pieces: &[&str]) {
        let folder = self.dir.run(RunNo(number));
        private::create_dirs(&folder).unwrap();
        let (mut output, mut times) = (String::new(), String::new());
        for (index, piece) in pieces.iter().enumerate() {
            output.push_str(piece);
            writeln!(times, "{} {}", index * 40, output.len()).unwrap();
        }
        fs::write(folder.join("output"), &output).unwrap();
        fs::write(folder.join("times"), times).unwrap();
        Writer::begin(&folder.join("index")).grew(output.as_bytes());
        let end = RunEnd {
            exit: Exit::Code(0),
            stopped: None,
            took_ms: 1,
            bytes: output.len() as u64,
            lines: output.matches('\n').count() as u64,
            sha256: journal::hash(output.as_bytes()),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        RunDir::at(&folder).write_end(&end).unwrap();
        let ended = RunEnded { run: RunNo(number), end, verdict: Verdict::Healthy, unseen: false, flags: Vec::new() };
        self.journal.append(&Event::RunEnded(Box::new(ended)).into()).unwrap();
    }

    fn note(&mut self, text: &str) {
        self.journal.append(&note(text).into()).unwrap();
    }

    fn redact(&self) -> Result<Option<Taken>> {
        redact(&self.dir, "LEAKED", VALUE, "nova@alice", at().stamp())
    }

    fn grep(&self, what: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in listed(&folder).unwrap() {
                if path.is_dir() {
                    folders.push(path);
                } else if memchr::memmem::find(&fs::read(&path).unwrap(), what.as_bytes()).is_some() {
                    found.push(path);
                }
            }
        }
        found
    }
}

fn full() -> Bench {
    let mut bench = bench();
    bench.run(1, &["nothing\n", "here\n"]);
    bench.note("first");
    bench.run(2, &["a line\nthe pass", "word is hun", "ter2\"\\é/9, and\n", "again hunter2\"\\é/9\n", "end"]);
    bench.note(&format!("it is {VALUE}, I think"));
    bench.note("last");
    fs::write(bench.dir.runbook(), format!("stanch: 1\ntitle: x\nvars:\n  P: {{ default: hunter2\"\\é/9 }}\nfix:\n  steps: [{{ title: a, run: 'x {VALUE}' }}]\n")).unwrap();
    private::create_dirs(&bench.dir.path().join("lanes/1")).unwrap();
    fs::write(bench.dir.path().join("lanes/1/late"), format!("late {VALUE}")).unwrap();
    let quoted = serde_json::json!({ "command": format!("login {VALUE}"), "run": 2 }).to_string();
    fs::write(bench.dir.run(RunNo(2)).join("command.json"), quoted).unwrap();
    bench
}

#[test]
fn a_value_is_gone_everywhere_and_everything_else_is_proven() {
    let bench = full();
    let before = audit(&bench.dir.journal(), None).unwrap();
    let taken = bench.redact().unwrap().unwrap();
    assert_eq!(bench.grep("hunter2"), Vec::<PathBuf>::new());
    assert_eq!(taken.redacted.entries, [4, 5]);
    assert_eq!(taken.redacted.files, ["lanes/1/late", "runbook.yaml", "runs/0002/command.json", "runs/0002/output"]);
    let runbook = fs::read(bench.dir.runbook()).unwrap();
    assert!(runbook::parse_bytes("x", &runbook).runbook.is_some(), "{}", String::from_utf8_lossy(&runbook));

    let after = audit(&bench.dir.journal(), Some(&before.head)).unwrap();
    assert!(after.is_sound(), "{after:?}");
    assert_eq!(after.against, Some(Against::Before { seq: 6, by: 7, altered: vec![4, 5] }));
    assert_eq!((after.redactions[0].proven, after.head.as_str()), (4, taken.head.as_str()));

    let read = journal::read(&bench.dir.journal()).unwrap();
    let Event::RunEnded(ended) = &read.entries[3].event else { panic!("{read:?}") };
    assert_eq!(hold(&bench.dir.run(RunNo(2)).join("output"), &ended.end), Held::AsRecorded);
    assert_eq!(RunDir::at(&bench.dir.run(RunNo(2))).end().unwrap(), Some(ended.end.clone()));
    assert_eq!(ended.end.redacted, 2);
    assert_eq!(read.entries[4].event, note("it is [secret LEAKED], I think"));
    let times = fs::read_to_string(bench.dir.run(RunNo(2)).join("times")).unwrap();
    let text = fs::read_to_string(bench.dir.run(RunNo(2)).join("output")).unwrap();
    assert_eq!(text, "a line\nthe password is [secret LEAKED], and\nagain [secret LEAKED]\nend");
    // The second came in the middle of the value: what is decided by then ends before it.
    let places: Vec<&str> =
        times.lines().map(|line| &text[..line.split_once(' ').unwrap().1.parse().unwrap()]).collect();
    let ends: Vec<&str> = places.iter().map(|place| &place[place.len().saturating_sub(4)..]).collect();
    assert_eq!(ends, ["pass", " is ", "and\n", "ED]\n", "\nend"]);
}

#[test]
fn without_the_value_nothing_is_touched() {
    let mut bench = bench();
    bench.run(1, &["nothing\n"]);
    let before = fs::read(bench.dir.journal()).unwrap();
    assert_eq!(bench.redact().unwrap(), None);
    assert_eq!(fs::read(bench.dir.journal()).unwrap(), before);
    assert!(!bench.dir.path().join(".redact-new").exists());
}

#[test]
fn what_was_altered_behind_the_records_back_is_not_made_sound() {
    let bench = full();
    let path = bench.dir.run(RunNo(2)).join("output");
    fs::write(&path, format!("forged, {VALUE}")).unwrap();
    bench.redact().unwrap().unwrap();
    let read = journal::read(&bench.dir.journal()).unwrap();
    let Event::RunEnded(ended) = &read.entries[3].event else { panic!("{read:?}") };
    assert!(matches!(hold(&path, &ended.end), Held::Differs(_)));
}

#[test]
fn two_redactions_each_prove_what_they_left() {
    let mut bench = full();
    let first = audit(&bench.dir.journal(), None).unwrap().head;
    bench.redact().unwrap().unwrap();
    let (journal, _) = Journal::open(&bench.dir.journal(), "nova@alice", Arc::new(at())).unwrap();
    bench.journal = journal;
    bench.note("and another");
    let second = bench.journal.head().to_owned();
    redact(&bench.dir, "TOO", "first", "quinn@bob", at().stamp()).unwrap().unwrap();
    let told = |head: &str| audit(&bench.dir.journal(), Some(head)).unwrap();
    assert!(told(&first).is_sound(), "{:?}", told(&first));
    assert_eq!(told(&first).against, Some(Against::Before { seq: 6, by: 7, altered: vec![3, 4, 5] }));
    assert_eq!(told(&second).against, Some(Against::Before { seq: 8, by: 9, altered: vec![3, 4, 5] }));
}

#[test]
fn more_than_what_was_taken_out_is_found() {
    let bench = full();
    let head = audit(&bench.dir.journal(), None).unwrap().head;
    let taken = bench.redact().unwrap().unwrap();
    // As a forger would: another text in an entry, and the whole chain made anew.
    let text = fs::read_to_string(bench.dir.journal()).unwrap().replace("last", "lost");
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut prev = journal::FIRST_PREV.to_owned();
    for line in text.lines() {
        let entry = journal::decode(line.as_bytes()).unwrap();
        let line = chained(line.as_bytes(), &entry.prev, &prev).unwrap();
        prev = journal::hash(&line);
        lines.push(line);
    }
    fs::write(bench.dir.journal(), [lines.join(&b'\n'), b"\n".to_vec()].concat()).unwrap();
    let found = audit(&bench.dir.journal(), Some(&head)).unwrap();
    assert!(!found.is_sound());
    assert!(found.redactions[0].wrong.as_deref().unwrap().contains("entry 6"), "{found:?}");

    let hashes = bench.dir.path().join(taken.redacted.hashes.unwrap().file);
    fs::write(&hashes, fs::read_to_string(&hashes).unwrap().replacen('a', "b", 1)).unwrap();
    let found = audit(&bench.dir.journal(), Some(&head)).unwrap();
    assert!(found.redactions[0].wrong.as_deref().unwrap().contains("not what was recorded"), "{found:?}");
}

#[test]
fn a_crash_at_any_point_leaves_the_old_record_or_the_new_one() {
    let bench = full();
    let work =
        Work { dir: &bench.dir, secrets: &secrets("LEAKED", VALUE).unwrap(), stage: place::begin(&bench.dir).unwrap() };
    work.stage_all("[secret LEAKED]", "nova@alice", at().stamp()).unwrap().unwrap();
    // Before it is whole, and whole but not begun.
    let copy = |name: &str| {
        let to = bench.folder.path().join(name);
        let done = std::process::Command::new("cp").arg("-a").arg(bench.dir.path()).arg(&to).status().unwrap();
        assert!(done.success());
        SessionDir::at(&to)
    };
    for (name, renamed) in [("preparing", false), ("prepared", true)] {
        let dir = copy(name);
        if renamed {
            fs::rename(dir.path().join(".redact-new"), dir.path().join(".redact")).unwrap();
        }
        assert!(!is_unfinished(&dir));
        finish(&dir).unwrap();
        assert!(fs::read_to_string(dir.journal()).unwrap().contains("hunter2"));
        assert_eq!(
            listed(dir.path()).unwrap().iter().filter(|path| path.to_string_lossy().contains(".redact")).count(),
            0
        );
    }
    // The journal is new, and some of the rest: a later entry is not lost by finishing.
    place::commit(&bench.dir).unwrap();
    let staged = bench.dir.path().join(".redact/lanes/1/late");
    fs::rename(&staged, bench.dir.path().join("lanes/1/late")).unwrap();
    assert!(is_unfinished(&bench.dir));
    let (mut journal, _) = Journal::open(&bench.dir.journal(), "quinn@bob", Arc::new(at())).unwrap();
    journal.append(&note("meanwhile").into()).unwrap();
    assert_eq!(bench.redact().unwrap(), None, "there is nothing left but to finish");
    assert_eq!(bench.grep("hunter2"), Vec::<PathBuf>::new());
    assert_eq!(journal::read(&bench.dir.journal()).unwrap().entries.last().unwrap().event, note("meanwhile"));
    assert!(audit(&bench.dir.journal(), None).unwrap().is_sound());
}

#[test]
fn a_torn_end_is_set_aside_without_the_value() {
    let bench = full();
    let torn = format!("{{\"v\":1,\"text\":\"{}", "hunter2\\\"\\\\é/9");
    let mut text = fs::read(bench.dir.journal()).unwrap();
    text.extend_from_slice(torn.as_bytes());
    fs::write(bench.dir.journal(), text).unwrap();
    bench.redact().unwrap().unwrap();
    assert_eq!(bench.grep("hunter2"), Vec::<PathBuf>::new());
    let kept = fs::read_to_string(bench.dir.path().join("torn-1.bin")).unwrap();
    assert!(kept.ends_with("[secret LEAKED]"), "{kept}");
    assert!(audit(&bench.dir.journal(), None).unwrap().is_sound());
}

#[test]
fn nobody_is_at_work_meanwhile() {
    let bench = full();
    let driver = Driver::try_take(&bench.dir, "quinn@bob", at().stamp().at).unwrap();
    assert!(matches!(bench.redact(), Err(Error::Held { .. })));
    drop(driver);
    let lock = fs::File::create(bench.dir.path().join("lanes/1/lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(bench.redact(), Err(Error::Busy { .. })));
    assert!(!bench.grep("hunter2").is_empty());
    drop(lock);
    bench.redact().unwrap().unwrap();
}

#[test]
fn a_word_of_the_record_itself_is_no_value() {
    let bench = full();
    let before = fs::read(bench.dir.journal()).unwrap();
    for value in ["note", "2022-04-30T12:00:00.000Z", "abc", "", "secret"] {
        let refused = redact(&bench.dir, "LEAKED", value, "nova@alice", at().stamp());
        assert!(matches!(refused, Err(Error::Value { .. })), "{value}: {refused:?}");
    }
    assert_eq!(fs::read(bench.dir.journal()).unwrap(), before);
}

proptest! {
    // Each syncs a dozen files.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_the_output_its_index_and_sum_follow(
        pieces in prop::collection::vec(prop_oneof![
            "[a-c \n]{0,20}", Just(VALUE.to_owned()), Just("\u{1b}[2J".to_owned()), Just("hunter".to_owned()), Just("2\"\\é/9".to_owned()),
        ], 0..12),
    ) {
        let mut bench = bench();
        bench.run(1, &pieces.iter().map(String::as_str).collect::<Vec<_>>());
        let found = bench.redact().unwrap();
        let output = fs::read(bench.dir.run(RunNo(1)).join("output")).unwrap();
        prop_assert_eq!(found.is_some(), pieces.concat().replace('\n', "").contains(VALUE) || memchr::memmem::find(&output, b"[secret").is_some());
        let read = journal::read(&bench.dir.journal()).unwrap();
        let Event::RunEnded(ended) = &read.entries[1].event else { panic!() };
        prop_assert_eq!(hold(&bench.dir.run(RunNo(1)).join("output"), &ended.end), Held::AsRecorded);
        let anew = bench.folder.path().join("anew");
        Writer::begin(&anew).grew(&output);
        prop_assert_eq!(fs::read(anew).unwrap(), fs::read(bench.dir.run(RunNo(1)).join("index")).unwrap());
        let times = fs::read_to_string(bench.dir.run(RunNo(1)).join("times")).unwrap();
        let places: Vec<usize> = times.lines().map(|line| line.split_once(' ').unwrap().1.parse().unwrap()).collect();
        prop_assert!(places.is_sorted() && places.last().is_none_or(|last| *last == output.len()));
    }
}
