//! A home of its own for every test: nothing of the developer's configuration, sessions or environment gets in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A temporary folder with `home`, `data`, `config`, `tmp` and `work` in it; gone when dropped.
pub(crate) struct Home {
    root: TempDir,
}

impl Home {
    /// Makes one. Its path is short, because sockets below it have at most 107 bytes.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("st").tempdir().expect("a temporary folder");
        for name in ["home", "data", "config", "tmp", "work"] {
            std::fs::create_dir(root.path().join(name)).expect("a folder in it");
        }
        Self { root }
    }

    /// The folder all others are in.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Where sessions are kept: `STANCH_DATA_DIR`.
    pub(crate) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Where the configuration is: `STANCH_CONFIG_DIR`.
    pub(crate) fn config(&self) -> PathBuf {
        self.root().join("config")
    }

    /// Where commands start.
    pub(crate) fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// A command in this home, started in `work`, with nothing of the outer environment but `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let home = self.root().join("home");
        for (name, folder) in [("XDG_DATA_HOME", "share"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")] {
            command.env(name, home.join(folder));
        }
        command.env("XDG_CACHE_HOME", home.join("cache")).env("XDG_RUNTIME_DIR", self.root().join("tmp"));
        command.env("HOME", home).env("TMPDIR", self.root().join("tmp"));
        command.env("STANCH_DATA_DIR", self.data()).env("STANCH_CONFIG_DIR", self.config());
        command.env("STANCH_OPERATOR", "tester").env("USER", "tester").env("LOGNAME", "tester");
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8").env("TZ", "UTC").env("PS1", "$ ");
        command.env("SHELL", "/bin/sh").current_dir(self.work());
        command
    }

    /// The binary under test, as [`Home::command`] runs it.
    pub(crate) fn stanch(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_stanch"))
    }
}
