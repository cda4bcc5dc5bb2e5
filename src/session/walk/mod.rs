//! The walk: which step is next, what is legal now, and what follows from what happened.
//!
//! The screen and `--auto` drive the same [`Walk`]. It is told what the operator wants ([`Intent`]) or what happened
//! ([`Happening`]) and answers with [`Order`]s, to be carried out strictly in their order; an order that records is on disk before
//! the next one is begun. The walk itself touches nothing: its state moves only when a recorded entry comes back.

mod advise;
mod again;
mod ending;
mod flagged;
mod guards;
mod hosts;
mod intend;
mod intent;
mod open;
mod order;
mod position;
mod preview;
mod react;
mod refusal;
mod rules;
mod shortest;
mod spread;
mod start;
#[cfg(test)]
mod tests;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

pub use advise::{Advice, Path};
pub use again::{Again, pending};
pub use hosts::AT_ONCE;
pub use intent::{Confirmation, Intent, Secret};
pub use open::Opening;
pub use order::{Draft, Flagged, Happening, Order, RunOver};
pub use position::Next;
pub use preview::Preview;
pub use refusal::{Need, Refusal};
pub use rules::{Proposal, Readiness, TimeBox, Unverified};
pub use shortest::shortest;
pub use work::Work;

use crate::runbook::{Runbook, StepId, VarName};
use crate::session::entry::Entry;
use crate::session::event::{Event, MoveCause, Source, Verdict};
use crate::session::run::{LaneKey, LaneNo, Purpose, RunNo};
use crate::session::site::Site;
use crate::session::state::State;

/// What kind of walk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// In a drill nothing real can be hurt: `--auto` may destroy.
    pub drill: bool,
}

/// A session being worked: the runbook, the state, and what is under way between the two.
#[derive(Debug, Clone)]
pub struct Walk {
    runbook: Option<Arc<Runbook>>,
    rules: Rules,
    state: State,
    /// The state before the first entry that was lent; none where all is on disk.
    base: Option<Box<State>>,
    /// Secret variables whose values are in memory.
    known: BTreeSet<VarName>,
    /// Events ordered to be recorded that are not on disk yet, oldest first.
    unrecorded: VecDeque<Discriminant<Event>>,
    /// Runs that wait for their guards, by step.
    guarded: BTreeMap<StepId, guards::Guarded>,
    /// Runs and lanes ordered whose records are not on disk yet: their numbers are taken.
    starting: BTreeMap<RunNo, LaneNo>,
    opening: BTreeMap<LaneNo, LaneKey>,
    /// A guard that did not hold, until the next intent.
    refused: Option<Refusal>,
    /// For steps with `until`: the first run of the present series of tries, on each host.
    series: BTreeMap<StepId, BTreeMap<Site, RunNo>>,
    /// Hosts of attempts on many whose run was ordered: none is ordered twice.
    sent: BTreeSet<(StepId, Site)>,
    /// Steps of whose attempts nothing more is started, though the record does not say so yet.
    halted: BTreeSet<StepId>,
    /// Runs that were asked to stop.
    asked: BTreeSet<RunNo>,
    /// Steps that wait for their next try.
    waiting: BTreeSet<StepId>,
    /// How often a lead, an end or an answer brought the cursor to a step.
    visits: BTreeMap<StepId, u32>,
    /// Flags whose record is not on disk yet, by run and place.
    flagging: BTreeSet<(RunNo, u32)>,
    /// The session is to be closed as soon as the runs that are followed have ended.
    closing: Option<Intent>,
    /// The process at the wheel of a closed session, and what it brings: recorded when that is opened again.
    arriving: Vec<Event>,
    /// Runs that are over though the record of it is not on disk yet. Several may end before the first of them is written.
    over: BTreeMap<RunNo, Over>,
}

/// What is known of a run that is over.
#[derive(Debug, Clone)]
pub(super) struct Over {
    verdict: Verdict,
    took_ms: u64,
    started: bool,
}

impl Walk {
    /// A walk before its first entry.
    #[must_use]
    pub fn new(runbook: Option<Arc<Runbook>>, rules: Rules) -> Self {
        Self {
            runbook,
            rules,
            state: State::default(),
            base: None,
            known: BTreeSet::new(),
            unrecorded: VecDeque::new(),
            guarded: BTreeMap::new(),
            starting: BTreeMap::new(),
            opening: BTreeMap::new(),
            refused: None,
            series: BTreeMap::new(),
            sent: BTreeSet::new(),
            halted: BTreeSet::new(),
            asked: BTreeSet::new(),
            waiting: BTreeSet::new(),
            visits: BTreeMap::new(),
            flagging: BTreeSet::new(),
            closing: None,
            arriving: Vec::new(),
            over: BTreeMap::new(),
        }
    }

    /// A walk that goes on where its entries end.
    #[must_use]
    pub fn replay<'a>(
        runbook: Option<Arc<Runbook>>,
        rules: Rules,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Self {
        Self { state: State::replay(entries), ..Self::new(runbook, rules) }
    }

    /// The state so far.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The runbook, where there is one.
    #[must_use]
    pub fn runbook(&self) -> Option<&Runbook> {
        self.runbook.as_deref()
    }

    /// What kind of walk it is.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Goes on with another version of the runbook. What only the version before had is known by what the record says of it.
    pub fn take(&mut self, runbook: Arc<Runbook>) {
        self.guarded.clear();
        self.waiting.clear();
        self.runbook = Some(runbook);
    }

    /// What the version of the runbook that was taken asks for, by whoever drives: the defaults of variables that are new, and a place
    /// for the cursor where the step it was at is gone.
    pub fn taken(&mut self) -> Vec<Order> {
        let Some(runbook) = self.runbook.clone() else { return Vec::new() };
        // A drill takes no default, whatever the version.
        let fresh = runbook.vars.iter().filter(|(name, _)| !self.rules.drill && !self.state.vars.contains_key(name));
        let mut orders: Vec<Order> = fresh
            .filter_map(|(name, variable)| {
                let value = variable.default.clone().filter(|_| !variable.secret)?;
                let (name, source) = (name.clone(), Source::Default);
                Some(Order::record(Event::VariableSet { name, value: Some(value), source }))
            })
            .collect();
        let lost = self.state.cursor.as_ref().is_some_and(|cursor| runbook.step(cursor).is_none());
        if let Some(phase) = self.state.phase.filter(|_| lost) {
            let to = runbook.phase(phase).steps.first().map(|step| step.id.clone());
            orders.push(Order::record(Event::Moved { to, phase, because: MoveCause::Operator }));
        }
        self.ordered(orders)
    }

    /// A guard that did not hold and so kept a run from starting; until the next intent.
    #[must_use]
    pub fn refused(&self) -> Option<&Refusal> {
        self.refused.as_ref()
    }

    /// Whether something ordered is not on disk yet.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        !self.unrecorded.is_empty()
    }

    /// Whether runs are over of which the record does not say so yet.
    #[must_use]
    pub fn knows_more(&self) -> bool {
        !self.over.is_empty()
    }

    /// Whether a step waits for its next try.
    #[must_use]
    pub fn is_waiting(&self, step: &str) -> bool {
        self.waiting.contains(step)
    }

    /// Whether the session is to be closed as soon as the runs that are followed have ended.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Takes note of what was ordered, so that nothing is started on top of what is not on disk.
    fn ordered(&mut self, orders: Vec<Order>) -> Vec<Order> {
        for order in &orders {
            match order {
                Order::Record(draft) => {
                    self.unrecorded.push_back(discriminant(&draft.event));
                    match &draft.event {
                        Event::RunStarted(started) => {
                            self.starting.insert(started.run, started.lane);
                            if let (Purpose::Step { step, .. }, Some(site)) =
                                (&started.purpose, self.site_in(started.lane))
                            {
                                self.sent.insert((step.clone(), site));
                            }
                        }
                        Event::AttemptBegun(attempt) => {
                            self.sent.retain(|(step, _)| *step != attempt.step);
                            self.halted.remove(&attempt.step);
                        }
                        Event::StopAsked { run, .. } => drop(self.asked.insert(*run)),
                        Event::LaneOpened { lane, key } => drop(self.opening.insert(*lane, key.clone())),
                        _ => {}
                    }
                }
                Order::Remember { name, .. } => {
                    self.known.insert(name.clone());
                }
                _ => {}
            }
        }
        orders
    }

    /// Where the runs of a lane run.
    fn site_in(&self, lane: LaneNo) -> Option<Site> {
        self.state.lanes.get(&lane).or_else(|| self.opening.get(&lane)).map(Site::of)
    }

    /// An entry is on disk: the state moves.
    fn recorded(&mut self, entry: &Entry) {
        self.state.apply(entry);
        match &entry.event {
            Event::RunStarted(started) => drop(self.starting.remove(&started.run)),
            Event::LaneOpened { lane, .. } => drop(self.opening.remove(lane)),
            Event::RunEnded(ended) => drop(self.over.remove(&ended.run)),
            Event::RunInterrupted { run } => drop(self.over.remove(run)),
            Event::Flagged { run, flag, .. } => drop(self.flagging.remove(&(*run, *flag))),
            Event::Moved { to: Some(to), because, .. }
                if !matches!(because, MoveCause::Operator | MoveCause::VerifyFirst(_)) =>
            {
                *self.visits.entry(to.clone()).or_default() += 1;
            }
            _ => {}
        }
        // A recorded shell writes what nobody here ordered.
        let shells = match &entry.event {
            Event::RunStarted(started) => started.is_shells(),
            Event::LaneOpened { key, .. } => key.is_shell(),
            _ => false,
        };
        if shells {
            return;
        }
        let kind = discriminant(&entry.event);
        // Another scribe's entry of the same kind may come first; which of the two is counted does not matter.
        if let Some(place) = self.unrecorded.iter().position(|own| *own == kind) {
            self.unrecorded.remove(place);
        }
    }
}
