//! A disk that fails on demand.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use rustix::io::Errno;

use super::storage::{Disk, Storage};

/// What goes wrong, until it is set back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// An append writes only so many bytes, then the disk is full.
    pub(crate) room: Option<u64>,
    /// Syncing fails.
    pub(crate) sync: bool,
    /// Cutting fails.
    pub(crate) truncate: bool,
}

/// The handle to set faults with while a journal owns the disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<Mutex<Faults>>);

impl Switch {
    pub(crate) fn get(&self) -> MutexGuard<'_, Faults> {
        self.0.lock().unwrap()
    }
}

/// A file on a disk that fails on demand.
#[derive(Debug)]
pub(crate) struct Faulty {
    disk: Disk,
    switch: Switch,
}

impl Faulty {
    pub(crate) fn open(path: &Path, switch: &Switch) -> io::Result<Self> {
        Ok(Self { disk: Disk::open(path)?, switch: switch.clone() })
    }
}

impl Storage for Faulty {
    fn size(&self) -> io::Result<u64> {
        self.disk.size()
    }

    fn read_from(&self, offset: u64) -> io::Result<Vec<u8>> {
        self.disk.read_from(offset)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = self.switch.get().room;
        match room.map(|room| usize::try_from(room).unwrap()) {
            Some(room) if room < bytes.len() => {
                self.disk.append(&bytes[..room])?;
                Err(Errno::NOSPC.into())
            }
            _ => self.disk.append(bytes),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.switch.get().sync {
            return Err(Errno::IO.into());
        }
        self.disk.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        if self.switch.get().truncate {
            return Err(Errno::IO.into());
        }
        self.disk.truncate(len)
    }

    fn set_aside(&mut self, bytes: &[u8]) -> io::Result<String> {
        self.disk.set_aside(bytes)
    }

    fn hold_numbers(&mut self, hold: bool) -> io::Result<()> {
        self.disk.hold_numbers(hold)
    }

    fn numbers_are_held(&self) -> io::Result<bool> {
        self.disk.numbers_are_held()
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.disk.reopen()
    }
}
