//! Is a journal what it was?

use std::fs::File;
use std::path::Path;

use super::anchored::{Anchored, anchored};
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
    /// What was taken out of it later, in order.
    pub redactions: Vec<Anchored>,
    /// How it stands against the head that was given, where one was.
    pub against: Option<Against>,
}

/// A journal held against a head hash that was noted earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Untouched up to the entry of this number, which has that hash; so many entries came later.
    Untouched {
        /// The entry.
        seq: u64,
        /// How many sound entries follow it.
        later: u64,
    },
    /// The entry of this number had that hash before a value was taken out of the record, as the entry `by` says. Entries that are
    /// named there were altered then, and cannot be proven; all others up to it are what they were.
    Before {
        /// The entry.
        seq: u64,
        /// The entry that says what was taken out.
        by: u64,
        /// Those up to `seq` that were altered since.
        altered: Vec<u64>,
    },
    /// No sound entry has that hash: an entry up to it was changed, put in or taken out.
    Differs,
}

impl Audit {
    /// Whether nothing is wrong: there are entries, no damage (up to the given head, where one was given), and the head is found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let proven = self.redactions.iter().all(|redaction| redaction.wrong.is_none());
        self.entries > 0 && self.damage.is_none() && proven && !matches!(self.against, Some(Against::Differs))
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
    let mut entries = Vec::new();
    let rest = chain.follow(&bytes, |entry, hash| {
        entries.push((entry.event, entry.by));
        if wanted.as_deref().is_some_and(|wanted| wanted.len() >= 8 && hash.starts_with(wanted)) {
            found.get_or_insert(entry.seq);
        }
    });
    let (torn, damage) = match rest {
        Rest::Nothing => (None, None),
        Rest::Torn(bytes) => (Some(bytes.len() as u64), None),
        Rest::Damaged(damage) => (None, Some(damage)),
    };
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(entries.len()).collect();
    let redactions = anchored(path, &lines, &entries);
    let against = wanted.map(|wanted| match found {
        Some(seq) => Against::Untouched { seq, later: chain.seq - seq },
        None => before(&wanted, &redactions).unwrap_or(Against::Differs),
    });
    Ok(Audit { entries: chain.seq, head: chain.head, torn, damage, redactions, against })
}

/// Whether a hash is one that an entry had before a redaction.
fn before(wanted: &str, redactions: &[Anchored]) -> Option<Against> {
    let had = |one: &Anchored| one.had(wanted).filter(|_| wanted.len() >= 8).map(|seq| (seq, one.seq));
    let (seq, by) = redactions.iter().find_map(had)?;
    let named = redactions.iter().flat_map(|one| &one.redacted.entries).copied();
    let mut altered: Vec<u64> = named.filter(|entry| *entry <= seq).collect();
    altered.sort_unstable();
    altered.dedup();
    Some(Against::Before { seq, by, altered })
}
