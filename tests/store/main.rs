//! Sessions on disk, through the library's front door and through the real binary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper may fail as its test may")]

#[path = "../support/mod.rs"]
mod support;

mod commands;
mod doors;
mod kill;
mod redact;

use std::path::Path;
use std::sync::Arc;

use stanch::session::event::{Event, Opened};
use stanch::store::clock::{Clock, System};
use stanch::store::journal::Journal;
use stanch::store::paths::Paths;
use stanch::store::session::{self, SessionDir};

/// Begins a session as `stanch start` does.
fn begin(data: &Path, title: &str) -> (SessionDir, Journal) {
    let dir = session::create(&Paths::at(data, data), title, None, System.now()).unwrap();
    let mut journal = Journal::create(&dir.journal(), "tester@here", Arc::new(System)).unwrap();
    let opened = Opened {
        title: title.to_owned(),
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
    (dir, journal)
}
