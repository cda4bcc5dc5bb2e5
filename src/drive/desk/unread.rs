//! Runs whose output nobody reads, because the machine gave no thread for it: tried again until it does. Else a run that is over would
//! seem to go on for ever.

use std::collections::BTreeMap;

use super::{Desk, Watched};
use crate::session::run::{RunEnd, RunNo};

/// How such a run ended: how, its secret output, and whether nobody was there to see it.
pub(super) type Ending = (RunEnd, Option<String>, bool);

/// Runs that wait for a reader.
#[derive(Default)]
pub(super) struct Unread {
    runs: BTreeMap<RunNo, (Watched, Option<Ending>)>,
    told: bool,
}

impl Unread {
    /// This one has none.
    pub(super) fn add(&mut self, watched: Watched) {
        self.runs.insert(watched.run, (watched, None));
    }

    /// It ended; false where it has a reader, who is to be told.
    pub(super) fn ended(&mut self, run: RunNo, ending: &Ending) -> bool {
        let Some((_, own)) = self.runs.get_mut(&run) else { return false };
        own.get_or_insert_with(|| ending.clone());
        true
    }

    /// Nothing more is to be known of it; false where it has a reader.
    pub(super) fn forget(&mut self, run: RunNo) -> bool {
        self.runs.remove(&run).is_some()
    }

    /// Which they are.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunNo> {
        self.runs.keys().copied()
    }

    /// Whether that is to be told: not with every try.
    pub(super) fn complains(&mut self) -> bool {
        !std::mem::replace(&mut self.told, true)
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

impl Desk {
    /// Tries again.
    pub(super) fn read_at_last(&mut self) {
        for (run, (watched, ending)) in std::mem::take(&mut self.unread.runs) {
            self.watch(&watched);
            match ending {
                Some(ending) if self.unread.runs.contains_key(&run) => drop(self.unread.ended(run, &ending)),
                Some((end, secret, unseen)) => self.ended(run, end, secret, unseen),
                None => {}
            }
        }
        self.unread.told &= !self.unread.is_empty();
    }
}
