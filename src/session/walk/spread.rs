//! A step on many hosts: the start of an attempt, the next host when one is done, and what it all meant.

use super::start::Wanted;
use super::{Order, Over, Refusal, RunOver, Walk};
use crate::runbook::{Command, Mode, Step, StepId};
use crate::session::event::{Event, Verdict};
use crate::session::run::{Exit, Purpose, RunNo};
use crate::session::site::Site;
use crate::session::spread::{Attempt, Spread};
use crate::session::state::Standing;

impl Walk {
    /// The start of an attempt on many hosts: what it covers, and its first runs.
    pub(super) fn start_spread(
        &self,
        step: &Step,
        shape: &Command,
        shares: Vec<crate::session::spread::Share>,
        edited: Option<&str>,
        confirmed: bool,
    ) -> Result<Vec<Order>, Refusal> {
        let left: Vec<Site> =
            shares.iter().filter(|share| share.held.is_none()).map(|share| share.site.clone()).collect();
        // Where one of its hosts is busy with something else, nothing is begun.
        for site in &left {
            if let Some(run) = self.running_at(&site.lane(self.beside(step))) {
                return Err(Refusal::Busy(run));
            }
        }
        let attempt = Attempt {
            step: step.id.clone(),
            attempt: self.next_attempt(&step.id),
            at_once: Self::at_once(step, shape, left.len()),
            rolling: step.rolling.is_some() && shape.mode != Mode::Follow,
            hosts: shares,
        };
        let first = left.into_iter().take(usize::try_from(attempt.at_once).unwrap_or(usize::MAX));
        let wanted = first.map(|site| self.wanted(step, shape, attempt.attempt, site, edited, confirmed)).collect();
        let mut orders = vec![Order::record(Event::AttemptBegun(Box::new(attempt)))];
        orders.extend(self.start_all(wanted)?);
        Ok(orders)
    }

    /// The number of a step's next attempt.
    pub(super) fn next_attempt(&self, id: &str) -> u32 {
        let Some(own) = self.state.steps.get(id) else { return 1 };
        let last = own.runs.last().and_then(|run| self.state.runs.get(run));
        let of_run = last.map_or(0, |run| match run.started.purpose {
            Purpose::Step { attempt, .. } => attempt,
            _ => 0,
        });
        of_run.max(own.spread.as_ref().map_or(0, |spread| spread.attempt)).saturating_add(1)
    }

    /// One run of a step's command.
    pub(super) fn wanted<'a>(
        &self,
        step: &Step,
        shape: &'a Command,
        attempt: u32,
        site: Site,
        edited: Option<&str>,
        confirmed: bool,
    ) -> Wanted<'a> {
        let runs = self.state.steps.get(&step.id).map_or(&[][..], |state| &state.runs);
        // A step that was healthy has left its traces in the lane; doing it again starts from before them.
        let last = runs.iter().rev().find(|run| self.state.site(**run).as_ref() == Some(&site));
        let healthy = |run: &&RunNo| {
            self.state
                .runs
                .get(run)
                .and_then(|run| run.verdict())
                .is_some_and(crate::session::event::Verdict::is_healthy)
        };
        Wanted {
            command: edited.unwrap_or(&shape.run).to_owned(),
            edited: edited.is_some_and(|text| text != shape.run),
            confirmed,
            effect: step.effect,
            beside: self.beside(step),
            timeout: step.timeout,
            stop: step.stop.clone(),
            as_before: last.filter(healthy).copied(),
            also: step.undo.iter().map(|undo| undo.run.clone()).collect(),
            ..Wanted::new(Purpose::Step { step: step.id.clone(), attempt }, shape, site)
        }
    }

    /// Starts what is to come of attempts on many hosts, as far as there is room.
    pub(super) fn goes_on(&mut self) -> Vec<Order> {
        let open = |step: &&StepId| self.hosts_now(step).is_some_and(|spread| !spread.to_come().is_empty());
        let steps: Vec<StepId> = self.state.steps.keys().filter(open).cloned().collect();
        let mut orders = Vec::new();
        for id in steps {
            let more = self.next_hosts(&id);
            orders.extend(self.ordered(more));
        }
        orders
    }

    fn next_hosts(&mut self, id: &str) -> Vec<Order> {
        let Some(spread) = self.hosts_now(id) else { return Vec::new() };
        let runbook = self.runbook.clone();
        let step = runbook.as_deref().and_then(|runbook| runbook.step(id)).map(|(_, step)| step);
        let Some((step, shape)) = step.and_then(|step| Some((step, step.command()?))) else { return Vec::new() };
        // As the first were started: what was confirmed is in force for all of them.
        let mut runs = spread.hosts.iter().filter(|host| !host.held).filter_map(|host| host.run);
        let Some(first) = runs.find_map(|run| self.state.runs.get(&run)) else { return Vec::new() };
        let edited = first.started.edited.then(|| first.started.command.clone());
        let confirmed = first.started.confirmed;
        let room = spread.at_once.saturating_sub(u32::try_from(spread.those(Standing::Running).len()).unwrap_or(0));
        let beside = self.beside(step);
        let free = spread.to_come().into_iter().filter(|site| self.running_at(&site.lane(beside.clone())).is_none());
        let next: Vec<Site> = free.take(usize::try_from(room).unwrap_or(0)).cloned().collect();
        let wanted =
            next.into_iter().map(|site| self.wanted(step, shape, spread.attempt, site, edited.as_deref(), confirmed));
        let wanted = wanted.collect();
        self.start_all(wanted).unwrap_or_else(|refusal| {
            self.refused = Some(refusal);
            self.halted.insert(id.to_owned());
            Vec::new()
        })
    }

    /// How a step's attempt stands now that this run is over; none while others of it go on or are to come.
    pub(super) fn outcome(&self, id: &str, over: &RunOver) -> Option<Standing> {
        match self.hosts_now(id) {
            Some(spread) if spread.host(over.run).is_some() => {
                Some(spread.standing()).filter(|standing| *standing != Standing::Running)
            }
            _ => Some(crate::session::fold::standing_of(&over.judgement.verdict)),
        }
    }

    /// Runs of a step that are over and were not healthy in its present attempt, or this one alone.
    pub(super) fn failed(&self, id: &str, over: &RunOver) -> Vec<RunNo> {
        match self.hosts_now(id) {
            Some(spread) if spread.host(over.run).is_some() => {
                spread.those(Standing::Unhealthy).into_iter().filter_map(|host| host.run).collect()
            }
            _ => vec![over.run],
        }
    }

    /// What is known of the end of a run.
    pub(super) fn over_of(&self, run: RunNo) -> Option<Over> {
        if let Some(over) = self.over.get(&run) {
            return Some(over.clone());
        }
        let ended = self.state.runs.get(&run)?.ended.as_ref()?;
        let started = !matches!(ended.end.exit, Exit::NotStarted(_));
        Some(Over { verdict: ended.verdict.clone(), took_ms: ended.end.took_ms, started })
    }

    /// The runs that a stop of one run stops: all that its step has going on.
    pub(super) fn stopped_with(&self, run: RunNo) -> Vec<RunNo> {
        let spread =
            self.step_of(run).and_then(|step| self.hosts_now(step)).filter(|spread| spread.host(run).is_some());
        let others: Vec<RunNo> = match spread {
            Some(spread) => spread.those(Standing::Running).into_iter().filter_map(|host| host.run).collect(),
            // The guards of a step stand for it.
            None => match self.state.runs.get(&run).map(|run| &run.started.purpose) {
                Some(Purpose::Guard { step, .. }) => self.guards_going(step),
                _ => Vec::new(),
            },
        };
        let goes = |other: &RunNo| self.state.runs.get(other).is_some_and(crate::session::state::Run::is_running);
        let open = |other: &RunNo| *other != run && goes(other) && !self.is_asked_to_stop(*other);
        std::iter::once(run).chain(others.into_iter().filter(open)).collect()
    }

    /// Whether a run was asked to stop, also where that is not on disk yet.
    #[must_use]
    pub fn is_asked_to_stop(&self, run: RunNo) -> bool {
        self.asked.contains(&run) || self.state.runs.get(&run).is_some_and(|run| run.stop_asked)
    }

    fn guards_going(&self, step: &str) -> Vec<RunNo> {
        let own = |run: &&RunNo| {
            let purpose = self.state.runs.get(*run).map(|run| &run.started.purpose);
            matches!(purpose, Some(Purpose::Guard { step: own, .. }) if own == step)
        };
        self.state.going.iter().filter(own).copied().collect()
    }

    /// Whether the step of a run that was interrupted is healthy, once that one is known to have happened.
    pub(super) fn healthy_with(&self, id: &str, run: RunNo) -> bool {
        self.hosts_now(id).filter(|spread| spread.host(run).is_some()).is_none_or(|mut spread: Spread| {
            if let Some(host) = spread.by(run) {
                host.standing = Standing::Healthy;
            }
            spread.standing() == Standing::Healthy
        })
    }
}

/// Whether an end leaves the step to the operator.
pub(super) fn is_open(standing: Standing) -> bool {
    matches!(standing, Standing::Stopped | Standing::Unknown)
}

impl Walk {
    /// Why an attempt on many hosts is not healthy: each host that is not, and those where it was not started.
    pub(super) fn spread_failure(&self, spread: &Spread) -> String {
        let mut words: Vec<String> = Vec::new();
        for host in &spread.hosts {
            let name = host.site.name();
            let verdict = host.run.and_then(|run| self.state.runs.get(&run)).and_then(|run| run.verdict());
            match (host.standing, verdict) {
                (Standing::Unhealthy, Some(Verdict::Unhealthy(reasons))) => {
                    words.push(format!("{name}: {}", reasons.join("; ")));
                }
                (Standing::Unhealthy, _) => words.push(format!("{name} did not go well")),
                (Standing::Stopped, _) => words.push(format!("{name} was stopped")),
                (Standing::Unknown, _) => words.push(format!("{name}: its outcome is unknown")),
                _ => {}
            }
        }
        let rest: Vec<&str> = spread.not_started().into_iter().map(Site::name).collect();
        if !rest.is_empty() {
            words.push(format!("not started on {}", rest.join(", ")));
        }
        words.join(". ")
    }
}
