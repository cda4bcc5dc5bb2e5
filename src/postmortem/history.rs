//! The entries, read once: what every section is made from.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::runbook::{PhaseName, Runbook, Step, StepId, fill};
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Mark, Opened, Verdict};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::{Moment, Run, State};

/// The entries of a session and what they add up to.
pub(super) struct History<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) runbook: Option<&'a Runbook>,
    pub(super) state: State,
    /// Per entry: which boot of the machine it was written in.
    boots: Vec<u32>,
    /// When each stay in a phase began.
    phases: Vec<(DateTime<Utc>, PhaseName)>,
    /// Per kind of mark: the entry (by index) that counts.
    marks: BTreeMap<Mark, usize>,
    /// Steps of the runbook by id: a look-up in the runbook itself is linear.
    steps: BTreeMap<&'a str, (PhaseName, &'a Step)>,
}

impl<'a> History<'a> {
    pub(super) fn new(entries: &'a [Entry], runbook: Option<&'a Runbook>) -> Self {
        let mut state = State::default();
        let mut boots = Vec::with_capacity(entries.len());
        let mut marks = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            state.apply(entry);
            boots.push(state.boot.1);
            if let Event::Marked { mark } = &entry.event {
                marks.insert(*mark, index);
            }
        }
        let mut phases: Vec<_> = state.stays.iter().map(|stay| (stay.from.at, stay.phase)).collect();
        phases.sort_by_key(|(from, _)| *from);
        let steps = runbook.into_iter().flat_map(Runbook::steps).map(|(phase, step)| (step.id.as_str(), (phase, step)));
        Self { entries, runbook, state, boots, phases, marks, steps: steps.collect() }
    }

    pub(super) fn opened(&self) -> Option<&Opened> {
        self.state.opened.as_ref()
    }

    /// The incident's title, or what stands for it in a journal without a beginning.
    pub(super) fn title(&self) -> &str {
        self.opened().map_or("Session without a title", |opened| opened.title.as_str())
    }

    /// The entry whose mark counts.
    pub(super) fn marked(&self, mark: Mark) -> Option<&'a Entry> {
        self.marks.get(&mark).and_then(|index| self.entries.get(*index))
    }

    /// When a key time was, as well as it is known.
    pub(super) fn mark(&self, mark: Mark) -> Option<When> {
        self.marked(mark).map(Entry::time)
    }

    /// The two clocks of a mark that was set as it happened; a back-dated one has only the wall's.
    pub(super) fn mark_moment(&self, mark: Mark) -> Option<Moment> {
        let index = *self.marks.get(&mark)?;
        let entry = self.entries.get(index).filter(|entry| entry.happened.is_none())?;
        self.moment(index, entry)
    }

    fn moment(&self, index: usize, entry: &Entry) -> Option<Moment> {
        self.boots.get(index).map(|boot| Moment { at: entry.at, boot_ms: entry.boot_ms, boot: *boot })
    }
    /// The phase the session was in at a time; none before it began.
    pub(super) fn phase_at(&self, time: DateTime<Utc>) -> Option<PhaseName> {
        let after = self.phases.partition_point(|(from, _)| *from <= time);
        self.phases.get(after.checked_sub(1)?).map(|(_, phase)| *phase)
    }

    /// A step of the runbook.
    pub(super) fn step(&self, id: &str) -> Option<&'a Step> {
        self.steps.get(id).map(|(_, step)| *step)
    }

    /// The phase a step stands in.
    pub(super) fn phase_of_step(&self, id: &str) -> Option<PhaseName> {
        self.steps.get(id).map(|(phase, _)| *phase)
    }

    /// A step's title with the values known in the end; its id where the runbook is not at hand.
    pub(super) fn title_of(&self, id: &StepId) -> String {
        let value = |name: &str| self.state.vars.get(name).and_then(|value| value.text.clone());
        self.step(id).map_or_else(|| id.clone(), |step| fill(&step.title, value))
    }

    /// The title of a run's step with the values that were in force when it ran.
    pub(super) fn title_of_run(&self, run: &Run, id: &StepId) -> String {
        let values = &run.started.values;
        let then = |name: &str| values.iter().find(|(own, _)| own == name).and_then(|(_, value)| value.clone());
        let later = |name: &str| self.state.vars.get(name).and_then(|value| value.text.clone());
        self.step(id).map_or_else(|| id.clone(), |step| fill(&step.title, |name| then(name).or_else(|| later(name))))
    }

    pub(super) fn run(&self, run: RunNo) -> Option<&Run> {
        self.state.runs.get(&run)
    }

    /// The phase a run belongs to: its step's, else the one it was started in.
    pub(super) fn phase_of_run(&self, run: &Run) -> Option<PhaseName> {
        step_of(&run.started.purpose).and_then(|step| self.phase_of_step(step)).or_else(|| self.phase_at(run.at.at))
    }

    /// Whether a run is a readiness check of the revert: begun by the program itself, beside the walk.
    pub(super) fn is_ready_check(&self, run: &Run) -> bool {
        let lane = self.state.lanes.get(&run.started.lane).and_then(|lane| lane.beside.as_deref());
        let ready = self.runbook.map_or(&[][..], |runbook| &runbook.ready);
        match &run.started.purpose {
            Purpose::Step { step, .. } => lane == Some("ready") || ready.iter().any(|own| own.id == *step),
            _ => false,
        }
    }

    /// When a run was over, by the wall clock; none while it runs or where nobody saw its end.
    pub(super) fn end_of(run: &Run) -> Option<DateTime<Utc>> {
        let took = run.ended.as_ref()?.end.took_ms;
        run.at.at.checked_add_signed(chrono::TimeDelta::milliseconds(super::spell::signed(took).min(i64::MAX / 2)))
    }
}

/// The step a run concerns.
pub(super) fn step_of(purpose: &Purpose) -> Option<&StepId> {
    match purpose {
        Purpose::Step { step, .. }
        | Purpose::Undo { step, .. }
        | Purpose::Guard { step, .. }
        | Purpose::Probe { step, .. } => Some(step),
        Purpose::Variable { .. } | Purpose::Inventory { .. } | Purpose::AdHoc | Purpose::Shell => None,
    }
}

/// Whether a run ended as it was expected to.
pub(super) fn healthy(run: &Run) -> bool {
    run.verdict().is_some_and(Verdict::is_healthy) || run.settled == Some(true)
}
