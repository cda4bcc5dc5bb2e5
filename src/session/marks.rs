//! The words of the field: kinds of notes, key times, where an incident stands, how it was noticed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::runbook::Mark;

/// The kind of a note. The sign is what the operator types before the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// No sign: an observation.
    #[default]
    Plain,
    /// `+`: went well.
    Good,
    /// `-`: went badly.
    Bad,
    /// `!`: lucky, or important.
    Luck,
    /// `?`: an open question.
    Question,
    /// `x`: ruled out, a dead end.
    DeadEnd,
    /// `TODO`: an action item.
    Todo,
}

/// What a line of output says of a key time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Of which.
    pub mark: Mark,
    /// When it was, to the second.
    pub time: DateTime<Utc>,
}

/// Where the incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "field terms")]
pub enum Status {
    Investigating,
    Identified,
    Mitigated,
    Resolved,
    Closed,
    Paused,
}

impl Status {
    /// The word used on screen and in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Paused => "paused",
        }
    }
}

/// How an incident was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detection {
    /// An alert, or a check that somebody else runs.
    Monitoring,
    /// Somebody who uses it said so.
    User,
    /// Whoever works on it came upon it.
    Responder,
}

impl Detection {
    /// All, monitoring first.
    pub const ALL: [Self; 3] = [Self::Monitoring, Self::User, Self::Responder];

    /// The words used on screen and in the record: it was detected ...
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monitoring => "by monitoring",
            Self::User => "by a user",
            Self::Responder => "by a responder, by accident",
        }
    }
}
