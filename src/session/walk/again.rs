//! Looking again: a fix that held when it was made may not hold tomorrow.
//!
//! A runbook says when (`verify.again`). These times count from when it was marked resolved; until every verify step was run again
//! after one, the session stays in the list.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Order, RunOver, Walk};
use crate::runbook::{PhaseName, Step};
use crate::session::event::{Event, Mark};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::{Run, Standing, State};

/// A time to look again that was not looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// Which of the runbook's times, from 0.
    pub again: u32,
    /// So long after it was resolved.
    pub after: Duration,
    /// That is at this time.
    pub at: DateTime<Utc>,
}

/// Those of a runbook's times to look again that were not looked at yet, soonest first.
#[must_use]
pub fn pending(state: &State, times: &[Duration]) -> Vec<Again> {
    // What a drill was about is gone with it.
    let drill = state.opened.as_ref().is_some_and(|opened| opened.drill.is_some());
    let Some(resolved) = state.marks.get(&Mark::Resolved).filter(|_| !drill) else { return Vec::new() };
    let at = |after: &Duration| resolved.sort_key().checked_add_signed(TimeDelta::from_std(*after).ok()?);
    let all = (0..).zip(times).filter_map(|(again, after)| Some(Again { again, after: *after, at: at(after)? }));
    all.filter(|again| again.again >= state.looked.0).collect()
}

impl Walk {
    /// When to look again, soonest first; none before it is marked resolved.
    #[must_use]
    pub fn again(&self) -> Vec<Again> {
        pending(&self.state, self.runbook().map_or(&[][..], |runbook| &runbook.again))
    }

    /// The latest time to look again that has come, and was not looked at.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Option<Again> {
        self.again().into_iter().rfind(|again| again.at <= now)
    }

    /// The verify steps with a command that were not run since a time.
    #[must_use]
    pub fn not_looked_at(&self, since: DateTime<Utc>) -> Vec<&Step> {
        let steps = self.runbook().map_or(&[][..], |runbook| &runbook.verify.steps);
        let with_command = steps.iter().filter(|step| step.command().is_some());
        with_command.filter(|step| self.last_run(step).is_none_or(|(_, run)| run.at.at < since)).collect()
    }

    /// The record of having looked again, where a run that is over was the last that was missing.
    pub(super) fn looked_again(&self, over: &RunOver) -> Option<Order> {
        let run = self.state.runs.get(&over.run)?;
        let Purpose::Step { step, .. } = &run.started.purpose else { return None };
        let phase = self.runbook()?.step(step)?.0;
        let due = self.due(run.at.at).filter(|_| phase == PhaseName::Verify)?;
        if !self.not_looked_at(due.at).is_empty() {
            return None;
        }
        let mut red = Vec::new();
        for step in self.runbook()?.verify.steps.iter().filter(|step| step.command().is_some()) {
            let (number, run) = self.last_run(step)?;
            let healthy = match self.hosts_now(&step.id).map(|spread| spread.standing()) {
                Some(Standing::Running) => return None,
                Some(standing) => standing == Standing::Healthy,
                None if number == over.run => over.judgement.verdict.is_healthy(),
                None => run.verdict()?.is_healthy(),
            };
            if !healthy {
                red.push(step.id.clone());
            }
        }
        Some(Order::record(Event::LookedAgain { again: due.again, red }))
    }

    fn last_run(&self, step: &Step) -> Option<(RunNo, &Run)> {
        let run = *self.state.steps.get(&step.id)?.runs.last()?;
        Some((run, self.state.runs.get(&run)?))
    }
}
