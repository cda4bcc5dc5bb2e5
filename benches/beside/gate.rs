//! When a command begins and when it has written its last byte, told by the command itself.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

/// Longer than anything takes that is measured.
const PATIENCE: Duration = Duration::from_mins(2);

/// Two named pipes: through one the command is let go, through the other it is heard of. So starting a program is in no figure
/// about carrying its output.
pub(crate) struct Gate {
    go: File,
    heard: File,
    go_path: PathBuf,
    heard_path: PathBuf,
}

impl Gate {
    /// A gate in this folder, which must have none of this name yet.
    pub(crate) fn new(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let (go_path, heard_path) = (folder.join(format!("{name}-go")), folder.join(format!("{name}-heard")));
        let pipe = |path: &Path| -> anyhow::Result<File> {
            mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
            // Open both ways: opening waits for nobody, and no reader ever sees an end.
            Ok(File::from(open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?))
        };
        let made = || Ok((pipe(&go_path)?, pipe(&heard_path)?));
        let (go, heard) = made().map_err(|error: anyhow::Error| error.context("could not make a named pipe"))?;
        Ok(Self { go, heard, go_path, heard_path })
    }

    /// The command of a shell that waits at the gate, does this, and says so. With `stays` it then waits for another go.
    pub(crate) fn around(&self, command: &str, stays: bool) -> String {
        let (go, heard) = (self.go_path.display(), self.heard_path.display());
        let stay = if stays { format!("; read -r go <{go}") } else { String::new() };
        format!("echo >{heard}; read -r go <{go}; {command}; echo >{heard}{stay}")
    }

    /// Waits until the command is at the gate, and lets it go.
    pub(crate) fn open(&mut self) -> anyhow::Result<Instant> {
        self.hear().context("the command did not start")?;
        let began = Instant::now();
        self.go()?;
        Ok(began)
    }

    /// Lets the command go.
    pub(crate) fn go(&mut self) -> anyhow::Result<()> {
        Ok(self.go.write_all(b"\n")?)
    }

    /// Waits until the command has said something.
    pub(crate) fn hear(&mut self) -> anyhow::Result<Instant> {
        let patience = Timespec { tv_sec: i64::try_from(PATIENCE.as_secs())?, tv_nsec: 0 };
        let heard = poll(&mut [PollFd::new(&self.heard, PollFlags::IN)], Some(&patience))?;
        anyhow::ensure!(heard == 1, "it said nothing within {} s", PATIENCE.as_secs());
        let at = Instant::now();
        self.heard.read_exact(&mut [0])?;
        Ok(at)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Whoever still waits is ended with the place they are in.
        for path in [&self.go_path, &self.heard_path] {
            drop(std::fs::remove_file(path));
        }
    }
}
