//! A lane's folder: its lock, its socket, its setup.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use serde::{Deserialize, Serialize};

use super::far::Far;
use crate::store::private;

/// The setup of a lane as its supervisor reads it: the content of `lane.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LaneFile {
    /// The version of this file.
    pub(super) v: u32,
    /// The folder that holds a folder for each run.
    pub(super) runs: PathBuf,
    /// As which user commands run; none means as the operator.
    pub(super) user: Option<String>,
    /// The directory the first run starts in.
    pub(super) directory: PathBuf,
    /// Another machine; none means this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) far: Option<Far>,
}

/// A lane's folder, held open: it is found again wherever its path leads by then.
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let fd = rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Where it was opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it, by a path that is short: the address of a socket holds 108 bytes, paths of sessions are longer.
    fn short(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}/{name}", self.fd.as_raw_fd()))
    }

    /// Listens on its socket. Only for the holder of the lock: a socket that is there is a dead supervisor's.
    pub(super) fn listen(&self) -> io::Result<UnixListener> {
        let socket = self.short("control");
        match std::fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&socket)?;
        std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    }

    /// Connects to its socket.
    pub(super) fn connect(&self) -> io::Result<UnixStream> {
        UnixStream::connect(self.short("control"))
    }

    /// Takes the lane's lock; none while somebody else has it.
    pub(super) fn claim(&self) -> io::Result<Option<File>> {
        let lock = private::options().create(true).write(true).truncate(false).open(self.short("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(lock)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether this open file is the lane's lock, and locked by it.
    pub(super) fn is_lock(&self, file: &File) -> io::Result<bool> {
        let (mine, there) = (file.metadata()?, std::fs::metadata(self.short("lock"))?);
        Ok((mine.dev(), mine.ino()) == (there.dev(), there.ino())
            && flock(file, FlockOperation::NonBlockingLockExclusive).is_ok())
    }

    /// Reads the lane's setup.
    pub(super) fn setup(&self) -> io::Result<LaneFile> {
        let text = std::fs::read(self.path.join("lane.json"))?;
        serde_json::from_slice(&text).map_err(io::Error::from)
    }
}
