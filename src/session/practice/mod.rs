//! What a drill worked by a person has taught: how long it took, and what was done beyond the shortest way.

mod words;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::entry::Entry;
use super::event::{Event, Mark};
use super::run::{Purpose, RunNo};
use super::state::Run;
use super::walk::{Unverified, Walk, shortest};
use crate::runbook::{PhaseName, Runbook, StepId};

/// A drill looked back upon.
#[derive(Debug, Clone, PartialEq)]
pub struct Practice {
    /// The drill's name.
    pub drill: String,
    /// The way out that is compared with: the one taken last, else the drill's usual one; none where the runbook has none.
    pub way: Option<PhaseName>,
    /// Whether every verify step held in the end, after the last change.
    pub healed: bool,
    /// Milliseconds from the beginning to the last entry of the work, rests left out, as in the three below.
    pub lasted: u64,
    /// Until a way out was entered.
    pub to_diagnose: Option<u64>,
    /// Until it was marked as mitigated.
    pub to_mitigate: Option<u64>,
    /// Until it was marked as resolved.
    pub to_resolve: Option<u64>,
    /// What a person should take at most, in minutes, as the drill says.
    pub minutes: Option<u32>,
    /// Steps done, in their order; the tries of a step that is repeated until it is healthy are one.
    pub done: Vec<StepId>,
    /// The shortest way: see [`shortest`].
    pub shortest: Vec<StepId>,
    /// Looks that the shortest way does without, each once.
    pub looks: Vec<StepId>,
    /// Other steps done more often than the shortest way has them, and how many times more.
    pub again: Vec<(StepId, usize)>,
    /// The operator's own commands, typed ones included.
    pub own: usize,
    /// Steps of the shortest way that were not done.
    pub left_out: Vec<StepId>,
    /// What led away from the end.
    pub turns: Vec<Turn>,
    /// Changes that were not verified in the end.
    pub unverified: Vec<Unverified>,
    /// Verify steps that do not hold since the last change.
    pub not_holding: Vec<StepId>,
}

/// A wrong turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// A way out was entered that was left for another.
    Entered(PhaseName),
    /// A change was taken back.
    TakenBack(StepId),
    /// A change did not go well.
    Failed(StepId),
}

impl Practice {
    /// Looks back upon a drill: the walk in the end, its entries, and what the drill says of itself (its usual way out, minutes).
    #[must_use]
    pub fn new(walk: &Walk, entries: &[Entry], usual: Option<PhaseName>, minutes: Option<u32>) -> Option<Self> {
        let runbook = walk.runbook()?;
        let state = walk.state();
        let began = state.began?.at;
        let over = entries.iter().rev().find(|entry| !matches!(entry.event, Event::Closed { .. } | Event::Left { .. }));
        let since = |time: DateTime<Utc>| worked(walk, began, time);
        let marked = |mark: Mark| state.marks.get(&mark).map(|time| since(time.sort_key()));
        let ways: Vec<PhaseName> = state.stays.iter().map(|stay| stay.phase).filter(|phase| is_way(*phase)).collect();
        let way = ways.last().copied().or(usual);
        let shortest = way.map(|way| shortest(runbook, way)).unwrap_or_default();
        let done = done(walk, entries);
        let (looks, again) = beyond(runbook, &done, &shortest);
        let mut left_out: Vec<StepId> = shortest.iter().filter(|id| !done.contains(id)).cloned().collect();
        left_out.dedup();
        Some(Self {
            drill: state.opened.as_ref()?.drill.clone()?,
            way,
            healed: walk.is_verified() && state.changes.iter().any(|change| change.undone.is_none()),
            lasted: since(over.map_or(began, |entry| entry.at)),
            to_diagnose: state.stays.iter().find(|stay| is_way(stay.phase)).map(|stay| since(stay.from.at)),
            to_mitigate: marked(Mark::Mitigated),
            to_resolve: marked(Mark::Resolved),
            minutes,
            looks,
            again,
            own: state.runs.values().filter(|run| is_own(run)).count(),
            left_out,
            turns: turns(walk, &ways),
            unverified: walk.unverified(),
            not_holding: walk.not_holding(),
            done,
            shortest,
        })
    }
}

fn is_way(phase: PhaseName) -> bool {
    matches!(phase, PhaseName::Revert | PhaseName::Fix)
}

fn is_own(run: &Run) -> bool {
    matches!(run.started.purpose, Purpose::AdHoc | Purpose::Shell)
}

/// Milliseconds of work from one time to another: rests are left out.
fn worked(walk: &Walk, from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
    let rested = walk.state().rests.iter().map(|rest| {
        let end = rest.to.map_or(to, |end| end.at).min(to);
        (end - rest.from.at.max(from)).num_milliseconds().max(0)
    });
    let rested: i64 = rested.sum();
    u64::try_from((to - from).num_milliseconds().saturating_sub(rested)).unwrap_or(0)
}

/// The steps that were done, in their order; checks that the program runs beside the walk are not among them.
fn done(walk: &Walk, entries: &[Entry]) -> Vec<StepId> {
    let mut done = Vec::new();
    let mut series: Option<(StepId, DateTime<Utc>)> = None;
    // Many hosts of one attempt are done once.
    let mut attempts: BTreeSet<(&StepId, u32)> = BTreeSet::new();
    for entry in entries {
        match &entry.event {
            Event::Answered { step, .. } => done.push(step.clone()),
            Event::RunStarted(started) => {
                let Purpose::Step { step, attempt } = &started.purpose else { continue };
                if !attempts.insert((step, *attempt)) {
                    continue;
                }
                let Some((_, own)) = walk.runbook().and_then(|runbook| runbook.step(step)) else { continue };
                if walk.runbook().is_some_and(|runbook| runbook.ready.iter().any(|ready| ready.id == *step)) {
                    continue;
                }
                let until = own.until.and_then(|until| chrono::TimeDelta::from_std(until.for_).ok());
                let goes_on = series.as_ref().is_some_and(|(id, from)| {
                    id == step
                        && until.is_some_and(|until| entry.at <= *from + until)
                        && was_red(walk, step, started.run)
                });
                if !goes_on {
                    done.push(step.clone());
                    series = Some((step.clone(), entry.at));
                }
            }
            _ => {}
        }
    }
    done
}

/// Whether the step's run before this one was not healthy: only then another try follows by itself.
fn was_red(walk: &Walk, step: &StepId, run: RunNo) -> bool {
    let state = walk.state();
    let runs = state.steps.get(step).map_or(&[][..], |step| &step.runs);
    let before = runs.iter().rev().find(|own| **own < run).and_then(|before| state.runs.get(before));
    before.and_then(Run::verdict).is_some_and(|verdict| !verdict.is_healthy())
}

/// What was done beyond the shortest way: looks, and what else.
fn beyond(runbook: &Runbook, done: &[StepId], shortest: &[StepId]) -> (Vec<StepId>, Vec<(StepId, usize)>) {
    let (mut looks, mut again) = (Vec::new(), Vec::new());
    let times = |of: &[StepId], id: &StepId| of.iter().filter(|own| *own == id).count();
    let mut seen: Vec<&StepId> = Vec::new();
    for id in done {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let (own, enough) = (times(done, id), times(shortest, id));
        let diagnose = runbook.step(id).is_some_and(|(phase, _)| phase == PhaseName::Diagnose);
        match (diagnose, own.saturating_sub(enough)) {
            (_, 0) => {}
            (true, more) if enough == 0 => {
                looks.push(id.clone());
                again.extend((more > 1).then(|| (id.clone(), more - 1)));
            }
            (_, more) => again.push((id.clone(), more)),
        }
    }
    (looks, again)
}

/// What led away from the end, in the order in which it happened within each kind.
fn turns(walk: &Walk, ways: &[PhaseName]) -> Vec<Turn> {
    let state = walk.state();
    let left = ways.iter().zip(ways.iter().skip(1)).filter(|(own, next)| own != next);
    let mut turns: Vec<Turn> = left.map(|(own, _)| Turn::Entered(*own)).collect();
    for change in &state.changes {
        let Some(step) = &change.step else { continue };
        let red = state.runs.get(&change.run).and_then(Run::verdict).is_some_and(|verdict| !verdict.is_healthy());
        if red {
            turns.push(Turn::Failed(step.clone()));
        }
        if change.undone.is_some() {
            turns.push(Turn::TakenBack(step.clone()));
        }
    }
    turns
}
