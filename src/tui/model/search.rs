//! A search in the output that is shown.

use crate::drive::{Answer, Found, Spot, Step};
use crate::text::find::{Finder, Query};

/// A search that is on.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// What is looked for.
    pub(crate) query: Query,
    /// The same, made ready: what is on the page is marked by it.
    pub(crate) finder: Finder,
    /// What was last asked of the drive.
    pub(crate) step: Step,
    /// How far the search has come, as it was last told.
    pub(crate) found: Option<Found>,
    /// The last answer that was gone to.
    pub(crate) at: Option<Answer>,
}

impl Search {
    /// The match the operator is at.
    pub(crate) fn spot(&self) -> Option<Spot> {
        self.at.and_then(|answer| answer.spot)
    }

    /// News of the search: the line to go to, where an answer came.
    pub(crate) fn told(&mut self, found: Found) -> Option<Spot> {
        let new = found.answer.filter(|answer| answer.asked == self.step.asked && self.at != Some(*answer));
        self.found = Some(found);
        self.at = new.or(self.at);
        new.and_then(|answer| answer.spot)
    }
}
