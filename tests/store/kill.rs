//! Scribes killed at any moment: what was acknowledged is there.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use stanch::session::event::{Event, Tag};
use stanch::store::clock::System;
use stanch::store::journal::{Journal, audit, read};

use super::begin;

/// Names the journal to the child, and what its notes begin with.
const CHILD: &str = "STANCH_TEST_SCRIBE";
const ROUNDS: u32 = 60;

/// What the children run: appends without end, and says on its standard output which notes are on disk.
#[test]
#[ignore = "the child of the_acknowledged_entries_of_killed_scribes_are_all_there"]
fn scribe() {
    let Ok(asked) = env::var(CHILD) else { return };
    let (name, path) = asked.split_once(' ').unwrap();
    let (mut journal, _) = Journal::open(&PathBuf::from(path), "scribe@here", Arc::new(System)).unwrap();
    for number in 0_u64.. {
        let text = format!("{name}/{number}/{}", "x".repeat(usize::try_from(number % 7).unwrap() * 900));
        journal.append(&Event::Note { tag: Tag::Plain, text: text.clone() }.into()).unwrap();
        let mut out = stdout().lock();
        // Nobody listens any more: this child was forgotten, and must not fill the disk.
        if writeln!(out, "acknowledged {text}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn start(name: &str, path: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "kill::scribe", "--ignored", "--nocapture", "--test-threads=1"])
        .env(CHILD, format!("{name} {path}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child acknowledge so many notes, then some more work at random, and kills it; gives all it acknowledged.
fn kill_after(mut child: Child, notes: u32, spins: u32) -> Vec<String> {
    let mut said = BufReader::new(child.stdout.take().unwrap());
    // A line that is torn by the kill acknowledges nothing.
    let mut lines = std::iter::from_fn(move || {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    });
    let mut acknowledged = Vec::new();
    let note = |line: String| line.split_once("acknowledged ").map(|(_, note)| note.to_owned());
    while acknowledged.len() < notes as usize {
        match lines.next() {
            Some(line) => acknowledged.extend(note(line)),
            None => panic!("the scribe ended by itself"),
        }
    }
    for _ in 0..spins {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(lines.filter_map(note));
    acknowledged
}

#[test]
fn the_acknowledged_entries_of_killed_scribes_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, _) = begin(folder.path(), "Killed");
    let path = dir.journal();
    let mut acknowledged = Vec::new();
    // Always the same numbers; the moments they lead to are the machine's.
    let mut seed = 0x2545_f491_u32;
    let mut random = |below: u32| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed % below
    };
    for round in 0..ROUNDS {
        let pair = ["a", "b"].map(|who| {
            let child = start(&format!("{round}{who}"), path.to_str().unwrap());
            let (notes, spins) = (random(8), random(60_000));
            thread::spawn(move || kill_after(child, notes, spins))
        });
        for scribe in pair {
            acknowledged.extend(scribe.join().unwrap());
        }
        let found = audit(&path, None).unwrap();
        assert_eq!(found.damage, None, "round {round}");
    }
    // One more writer sets aside what the last one may have torn.
    let (mut journal, _) = Journal::open(&path, "after@here", Arc::new(System)).unwrap();
    journal.append(&Event::Reopened.into()).unwrap();
    let read = read(&path).unwrap();
    assert_eq!((read.torn, read.damage), (None, None));
    let mut notes = HashSet::new();
    for entry in &read.entries {
        if let Event::Note { text, .. } = &entry.event {
            assert!(notes.insert(text.as_str()), "{text} is there twice");
        }
    }
    let lost: Vec<_> = acknowledged.iter().filter(|note| !notes.contains(note.as_str())).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert!(acknowledged.len() > ROUNDS as usize);
    let torn = fs::read_dir(dir.path())
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("torn-"));
    println!("{} acknowledged, {} entries, {} torn tails", acknowledged.len(), read.entries.len(), torn.count());
}
