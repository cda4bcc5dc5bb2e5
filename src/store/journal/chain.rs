//! The chain: lines in, entries out, as long as each follows from the one before.

use memchr::memchr;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::read::Damage;
use crate::session::entry::{Entry, VERSION};
use crate::session::event::Event;

/// What stands for the hash of the line before in the first entry.
pub const FIRST_PREV: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where a chain has got to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Chain {
    /// The last entry's number; 0 before the first.
    pub(in crate::store) seq: u64,
    /// The hash of the last line; [`FIRST_PREV`] before the first.
    pub(in crate::store) head: String,
    /// Bytes of all whole lines so far.
    pub(in crate::store) bytes: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, head: FIRST_PREV.to_owned(), bytes: 0 }
    }
}

/// Why a line does not follow.
enum Broken {
    /// It is no entry.
    NoEntry(String),
    /// It is one, but not the next of this chain.
    NotNext(String),
}

/// What stands behind the last line that followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Rest {
    /// Nothing.
    Nothing,
    /// The bytes of a torn last line.
    Torn(Vec<u8>),
    /// A damaged line, and whatever comes after it.
    Damaged(Damage),
}

impl Chain {
    /// Follows all lines of `bytes`, which begin where the chain has got to; hands on each entry with its line's hash.
    pub(in crate::store) fn follow(&mut self, bytes: &[u8], mut each: impl FnMut(Entry, &str)) -> Rest {
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            match self.next(&rest[..end]) {
                Ok(entry) => each(entry, &self.head),
                Err(Broken::NoEntry(_)) if end + 1 == rest.len() => return Rest::Torn(rest.to_vec()),
                Err(Broken::NoEntry(reason) | Broken::NotNext(reason)) => {
                    return Rest::Damaged(Damage { line: self.seq + 1, reason });
                }
            }
            rest = &rest[end + 1..];
        }
        if rest.is_empty() { Rest::Nothing } else { Rest::Torn(rest.to_vec()) }
    }

    /// Takes one line, without its newline.
    fn next(&mut self, line: &[u8]) -> Result<Entry, Broken> {
        let entry = decode(line).map_err(Broken::NoEntry)?;
        if entry.seq != self.seq + 1 {
            let reason = format!("it is entry {}, where entry {} should stand", entry.seq, self.seq + 1);
            return Err(Broken::NotNext(reason));
        }
        if entry.prev != self.head {
            let reason = if self.seq == 0 {
                "the first entry must follow from nothing".to_owned()
            } else {
                format!("it does not follow from line {}: one of the two was changed", self.seq)
            };
            return Err(Broken::NotNext(reason));
        }
        self.take(line);
        Ok(entry)
    }

    /// Moves on over a line that is known to follow.
    pub(in crate::store) fn take(&mut self, line: &[u8]) {
        self.seq += 1;
        self.head = hash(line);
        self.bytes += line.len() as u64 + 1;
    }
}

/// Lower-case hexadecimal sha-256.
pub(in crate::store) fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes as lower-case hexadecimal digits.
pub(in crate::store) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// An entry whose event may be of a later format.
#[derive(Deserialize)]
struct Newer {
    v: u32,
}

/// Understands a line as an entry, wherever it stands.
pub(in crate::store) fn decode(line: &[u8]) -> Result<Entry, String> {
    let error = match serde_json::from_slice(line) {
        Ok(entry) => return Ok(entry),
        Err(error) => error,
    };
    // A later format may say more than this program understands inside an event it knows by name: the entry stands, its event
    // is unknown. The frame (`seq`, `at`, `by`, `prev`) is the same in all formats.
    match serde_json::from_slice::<Newer>(line) {
        Ok(newer) if newer.v > VERSION => without_event(line).map_err(|_| format!("it is no entry: {error}")),
        _ => Err(format!("it is no entry: {error}")),
    }
}

fn without_event(line: &[u8]) -> serde_json::Result<Entry> {
    let mut value: serde_json::Value = serde_json::from_slice(line)?;
    if let Some(object) = value.as_object_mut() {
        object.remove("happened");
        object.insert("event".to_owned(), serde_json::to_value(Event::Unknown)?);
    }
    serde_json::from_value(value)
}
