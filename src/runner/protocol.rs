//! What a lane's supervisor and its clients say to each other: one JSON object a line, both ways.

use serde::{Deserialize, Serialize};

use crate::runbook::VarName;
use crate::session::run::{RunEnd, RunNo, RunSpec};

/// The version of these words. A supervisor lives on when the program is upgraded, so both sides say theirs first.
pub(super) const VERSION: u32 = 2;

/// What a client asks of the supervisor. Not `Debug`: it may hold secrets.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request {
    /// The first line of a client.
    Hello {
        /// The client's [`VERSION`].
        version: u32,
    },
    /// Start a run.
    Start {
        /// What.
        spec: Box<RunSpec>,
        /// Secrets by name and value; held in memory, never written.
        secrets: Vec<(VarName, String)>,
    },
    /// Go on with a run that lives on another machine, and whose supervisor on this one died.
    TakeUp {
        /// What it was started as.
        spec: Box<RunSpec>,
        /// Secrets by name and value; held in memory, never written.
        secrets: Vec<(VarName, String)>,
    },
    /// Secrets that came to light while something runs: not to be written from now on.
    Hide {
        /// By name and value.
        secrets: Vec<(VarName, String)>,
    },
    /// Keys for the running command.
    Input {
        /// Ignored when another run is under way by now.
        run: RunNo,
        /// In base64.
        data: String,
    },
    /// The terminal has another size.
    Resize {
        /// Ignored when another run is under way by now.
        run: RunNo,
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// Take the next step of the stop ladder.
    Stop {
        /// Ignored when another run is under way by now.
        run: RunNo,
        /// KILL is allowed, whatever the command does to the world.
        force: bool,
    },
    /// The run passed: its environment and directory carry over.
    Keep {
        /// Which.
        run: RunNo,
    },
    /// The last `Grew` was taken in; the next may come.
    Heard,
    /// The session is closed: leave as soon as nothing is alive in the lane.
    Close,
}

/// What the supervisor says.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Reply {
    /// The first line to a client.
    Hello {
        /// The supervisor's [`VERSION`].
        version: u32,
        /// Its process id, for people.
        pid: i32,
        /// The run under way.
        running: Option<RunNo>,
    },
    /// Something happened.
    Notice {
        /// What.
        notice: Notice,
    },
}

/// What a lane tells its clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// The command exists. Also told to a client that comes while it runs.
    Started {
        /// The run.
        run: RunNo,
        /// The process (and process group) of its shell.
        pid: i32,
        /// Processes of earlier runs that were alive then: on a terminal their output cannot be told from this run's.
        others: u32,
    },
    /// Its output grew. At most one is on its way to a client at any time.
    Grew {
        /// The run.
        run: RunNo,
        /// Bytes in `output` by now.
        bytes: u64,
    },
    /// The disk has no room for what it writes: that is read, counted and shown, and not kept. Told before the `Grew` it belongs to.
    Unkept {
        /// The run.
        run: RunNo,
        /// Bytes so far that came and were not kept.
        bytes: u64,
        /// The last of them, redacted, at most 64 KiB, in base64.
        last: String,
    },
    /// The command asks for something on its terminal, or is done asking.
    Prompt {
        /// The run.
        run: RunNo,
        /// What is typed is not shown: it asks for a password. False when that is over.
        hidden: bool,
    },
    /// A step of the stop ladder was taken.
    Stopping {
        /// The run.
        run: RunNo,
        /// The signal, as in `TERM`.
        signal: String,
        /// KILL follows by itself after this many milliseconds; none where only the operator may send it.
        kill_after_ms: Option<u64>,
    },
    /// The grace is over and the run is still alive: only a stop with `force` ends it.
    StillAlive {
        /// The run.
        run: RunNo,
    },
    /// The run is over and its `exit.json` is on disk, as far as the disk took it.
    Ended {
        /// The run.
        run: RunNo,
        /// What is known of its end.
        end: RunEnd,
        /// Standard output of a run whose output is a secret, as it came; none where it was longer than 64 KiB.
        secret_output: Option<String>,
    },
    /// The connection to the run's machine was lost: nobody knows how it ended, or whether. There is no `exit.json`.
    Lost {
        /// The run.
        run: RunNo,
        /// Which connection, and what `ssh` said last.
        what: String,
    },
    /// Something an operator must know.
    Trouble {
        /// In words.
        what: String,
    },
    /// The supervisor is gone.
    Gone,
}
