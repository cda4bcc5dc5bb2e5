//! What is to be done, and what is told back.

use chrono::{DateTime, Utc};

use super::intent::Secret;
use crate::runbook::{StepId, VarName};
use crate::session::entry::{Entry, When};
use crate::session::event::Event;
use crate::session::flags::FlagFound;
use crate::session::judge::Judgement;
use crate::session::run::{RunEnd, RunNo, RunSpec};

/// An event on its way into the journal: what, and when it happened where that is not now.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What happened.
    pub event: Event,
    /// When, where that is not now.
    pub happened: Option<When>,
}

impl From<Event> for Draft {
    fn from(event: Event) -> Self {
        Self { event, happened: None }
    }
}

/// Something to be done. Orders of one answer are carried out strictly one after the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Append to the journal and wait until it is on disk.
    Record(Box<Draft>),
    /// Start a run. The record before it is on disk by then; if it could not be written, nothing is started.
    Start(Box<RunSpec>),
    /// Stop a run.
    Stop {
        /// The run.
        run: RunNo,
        /// KILL is allowed.
        force: bool,
    },
    /// What the run exported, and the directory it ended in, carry over to the next run of its lane.
    Keep(RunNo),
    /// Remember a secret's value in memory: for commands, and to redact it.
    Remember {
        /// The variable.
        name: VarName,
        /// Its value.
        value: Secret,
    },
    /// Tell [`Happening::Waited`] after this many milliseconds.
    Wait {
        /// The step that waits for its next try.
        step: StepId,
        /// How long.
        ms: u64,
    },
}

impl Order {
    /// An order to record an event that happens now.
    #[must_use]
    pub fn record(event: Event) -> Self {
        Self::Record(Box::new(event.into()))
    }
}

/// Something that happened at the rim and concerns the walk.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// An entry is on disk: this screen's own, or another scribe's.
    Recorded(Box<Entry>),
    /// An entry waits in memory for a disk that does not take it, and counts from here on: the operator goes on without it.
    Lent(Box<Entry>),
    /// Everything that was lent is on disk now: all entries since the first that was, in the order in which they stand there.
    Written {
        /// As they stand in the journal.
        entries: Vec<Entry>,
        /// Those among them that were not lent: what others wrote meanwhile.
        others: Vec<Entry>,
    },
    /// A run that is followed printed something its step has a flag for, the first time.
    Flagged(Box<Flagged>),
    /// A run is over, its output was read and judged.
    RunOver(Box<RunOver>),
    /// A run's supervisor is gone and left no end: the outcome is unknown.
    RunLost(RunNo),
    /// The time between two tries is over.
    Waited(StepId),
}

/// The first match of a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Flagged {
    /// The run.
    pub run: RunNo,
    /// What was found.
    pub found: FlagFound,
    /// When it came, in milliseconds since the run began; none where it came just now.
    pub after_ms: Option<u64>,
    /// When it was read.
    pub read: DateTime<Utc>,
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOver {
    /// The run.
    pub run: RunNo,
    /// What is known of its end.
    pub end: RunEnd,
    /// What its output says.
    pub judgement: Judgement,
    /// The value, where the output was a secret.
    pub secret: Option<Secret>,
    /// It ended while no screen was there.
    pub unseen: bool,
    /// Lines that matched, for each flag of its step.
    pub flags: Vec<u64>,
}
