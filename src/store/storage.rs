//! The seam under the journal: the few things it asks of a disk, so that a failing disk can be played in tests.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, fadvise};

use super::spool::part;
use super::{lock, private};

/// Where a journal's bytes are.
pub trait Storage: Send {
    /// Its length in bytes.
    ///
    /// # Errors
    /// Also when the file has lost its name: what is written to it then would be gone with the process.
    fn size(&self) -> io::Result<u64>;
    /// Everything from this byte on.
    ///
    /// # Errors
    /// What the operating system says.
    fn read_from(&self, offset: u64) -> io::Result<Vec<u8>>;
    /// Appends in one write. After an error some of the bytes may be there.
    ///
    /// # Errors
    /// What the operating system says; a short write is an error.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was appended last through a crash (fdatasync).
    ///
    /// # Errors
    /// What the operating system says. What was appended since the last success may then be lost even where a later sync
    /// succeeds: it must be written again.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts it to this length.
    ///
    /// # Errors
    /// What the operating system says.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
    /// Keeps bytes in a new file beside the journal, synced; gives the file's name.
    ///
    /// # Errors
    /// What the operating system says.
    fn set_aside(&mut self, bytes: &[u8]) -> io::Result<String>;
    /// Holds the numbers of runs and lanes for this process, or lets go of them: see [`numbers_are_held`](Self::numbers_are_held).
    ///
    /// # Errors
    /// What the operating system says; `WouldBlock` where somebody else holds them.
    fn hold_numbers(&mut self, hold: bool) -> io::Result<()>;
    /// Whether another process has given out numbers of runs or lanes that are not in the journal yet, because the disk does not take
    /// them. Told by a lock on the file itself, which needs no room and is gone when that process is.
    ///
    /// # Errors
    /// What the operating system says.
    fn numbers_are_held(&self) -> io::Result<bool>;
    /// Whether another file is by now where this one was: a folder that was put back, a disk that was mounted again.
    fn is_replaced(&self) -> bool {
        false
    }
    /// Opens it anew and forgets what the kernel holds in memory of it, so that what is read next comes from the disk.
    ///
    /// # Errors
    /// What the operating system says.
    fn reopen(&mut self) -> io::Result<()>;
}

/// A file on a disk.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    file: File,
    holds: bool,
}

impl Disk {
    /// A new, empty file; its name is synced.
    ///
    /// # Errors
    /// Also where it exists.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = private::options().read(true).append(true).create_new(true).open(path)?;
        file.sync_all()?;
        private::sync_dir(parent(path))?;
        Ok(Self { path: path.to_owned(), file, holds: false })
    }

    /// A file that is there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = private::options().read(true).append(true).open(path)?;
        Ok(Self { path: path.to_owned(), file, holds: false })
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

impl Storage for Disk {
    fn size(&self) -> io::Result<u64> {
        let meta = self.file.metadata()?;
        if meta.nlink() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the file was deleted or replaced while it was in use",
            ));
        }
        Ok(meta.len())
    }

    fn read_from(&self, offset: u64) -> io::Result<Vec<u8>> {
        read_from(&self.file, offset)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if written == bytes.len() {
            return Ok(());
        }
        let message = format!("only {written} of {} bytes were written", bytes.len());
        Err(io::Error::new(io::ErrorKind::StorageFull, message))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn set_aside(&mut self, bytes: &[u8]) -> io::Result<String> {
        let folder = parent(&self.path);
        let mut number = 1_u32;
        loop {
            let name = format!("torn-{number}.bin");
            match private::write_new(&folder.join(&name), bytes) {
                Ok(()) => {
                    private::sync_dir(folder)?;
                    return Ok(name);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn is_replaced(&self) -> bool {
        let own = |meta: std::fs::Metadata| (meta.dev(), meta.ino());
        match (std::fs::metadata(&self.path), self.file.metadata()) {
            (Ok(there), Ok(here)) => own(there) != own(here),
            _ => false,
        }
    }

    fn hold_numbers(&mut self, hold: bool) -> io::Result<()> {
        if hold {
            lock::for_a_moment(|| self.file.try_lock())?;
        } else {
            self.file.unlock()?;
        }
        self.holds = hold;
        Ok(())
    }

    fn numbers_are_held(&self) -> io::Result<bool> {
        match self.file.try_lock_shared() {
            Ok(()) => self.file.unlock().map(|()| false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn reopen(&mut self) -> io::Result<()> {
        let file = private::options().read(true).append(true).open(&self.path)?;
        drop(std::mem::replace(&mut self.file, file));
        if self.holds {
            self.hold_numbers(true)?;
        }
        fadvise(&self.file, 0, None, Advice::DontNeed).map_err(io::Error::from)
    }
}

/// Everything in a file from this byte on, as far as it reaches now.
pub(super) fn read_from(file: &File, offset: u64) -> io::Result<Vec<u8>> {
    part(file, offset, u64::MAX)
}
