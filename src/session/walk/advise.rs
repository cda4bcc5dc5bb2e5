//! What `--auto` does next, and the errands that are run beside the walk.

use chrono::{DateTime, Utc};

use super::{Confirmation, Intent, Need, Next, Refusal, Walk};
use crate::runbook::{Action, Effect, Lead, Mode, PhaseName, Step, StepId};
use crate::session::event::{MoveCause, Verdict};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::Standing;

/// How often the walk may be led to one step: more than that is a circle that nobody would end.
const CIRCLE: u32 = 20;

/// How `--auto` was told to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Path {
    /// Where several ways are offered: revert or fix.
    pub prefer: Option<PhaseName>,
    /// Changes may be made.
    pub yes: bool,
    /// Nothing but to look again: verify steps that were not run since this time.
    pub again: Option<DateTime<Utc>>,
}

/// What `--auto` does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// This.
    Do(Box<Intent>),
    /// Wait for what is going on.
    Wait,
    /// The walk is over.
    Finished {
        /// Whether it ended well.
        healthy: bool,
        /// In words.
        why: String,
    },
    /// It cannot go on without a person; why.
    Person(String),
}

impl Advice {
    fn act(intent: Intent) -> Self {
        Self::Do(Box::new(intent))
    }

    fn failed(why: impl Into<String>) -> Self {
        Self::Finished { healthy: false, why: why.into() }
    }
}

impl Walk {
    /// A read-only check that may be run beside the walk: the next of the revert's `ready` checks, once the operator has begun.
    #[must_use]
    pub fn errand(&self) -> Option<Intent> {
        let runbook = self.runbook()?;
        if self.is_recording() || self.is_closing() || self.state.closed || self.state.runs.is_empty() {
            return None;
        }
        let standing = |step: &Step| self.state.steps.get(&step.id).map_or(Standing::Untouched, |state| state.standing);
        if runbook.ready.iter().any(|step| standing(step) == Standing::Running) {
            return None;
        }
        // A check that needs a person, a value or a key is theirs to run; it does not hold up the others.
        let alone = |step: &&Step| {
            standing(step) == Standing::Untouched
                && step.effect == Effect::Read
                && step.command().is_some_and(|command| matches!(command.mode, Mode::Pty | Mode::Pipe))
        };
        let mut checks = runbook.ready.iter().filter(alone).map(|step| run(&step.id, Confirmation::None));
        checks.find(|intent| self.can(intent).is_ok())
    }

    /// What `--auto` does next.
    #[must_use]
    pub fn advise(&self, path: Path) -> Advice {
        if self.is_recording() || !self.over.is_empty() {
            return Advice::Wait;
        }
        if let (true, Some(since)) = (self.state.closed, path.again)
            && !self.not_looked_at(since).is_empty()
        {
            return Advice::act(Intent::Reopen);
        }
        if self.state.closed {
            return Advice::Finished { healthy: self.is_verified(), why: "the session is closed".to_owned() };
        }
        if let Some(refusal) = &self.refused {
            return Advice::failed(refusal.to_string());
        }
        if let Some(since) = path.again {
            return self.look_alone(since);
        }
        if let Some(intent) = self.errand() {
            return Advice::act(intent);
        }
        let (beside, busy): (Vec<RunNo>, Vec<RunNo>) =
            self.running().into_iter().partition(|run| self.is_followed(*run));
        if !busy.is_empty() {
            return Advice::Wait;
        }
        if let Some(run) = self.unsettled() {
            return self.settle_alone(run);
        }
        if let Some(proposal) = self.proposed_mark() {
            return Advice::act(proposal.intent());
        }
        let here =
            self.state.cursor.as_ref().filter(|here| self.visits.get(*here).is_some_and(|times| *times > CIRCLE));
        if let Some(here) = here {
            return Advice::failed(format!("the walk leads in a circle: it came to {here} more than {CIRCLE} times"));
        }
        match self.next() {
            Next::Running(_) | Next::Waiting(_) => Advice::Wait,
            Next::Settle(run) => self.settle_alone(run),
            Next::Run(step) => self.run_alone(&step, path),
            Next::Ask(step) => self.ask_alone(&step, path),
            Next::Manual(step) => Advice::Person(format!("{step} is done by hand")),
            Next::Offer { step, leads } => follow_alone(&step, &leads, path),
            Next::Failed(step) => Advice::failed(self.failure(&step)),
            Next::Crossing { from, to } => cross_alone(from, &to, path),
            Next::End => match beside.first() {
                Some(run) if self.state.runs.get(run).is_some_and(|run| run.stop_asked) => Advice::Wait,
                Some(run) => Advice::act(Intent::Stop { run: *run, force: false }),
                None => self.finish(),
            },
        }
    }

    /// The next verify step that was not looked at since a time.
    fn look_alone(&self, since: DateTime<Utc>) -> Advice {
        let verify = self.runbook().map_or(&[][..], |runbook| &runbook.verify.steps);
        let is_going = |step: &Step| {
            self.waiting.contains(&step.id)
                || self.state.steps.get(&step.id).is_some_and(|own| own.standing == Standing::Running)
        };
        if verify.iter().any(is_going) {
            return Advice::Wait;
        }
        match self.not_looked_at(since).first() {
            Some(step) => self.run_alone(&step.id, Path::default()),
            None => self.looked_alone(),
        }
    }

    /// What was seen when every verify step with a command was run again.
    fn looked_alone(&self) -> Advice {
        let verify = self.runbook().map_or(&[][..], |runbook| &runbook.verify.steps);
        let holds = |step: &&Step| self.state.steps.get(&step.id).is_some_and(|own| own.standing == Standing::Healthy);
        let commands = || verify.iter().filter(|step| step.command().is_some());
        let red: Vec<&str> = commands().filter(|step| !holds(step)).map(|step| step.id.as_str()).collect();
        match (commands().count(), red.as_slice()) {
            (0, _) => Advice::Person("there is no verify step with a command".to_owned()),
            (_, []) => Advice::Finished { healthy: true, why: "everything holds".to_owned() },
            (_, red) => Advice::failed(format!("red again: {}", red.join(", "))),
        }
    }

    /// Whether a run goes on beside the walk until it is stopped.
    #[must_use]
    pub fn is_followed(&self, run: RunNo) -> bool {
        self.is_beside(run) && !self.is_ready_run(run)
    }

    fn is_ready_run(&self, run: RunNo) -> bool {
        self.step_of(run).is_some_and(|step| self.is_ready_check(step))
    }

    fn settle_alone(&self, run: RunNo) -> Advice {
        let probe = Intent::Probe { run };
        let tried =
            self.state.runs.values().any(|own| matches!(own.started.purpose, Purpose::Probe { of, .. } if of == run));
        if !tried && self.can(&probe).is_ok() {
            return Advice::act(probe);
        }
        Advice::Person(format!("run {run} was interrupted, and only a person can say whether it happened"))
    }

    fn run_alone(&self, id: &str, path: Path) -> Advice {
        let Ok(step) = self.find(id) else { return Advice::failed(format!("there is no step {id}")) };
        let confirmed = match step.effect {
            Effect::Read => Confirmation::None,
            Effect::Change if path.yes => Confirmation::Yes,
            Effect::Change => return Advice::Person(format!("{id} changes something; --yes allows it")),
            Effect::Destroy if self.rules.drill => Confirmation::Yes,
            Effect::Destroy => return Advice::Person(format!("{id} destroys something: only a person may")),
        };
        let intent = run(id, confirmed);
        match self.can(&intent) {
            Ok(()) => Advice::act(intent),
            Err(Refusal::Needs(needs)) => self.supply(id, &needs),
            Err(Refusal::VerifyFirst { verify, .. }) => match verify.first() {
                Some(first) if !self.tried_in_vain(first) => Advice::act(Intent::Go(Lead::Step(first.clone()))),
                _ => Advice::failed(format!("{id}: {}", Refusal::VerifyFirst { change: None, verify })),
            },
            Err(Refusal::Busy(_) | Refusal::NotYet) => Advice::Wait,
            Err(refusal) => Advice::failed(format!("{id}: {refusal}")),
        }
    }

    /// Whether a verify step did not hold after the last change.
    fn tried_in_vain(&self, id: &str) -> bool {
        self.state.steps.get(id).is_some_and(|step| step.seq > self.state.altered && step.standing != Standing::Healthy)
    }

    fn supply(&self, step: &str, needs: &[Need]) -> Advice {
        match needs.first() {
            Some(Need::Fetch(name)) => {
                let last = self
                    .state
                    .runs
                    .values()
                    .rev()
                    .find(|run| matches!(&run.started.purpose, Purpose::Variable { name: own } if own == name));
                if last.is_some_and(|run| run.verdict().is_some_and(|verdict| !verdict.is_healthy())) {
                    return Advice::failed(format!("the command for {name} did not give a value"));
                }
                Advice::act(Intent::Fetch { name: name.clone() })
            }
            Some(Need::Hosts(name)) => {
                let told = |run: &&crate::session::state::Run| matches!(&run.started.purpose, Purpose::Inventory { host } if host == name);
                if self.state.runs.values().rev().any(|run| told(&run)) {
                    return Advice::failed(format!(
                        "the command for the host {name} did not tell which machines it is"
                    ));
                }
                Advice::act(Intent::Inventory { host: name.clone() })
            }
            Some(Need::Capture { name, by }) => {
                let diagnose = self.state.phase == Some(PhaseName::Diagnose);
                let words = format!("{name} was not found by {}", by.join(" or "));
                if diagnose {
                    return Advice::act(Intent::Skip { step: step.to_owned(), reason: words });
                }
                Advice::failed(format!("{step}: {words}"))
            }
            Some(Need::Value(name)) => {
                let secret =
                    self.runbook().and_then(|runbook| runbook.var(name)).is_some_and(|variable| variable.secret);
                // A secret is not taken from the command line.
                let how = if secret {
                    format!("the environment variable STANCH_VAR_{name} gives it")
                } else {
                    format!("--var {name}=... gives it")
                };
                Advice::Person(format!("{step} needs a value for {name}; {how}"))
            }
            None => Advice::Wait,
        }
    }

    fn ask_alone(&self, id: &str, path: Path) -> Advice {
        let Ok(Step { action: Action::Ask { options, question }, .. }) = self.find(id) else {
            return Advice::failed(format!("there is no decision {id}"));
        };
        let preferred = options.iter().position(|option| {
            let phase = match &option.go {
                Some(Lead::Phase(phase)) => Some(*phase),
                Some(Lead::Step(id)) => self.runbook().and_then(|runbook| runbook.step(id)).map(|(phase, _)| phase),
                _ => None,
            };
            phase.is_some() && phase == path.prefer
        });
        match preferred {
            Some(option) => Advice::act(Intent::Choose { step: id.to_owned(), option }),
            None => Advice::Person(format!("{id} is a decision: {question}")),
        }
    }

    fn failure(&self, id: &StepId) -> String {
        if let Some(words) = self.hosts_now(id).map(|spread| self.spread_failure(&spread)) {
            return format!("{id}: {words}");
        }
        let run = self.state.steps.get(id).and_then(|state| state.runs.last());
        match run.and_then(|run| self.state.runs.get(run)).and_then(|run| run.verdict()) {
            Some(Verdict::Unhealthy(reasons)) => format!("{id}: {}", reasons.join("; ")),
            Some(Verdict::Stopped) => format!("{id} was stopped"),
            Some(Verdict::Unknown) => format!("{id}: its outcome is unknown"),
            _ => format!("{id} did not go well"),
        }
    }

    fn finish(&self) -> Advice {
        if self.stopped_by_lead() && matches!(self.state.came, Some(MoveCause::Failed(_))) {
            return Advice::failed("a step that was not healthy ended the walk");
        }
        let red = self.not_holding();
        if self.state.phase == Some(PhaseName::Verify) && !red.is_empty() {
            return Advice::failed(format!("not green: {}", red.join(", ")));
        }
        Advice::Finished { healthy: true, why: "every step of the walk is done".to_owned() }
    }
}

fn run(step: &str, confirmed: Confirmation) -> Intent {
    Intent::Run { step: step.to_owned(), edited: None, confirmed, despite: None }
}

fn follow_alone(step: &str, leads: &[Lead], path: Path) -> Advice {
    let preferred = leads.iter().find(|lead| matches!(lead, Lead::Phase(phase) if path.prefer == Some(*phase)));
    let chosen = match leads {
        [only] => Some(only),
        _ => preferred,
    };
    if let Some(to) = chosen {
        return Advice::act(Intent::FollowSign { step: step.to_owned(), to: to.clone() });
    }
    let ways: Vec<String> = leads.iter().map(ToString::to_string).collect();
    Advice::Person(format!("{step} points to {}; --path chooses", ways.join(" or ")))
}

fn cross_alone(from: PhaseName, to: &[PhaseName], path: Path) -> Advice {
    // Revert is only entered when something leads there, and being told to is such a thing.
    let preferred = path.prefer.filter(|prefer| from == PhaseName::Diagnose && to.contains(prefer));
    let usual = match from {
        PhaseName::Diagnose => to.iter().copied().find(|phase| *phase != PhaseName::Revert),
        PhaseName::Revert | PhaseName::Fix | PhaseName::Verify => {
            to.iter().copied().find(|phase| *phase == PhaseName::Verify)
        }
    };
    match preferred.or(usual) {
        Some(phase) => Advice::act(Intent::Go(Lead::Phase(phase))),
        None => Advice::Finished { healthy: true, why: format!("{from} is done and nothing follows") },
    }
}
