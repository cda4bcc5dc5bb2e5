//! The journal without the value, chained anew.

use std::collections::BTreeMap;
use std::fs::File;
use std::mem::discriminant;
use std::path::{Path, PathBuf};

use super::output::Sums;
use crate::session::entry::{Entry, VERSION};
use crate::session::event::Event;
use crate::session::run::RunNo;
use crate::store::clock::Stamp;
use crate::store::error::{Error, Result};
use crate::store::journal::{Chain, FIRST_PREV, Rest, decode, hash};
use crate::store::storage::read_from;
use crate::text::redact::{Secrets, in_json};

/// The lines of a journal, and what became of them.
pub(super) struct Lines {
    path: PathBuf,
    all: Vec<(Vec<u8>, Entry)>,
    /// The end that a crash tore.
    pub(super) torn: Vec<u8>,
    /// Where it stood.
    pub(super) places: u64,
    /// Entries that are others now, by number.
    pub(super) altered: Vec<u64>,
    /// The hashes there were: of the line before the first altered one, and of each from there on.
    pub(super) hashes: Vec<String>,
    /// The hash of the last line as it was.
    pub(super) before: String,
    /// And as it is.
    pub(super) head: String,
    pub(super) seq: u64,
}

impl Lines {
    /// Reads them.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = File::open(path).and_then(|file| read_from(&file, 0)).map_err(Error::at("read", path))?;
        let mut chain = Chain::default();
        let mut entries = Vec::new();
        let torn = match chain.follow(&bytes, |entry, _| entries.push(entry)) {
            Rest::Nothing => Vec::new(),
            Rest::Torn(torn) => torn,
            Rest::Damaged(damage) => {
                let (line, reason) = (damage.line, damage.reason);
                return Err(Error::Damaged { journal: path.to_owned(), line, reason });
            }
        };
        let all = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).zip(entries).collect();
        let (seq, head) = (chain.seq, chain.head);
        Ok(Self {
            path: path.to_owned(),
            all,
            torn,
            places: 0,
            altered: Vec::new(),
            hashes: Vec::new(),
            before: head.clone(),
            head,
            seq,
        })
    }

    /// Takes the value out of every line, corrects the sums of outputs that it stood in, and chains them anew.
    pub(super) fn take_out(&mut self, secrets: &Secrets, sums: &BTreeMap<RunNo, Sums>) -> Result<()> {
        let (mut was, mut is) = (FIRST_PREV.to_owned(), FIRST_PREV.to_owned());
        for (line, entry) in &mut self.all {
            let old = hash(line);
            let (mut new, places) = in_json(secrets, line);
            if let Event::RunEnded(ended) = &entry.event
                && let Some(sums) = sums.get(&ended.run)
            {
                new = sums.correct_line(&new, &ended.end).unwrap_or(new);
            }
            self.places += places;
            if new != *line {
                if self.altered.is_empty() {
                    self.hashes.push(was.clone());
                }
                self.altered.push(entry.seq);
            }
            if !self.altered.is_empty() {
                self.hashes.push(old.clone());
                new = chained(&new, &was, &is).unwrap_or(new);
            }
            let sound = decode(&new).is_ok_and(|read| {
                read.seq == entry.seq && read.prev == is && discriminant(&read.event) == discriminant(&entry.event)
            });
            if !sound {
                let why = format!("entry {} of the journal could not be understood without it", entry.seq);
                return Err(Error::Value { why });
            }
            *line = new;
            (was, is) = (old, hash(line));
        }
        self.head = is;
        Ok(())
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, event: Event, by: &str, stamp: Stamp) -> Result<()> {
        let Stamp { at, boot_ms } = stamp;
        let (seq, by, prev) = (self.seq + 1, by.to_owned(), self.head.clone());
        let entry = Entry { v: VERSION, seq, at, boot_ms, by, happened: None, event, prev };
        let line = serde_json::to_vec(&entry).map_err(|error| Error::at("write", &self.path)(error.into()))?;
        self.seq = seq;
        self.head = hash(&line);
        self.all.push((line, entry));
        Ok(())
    }

    /// The file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (line, _) in &self.all {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        bytes
    }
}

/// The line with another `prev`: the last that stands in it, as every version writes it.
pub(in crate::store) fn chained(line: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let old = format!("\"prev\":\"{from}\"");
    let at = memchr::memmem::rfind(line, old.as_bytes())?;
    let mut new = line.get(..at)?.to_vec();
    new.extend_from_slice(format!("\"prev\":\"{to}\"").as_bytes());
    new.extend_from_slice(line.get(at + old.len()..)?);
    Some(new)
}
