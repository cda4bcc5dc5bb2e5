//! A session's entries: runs that start and end, and notes between them.

use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use stanch::runbook::{Effect, Mode, Shell};
use stanch::session::entry::{Entry, VERSION};
use stanch::session::event::{Event, Opened, RunEnded, RunStarted, Tag, Verdict};
use stanch::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo};
use stanch::store::journal::FIRST_PREV;

/// What every run printed.
const OUTPUT: &str = "ok\n";

/// So many entries: an opening, then a run's start, its end and a note, again and again, five seconds apart.
///
/// The hashes chain as they do in a journal; what takes the time is making JSON of each, so this is no matter of a moment.
pub(crate) fn entries(count: usize) -> serde_json::Result<Vec<Entry>> {
    let (mut entries, mut prev) = (Vec::with_capacity(count), FIRST_PREV.to_owned());
    for (seq, event) in (1..).zip(events().take(count)) {
        let entry = entry(seq, event, prev);
        prev = hash(&serde_json::to_vec(&entry)?);
        entries.push(entry);
    }
    Ok(entries)
}

/// The bytes of the journal that holds these entries.
pub(crate) fn journal(entries: &[Entry]) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Puts the output of every run of these entries into the folder of runs.
pub(crate) fn outputs(runs: &Path, entries: &[Entry]) -> io::Result<()> {
    for entry in entries {
        if let Event::RunEnded(ended) = &entry.event {
            let folder = runs.join(ended.run.to_string());
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("output"), OUTPUT)?;
        }
    }
    Ok(())
}

fn events() -> impl Iterator<Item = Event> {
    let opened = Opened {
        title: "Requests answer 500".to_owned(),
        runbook: None,
        severity: None,
        services: vec!["web".to_owned()],
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+00:00".to_owned(),
        version: "0.1.0".to_owned(),
    };
    std::iter::once(Event::Opened(opened))
        .chain((1..).flat_map(|number| [started(number), ended(number), note(number)]))
}

fn entry(seq: u64, event: Event, prev: String) -> Entry {
    let began: DateTime<Utc> = DateTime::from_timestamp(1_651_347_220, 0).unwrap_or_default();
    let seconds = i64::try_from(seq * 5).unwrap_or(0);
    Entry {
        v: VERSION,
        seq,
        at: began + TimeDelta::seconds(seconds),
        boot_ms: 8_000_000 + seq * 5000,
        by: "nova@alice".to_owned(),
        happened: None,
        event,
        prev,
    }
}

fn started(number: u32) -> Event {
    let change = number.is_multiple_of(3);
    Event::RunStarted(Box::new(RunStarted {
        run: RunNo(number),
        lane: LaneNo(1),
        purpose: Purpose::AdHoc,
        command: "curl -fsS http://127.0.0.1:3000/health | grep ok".to_owned(),
        edited: false,
        shell: Shell::Sh,
        mode: Mode::Pty,
        effect: if change { Effect::Change } else { Effect::Read },
        confirmed: change,
        user: None,
        host: None,
        cwd: None,
        values: Vec::new(),
    }))
}

fn ended(number: u32) -> Event {
    let end = RunEnd {
        exit: Exit::Code(0),
        stopped: None,
        took_ms: 400,
        bytes: OUTPUT.len() as u64,
        lines: 1,
        sha256: hash(OUTPUT.as_bytes()),
        dropped: 0,
        redacted: 0,
        carried: true,
        left_behind: 0,
    };
    Event::RunEnded(Box::new(RunEnded {
        run: RunNo(number),
        end,
        verdict: Verdict::Healthy,
        unseen: false,
        flags: Vec::new(),
    }))
}

fn note(number: u32) -> Event {
    Event::Note { tag: Tag::Plain, text: format!("it's | still *there*, {number} times") }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
