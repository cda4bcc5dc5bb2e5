//! What is known of a run on another machine.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is known of a run on another machine.
#[derive(Debug, Default)]
pub(super) struct There {
    /// The local process whose terminal it has, for people.
    pub(super) pid: i32,
    /// The far side was asked to start it.
    pub(super) asked: bool,
    /// Where it was to go, for people.
    pub(super) place: String,
    /// Its group there.
    pub(super) group: Option<i32>,
    /// A signal for a group that is not known yet.
    pub(super) owed: Option<&'static str>,
    /// Somebody of its group lives on.
    pub(super) left: bool,
    /// Why it was not started.
    pub(super) cannot: Option<String>,
    /// It outlives its connection.
    pub(super) detached: Option<Detached>,
}

impl There {
    /// What names its folder there, where it outlives its connection.
    pub(super) fn key(&self) -> Option<String> {
        self.detached.as_ref().map(|detached| detached.key.clone())
    }
}

/// A run that outlives its connection.
#[derive(Debug, Default)]
pub(super) struct Detached {
    /// What names its folder there.
    pub(super) key: String,
    /// Bytes of its output that have come, as they are there.
    pub(super) came: Arc<AtomicU64>,
    /// How often it was looked for since the connection was lost; none while there is one.
    pub(super) lost: Option<u32>,
    /// Its first keeper died.
    pub(super) adopted: Option<Adopted>,
}

/// A run that another supervisor started.
#[derive(Debug)]
pub(super) struct Adopted {
    /// What marks the end of its output.
    pub(super) nonce: String,
    /// Secrets that it was given are not known any more: its output is counted, and stays where it is.
    pub(super) blind: bool,
}

/// Counts what is read.
pub(super) struct Counted(pub(super) File, pub(super) Arc<AtomicU64>);

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
