//! Reading a journal, without any lock.

use std::fs::File;
use std::path::Path;

use super::chain::{Chain, Rest};
use crate::session::entry::Entry;
use crate::store::error::{Error, Result};
use crate::store::storage;

/// What a journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Every entry up to the end, or up to the damage.
    pub entries: Vec<Entry>,
    /// The hash of the last of these lines; [`FIRST_PREV`](super::FIRST_PREV) where there is none.
    pub head: String,
    /// How many bytes these lines are, newlines included.
    pub bytes: u64,
    /// Bytes of a torn last line, where there is one. While somebody writes, it may be an entry on its way.
    pub torn: Option<u64>,
    /// What is broken, where something is.
    pub damage: Option<Damage>,
}

/// A line that does not follow from the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Which, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a journal as far as it is sound.
///
/// # Errors
/// Only when the file cannot be read; what is wrong inside it is told in [`Read`].
pub fn read(path: &Path) -> Result<Read> {
    let bytes = File::open(path).and_then(|file| storage::read_from(&file, 0)).map_err(Error::at("read", path))?;
    let mut chain = Chain::default();
    let mut entries = Vec::new();
    let rest = chain.follow(&bytes, |entry, _| entries.push(entry));
    let (torn, damage) = match rest {
        Rest::Nothing => (None, None),
        Rest::Torn(bytes) => (Some(bytes.len() as u64), None),
        Rest::Damaged(damage) => (None, Some(damage)),
    };
    Ok(Read { entries, head: chain.head, bytes: chain.bytes, torn, damage })
}
