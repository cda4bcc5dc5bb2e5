//! What a redaction left to be proven: entries that it did not alter are what they were, though their chain is another.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::chain::hash;
use crate::session::event::{Event, Redacted};
use crate::store::redact::chained;

/// A value was taken out of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    /// The entry that says so.
    pub seq: u64,
    /// Who did it.
    pub by: String,
    /// What it says.
    pub redacted: Redacted,
    /// Entries before it that are proven to be what they were.
    pub proven: u64,
    /// What is wrong, where something is: an entry that was altered and is not named, a file of hashes that is another.
    pub wrong: Option<String>,
    /// The hashes that were, from the line before the first altered one on.
    hashes: Vec<String>,
}

impl Anchored {
    /// The entry that had a hash beginning so before the redaction.
    pub(super) fn had(&self, wanted: &str) -> Option<u64> {
        let first = self.redacted.hashes.as_ref()?.first;
        let place = self.hashes.iter().position(|hash| hash.starts_with(wanted))? as u64;
        (first + place).checked_sub(1)
    }
}

/// Holds every redaction of a journal against its lines; `entries` are the lines' events and who wrote them.
pub(super) fn anchored(path: &Path, lines: &[&[u8]], entries: &[(Event, String)]) -> Vec<Anchored> {
    let mut found: Vec<Anchored> = Vec::new();
    // From the last on: what a later one altered cannot be proven for an earlier one.
    let mut altered = BTreeSet::new();
    for (index, (event, by)) in entries.iter().enumerate().rev() {
        let seq = index as u64 + 1;
        let Event::Redacted(redacted) = event else { continue };
        altered.extend(redacted.entries.iter().copied());
        let mut one = Anchored {
            seq,
            by: by.clone(),
            redacted: redacted.clone(),
            proven: seq - 1,
            wrong: None,
            hashes: Vec::new(),
        };
        match hashes(path, redacted) {
            Ok(hashes) => one.hashes = hashes,
            Err(wrong) => one.wrong = Some(wrong),
        }
        prove(&mut one, lines, &altered);
        found.push(one);
    }
    found.reverse();
    found
}

fn hashes(journal: &Path, redacted: &Redacted) -> Result<Vec<String>, String> {
    let Some(told) = &redacted.hashes else { return Ok(Vec::new()) };
    let plain = told.file.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if !plain || told.file.starts_with('.') {
        return Err("its file of hashes has no plain name".to_owned());
    }
    let bytes = fs::read(journal.with_file_name(&told.file))
        .map_err(|error| format!("its file of hashes, {}, could not be read: {error}", told.file))?;
    if hash(&bytes) != told.sha256 {
        return Err(format!("its file of hashes, {}, is not what was recorded", told.file));
    }
    Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
}

fn prove(one: &mut Anchored, lines: &[&[u8]], altered: &BTreeSet<u64>) {
    let Some(told) = &one.redacted.hashes else { return };
    one.proven = told.first.saturating_sub(1);
    for (seq, pair) in (told.first..one.seq).zip(one.hashes.windows(2)) {
        let [was_before, was] = pair else { continue };
        let line = usize::try_from(seq).ok().and_then(|seq| lines.get(seq.checked_sub(1)?));
        let is_prev = |line: &&&[u8]| {
            let at = memchr::memmem::rfind(line, b"\"prev\":\"")? + b"\"prev\":\"".len();
            std::str::from_utf8(line.get(at..at + 64)?).ok().map(str::to_owned)
        };
        let prev = line.as_ref().and_then(is_prev);
        let as_it_was = line.zip(prev).and_then(|(line, prev)| chained(line, &prev, was_before));
        if as_it_was.is_some_and(|line| hash(&line) == *was) {
            one.proven += 1;
        } else if !altered.contains(&seq) && one.wrong.is_none() {
            one.wrong = Some(format!("entry {seq} is not what it was, and no redaction names it"));
        }
    }
    // One fewer where a torn end was set aside by the same redaction.
    let (there, expected) = (one.hashes.len() as u64, one.seq.saturating_sub(told.first) + 1);
    if one.wrong.is_none() && there != expected && there + 1 != expected {
        one.wrong = Some(format!("its file of hashes has {there} where {expected} belong"));
    }
}
