//! Where the walk stands, and what Enter would do there.

use super::Walk;
use crate::runbook::{Action, Effect, Lead, PhaseName, Step, StepId};
use crate::session::event::{Event, MoveCause};
use crate::session::run::RunNo;
use crate::session::state::Standing;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Run this step's command.
    Run(StepId),
    /// Take this decision.
    Ask(StepId),
    /// Do this by hand and say what was seen.
    Manual(StepId),
    /// This run is going on.
    Running(RunNo),
    /// This step waits for its next try.
    Waiting(StepId),
    /// A sign was found: these ways are offered; going on to the next step is always another.
    Offer {
        /// The step whose sign it was.
        step: StepId,
        /// Where it may lead.
        leads: Vec<Lead>,
    },
    /// The step did not go well and nothing says what then: again, skip, or elsewhere.
    Failed(StepId),
    /// An interrupted change: did it happen?
    Settle(RunNo),
    /// The end of a phase: which one now?
    Crossing {
        /// The phase that is over.
        from: PhaseName,
        /// The phases that make sense from here, the usual one first.
        to: Vec<PhaseName>,
    },
    /// The end of the last phase, or a `stop`.
    End,
}

impl Walk {
    /// What comes next.
    #[must_use]
    pub fn next(&self) -> Next {
        if let Some(run) = self.unsettled()
            && !self.looks_elsewhere(run)
        {
            return Next::Settle(run);
        }
        let Some(phase) = self.state.phase else { return Next::End };
        let Some((_, step)) = self.cursor() else { return self.at_phase_end(phase) };
        if self.waiting.contains(&step.id) {
            return Next::Waiting(step.id.clone());
        }
        let fresh = Next::fresh(step);
        let Some(own) = self.state.steps.get(&step.id) else { return fresh };
        if own.standing == Standing::Running {
            let going =
                own.runs.iter().rev().find(|run| self.state.going.contains(*run) && !self.over.contains_key(run));
            return going.or(own.runs.last()).map_or(fresh, |run| Next::Running(*run));
        }
        // What became of it on an earlier visit does not count on this one.
        if own.seq < self.state.arrived {
            return fresh;
        }
        match own.standing {
            Standing::Untouched | Standing::Running => fresh,
            Standing::Unhealthy | Standing::Healthy | Standing::Skipped => match self.offered(&step.id) {
                Some(leads) => Next::Offer { step: step.id.clone(), leads },
                None if own.standing == Standing::Unhealthy => Next::Failed(step.id.clone()),
                None => fresh,
            },
            Standing::Stopped | Standing::Unknown => Next::Failed(step.id.clone()),
        }
    }

    /// The step at the cursor, with its phase.
    #[must_use]
    pub fn cursor(&self) -> Option<(PhaseName, &Step)> {
        self.runbook()?.step(self.state.cursor.as_deref()?)
    }

    /// An interrupted change whose outcome nobody knows.
    #[must_use]
    pub fn unsettled(&self) -> Option<RunNo> {
        self.state.unsettled.first().copied()
    }

    /// Whether the operator went to another step that only reads: looking is how one finds out what an interrupted change did.
    fn looks_elsewhere(&self, unsettled: RunNo) -> bool {
        self.cursor().is_some_and(|(_, step)| {
            step.effect == Effect::Read && self.step_of(unsettled).is_none_or(|own| *own != step.id)
        })
    }

    /// Where the signs of a step's last run lead, if anywhere; of its last runs, where it runs on many hosts.
    pub(super) fn offered(&self, step: &str) -> Option<Vec<Lead>> {
        let own = self.state.steps.get(step)?;
        let runs: Vec<RunNo> = match &own.spread {
            Some(spread) => spread.hosts.iter().filter_map(|host| host.run).collect(),
            None => own.runs.last().copied().into_iter().collect(),
        };
        let mut leads = Vec::new();
        for sign in self.state.signs.iter().filter(|sign| runs.contains(&sign.run)) {
            for lead in &sign.go {
                if !leads.contains(lead) {
                    leads.push(lead.clone());
                }
            }
        }
        (!leads.is_empty()).then_some(leads)
    }

    fn at_phase_end(&self, from: PhaseName) -> Next {
        let Some(runbook) = self.runbook() else { return Next::End };
        if self.stopped_by_lead() {
            return Next::End;
        }
        let to: &[PhaseName] = match from {
            PhaseName::Diagnose => &[PhaseName::Fix, PhaseName::Revert, PhaseName::Verify],
            PhaseName::Revert => &[PhaseName::Verify, PhaseName::Fix],
            PhaseName::Fix => &[PhaseName::Verify],
            PhaseName::Verify => &[],
        };
        let to: Vec<PhaseName> = to.iter().copied().filter(|name| !runbook.phase(*name).steps.is_empty()).collect();
        if to.is_empty() { Next::End } else { Next::Crossing { from, to } }
    }

    /// Whether the walk stands where an `on_pass`, `on_fail` or `go` said `stop`.
    pub(super) fn stopped_by_lead(&self) -> bool {
        if self.state.cursor.is_some() {
            return false;
        }
        let step = |id: &str| self.runbook().and_then(|runbook| runbook.step(id)).map(|(_, step)| step);
        match &self.state.came {
            Some(MoveCause::Passed(id)) => step(id).is_some_and(|step| step.on_pass == Some(Lead::Stop)),
            Some(MoveCause::Failed(id)) => step(id).is_some_and(|step| step.on_fail == Some(Lead::Stop)),
            Some(MoveCause::Answered(id)) => {
                let answer = self.state.steps.get(id).and_then(|state| state.said.as_deref());
                step(id).is_some_and(|step| match &step.action {
                    Action::Ask { options, .. } => options
                        .iter()
                        .any(|option| Some(option.say.as_str()) == answer && option.go == Some(Lead::Stop)),
                    _ => step.on_pass == Some(Lead::Stop),
                })
            }
            Some(MoveCause::Sign(id)) => self.offered(id).is_some_and(|leads| leads.contains(&Lead::Stop)),
            _ => false,
        }
    }

    /// The move that a lead asks for. `Next` and `Stop` are taken from the cursor.
    pub(super) fn moved(&self, lead: &Lead, because: MoveCause) -> Event {
        let here = self.state.phase.unwrap_or(PhaseName::Diagnose);
        let (phase, to) = match lead {
            Lead::Step(id) => {
                let phase = self.runbook().and_then(|runbook| runbook.step(id)).map_or(here, |(phase, _)| phase);
                (phase, Some(id.clone()))
            }
            Lead::Phase(phase) => {
                let first = self.runbook().and_then(|runbook| runbook.phase(*phase).steps.first());
                (*phase, first.map(|step| step.id.clone()))
            }
            Lead::Next => {
                let from = self.state.cursor.as_deref();
                (here, from.and_then(|from| self.after(from)))
            }
            Lead::Stop => (here, None),
        };
        Event::Moved { to, phase, because }
    }

    /// The step after one, in its phase; after the last of the `ready` steps come the steps of revert.
    pub(super) fn after(&self, id: &str) -> Option<StepId> {
        let runbook = self.runbook()?;
        let (phase, _) = runbook.step(id)?;
        let mut steps = runbook.steps().filter(|(name, _)| *name == phase).map(|(_, step)| step);
        steps.find(|step| step.id == id)?;
        steps.next().map(|step| step.id.clone())
    }

    /// Whether a step is one of the revert's `ready` checks.
    #[must_use]
    pub fn is_ready_check(&self, id: &str) -> bool {
        self.runbook().is_some_and(|runbook| runbook.ready.iter().any(|step| step.id == id))
    }
}

impl Next {
    fn fresh(step: &Step) -> Self {
        match &step.action {
            Action::Run(_) => Self::Run(step.id.clone()),
            Action::Ask { .. } => Self::Ask(step.id.clone()),
            Action::Manual { .. } => Self::Manual(step.id.clone()),
        }
    }
}
