//! The state of a session: a fold of its entries, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::entry::When;
use super::event::{Evidence, Mark, MoveCause, Opened, RunEnded, RunStarted, Source, Status, Update, Verdict};
use super::run::{LaneKey, LaneNo, RunNo};
use super::site::Machine;
use super::spread::Spread;
use crate::runbook::{Effect, Lead, PhaseName, Runbook, Severity, StepId, VarName};

/// The two clocks drift and are read one after the other; more than this between two entries is a step, in milliseconds.
const STEP_MS: i64 = 1_000;

/// Everything that follows from the entries of a session so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// How it began; none before the first entry.
    pub opened: Option<Opened>,
    /// The first entry's times.
    pub began: Option<Moment>,
    /// The last entry's number; 0 before the first.
    pub seq: u64,
    /// The last entry's times.
    pub latest: Option<Moment>,
    /// Entries before which the wall clock was set, and by how many milliseconds.
    pub clock_steps: Vec<(u64, i64)>,
    /// The kernel's boot id in force, and how many different ones there were before it.
    pub boot: (String, u32),
    /// The version of the runbook in force, from 1; 0 and 1 are the one that the session began with.
    pub runbook: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// When it was closed; none while it is open.
    pub ended: Option<Moment>,
    /// Where the incident stands.
    pub status: Option<Status>,
    /// Where the incident stood when it was closed; none while it is open.
    pub stood: Option<Status>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// Variables that have a value.
    pub vars: BTreeMap<VarName, Value>,
    /// Machines behind names of hosts, where they are not those of the runbook: by `--host`, by a command, by a drill.
    pub hosts: BTreeMap<String, Vec<Machine>>,
    /// Lanes by number.
    pub lanes: BTreeMap<LaneNo, LaneKey>,
    /// Runs by number.
    pub runs: BTreeMap<RunNo, Run>,
    /// Runs going on.
    pub going: BTreeSet<RunNo>,
    /// Changes that were interrupted and are not settled.
    pub unsettled: BTreeSet<RunNo>,
    /// What became of steps; a step nobody touched is not in it.
    pub steps: BTreeMap<StepId, StepState>,
    /// The step the operator is at; none past the end of a phase.
    pub cursor: Option<StepId>,
    /// The phase the operator is in.
    pub phase: Option<PhaseName>,
    /// Why the cursor is there.
    pub came: Option<MoveCause>,
    /// The entry that moved it there.
    pub arrived: u64,
    /// Stays in phases, oldest first; the last one may be open.
    pub stays: Vec<Stay>,
    /// When a phase's time box was last answered.
    pub boxes: BTreeMap<PhaseName, Moment>,
    /// Key times; the last mark of each kind counts.
    pub marks: BTreeMap<Mark, When>,
    /// Changes made, oldest first: what altered something, or may have.
    pub changes: Vec<Change>,
    /// The last entry by which something was altered, or may have been; 0 before the first.
    pub altered: u64,
    /// Signs seen, oldest first.
    pub signs: Vec<SignSeen>,
    /// Rules overridden: (rule, reason, sequence number).
    pub overrides: Vec<(String, String, u64)>,
    /// Findings, oldest first; their numbers are their places, from 1.
    pub findings: Vec<Finding>,
    /// Rests, oldest first; the last one may go on.
    pub rests: Vec<Rest>,
    /// Who has the lead, where it was handed over.
    pub lead: Option<String>,
    /// The last that others were told, and when.
    pub update: Option<(Moment, Update)>,
    /// Planned work became an incident.
    pub declared: bool,
    /// How many of the runbook's times to look again were looked at since it was resolved, and the steps that did not hold the last time.
    pub looked: (u32, Vec<StepId>),
}

/// What is taken for the cause, or for a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is thought.
    pub text: String,
    /// In the output of this run, where a sign said so.
    pub run: Option<RunNo>,
    /// When it came up, and the entry.
    pub opened: (Moment, u64),
    /// What became of it, oldest first: a later word replaces an earlier one.
    pub settled: Vec<Settled>,
}

impl Finding {
    /// Whether it was confirmed (true) or ruled out; none while it is open.
    #[must_use]
    pub fn is_confirmed(&self) -> Option<bool> {
        self.settled.last().map(|settled| settled.confirmed)
    }
}

/// What was found out about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Confirmed; else ruled out.
    pub confirmed: bool,
    /// How that is known.
    pub because: String,
    /// When, and the entry.
    pub at: (Moment, u64),
}

/// A time in which the work rested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// From.
    pub from: Moment,
    /// To; none while it goes on.
    pub to: Option<Moment>,
    /// Where the incident stood.
    pub stood: Option<Status>,
}

impl State {
    /// Whether it is planned work that did not become an incident.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.planned) && !self.declared
    }

    /// How long to stay in a phase before asking what to do instead: the drill's, else the runbook's.
    #[must_use]
    pub fn time_box(&self, runbook: Option<&Runbook>, phase: PhaseName) -> Option<Duration> {
        let drill = self.opened.iter().flat_map(|opened| &opened.time_boxes).find(|(own, _)| *own == phase);
        drill.map(|(_, ms)| Duration::from_millis(*ms)).or_else(|| runbook?.phase(phase).time_box)
    }

    /// Whether the work rests.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        self.rests.last().is_some_and(|rest| rest.to.is_none())
    }
}

/// An entry's two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Wall clock, UTC.
    pub at: DateTime<Utc>,
    /// The clock for durations, in milliseconds. Only comparable within one boot.
    pub boot_ms: u64,
    /// Which boot of the machine, counted from 0 in this session.
    pub boot: u32,
}

impl Moment {
    /// Milliseconds from an earlier moment to this one: by the clock for durations, or the wall clocks where the machine was
    /// started anew in between. Never negative.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> u64 {
        if self.boot == earlier.boot {
            self.boot_ms.saturating_sub(earlier.boot_ms)
        } else {
            u64::try_from((self.at - earlier.at).num_milliseconds()).unwrap_or(0)
        }
    }

    /// By how many milliseconds the wall clock was set since an earlier moment of the same boot; none where it was not.
    #[must_use]
    pub fn set_since(&self, earlier: &Self) -> Option<i64> {
        let own = |moment: &Self| i64::try_from(moment.boot_ms).unwrap_or(i64::MAX);
        let wall = (self.at - earlier.at).num_milliseconds();
        let step = wall.saturating_sub(own(self).saturating_sub(own(earlier)));
        (self.boot == earlier.boot && step.saturating_abs() > STEP_MS).then_some(step)
    }
}

/// A variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The value; none where it is secret.
    pub text: Option<String>,
    /// Where it is from.
    pub source: Source,
    /// The entry that set it.
    pub seq: u64,
}

/// A run so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was started.
    pub started: RunStarted,
    /// When.
    pub at: Moment,
    /// The entry that started it.
    pub seq: u64,
    /// How it ended; none while it runs.
    pub ended: Option<RunEnded>,
    /// The entry that ended (or interrupted) it.
    pub end_seq: Option<u64>,
    /// Nobody saw its end.
    pub interrupted: bool,
    /// An interrupted run's outcome, found out later.
    pub settled: Option<bool>,
    /// A stop was asked for.
    pub stop_asked: bool,
    /// Flags of its step that were seen, by their place.
    pub flags: BTreeMap<u32, FlagSeen>,
}

impl Run {
    /// Whether it is running as far as the journal knows.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.ended.is_none() && !self.interrupted
    }

    /// Its verdict, once there is one.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        if self.interrupted { Some(&Verdict::Unknown) } else { self.ended.as_ref().map(|ended| &ended.verdict) }
    }
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepState {
    /// Runs of its command, oldest first.
    pub runs: Vec<RunNo>,
    /// How it stands.
    pub standing: Standing,
    /// The entry that made it so.
    pub seq: u64,
    /// The reason or the answer, where there is one.
    pub said: Option<String>,
    /// The present attempt, where it is one on many hosts: what became of each.
    pub spread: Option<Spread>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Not touched.
    #[default]
    Untouched,
    /// Its run is going on.
    Running,
    /// Healthy, or answered well.
    Healthy,
    /// Not healthy.
    Unhealthy,
    /// Passed over.
    Skipped,
    /// Stopped by the operator.
    Stopped,
    /// The outcome is unknown.
    Unknown,
}

/// A stay in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The phase.
    pub phase: PhaseName,
    /// From.
    pub from: Moment,
    /// To; none while it lasts.
    pub to: Option<Moment>,
}

/// Something that was altered, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The run that did it.
    pub run: RunNo,
    /// Its step; none for an ad-hoc command.
    pub step: Option<StepId>,
    /// How far it reaches.
    pub effect: Effect,
    /// The entry it ended with; none while it runs.
    pub end_seq: Option<u64>,
    /// Taken back by this run, healthily.
    pub undone: Option<RunNo>,
}

/// The first match of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagSeen {
    /// What it means, or the line itself.
    pub says: String,
    /// When it came.
    pub when: When,
    /// The entry.
    pub seq: u64,
}

/// A sign that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignSeen {
    /// In the output of this run.
    pub run: RunNo,
    /// Of this step.
    pub step: StepId,
    /// What it means.
    pub finding: Option<String>,
    /// Where it may lead.
    pub go: Vec<Lead>,
    /// What it says of a key time.
    pub evidence: Option<Evidence>,
    /// The entry.
    pub seq: u64,
}
