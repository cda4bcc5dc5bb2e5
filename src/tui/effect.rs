//! What the screen wants done outside itself. Data, compared in tests.

use std::path::PathBuf;

use crate::drive::Job;
use crate::runbook::StepId;
use crate::session::run::RunNo;

/// Something to be carried out by the event loop, strictly in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// For the drive.
    Job(Box<Job>),
    /// Load the library and the open sessions.
    LoadLibrary,
    /// Read what a runbook says of itself.
    Describe {
        /// Its id.
        id: String,
        /// Which one of that id.
        origin: String,
    },
    /// Open a session.
    Open(Open),
    /// Give the terminal back and stop until continued.
    Suspend,
    /// Give this to the clipboard of the terminal.
    Copy(String),
    /// Show the output of a run in a pager.
    Pager {
        /// The run.
        run: RunNo,
        /// The line to begin at, from 1.
        line: u64,
    },
    /// Work out what the session taught its runbook.
    Learn,
    /// Open the runbook in the operator's editor, at a step.
    EditRunbook {
        /// The step.
        step: Option<StepId>,
    },
    /// See what was edited.
    ReadRunbook {
        /// sha-256 of what was there before.
        before: String,
    },
    /// Show a file in a pager.
    Read(PathBuf),
    /// Open a recorded shell on the terminal.
    Shell,
    /// Draw everything anew.
    Redraw,
    /// End the program with this exit code, once all before it is carried out.
    Quit(u8),
}

impl Effect {
    /// A job for the drive.
    pub(crate) fn job(job: Job) -> Self {
        Self::Job(Box::new(job))
    }
}

/// Which session to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Open {
    /// A new one with a runbook.
    Runbook {
        /// Its id.
        id: String,
        /// Which one of that id.
        origin: String,
    },
    /// One that was left open.
    Session {
        /// Its id.
        id: String,
    },
    /// A new one without a runbook.
    Untitled {
        /// What is wrong.
        title: String,
    },
}
