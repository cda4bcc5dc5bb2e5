//! What a run is: its number, what was asked for, how it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::runbook::{Effect, Mode, Shell, StepId, StopSignal, VarName};

/// The number of a run in its session, from 1. Its folder is `runs/0007`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunNo(
    /// From 1.
    pub u32,
);

impl fmt::Display for RunNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The number of a lane in its session, from 1. Its folder is `lanes/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneNo(
    /// From 1.
    pub u32,
);

impl fmt::Display for LaneNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What makes two runs share a lane.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaneKey {
    /// A name of the runbook's `hosts`; none means this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The target behind that name (`ssh://...`, an alias); none means this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Another user than the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// A lane for work beside the walk, of this name: a follow run (its step's id), the readiness of the revert (`ready`), a recorded
    /// shell (`shell 1`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
}

/// What the names of recorded shells begin with; no step's id has a blank.
const SHELL: &str = "shell ";

impl LaneKey {
    /// The lane of a recorded shell, the how manieth of its session.
    #[must_use]
    pub fn shell(number: u32) -> Self {
        Self { host: None, target: None, user: None, beside: Some(format!("{SHELL}{number}")) }
    }

    /// Whether it is the lane of a recorded shell: nobody but that shell runs anything in it.
    #[must_use]
    pub fn is_shell(&self) -> bool {
        self.beside.as_deref().is_some_and(|name| name.starts_with(SHELL))
    }
}

/// Why a run is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It is the step's command.
    Step {
        /// The step.
        step: StepId,
        /// From 1; a retry is the next.
        attempt: u32,
    },
    /// It takes back the change that run made.
    Undo {
        /// The change's step.
        step: StepId,
        /// The change.
        of: RunNo,
    },
    /// A guard of a step must hold first.
    Guard {
        /// The step guarded.
        step: StepId,
        /// Which guard: the runbook's own first, then the step's, from 0.
        index: u32,
    },
    /// Did an interrupted change happen? (`done_if`)
    Probe {
        /// The change's step.
        step: StepId,
        /// The interrupted run.
        of: RunNo,
    },
    /// Its output is a variable's value.
    Variable {
        /// The variable.
        name: VarName,
    },
    /// Its output tells which machines are behind a name of a host.
    Inventory {
        /// The name.
        host: String,
    },
    /// The operator's own command.
    AdHoc,
    /// Typed in a recorded shell, beside the walk; by whom says the entry.
    Shell,
}

/// What is to be run: everything the supervisor needs except the values of secrets, which never leave memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Its number.
    pub run: RunNo,
    /// Its lane.
    pub lane: LaneNo,
    /// Why.
    pub purpose: Purpose,
    /// The text given to the shell.
    pub command: String,
    /// The shell.
    pub shell: Shell,
    /// Every line must succeed (`sh -e`).
    pub strict: bool,
    /// How it meets its terminal.
    pub mode: Mode,
    /// What it does to the world.
    pub effect: Effect,
    /// In which directory; none means where the lane is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Environment on top of the lane's: the variables in force, then the step's own `env`.
    pub env: Vec<(String, String)>,
    /// Variables whose values are secret: filled in at the rim, never written.
    pub secrets: Vec<VarName>,
    /// Columns of its terminal.
    pub width: u16,
    /// Stopped after this many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// The first signal of the stop ladder.
    pub stop_signal: StopSignal,
    /// Milliseconds between that signal and KILL.
    pub stop_grace_ms: u64,
    /// Start from the environment and directory that this earlier run started from (a retry), not from the lane's present ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_before: Option<RunNo>,
    /// The output is a secret: it is handed back (at most 64 KiB), never written.
    pub secret_output: bool,
    /// On another machine: it outlives the connection, and has no terminal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detach: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It could not be started; the reason.
    NotStarted(String),
    /// Nobody saw the end: the supervisor was gone.
    Unknown,
}

/// Why a run was stopped before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The operator asked.
    Operator,
    /// Its timeout ran out.
    Timeout,
}

/// What is known of a run at its end; also the content of its `exit.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// How it ended.
    pub exit: Exit,
    /// Why it was stopped, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// Milliseconds from start to end, by the clock that goes on through suspend.
    pub took_ms: u64,
    /// Bytes kept in `output`, after redaction.
    pub bytes: u64,
    /// Newlines in `output`.
    pub lines: u64,
    /// Lower-case hexadecimal sha-256 of `output`.
    pub sha256: String,
    /// Bytes that came but were not kept (no room, or secret output).
    #[serde(default)]
    pub dropped: u64,
    /// Placeholders written instead of secrets.
    #[serde(default)]
    pub redacted: u64,
    /// Whether environment and directory at its end are known, so that they can carry over.
    pub carried: bool,
    /// Processes of the run that were still alive at its end (a server in the background, an escapee).
    #[serde(default)]
    pub left_behind: u32,
}

impl RunEnd {
    /// An end of which nothing is known but this: no output, nothing that carries over, nothing left behind.
    #[must_use]
    pub fn of(exit: Exit) -> Self {
        Self {
            exit,
            stopped: None,
            took_ms: 0,
            bytes: 0,
            lines: 0,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: false,
            left_behind: 0,
        }
    }
}
