//! Is a journal what it was?

use std::fs::File;
use std::path::Path;

use super::chain::{Chain, Rest};
use super::read::Damage;
use crate::store::error::{Error, Result};
use crate::store::storage;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Entries that follow from one another, from the first on.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: String,
    /// Bytes of a torn last line; what a crash leaves, and no damage.
    pub torn: Option<u64>,
    /// The first line that does not follow.
    pub damage: Option<Damage>,
    /// How it stands against the head that was given, where one was.
    pub against: Option<Against>,
}

/// A journal held against a head hash that was noted earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Untouched up to the entry of this number, which has that hash; so many entries came later.
    Untouched {
        /// The entry.
        seq: u64,
        /// How many sound entries follow it.
        later: u64,
    },
    /// No sound entry has that hash: an entry up to it was changed, put in or taken out.
    Differs,
}

impl Audit {
    /// Whether nothing is wrong: there are entries, no damage (up to the given head, where one was given), and the head is found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.entries > 0 && self.damage.is_none() && !matches!(self.against, Some(Against::Differs))
    }
}

/// Checks the chain of a journal from the first line to the last, and whether it leads through `head`: a hash, or at least its
/// first 8 digits. Without a head a change of the very last line cannot be seen, because no line holds its hash yet.
///
/// # Errors
/// Only when the file cannot be read.
pub fn audit(path: &Path, head: Option<&str>) -> Result<Audit> {
    let bytes = File::open(path).and_then(|file| storage::read_from(&file, 0)).map_err(Error::at("read", path))?;
    let wanted = head.map(str::to_ascii_lowercase);
    let mut chain = Chain::default();
    let mut found = None;
    let rest = chain.follow(&bytes, |entry, hash| {
        if wanted.as_deref().is_some_and(|wanted| wanted.len() >= 8 && hash.starts_with(wanted)) {
            found.get_or_insert(entry.seq);
        }
    });
    let (torn, damage) = match rest {
        Rest::Nothing => (None, None),
        Rest::Torn(bytes) => (Some(bytes.len() as u64), None),
        Rest::Damaged(damage) => (None, Some(damage)),
    };
    let against = wanted.map(|_| match found {
        Some(seq) => Against::Untouched { seq, later: chain.seq - seq },
        None => Against::Differs,
    });
    Ok(Audit { entries: chain.seq, head: chain.head, torn, damage, against })
}
