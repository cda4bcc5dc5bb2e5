//! The folder of one session.

use std::path::{Path, PathBuf};

use crate::session::run::{LaneNo, RunNo};

/// The folder of a session; its name is the session's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDir {
    path: PathBuf,
    id: String,
}

impl SessionDir {
    /// The session in this folder. Nothing is looked at.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { path: path.to_owned(), id }
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    /// The runbook as it was when the session began.
    #[must_use]
    pub fn runbook(&self) -> PathBuf {
        self.path.join("runbook.yaml")
    }

    /// A version of the runbook, counted from 1: the one that the session began with.
    #[must_use]
    pub fn runbook_version(&self, version: u32) -> PathBuf {
        match version {
            0 | 1 => self.runbook(),
            version => self.path.join(format!("runbook-{version}.yaml")),
        }
    }

    /// What is kept so that sessions list fast.
    #[must_use]
    pub fn summary(&self) -> PathBuf {
        self.path.join("summary.json")
    }

    /// The file whose lock is held for the life of a screen.
    #[must_use]
    pub fn driver_lock(&self) -> PathBuf {
        self.path.join("driver.lock")
    }

    /// The folder of a run.
    #[must_use]
    pub fn run(&self, run: RunNo) -> PathBuf {
        self.path.join("runs").join(run.to_string())
    }

    /// The folder of a lane.
    #[must_use]
    pub fn lane(&self, lane: LaneNo) -> PathBuf {
        self.path.join("lanes").join(lane.to_string())
    }
}
