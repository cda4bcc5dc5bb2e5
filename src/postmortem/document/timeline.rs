//! The timeline as data: rows, gaps, stays in phases.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::postmortem::prose::Prose;
use crate::runbook::{PhaseName, Severity};
use crate::session::entry::When;
use crate::session::run::RunNo;

/// The timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The day, where it is one.
    pub day: Option<NaiveDate>,
    /// What T+ counts from.
    pub anchor: Anchor,
    /// The rows in order.
    pub rows: Vec<Row>,
    /// Which phase the walk was in, in order.
    pub phases: Vec<Stay>,
}

/// A stay in a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// The phase.
    pub phase: PhaseName,
    /// Since.
    pub from: DateTime<Utc>,
    /// Until; the end of the record where it was not left.
    pub to: DateTime<Utc>,
}

/// What T+ counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The start of the impact.
    Impact,
    /// The first event: the start of the impact is unknown.
    First,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// Something happened.
    Event(EventRow),
    /// Nothing was recorded for so long.
    Gap(Gap),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRow {
    /// The entry's number; the first one's where several stand in one row.
    pub seq: u64,
    /// When it happened.
    pub time: When,
    /// Milliseconds since the anchor, both times cut to the second.
    pub t_plus_ms: i64,
    /// When it was recorded, where that is another time.
    pub recorded: Option<DateTime<Utc>>,
    /// The phase it belongs to.
    pub phase: Option<PhaseName>,
    /// The key moment it is, where it is one.
    pub marker: Option<Marker>,
    /// What happened.
    pub event: Prose,
    /// What proves it.
    pub evidence: Vec<Evidence>,
}

/// A key moment; each at most once in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "field terms")]
pub enum Marker {
    ImpactBegins,
    Detected,
    Declared(Severity),
    Mitigated,
    Resolved,
    Closed,
}

/// Where something can be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A run.
    Run(RunNo),
    /// A journal entry.
    Entry(u64),
}

/// A time in which nothing was recorded and nothing ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Since.
    pub from: DateTime<Utc>,
    /// Until.
    pub to: DateTime<Utc>,
    /// The session was paused.
    pub paused: bool,
}

impl Gap {
    /// How long, in milliseconds.
    #[must_use]
    pub fn lasted_ms(&self) -> i64 {
        (self.to - self.from).num_milliseconds()
    }
}
