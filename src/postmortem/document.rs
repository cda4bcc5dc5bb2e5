//! The record as data: what is in it, before a format decides how it is written.
//!
//! A document is a list of sections, each with content of its own type. A further section is a further variant of [`Section`];
//! a further format is a further renderer. Strings are raw: nothing in here is escaped for anything.

mod people;
mod timeline;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::length::Length;
use super::prose::Prose;
use crate::runbook::{Effect, PhaseName, Severity};
use crate::session::entry::When;
use crate::session::event::{Mark, RunbookRef, Status};
use crate::session::excerpt::Excerpt;
use crate::session::run::RunNo;

pub use people::{Cause, Detected, Feedback, HandOver, Patch, PatchStep, Person, Responders};
pub use timeline::{Anchor, EventRow, Evidence, Gap, Marker, Row, Stay, Timeline};

/// The version of the document's format.
pub const VERSION: u32 = 1;

/// What is known of a session beside its entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// The session's id.
    pub session: String,
    /// The hash of the journal's last line.
    pub head: String,
    /// This program's version.
    pub version: String,
    /// What is wrong with the journal's end, where something is: a torn last line, damage after which nothing could be read.
    pub trouble: Option<String>,
}

/// A postmortem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Data about it, for programs.
    pub front: Front,
    /// What it says, in order.
    pub sections: Vec<Section>,
}

/// The data a program wants first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Front {
    /// Format version.
    pub postmortem: u32,
    /// The session's id.
    pub id: String,
    /// The incident's title.
    pub title: String,
    /// How bad it was, in the end.
    pub severity: Option<Severity>,
    /// Where the incident stands.
    pub status: Status,
    /// Planned work, not an incident.
    pub planned: bool,
    /// The drill's name, where it was one.
    pub drill: Option<String>,
    /// The services concerned.
    pub services: Vec<String>,
    /// Key times that are known.
    pub key_times: Vec<(Mark, When)>,
    /// Durations between them.
    pub metrics: Vec<Metric>,
    /// The runbook.
    pub runbook: Option<RunbookRef>,
    /// Machines the session was worked on.
    pub hosts: Vec<String>,
    /// Who took part, in the order of their first entry.
    pub responders: Vec<String>,
    /// Entries in the journal.
    pub entries: u64,
    /// The hash of the journal's last line.
    pub head: String,
    /// This program's version.
    pub version: String,
}

/// A part of the document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "section", content = "content", rename_all = "snake_case")]
pub enum Section {
    /// What happened, in a sentence.
    Summary(Summary),
    /// Who felt it, and how long.
    Impact(Impact),
    /// When what was, and how long it took.
    KeyTimes(KeyTimes),
    /// Everything of note, in order.
    Timeline(Timeline),
    /// How it was noticed.
    Detection(Detected),
    /// What ended it, and what proves that.
    Mitigation(Mitigation),
    /// What was tried and led nowhere.
    DeadEnds(Vec<DeadEnd>),
    /// What was thought to be the cause, or a part of it.
    Contributing(Vec<Cause>),
    /// What went well, what went badly, where there was luck: notes.
    Lessons(Lessons),
    /// What is to be done: notes.
    Actions(Vec<NoteText>),
    /// What nobody knows yet: notes.
    Questions(Vec<NoteText>),
    /// Who took part.
    Responders(Responders),
    /// What the session says of its runbook.
    Feedback(Feedback),
    /// Every command.
    Commands(Vec<Command>),
    /// What commands printed, and texts too long for a table.
    Output(Output),
    /// How far the record can be trusted.
    Provenance(Provenance),
}

/// What happened, in a few sentences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The sentences.
    pub sentences: Vec<Prose>,
}

/// Who felt it, and how long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Impact {
    /// When it began, where known.
    pub from: Option<When>,
    /// When it ended (mitigated), where known.
    pub to: Option<When>,
    /// How long that was.
    pub lasted: Length,
    /// The services concerned.
    pub services: Vec<String>,
    /// What that is of the error budget, where the runbook names an objective.
    pub budget: Option<String>,
}

/// When what was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyTimes {
    /// The times.
    pub times: Vec<KeyTime>,
    /// Marks that cannot all be true, each pair in a clause.
    pub contradictions: Vec<String>,
    /// The durations.
    pub metrics: Vec<Metric>,
    /// Time in phases.
    pub phases: Vec<PhaseTime>,
    /// How bad it was, and from when.
    pub severities: Vec<(When, Severity)>,
    /// The operators' zone, as `+02:00`, where it is not UTC.
    pub zone: Option<String>,
}

/// A key time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyTime {
    /// Its name.
    pub name: String,
    /// When; none is unknown.
    pub time: Option<When>,
    /// Who set it, and how.
    pub set: String,
}

/// A duration between two key times, with how it was computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its name in data.
    pub key: &'static str,
    /// How long.
    pub value: Length,
    /// How it was computed.
    pub formula: String,
}

/// Time in a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseTime {
    /// The phase.
    pub phase: PhaseName,
    /// Milliseconds in it, all stays together.
    pub spent_ms: u64,
    /// Still in it at the end of the record.
    pub open: bool,
    /// Its time box in milliseconds.
    pub box_ms: Option<u64>,
}

/// What ended it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mitigation {
    /// What was done, in sentences.
    pub sentences: Vec<Prose>,
    /// What was altered.
    pub changes: Vec<Altered>,
    /// The last result of every verify step.
    pub verified: Vec<Verified>,
}

/// Something that was altered, or may have been.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Altered {
    /// The run.
    pub run: RunNo,
    /// When it began.
    pub at: DateTime<Utc>,
    /// What it was.
    pub what: Prose,
    /// How it ended.
    pub result: Prose,
    /// The run that took it back.
    pub undone: Option<RunNo>,
}

/// The last result of a verify step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// The step's title.
    pub title: String,
    /// How it ended; none where it was never run.
    pub result: Option<Prose>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The run.
    pub run: Option<RunNo>,
}

/// Something that was tried and led nowhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadEnd {
    /// When.
    pub time: When,
    /// How long it took, in milliseconds, where that is known.
    pub took_ms: Option<u64>,
    /// What was tried, or ruled out.
    pub what: Prose,
    /// What was seen.
    pub seen: Prose,
    /// What proves it.
    pub evidence: Vec<Evidence>,
}

/// Notes by what they say of the work.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Lessons {
    /// Went well.
    pub well: Vec<NoteText>,
    /// Went badly.
    pub badly: Vec<NoteText>,
    /// Luck.
    pub luck: Vec<NoteText>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoteText {
    /// Its entry.
    pub seq: u64,
    /// When.
    pub time: When,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// A command that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Command {
    /// Its number.
    pub run: RunNo,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds; none while it runs, or when nobody saw its end.
    pub took_ms: Option<u64>,
    /// On which host, with its target where its name is another; none where the record does not say on which machine the session was worked.
    pub host: Option<String>,
    /// Who had it run.
    pub by: String,
    /// As whom, where not as themselves.
    pub user: Option<String>,
    /// Where, where the step says so.
    pub cwd: Option<String>,
    /// Why it was run.
    pub purpose: String,
    /// What was given to the shell.
    pub command: String,
    /// The operator changed the runbook's command.
    pub edited: bool,
    /// What it may do.
    pub effect: Effect,
    /// Typed in a recorded shell: nobody said what it does.
    pub typed: bool,
    /// How it ended.
    pub exit: String,
}

/// Appendix B.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Output {
    /// By run.
    pub runs: Vec<RunOutput>,
    /// Notes and answers too long for a row, in full: entry and text.
    pub texts: Vec<(u64, String)>,
}

/// What a run printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunOutput {
    /// The run.
    pub run: RunNo,
    /// What it was.
    pub what: Prose,
    /// Its command in full, where the table has not room for it.
    pub command: Option<String>,
    /// Lines pinned as evidence: first, last, text.
    pub pinned: Vec<(u64, u64, String)>,
    /// Newlines in the output; none where nobody saw the end.
    pub lines: Option<u64>,
    /// sha-256 of the output.
    pub sha256: Option<String>,
    /// Bytes that came but were not kept.
    pub dropped: u64,
    /// How the output differs from what the journal recorded, where it does.
    pub differs: Option<String>,
    /// The output.
    pub excerpt: Result<Excerpt, String>,
}

/// How far the record can be trusted.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Provenance {
    /// Entries in the journal.
    pub entries: u64,
    /// The hash of its last line.
    pub head: String,
    /// What is wrong with the journal's end.
    pub trouble: Option<String>,
    /// Times without a record.
    pub gaps: Vec<Gap>,
    /// Entries whose time was given later.
    pub back_dated: Vec<BackDated>,
    /// Placeholders written instead of secrets, by run.
    pub redacted: Vec<(RunNo, u64)>,
    /// Bytes of output that were not kept, by run.
    pub dropped: Vec<(RunNo, u64)>,
    /// Runs whose output is not what the journal recorded.
    pub differ: Vec<RunNo>,
    /// Torn lines set aside: bytes, and the file they are in.
    pub torn: Vec<(u64, String)>,
    /// Values that were taken out of the record later: the entry that says so, and from where.
    pub taken_out: Vec<(u64, String)>,
    /// Runs that ended while no screen was there.
    pub unseen: Vec<RunNo>,
    /// Runs whose end nobody saw and nobody found out.
    pub unknown_ends: Vec<RunNo>,
    /// Steps of the wall clock: between these two entries, by so many milliseconds.
    pub clock_steps: Vec<(u64, u64, i64)>,
    /// How often the machine was started anew.
    pub reboots: u32,
    /// Rules overridden, with the reason.
    pub overrides: Vec<(String, String)>,
    /// Entries written by a later version of this program, which this one cannot read.
    pub unread: u64,
}

/// An entry whose time was given later.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackDated {
    /// The entry.
    pub seq: u64,
    /// When it happened.
    pub happened: When,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
}
