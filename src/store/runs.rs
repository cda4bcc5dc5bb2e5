//! What is on disk of one run: `command.json` before it starts, `output`, `times` and `index` while it goes on, `exit.json` at its end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Result};
use super::private;
use crate::session::run::{RunEnd, RunSpec};

/// The folder of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// The run in this folder. Nothing is looked at.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Makes the folder of a run that is about to start, with its `command.json`; both last through a crash.
    ///
    /// # Errors
    /// Also where the folder exists: a run is started once.
    pub fn create(path: &Path, spec: &RunSpec) -> Result<Self> {
        let parent = path.parent().unwrap_or(path);
        private::create_dirs(parent).map_err(Error::at("create", parent))?;
        private::create_dir(path).map_err(Error::at("create", path))?;
        let run = Self::at(path);
        run.write("command.json", spec)?;
        private::sync_dir(parent).map_err(Error::at("sync", parent))?;
        Ok(run)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the run wrote, redacted.
    #[must_use]
    pub fn output(&self) -> PathBuf {
        self.path.join("output")
    }

    /// When it wrote it.
    #[must_use]
    pub fn times(&self) -> PathBuf {
        self.path.join("times")
    }

    /// Where its lines begin.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.path.join("index")
    }

    /// What was asked for.
    ///
    /// # Errors
    /// Where it is missing or cannot be understood.
    pub fn command(&self) -> Result<RunSpec> {
        let path = self.path.join("command.json");
        self.read("command.json")?.ok_or_else(|| Error::at("read", &path)(io::ErrorKind::NotFound.into()))
    }

    /// How it ended; none while it goes on, or where nobody saw the end.
    ///
    /// # Errors
    /// Where it cannot be read or understood.
    pub fn end(&self) -> Result<Option<RunEnd>> {
        self.read("exit.json")
    }

    /// Writes down how it ended: whole or not at all, and lasting when this returns.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write_end(&self, end: &RunEnd) -> Result<()> {
        self.write("exit.json", end)
    }

    fn write(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let path = self.path.join(name);
        let write = || private::replace(&path, &serde_json::to_vec_pretty(value)?);
        write().map_err(Error::at("write", &path))
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.path.join(name);
        let read = || match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        };
        read().map_err(Error::at("read", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::{Effect, Mode, Shell, StopSignal};
    use crate::session::run::{Exit, LaneNo, Purpose, RunNo};

    fn spec() -> RunSpec {
        RunSpec {
            run: RunNo(7),
            lane: LaneNo(1),
            purpose: Purpose::AdHoc,
            command: "true".to_owned(),
            shell: Shell::Sh,
            strict: false,
            mode: Mode::Pty,
            effect: Effect::Read,
            cwd: None,
            env: vec![("A".to_owned(), "1".to_owned())],
            secrets: vec!["PASSWORD".to_owned()],
            width: 240,
            timeout_ms: None,
            stop_signal: StopSignal::Term,
            stop_grace_ms: 5000,
            as_before: None,
            secret_output: false,
            detach: false,
        }
    }

    #[test]
    fn a_run_is_created_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs/0007");
        let run = RunDir::create(&path, &spec()).unwrap();
        assert_eq!(run.command().unwrap(), spec());
        assert_eq!(run.end().unwrap(), None);
        assert!(RunDir::create(&path, &spec()).unwrap_err().to_string().starts_with("could not create"));
        let end = RunEnd {
            exit: Exit::Code(3),
            stopped: None,
            took_ms: 12,
            bytes: 0,
            lines: 0,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        run.write_end(&end).unwrap();
        assert_eq!(RunDir::at(&path).end().unwrap(), Some(end));
    }

    #[test]
    fn an_end_that_cannot_be_understood_is_said_and_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("exit.json"), "{\"exit\":").unwrap();
        let error = RunDir::at(folder.path()).end().unwrap_err().to_string();
        assert!(error.contains("exit.json"), "{error}");
    }
}
