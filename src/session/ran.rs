//! What is recorded of a run: its start, its end, and what it meant.

use serde::{Deserialize, Serialize};

use super::run::{Exit, LaneNo, Purpose, RunEnd, RunNo};
use crate::runbook::{Effect, Mode, Shell, VarName};

/// The rule that is set aside where the operator has something run that cannot be recorded first.
pub const RECORD_BEFORE_ACT: &str = "record before act";

/// What is about to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// Its number.
    pub run: RunNo,
    /// Its lane.
    pub lane: LaneNo,
    /// Why it is run.
    pub purpose: Purpose,
    /// The text given to the shell.
    pub command: String,
    /// The operator changed the runbook's command.
    #[serde(default)]
    pub edited: bool,
    /// The shell.
    pub shell: Shell,
    /// How it meets its terminal.
    pub mode: Mode,
    /// What it does to the world.
    pub effect: Effect,
    /// A person (or `--yes`) confirmed it.
    #[serde(default)]
    pub confirmed: bool,
    /// As whom, where not the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// On which host, where not this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// In which directory, where the step says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The values in force that the command mentions; secret ones by name only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(VarName, Option<String>)>,
}

impl RunStarted {
    /// Whether it was typed in a recorded shell.
    #[must_use]
    pub fn is_shells(&self) -> bool {
        self.purpose == Purpose::Shell
    }

    /// Whether it counts as a change: what is verified after it, and listed to be taken back. What is typed in a shell is recorded as
    /// what may have altered something, but most of it looks; only its typist knows, so it moves nothing.
    #[must_use]
    pub fn counts_as_change(&self) -> bool {
        self.effect != Effect::Read && !self.is_shells()
    }
}

/// What a run was and what it meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEnded {
    /// Its number.
    pub run: RunNo,
    /// What is known of its end.
    pub end: RunEnd,
    /// Held against what was expected.
    pub verdict: Verdict,
    /// Ended while no screen was there to see it.
    #[serde(default)]
    pub unseen: bool,
    /// For a run that was followed: lines that matched, for each flag of its step in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<u64>,
}

impl RunEnded {
    /// How it ended.
    #[must_use]
    pub fn exit(&self) -> &Exit {
        &self.end.exit
    }
}

/// A run held against what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    Healthy,
    /// Not as expected; each reason a short clause: "expected exit 0, got 7", "expected a line like ^2, saw 500".
    Unhealthy(Vec<String>),
    /// Stopped by the operator before it could be judged.
    Stopped,
    /// The outcome is unknown.
    Unknown,
}

impl Verdict {
    /// Whether it was as expected.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        matches!(self, Self::Healthy)
    }
}
