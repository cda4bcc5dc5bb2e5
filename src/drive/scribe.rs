//! Entries on their way to the disk.
//!
//! An entry that could not be written is kept in memory with the time of its first try, and tried again: when a new one comes, and
//! by the clock with growing pauses. Entries reach the journal in the order they were made, each under a number of its run or lane that
//! nobody else took before.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::hook::Hook;
use crate::session::entry::Entry;
use crate::session::numbers::{Numbers, Renamed};
use crate::session::walk::Draft;
use crate::store::clock::{Clock, Stamp};
use crate::store::journal::Journal;

/// The first pause before a failed write is tried again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Writes entries, and keeps those that the disk does not take.
pub(super) struct Scribe {
    journal: Journal,
    clock: Arc<dyn Clock>,
    kept: VecDeque<(Draft, Stamp)>,
    taken: Numbers,
    renamed: Renamed,
    trouble: Option<Trouble>,
    /// What is told of what is written here.
    hook: Option<Hook>,
}

/// Why the journal is not written.
struct Trouble {
    error: String,
    pause: Duration,
    next_try: Instant,
}

impl Scribe {
    /// With the numbers that are taken in the journal so far.
    pub(super) fn new(journal: Journal, clock: Arc<dyn Clock>, taken: Numbers, hook: Option<Hook>) -> Self {
        let renamed = Renamed::default();
        Self { journal, clock, kept: VecDeque::new(), taken, renamed, trouble: None, hook }
    }

    /// Which numbers became others when they were written.
    pub(super) fn renamed(&self) -> &Renamed {
        &self.renamed
    }

    /// Nothing more is written: waits a moment for the hook. What went wrong with it, in words.
    pub(super) fn finish(self) -> Option<String> {
        self.hook.and_then(Hook::finish)
    }

    /// Records: gives what is on disk now and was not before, its own entry last, unless [`trouble`](Self::trouble) says otherwise.
    pub(super) fn record(&mut self, draft: Draft, now: Instant) -> Vec<Entry> {
        self.kept.push_back((draft, self.clock.stamp()));
        self.write(now)
    }

    /// Tries again what is kept; gives what is on disk now.
    pub(super) fn retry(&mut self, now: Instant) -> Vec<Entry> {
        if self.kept.is_empty() { self.others(now) } else { self.write(now) }
    }

    /// What other scribes wrote since.
    pub(super) fn others(&mut self, now: Instant) -> Vec<Entry> {
        match self.journal.others() {
            Ok(entries) => {
                if self.kept.is_empty() {
                    self.trouble = None;
                }
                self.taken = self.taken.and(&entries);
                self.echo(&entries, None);
                entries
            }
            Err(error) => {
                self.stumbled(&error, now);
                Vec::new()
            }
        }
    }

    /// What keeps the journal from being written, and how many entries are kept meanwhile.
    pub(super) fn trouble(&self) -> Option<(&str, usize)> {
        self.trouble.as_ref().map(|trouble| (trouble.error.as_str(), self.kept.len()))
    }

    /// When to try again.
    pub(super) fn next_try(&self) -> Option<Instant> {
        self.trouble.as_ref().map(|trouble| trouble.next_try)
    }

    /// Whether every entry is on disk.
    pub(super) fn is_clear(&self) -> bool {
        self.kept.is_empty()
    }

    fn write(&mut self, now: Instant) -> Vec<Entry> {
        let mut entries = Vec::new();
        while let Some((draft, stamp)) = self.kept.front() {
            let (taken, renamed) = (self.taken, &self.renamed);
            let mut new = Renamed::default();
            let written = self.journal.append_made(*stamp, &mut |others| {
                let mut draft = draft.clone();
                new = renamed.settle(&mut draft.event, &taken.and(others));
                draft
            });
            match written {
                Ok(written) => {
                    self.taken = self.taken.and(&written);
                    self.renamed.add(new);
                    if let Some((own, others)) = written.split_last() {
                        self.echo(others, Some(own));
                    }
                    entries.extend(written);
                    self.kept.pop_front();
                }
                Err(error) => {
                    self.stumbled(&error, now);
                    return entries;
                }
            }
        }
        self.trouble = None;
        entries
    }

    /// Tells the hook, where there is one, what others wrote and what was written here.
    fn echo(&mut self, others: &[Entry], own: Option<&Entry>) {
        let Some(hook) = &mut self.hook else { return };
        for entry in others {
            hook.saw(entry);
        }
        if let Some(own) = own {
            hook.tell(own);
        }
    }

    fn stumbled(&mut self, error: &crate::store::Error, now: Instant) {
        let pause = self.trouble.as_ref().map_or(FIRST_PAUSE, |trouble| (trouble.pause * 2).min(LONGEST_PAUSE));
        let error = error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} ({hint})"));
        self.trouble = Some(Trouble { error, pause, next_try: now + pause });
    }
}
