//! The rules: which values are missing, what must be verified first, whether it all holds.

use chrono::{DateTime, Utc};

use super::intend::said;
use super::{Intent, Need, Order, Refusal, Walk};
use crate::runbook::{Effect, Guard, PhaseName, Step, StepId, VarName, mentions};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Verdict};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::{Moment, Standing, Stay};

/// Whether the revert is known to be possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Every `ready` check was healthy.
    Ready,
    /// These were not.
    NotReady(Vec<StepId>),
    /// Not all of them ran, or there are none.
    Unknown,
}

/// A change that was not verified since it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The run that made it.
    pub run: RunNo,
    /// Its step; none for an ad-hoc command.
    pub step: Option<StepId>,
    /// The verify steps that do not hold since.
    pub verify: Vec<StepId>,
}

/// A phase's time box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeBox {
    /// Milliseconds spent.
    pub spent_ms: u64,
    /// Milliseconds there are.
    pub limit_ms: u64,
}

/// A mark that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which.
    pub mark: Mark,
    /// When it was and the step whose output told it; none where it is now.
    pub told: Option<(DateTime<Utc>, StepId)>,
}

impl Proposal {
    /// To take it.
    #[must_use]
    pub fn intent(&self) -> Intent {
        let happened = self.told.as_ref().map(|(time, _)| When::Exact(*time));
        Intent::Mark { mark: self.mark, happened, despite: None }
    }
}

impl Walk {
    /// The values a step's command needs and does not have.
    pub(super) fn missing(&self, texts: &[&str]) -> Vec<Need> {
        let Some(runbook) = self.runbook() else { return Vec::new() };
        let mut needs = Vec::new();
        let mut names: Vec<VarName> = texts.iter().flat_map(|text| mentions(text)).collect();
        names.sort();
        names.dedup();
        for name in names {
            let declared = runbook.var(&name);
            let in_memory = !declared.is_some_and(|variable| variable.secret) || self.known.contains(&name);
            if self.state.vars.contains_key(&name) && in_memory {
                continue;
            }
            if let Some(variable) = declared {
                // In a drill every value comes from the drill; a command of the runbook's `from` might reach elsewhere.
                let fetch = variable.from.is_some() && !self.rules.drill;
                needs.push(if fetch { Need::Fetch(name) } else { Need::Value(name) });
                continue;
            }
            let by: Vec<StepId> =
                runbook.steps().filter(|(_, step)| finds(step, &name)).map(|(_, step)| step.id.clone()).collect();
            // A name that nothing declares is the shell's own.
            if !by.is_empty() {
                needs.push(Need::Capture { name, by });
            }
        }
        needs
    }

    /// Changes that still must be verified by their own `verify` list before the next change, oldest first.
    #[must_use]
    pub fn unverified(&self) -> Vec<Unverified> {
        let Some(runbook) = self.runbook() else { return Vec::new() };
        let mut unverified = Vec::new();
        for change in self.state.changes.iter().filter(|change| change.undone.is_none()) {
            let (Some(step), Some(end)) = (&change.step, change.end_seq) else { continue };
            let Some((_, step)) = runbook.step(step) else { continue };
            let verify: Vec<StepId> = step.verify.iter().filter(|id| !self.held_since(id, end)).cloned().collect();
            if !verify.is_empty() {
                unverified.push(Unverified { run: change.run, step: Some(step.id.clone()), verify });
            }
        }
        unverified
    }

    /// Whether a change may be made now, and the record of a rule set aside for it.
    pub(super) fn change_allowed(&self, step: Option<&Step>, despite: Option<&str>) -> Result<Option<Order>, Refusal> {
        if let Some(run) = self.unsettled() {
            return Err(Refusal::Unsettled(run));
        }
        let own = step.map(|step| step.id.as_str());
        let reverts = own.is_some_and(|own| {
            self.runbook().and_then(|runbook| runbook.step(own)).is_some_and(|(phase, _)| phase == PhaseName::Revert)
        });
        // The change itself may be tried again before it was verified. And the way back from one that is known not to hold is open:
        // its verify would never be green.
        let waits =
            |change: &Unverified| change.step.as_deref() != own && !(reverts && self.is_known_not_to_hold(change));
        let Some(first) = self.unverified().into_iter().find(waits) else {
            return Ok(None);
        };
        match said(despite) {
            None => Err(Refusal::VerifyFirst { change: first.step, verify: first.verify }),
            Some(reason) => {
                let change = first.step.unwrap_or_else(|| format!("run {}", first.run));
                let rule = format!("verify {change} ({}) before the next change", first.verify.join(", "));
                Ok(Some(Order::record(Event::Overridden { rule, reason })))
            }
        }
    }

    /// Whether a change did not go well, or a verify step of its list was tried since and did not hold.
    pub(super) fn is_known_not_to_hold(&self, change: &Unverified) -> bool {
        let Some(run) = self.state.runs.get(&change.run) else { return false };
        let failed = run.settled.is_none() && run.verdict().is_some_and(|verdict| !verdict.is_healthy());
        let since = run.end_seq.unwrap_or(run.seq);
        let red = |id: &StepId| {
            self.state.steps.get(id).is_some_and(|step| step.seq > since && step.standing == Standing::Unhealthy)
        };
        failed || change.verify.iter().any(red)
    }

    /// Whether a step was healthy after an entry.
    pub(super) fn held_since(&self, id: &str, seq: u64) -> bool {
        self.state.steps.get(id).is_some_and(|step| step.standing == Standing::Healthy && step.seq > seq)
    }

    /// The verify steps that do not hold since the last change.
    #[must_use]
    pub fn not_holding(&self) -> Vec<StepId> {
        let steps = self.runbook().map_or(&[][..], |runbook| &runbook.verify.steps);
        steps.iter().filter(|step| !self.held_since(&step.id, self.state.altered)).map(|step| step.id.clone()).collect()
    }

    /// Whether every verify step was healthy after the last change.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.not_holding().is_empty()
    }

    /// Whether the revert is known to be possible.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let ready = self.runbook().map_or(&[][..], |runbook| &runbook.ready);
        let standing = |step: &Step| self.state.steps.get(&step.id).map_or(Standing::Untouched, |state| state.standing);
        let not: Vec<StepId> = ready
            .iter()
            .filter(|step| matches!(standing(step), Standing::Unhealthy | Standing::Unknown | Standing::Stopped))
            .map(|step| step.id.clone())
            .collect();
        if !not.is_empty() {
            Readiness::NotReady(not)
        } else if !ready.is_empty() && ready.iter().all(|step| standing(step) == Standing::Healthy) {
            Readiness::Ready
        } else {
            Readiness::Unknown
        }
    }

    /// The guards of a step: the runbook's own before a change, then the step's.
    pub(super) fn guards<'a>(&'a self, step: &'a Step) -> Vec<(u32, &'a Guard)> {
        let own = self.runbook().map_or(&[][..], |runbook| &runbook.require);
        (0..)
            .zip(own.iter().chain(&step.require))
            .filter(|(index, _)| {
                step.effect != Effect::Read || usize::try_from(*index).is_ok_and(|index| index >= own.len())
            })
            .collect()
    }

    /// A step's guard by its number; the runbook's own come first.
    #[must_use]
    pub fn guard(&self, step: &str, index: u32) -> Option<&Guard> {
        let runbook = self.runbook()?;
        let (_, step) = runbook.step(step)?;
        runbook.require.iter().chain(&step.require).nth(usize::try_from(index).ok()?)
    }

    /// The guard's run that keeps the step at the cursor from starting, since the cursor came there.
    #[must_use]
    pub fn held_back(&self) -> Option<RunNo> {
        let (_, step) = self.cursor()?;
        let visit = self.state.runs.iter().rev().take_while(|(_, run)| run.seq > self.state.arrived);
        let (number, run) = visit
            .filter(|(_, run)| matches!(run.started.purpose, Purpose::Step { .. } | Purpose::Guard { .. }))
            .find(|(number, _)| self.step_of(**number).is_some_and(|own| *own == step.id))?;
        let guard = matches!(run.started.purpose, Purpose::Guard { .. });
        (guard && matches!(run.verdict(), Some(Verdict::Unhealthy(_)))).then_some(*number)
    }

    /// How much of a phase's time box is spent at a moment. Diagnose counts from detection.
    #[must_use]
    pub fn time_box(&self, phase: PhaseName, now: &Moment) -> Option<TimeBox> {
        let limit = self.state.time_box(self.runbook(), phase)?;
        let stays = self.state.stays.iter().filter(|stay| stay.phase == phase);
        let order = |moment: &Moment| (moment.boot, moment.boot_ms);
        let end = |stay: &Stay| stay.to.filter(|to| order(to) < order(now)).unwrap_or(*now);
        let mut spent_ms: u64 = stays.map(|stay| end(stay).since(&stay.from)).sum();
        if phase == PhaseName::Diagnose
            && let (Some(detected), Some(began)) = (self.state.marks.get(&Mark::Detected), self.state.began)
        {
            spent_ms += u64::try_from((began.at - detected.sort_key()).num_milliseconds()).unwrap_or(0);
        }
        Some(TimeBox { spent_ms, limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) })
    }

    /// The time box of a phase, where it is over and that is to be answered: not yet, or a whole box passed since the answer.
    #[must_use]
    pub fn time_box_over(&self, phase: PhaseName, now: &Moment) -> Option<TimeBox> {
        let time_box = self.time_box(phase, now)?;
        let answered = self.state.boxes.get(&phase).and_then(|answered| self.time_box(phase, answered));
        let from = answered.map_or(0, |answered| answered.spent_ms);
        (time_box.spent_ms.saturating_sub(from) >= time_box.limit_ms && !self.state.closed).then_some(time_box)
    }

    /// A mark that now makes sense: one whose time a line of output told, mitigated after a mitigating step that holds, resolved when
    /// all verify steps hold after a fix.
    #[must_use]
    pub fn proposed_mark(&self) -> Option<Proposal> {
        self.earned_mark().map(|mark| Proposal { mark, told: None }).or_else(|| self.told_mark())
    }

    /// The latest sign that tells a time of a mark that is not set.
    fn told_mark(&self) -> Option<Proposal> {
        let told = self.state.signs.iter().rev().filter_map(|sign| Some((sign.evidence?, &sign.step)));
        let mut open = told.filter(|(evidence, _)| !self.state.marks.contains_key(&evidence.mark));
        let (evidence, step) = open.next()?;
        Some(Proposal { mark: evidence.mark, told: Some((evidence.time, step.clone())) })
    }

    fn earned_mark(&self) -> Option<Mark> {
        let runbook = self.runbook()?;
        let made = |phase: Option<PhaseName>, mitigating: bool| {
            self.state.changes.iter().any(|change| {
                let step = change.step.as_deref().and_then(|id| runbook.step(id));
                change.undone.is_none()
                    && change.end_seq.is_some()
                    && step.is_some_and(|(own, step)| {
                        phase.is_none_or(|phase| phase == own)
                            && (!mitigating || step.mitigates)
                            && self.state.steps.get(&step.id).is_some_and(|state| state.standing == Standing::Healthy)
                    })
            })
        };
        let has_verify = !runbook.verify.steps.is_empty();
        if !self.state.marks.contains_key(&Mark::Mitigated) && made(None, true) && self.unverified().is_empty() {
            return Some(Mark::Mitigated);
        }
        let resolved = has_verify && made(Some(PhaseName::Fix), false) && self.is_verified();
        (resolved && !self.state.marks.contains_key(&Mark::Resolved)).then_some(Mark::Resolved)
    }

    /// Runs of the walk that go on now, follow runs included. What is typed in a recorded shell is in the hands of its typist.
    #[must_use]
    pub fn running(&self) -> Vec<RunNo> {
        self.state.going.iter().filter(|run| !self.is_shells(**run)).copied().collect()
    }

    /// Whether a run was typed in a recorded shell.
    #[must_use]
    pub fn is_shells(&self, run: RunNo) -> bool {
        self.state.runs.get(&run).is_some_and(|run| run.started.is_shells())
    }

    /// Whether a run is one of a series of tries (a step with `until`), a guard, or beside the walk.
    #[must_use]
    pub fn is_beside(&self, run: RunNo) -> bool {
        let lane = self.state.runs.get(&run).and_then(|run| self.state.lanes.get(&run.started.lane));
        lane.is_some_and(|key| key.beside.is_some())
    }

    /// The step a run belongs to.
    #[must_use]
    pub fn step_of(&self, run: RunNo) -> Option<&StepId> {
        match &self.state.runs.get(&run)?.started.purpose {
            Purpose::Step { step, .. }
            | Purpose::Undo { step, .. }
            | Purpose::Guard { step, .. }
            | Purpose::Probe { step, .. } => Some(step),
            Purpose::Variable { .. } | Purpose::Inventory { .. } | Purpose::AdHoc | Purpose::Shell => None,
        }
    }
}

/// Whether a step's output can give a variable its value.
pub(super) fn finds(step: &Step, name: &str) -> bool {
    step.capture.iter().any(|(own, _)| own == name)
        || step.signs.iter().any(|sign| sign.matches.regex().capture_names().flatten().any(|own| own == name))
}
