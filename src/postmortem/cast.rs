//! A session to be played again: its runs as scenes, and the lines of an asciicast of version 2
//! (<https://docs.asciinema.org/manual/asciicast/v2/>), which every player takes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::describe;
use super::history::History;
use crate::runbook::{Mode, Runbook};
use crate::session::entry::Entry;
use crate::session::run::RunNo;
use crate::text::visible;

/// Pauses longer than this are played as long as this, in seconds; the recorded times stay true.
const IDLE_LIMIT: f64 = 2.0;

/// What is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    /// The session's title.
    pub title: String,
    /// When it begins.
    pub began: Option<DateTime<Utc>>,
    /// The runs, in the order of their beginnings.
    pub scenes: Vec<Scene>,
}

/// A run to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// Its number.
    pub run: RunNo,
    /// When it began, in milliseconds since the cast began.
    pub at_ms: u64,
    /// When it ended; none where that is not known.
    pub ended_ms: Option<u64>,
    /// What it was.
    pub title: String,
    /// Its command, in lines fit for a terminal.
    pub command: Vec<String>,
    /// How it ended, in words.
    pub end: String,
    /// Its output passed through the kernel's output processing.
    pub interactive: bool,
}

impl Cast {
    /// The scenes of a session, or of one of its runs alone; that cast begins with the run.
    #[must_use]
    pub fn new(entries: &[Entry], runbook: Option<&Runbook>, only: Option<RunNo>) -> Self {
        let history = History::new(entries, runbook);
        let runs = || history.state.runs.values().filter(|run| only.is_none_or(|only| only == run.started.run));
        let began = match only {
            Some(_) => runs().next().map(|run| run.at),
            None => history.state.began,
        };
        let mut scenes: Vec<Scene> = runs()
            .map(|run| {
                let at_ms = began.map_or(0, |began| run.at.since(&began));
                let took = run.ended.as_ref().map(|ended| ended.end.took_ms);
                let title = describe::name(&history, run).plain();
                Scene {
                    run: run.started.run,
                    at_ms,
                    ended_ms: took.map(|took| at_ms + took),
                    title: visible::clean(&title).into_owned(),
                    command: run.started.command.lines().map(|line| visible::clean(line).into_owned()).collect(),
                    end: visible::clean(&describe::exit(run)).into_owned(),
                    interactive: run.started.mode == Mode::Interactive,
                }
            })
            .collect();
        scenes.sort_by_key(|scene| (scene.at_ms, scene.run));
        Self { title: history.title().to_owned(), began: began.map(|began| began.at), scenes }
    }

    /// The first line, for a terminal of so many columns and rows.
    #[must_use]
    pub fn header(&self, (columns, rows): (u16, u16)) -> String {
        let mut header = BTreeMap::from([
            ("version", json!(2)),
            ("width", json!(columns)),
            ("height", json!(rows)),
            ("title", json!(visible::clean(&self.title))),
            ("idle_time_limit", json!(IDLE_LIMIT)),
            ("env", json!({ "TERM": "xterm-256color" })),
        ]);
        header.extend(self.began.map(|began| ("timestamp", json!(began.timestamp()))));
        line(&json!(header))
    }
}

impl Scene {
    /// What is played before the output: the title and the command, as at a prompt.
    #[must_use]
    pub fn opening(&self) -> String {
        let title = format!("\x1b[2m# {}: {}\x1b[m\r\n", self.run, self.title);
        let command = self.command.iter().enumerate().map(|(place, line)| {
            let prompt = if place == 0 { "$" } else { ">" };
            format!("\x1b[1m{prompt} {line}\x1b[m\r\n")
        });
        title + &command.collect::<String>()
    }

    /// What is played behind it.
    #[must_use]
    pub fn closing(&self) -> String {
        format!("\r\n\x1b[2m# {}: {}\x1b[m\r\n\r\n", self.run, self.end)
    }
}

/// What happens at a moment of a cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happens {
    /// This is written to the terminal.
    Output(String),
    /// The terminal has another size: columns and rows.
    Resize(u16, u16),
    /// A place to jump to.
    Marker(String),
}

/// The line of what happens, so many milliseconds after the beginning.
#[must_use]
pub fn event(at_ms: u64, happens: &Happens) -> String {
    let (code, data) = match happens {
        Happens::Output(text) => ("o", text.clone()),
        Happens::Resize(columns, rows) => ("r", format!("{columns}x{rows}")),
        Happens::Marker(label) => ("m", label.clone()),
    };
    #[expect(clippy::cast_precision_loss, reason = "exact to the millisecond for longer than any incident")]
    let seconds = at_ms as f64 / 1000.0;
    line(&json!([seconds, code, data]))
}

fn line(value: &Value) -> String {
    value.to_string() + "\n"
}
