//! Entries on their way to the disk.
//!
//! An entry that could not be written is kept in memory with the time of its first try, and tried again: when a new one comes, and
//! by the clock with growing pauses. Entries reach the journal in the order they were made, each under a number of its run or lane that
//! nobody else took before.
//!
//! Where the operator goes on without a record, what is kept is lent: it counts as it would stand in the journal, and when the disk has
//! taken all of it, how it really stands there. A command is still not started by that; only its own release lets it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::hook::Hook;
use crate::session::entry::Entry;
use crate::session::event::{Event, RECORD_BEFORE_ACT};
use crate::session::numbers::{Numbers, Renamed};
use crate::session::walk::Draft;
use crate::store::clock::{Clock, Stamp};
use crate::store::journal::Journal;
use crate::store::session::SessionDir;
use crate::store::{self, lock};

/// The first pause before a failed write is tried again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Writes entries, and keeps those that the disk does not take.
pub(super) struct Scribe {
    journal: Journal,
    /// The session that is driven here, and by whom; none for whoever follows.
    driven: Option<(SessionDir, String)>,
    /// The wheel of a session whose folder was put back, taken anew.
    wheel: Option<lock::Driver>,
    clock: Arc<dyn Clock>,
    kept: VecDeque<Kept>,
    /// How many of them, from the first on, are lent.
    lent: usize,
    /// What is kept is lent from now on, until all of it is on disk.
    lends: bool,
    /// What was written since something was lent.
    since: Vec<Entry>,
    /// The places of those among them that others wrote.
    others: BTreeSet<u64>,
    taken: Numbers,
    renamed: Renamed,
    trouble: Option<Trouble>,
    /// What is told of what is written here.
    hook: Option<Hook>,
}

/// An entry that the disk did not take.
struct Kept {
    draft: Draft,
    /// Of its first try.
    stamp: Stamp,
    /// The start of a run that nobody wanted without its record so far.
    held: bool,
}

/// What became of entries.
pub(super) enum Told {
    /// It is on disk.
    Recorded(Entry),
    /// It is kept in memory and counts all the same.
    Lent(Entry),
    /// All that was lent is on disk: everything since, and what others wrote of it.
    Written { entries: Vec<Entry>, others: Vec<Entry> },
}

/// Why the journal is not written.
struct Trouble {
    error: String,
    pause: Duration,
    next_try: Instant,
}

impl Scribe {
    /// With the numbers that are taken in the journal so far.
    pub(super) fn new(
        journal: Journal,
        driven: Option<(SessionDir, String)>,
        clock: Arc<dyn Clock>,
        taken: Numbers,
        hook: Option<Hook>,
    ) -> Self {
        let renamed = Renamed::default();
        let (kept, since, others) = (VecDeque::new(), Vec::new(), BTreeSet::new());
        let wheel = None;
        Self {
            journal,
            driven,
            wheel,
            clock,
            kept,
            lent: 0,
            lends: false,
            since,
            others,
            taken,
            renamed,
            trouble: None,
            hook,
        }
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
    pub(super) fn record(&mut self, draft: Draft, now: Instant) -> Vec<Told> {
        let held = matches!(&draft.event, Event::RunStarted(started) if !started.is_shells());
        self.kept.push_back(Kept { draft, stamp: self.clock.stamp(), held });
        let mut told = self.write(now);
        told.extend(self.lend_more());
        told
    }

    /// Tries again what is kept; gives what is on disk now.
    pub(super) fn retry(&mut self, now: Instant) -> Vec<Told> {
        if self.kept.is_empty() { self.others(now) } else { self.write(now) }
    }

    /// What other scribes wrote since.
    pub(super) fn others(&mut self, now: Instant) -> Vec<Told> {
        if !self.adopted(now) {
            return Vec::new();
        }
        match self.journal.others() {
            Ok(entries) => {
                if self.kept.is_empty() {
                    self.trouble = None;
                }
                self.seen(entries)
            }
            Err(error) => {
                self.stumbled(&error, now);
                Vec::new()
            }
        }
    }

    fn seen(&mut self, entries: Vec<Entry>) -> Vec<Told> {
        self.taken = self.taken.and(&entries);
        self.echo(&entries, None);
        entries.into_iter().map(Told::Recorded).collect()
    }

    /// Goes on without the disk: what is kept counts from here on, up to the start of a run that is held.
    ///
    /// # Errors
    /// Where the numbers of its runs could be taken by somebody else.
    pub(super) fn lend(&mut self) -> store::Result<Vec<Told>> {
        let mut told = Vec::new();
        if self.kept.is_empty() {
            return Ok(told);
        }
        if !self.lends {
            let others = self.journal.hold_numbers()?;
            told = self.seen(others);
            self.lends = true;
        }
        told.extend(self.lend_more());
        Ok(told)
    }

    /// Starts of runs that are held go on their way without a record: they are not to begin (`false`), or they begin now and that is
    /// said before each.
    pub(super) fn release(&mut self, begin: bool) {
        let cause = self.trouble.as_ref().map_or("", |trouble| trouble.error.as_str());
        let cause = cause.split_once(": ").map_or(cause, |(_, cause)| cause).to_owned();
        for mut kept in std::mem::take(&mut self.kept) {
            if std::mem::take(&mut kept.held) && begin {
                kept.stamp = self.clock.stamp();
                if let Event::RunStarted(started) = &kept.draft.event {
                    let reason = format!("run {} was started unrecorded: {cause}", started.run);
                    let event = Event::Overridden { rule: RECORD_BEFORE_ACT.to_owned(), reason };
                    self.kept.push_back(Kept { draft: event.into(), stamp: kept.stamp, held: false });
                }
            }
            self.kept.push_back(kept);
        }
    }

    fn lend_more(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        while self.lends
            && let Some(kept) = self.kept.get_mut(self.lent).filter(|kept| !kept.held)
        {
            let new = self.renamed.settle(&mut kept.draft.event, &self.taken);
            self.renamed.add(new);
            let entry = self.journal.would_be(&kept.draft, kept.stamp, self.lent as u64);
            self.taken.take(&entry);
            self.lent += 1;
            told.push(Told::Lent(entry));
        }
        told
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

    fn write(&mut self, now: Instant) -> Vec<Told> {
        let mut told = Vec::new();
        if !self.adopted(now) {
            return told;
        }
        while let Some(kept) = self.kept.front() {
            let (taken, renamed) = (self.taken, &self.renamed);
            let mut new = Renamed::default();
            let is_lent = self.lent > 0;
            let written = self.journal.append_made(kept.stamp, &mut |others| {
                let mut draft = kept.draft.clone();
                // What is lent has its numbers already, and nobody else took any since.
                if !is_lent {
                    new = renamed.settle(&mut draft.event, &taken.and(others));
                }
                draft
            });
            match written {
                Ok(written) => {
                    self.taken = self.taken.and(&written);
                    self.renamed.add(new);
                    if let Some((own, others)) = written.split_last() {
                        self.echo(others, Some(own));
                    }
                    told.extend(self.wrote(written));
                    self.kept.pop_front();
                }
                Err(error) => {
                    self.stumbled(&error, now);
                    return told;
                }
            }
        }
        if std::mem::take(&mut self.lends) {
            self.journal.release_numbers();
        }
        self.trouble = None;
        told
    }

    /// After trouble: goes on with the journal that is there by now; false where that cannot be.
    fn adopted(&mut self, now: Instant) -> bool {
        if self.trouble.is_none() || !self.journal.is_replaced() {
            return true;
        }
        let adopted = self.adopt();
        if let Err(error) = &adopted {
            self.stumbled(error, now);
        }
        adopted.is_ok()
    }

    /// The session's folder was put back, or is on a disk that was mounted again: whoever drives takes the wheel of that one too.
    fn adopt(&mut self) -> store::Result<()> {
        if let Some((session, by)) = &self.driven {
            self.wheel = None;
            self.wheel = Some(lock::Driver::try_take(session, by, self.clock.now())?);
        }
        self.journal.adopt()
    }

    /// What is to be told of what was written: what was lent was told, all that matters is how it stands there in the end.
    fn wrote(&mut self, written: Vec<Entry>) -> Vec<Told> {
        if self.lent == 0 {
            return written.into_iter().map(Told::Recorded).collect();
        }
        self.lent -= 1;
        let others = written.len().saturating_sub(1);
        self.others.extend(written.iter().take(others).map(|entry| entry.seq));
        self.since.extend(written);
        if self.lent > 0 {
            return Vec::new();
        }
        let (entries, theirs) = (std::mem::take(&mut self.since), std::mem::take(&mut self.others));
        let others = entries.iter().filter(|entry| theirs.contains(&entry.seq)).cloned().collect();
        vec![Told::Written { entries, others }]
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

    fn stumbled(&mut self, error: &store::Error, now: Instant) {
        let (pause, next_try) = match &self.trouble {
            // A new entry was a try beside those of the clock.
            Some(trouble) if now < trouble.next_try => (trouble.pause, trouble.next_try),
            Some(trouble) => ((trouble.pause * 2).min(LONGEST_PAUSE), now + (trouble.pause * 2).min(LONGEST_PAUSE)),
            None => (FIRST_PAUSE, now + FIRST_PAUSE),
        };
        let error = error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} ({hint})"));
        self.trouble = Some(Trouble { error, pause, next_try });
    }
}
