//! What a journal may say, line by line, its chain taken for sound: the state that it folds into, and every form of its record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stanch::postmortem::{Document, Meta, html, json, markdown};
use stanch::session::entry::{Entry, VERSION};
use stanch::session::event::Event;
use stanch::session::excerpt::Excerpts;
use stanch::session::state::State;

fuzz_target!(|text: &str| {
    let mut at: chrono::DateTime<chrono::Utc> = chrono::DateTime::UNIX_EPOCH;
    let mut entries = Vec::new();
    for line in text.lines() {
        // A line is an entry as it stands in a journal, or an event alone, a second after the one before.
        let entry = serde_json::from_str::<Entry>(line).ok().or_else(|| {
            let event = serde_json::from_str::<Event>(line).ok()?;
            let (by, prev) = ("nova@alice".to_owned(), String::new());
            Some(Entry { v: VERSION, seq: 0, at, boot_ms: 0, by, happened: None, event, prev })
        });
        if let Some(mut entry) = entry {
            entry.seq = entries.len() as u64 + 1;
            at = entry.at.checked_add_signed(chrono::TimeDelta::seconds(1)).unwrap_or(at);
            entries.push(entry);
        }
    }
    let _ = State::replay(&entries);
    let meta = Meta { session: "s".to_owned(), head: String::new(), version: String::new(), trouble: None };
    let document = Document::new(&entries, None, &Excerpts::default(), &meta);
    let _ = (markdown::render(&document), html::render(&document), json::render(&document));
});
