//! What came of drills walked without a screen, for CI: the record of each, and one answer for all of them.

use chrono::{DateTime, Utc};

use super::describe;
use super::history::{History, healthy};
use super::prose::Prose;
use crate::runbook::{PhaseName, Runbook, StepId};
use crate::session::entry::{Entry, When};
use crate::session::event::Mark;
use crate::session::run::RunNo;
use crate::session::state::{Standing, StepState};

/// Drills that were walked, or should have been.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillReport {
    /// The program's exit code.
    pub exit_code: u8,
    /// One for each drill and way out, in the order they were walked.
    pub walks: Vec<DrillWalk>,
}

impl DrillReport {
    /// Whether every one of them healed, and there was one.
    #[must_use]
    pub fn healed(&self) -> bool {
        !self.walks.is_empty() && self.walks.iter().all(|walk| walk.outcome == DrillOutcome::Healed)
    }
}

/// One drill walked by one way out.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillWalk {
    /// The runbook's id.
    pub drill: String,
    /// Where it was found: `bundled`, or a path.
    pub origin: String,
    /// The way out; none where nothing says which.
    pub path: Option<PhaseName>,
    /// How it ended.
    pub outcome: DrillOutcome,
    /// Why it ended so.
    pub why: String,
    /// What to do about it, where there is something to say.
    pub hint: Option<String>,
    /// What is not there: command, and the Debian package it comes in.
    pub lacks: Vec<(String, Option<String>)>,
    /// The exit code it would have alone.
    pub exit_code: u8,
    /// Milliseconds from before `break` to after `clean`.
    pub took_ms: u64,
    /// Its session, where one was begun.
    pub record: Option<DrillRecord>,
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrillOutcome {
    /// What was broken is whole: every verify step held after the last change.
    Healed,
    /// The runbook was followed and did not heal.
    NotHealed,
    /// The runbook needs a person on the way.
    PersonNeeded,
    /// Something it needs is not on this machine; nothing was touched.
    Lacking,
    /// It could not be begun: its runbook, its `break` or its variables are at fault.
    NotBegun,
    /// It was walked, but its `clean` failed.
    NotCleaned,
    /// Its journal could not be written.
    NotRecorded,
    /// Somebody stopped it.
    Interrupted,
}

impl DrillOutcome {
    /// As it is told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healed => "healed",
            Self::NotHealed => "not healed",
            Self::PersonNeeded => "person needed",
            Self::Lacking => "lacking",
            Self::NotBegun => "not begun",
            Self::NotCleaned => "not cleaned",
            Self::NotRecorded => "not recorded",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What a drill's session holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillRecord {
    /// The session's id.
    pub session: String,
    /// How many entries its journal has.
    pub entries: u64,
    /// The hash of the last one.
    pub head: String,
    /// Key times that are marked.
    pub key_times: Vec<(Mark, When)>,
    /// Steps that were touched, in the order in which they were first.
    pub steps: Vec<DrillStep>,
}

/// A step of a drill.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillStep {
    /// Its id.
    pub id: StepId,
    /// Its title, values filled in.
    pub title: String,
    /// Its phase.
    pub phase: Option<PhaseName>,
    /// It is one of the revert's `ready` checks.
    pub ready_check: bool,
    /// How it stood in the end.
    pub standing: Standing,
    /// How that was seen: `exit 0, as expected, in 0.4 s`.
    pub result: String,
    /// When its first run began.
    pub began: Option<DateTime<Utc>>,
    /// Milliseconds that all its runs took.
    pub took_ms: u64,
    /// Its runs, oldest first.
    pub runs: Vec<RunNo>,
    /// Runs of it that were not as expected.
    pub unhealthy: u64,
}

impl DrillRecord {
    /// What the entries of a session say; `head` is the hash of the last one.
    #[must_use]
    pub fn new(session: &str, entries: &[Entry], head: &str, runbook: Option<&Runbook>) -> Self {
        let history = History::new(entries, runbook);
        let mut steps: Vec<(u64, DrillStep)> =
            history.state.steps.iter().map(|(id, state)| (first(&history, state), step(&history, id, state))).collect();
        steps.sort_by_key(|(seq, _)| *seq);
        Self {
            session: session.to_owned(),
            entries: entries.len() as u64,
            head: head.to_owned(),
            key_times: Mark::ALL.into_iter().filter_map(|mark| Some((mark, history.mark(mark)?))).collect(),
            steps: steps.into_iter().map(|(_, step)| step).collect(),
        }
    }
}

/// The entry by which a step was first touched.
fn first(history: &History, state: &StepState) -> u64 {
    state.runs.first().and_then(|run| history.run(*run)).map_or(state.seq, |run| run.seq.min(state.seq))
}

fn step(history: &History, id: &StepId, state: &StepState) -> DrillStep {
    let runs = || state.runs.iter().filter_map(|run| history.run(*run));
    let answered = state.said.clone();
    let ready = history.runbook.map_or(&[][..], |runbook| &runbook.ready);
    DrillStep {
        id: id.clone(),
        title: history.title_of(id),
        phase: history.phase_of_step(id),
        ready_check: ready.iter().any(|own| own.id == *id),
        standing: state.standing,
        result: answered
            .or_else(|| state.spread.as_ref().map(|spread| describe::hosts(history, spread).plain()))
            .or_else(|| runs().next_back().map(describe::result).as_ref().map(Prose::plain))
            .unwrap_or_default(),
        began: runs().next().map(|run| run.at.at),
        took_ms: runs().filter_map(|run| run.ended.as_ref()).map(|ended| ended.end.took_ms).sum(),
        runs: state.runs.clone(),
        unhealthy: runs().filter(|run| run.ended.is_some() && !healthy(run)).count() as u64,
    }
}
