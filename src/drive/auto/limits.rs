//! Runs over their budget, and runs that have been silent for long: remarked once each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::teller::{label, seconds};
use crate::session::run::{Purpose, RunNo};
use crate::session::walk::Walk;

/// What is known of runs going on.
#[derive(Default)]
pub(super) struct Limits {
    runs: BTreeMap<RunNo, Watched>,
}

struct Watched {
    since: Instant,
    heard: Instant,
    budget_told: bool,
    silence_told: bool,
}

impl Limits {
    /// A run began, or its output grew.
    pub(super) fn heard(&mut self, run: RunNo, now: Instant) {
        let begin = || Watched { since: now, heard: now, budget_told: false, silence_told: false };
        let watched = self.runs.entry(run).or_insert_with(begin);
        watched.heard = now;
        watched.silence_told = false;
    }

    /// A run is over.
    pub(super) fn over(&mut self, run: RunNo) {
        self.runs.remove(&run);
    }

    /// What is to be remarked now.
    pub(super) fn remarks(&mut self, walk: &Walk, now: Instant) -> Vec<String> {
        let mut remarks = Vec::new();
        for (run, watched) in &mut self.runs {
            let purpose = walk.state().runs.get(run).map(|run| &run.started.purpose);
            let Some(Purpose::Step { step, .. }) = purpose else { continue };
            let Some((_, step)) = walk.runbook().and_then(|book| book.step(step)) else { continue };
            let over = |limit: Option<Duration>, from: Instant| limit.filter(|limit| now - from >= *limit);
            if let Some(limit) = over(step.budget, watched.since).filter(|_| !watched.budget_told) {
                watched.budget_told = true;
                remarks.push(format!("{}: over its budget of {}", label(*run, walk), in_words(limit)));
            }
            if let Some(limit) = over(step.silent, watched.heard).filter(|_| !watched.silence_told) {
                watched.silence_told = true;
                remarks.push(format!("{}: no output for {}", label(*run, walk), in_words(limit)));
            }
        }
        remarks
    }
}

fn in_words(time: Duration) -> String {
    seconds(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
