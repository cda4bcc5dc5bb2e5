//! What follows from what happened.

use chrono::{Offset as _, TimeDelta, Utc};

use super::spread::is_open;
use super::{Happening, Order, Over, Refusal, RunOver, Secret, Walk};
use crate::runbook::{Effect, Lead, Mode, PhaseName, Sign, Step, fill};
use crate::session::event::{Event, Evidence, MoveCause, RunEnded, Source, Verdict};
use crate::session::evidence::time_in;
use crate::session::judge::SignFound;
use crate::session::run::{Exit, Purpose, RunNo};
use crate::session::site::{Site, machines};
use crate::session::state::Standing;
use crate::session::when;

impl Walk {
    /// What follows from what happened.
    pub fn happened(&mut self, happening: Happening) -> Vec<Order> {
        let orders = match happening {
            Happening::Recorded(entry) => {
                self.recorded(&entry);
                Vec::new()
            }
            Happening::Lent(entry) => {
                self.base.get_or_insert_with(|| Box::new(self.state.clone()));
                self.recorded(&entry);
                Vec::new()
            }
            Happening::Written { entries, .. } => {
                // Others may have written between them: what counts is how they stand on the disk.
                if let Some(base) = self.base.take() {
                    self.state = *base;
                    for entry in &entries {
                        self.state.apply(entry);
                    }
                }
                Vec::new()
            }
            Happening::Flagged(flagged) => self.flagged(&flagged),
            Happening::RunOver(over) => {
                let (verdict, took_ms) = (over.judgement.verdict.clone(), over.end.took_ms);
                let started = !matches!(over.end.exit, Exit::NotStarted(_));
                self.ends(over.run, Over { verdict, took_ms, started });
                let mut orders = self.run_over(&over);
                // A step that is tried again has not told yet.
                let goes_on = |order: &Order| matches!(order, Order::Start(_) | Order::Wait { .. });
                if !orders.iter().any(goes_on) && !orders.is_empty() {
                    orders.extend(self.looked_again(&over));
                }
                orders.extend(self.closes());
                let mut orders = self.ordered(orders);
                orders.extend(self.goes_on());
                return orders;
            }
            Happening::RunLost(run) => {
                self.ends(run, Over { verdict: Verdict::Unknown, took_ms: 0, started: true });
                let mut orders = self.run_lost(run);
                orders.extend(self.closes());
                let mut orders = self.ordered(orders);
                orders.extend(self.goes_on());
                return orders;
            }
            Happening::Waited(step) => self.waited(&step),
        };
        self.ordered(orders)
    }

    /// A run that goes on by its record is over; until that is recorded, it is known here alone.
    fn ends(&mut self, run: RunNo, over: Over) {
        if self.state.going.contains(&run) {
            self.over.insert(run, over);
        }
    }

    fn run_lost(&mut self, run: RunNo) -> Vec<Order> {
        if let Some(step) = self.step_of(run).cloned() {
            self.guarded.remove(&step);
            // A change whose outcome nobody knows comes before any other.
            if self.state.runs.get(&run).is_some_and(|run| run.started.effect != Effect::Read) {
                self.halted.insert(step);
            }
        }
        let running = self.state.runs.get(&run).is_some_and(crate::session::state::Run::is_running);
        if running { vec![Order::record(Event::RunInterrupted { run })] } else { Vec::new() }
    }

    fn run_over(&mut self, over: &RunOver) -> Vec<Order> {
        let Some(run) = self.state.runs.get(&over.run) else { return Vec::new() };
        if run.ended.is_some() {
            return Vec::new();
        }
        let started = run.started.clone();
        let ended = RunEnded {
            run: over.run,
            end: over.end.clone(),
            verdict: over.judgement.verdict.clone(),
            unseen: over.unseen,
            flags: over.flags.clone(),
        };
        let healthy = over.judgement.verdict.is_healthy();
        // What was found comes before the end: a process that dies in between leaves a run that is not over, and whoever takes the
        // session up judges it again. The other way round the findings would be lost.
        let mut orders = Vec::new();
        let end = Order::record(Event::RunEnded(Box::new(ended)));
        match &started.purpose {
            Purpose::Step { step, .. } => {
                let runbook = self.runbook.clone();
                let step = runbook.as_deref().and_then(|runbook| runbook.step(step)).map(|(_, step)| step);
                orders.extend(step.into_iter().flat_map(|step| self.found(over, step)));
                orders.push(end);
                orders.extend(step.into_iter().flat_map(|step| self.after_step(over, step)));
            }
            Purpose::Guard { step, index } => {
                orders.push(end);
                orders.extend(self.after_guard(step, *index, over));
            }
            Purpose::Probe { of, .. } => {
                // A probe that could not answer leaves the question open.
                if matches!(over.end.exit, Exit::Code(_)) && over.end.stopped.is_none() {
                    let because = if healthy { "done_if holds" } else { "done_if does not hold" }.to_owned();
                    orders.push(Order::record(Event::RunSettled { run: *of, happened: healthy, because }));
                }
                orders.push(end);
                if matches!(over.end.exit, Exit::Code(_)) && over.end.stopped.is_none() && healthy {
                    orders.extend(self.after_settling(*of));
                }
            }
            Purpose::Variable { name } => {
                orders.extend(self.fetched(name, over));
                orders.push(end);
            }
            Purpose::Inventory { host } => {
                orders.extend(self.listed(host, over));
                orders.push(end);
            }
            // Its shell is gone, which had its environment.
            Purpose::Shell => orders.push(end),
            Purpose::Undo { .. } | Purpose::AdHoc => {
                orders.push(end);
                if healthy {
                    orders.push(Order::Keep(over.run));
                }
            }
        }
        orders
    }

    /// Signs and captured values.
    fn found(&self, over: &RunOver, step: &Step) -> Vec<Order> {
        let (run, judgement) = (over.run, &over.judgement);
        let mut orders = Vec::new();
        let mut fresh: Vec<(String, String)> = Vec::new();
        let set = |orders: &mut Vec<Order>, name: &str, value: &str| {
            // What the author declared secret stays out of the record, wherever it was found.
            let secret = self.is_secret(name);
            if secret {
                orders.push(Order::Remember { name: name.to_owned(), value: Secret::new(value) });
            }
            let value = (!secret).then(|| value.to_owned());
            let event = Event::VariableSet { name: name.to_owned(), value, source: Source::Output(run) };
            orders.push(Order::record(event));
        };
        for (name, value) in judgement.signs.iter().flat_map(|sign| &sign.groups) {
            set(&mut orders, name, value);
            fresh.push((name.clone(), value.clone()));
        }
        for (name, value) in &judgement.captures {
            match value {
                Some(value) => {
                    set(&mut orders, name, value);
                    fresh.push((name.clone(), value.clone()));
                }
                None if self.state.vars.contains_key(name) => {
                    orders.push(Order::record(Event::VariableUnset { name: name.clone() }));
                }
                None => {}
            }
        }
        orders.extend(judgement.signs.iter().filter_map(|found| self.sign(over, step, found, &fresh)));
        orders
    }

    /// What the line of a sign says of a key time.
    fn evidence(&self, sign: &Sign, line: &str, over: &RunOver) -> Option<Evidence> {
        let mark = sign.mark?;
        let zone = self.state.opened.as_ref().and_then(|opened| when::zone(&opened.zone));
        let took = TimeDelta::try_milliseconds(i64::try_from(over.end.took_ms).ok()?)?;
        let now = self.state.runs.get(&over.run)?.at.at.checked_add_signed(took)?;
        time_in(line, now, zone.unwrap_or_else(|| Utc.fix())).map(|time| Evidence { mark, time })
    }

    fn sign(&self, over: &RunOver, step: &Step, found: &SignFound, fresh: &[(String, String)]) -> Option<Order> {
        let sign = step.signs.get(usize::try_from(found.sign).ok()?)?;
        let lookup = |name: &str| {
            let own = fresh.iter().rev().find(|(own, _)| own == name && !self.is_secret(name));
            own.map(|(_, value)| value.clone())
                .or_else(|| self.state.vars.get(name).and_then(|value| value.text.clone()))
        };
        Some(Order::record(Event::SignSeen {
            run: over.run,
            step: step.id.clone(),
            sign: found.sign,
            finding: sign.finding.as_deref().map(|finding| fill(finding, lookup)),
            go: sign.go.clone(),
            line: found.line,
            text: found.text.clone(),
            evidence: self.evidence(sign, &found.text, over),
        }))
    }

    fn after_step(&mut self, over: &RunOver, step: &Step) -> Vec<Order> {
        let mut orders = Vec::new();
        let healthy = over.judgement.verdict.is_healthy();
        let follows = step.command().is_some_and(|command| command.mode == Mode::Follow);
        if healthy && !follows {
            orders.push(Order::Keep(over.run));
        }
        // Other hosts go on, or are to come: nothing is known of the step yet.
        let Some(standing) = self.outcome(&step.id, over) else { return orders };
        if let Some(wait) = self.next_try(over, step, standing) {
            self.waiting.insert(step.id.clone());
            orders.push(wait);
            return orders;
        }
        self.series.remove(&step.id);
        let cut =
            self.hosts_now(&step.id).is_some_and(|spread| spread.host(over.run).is_some() && spread.is_cut_short());
        let offers = self.offered(&step.id).is_some() || finds_a_way(over, step);
        // Where the operator is meanwhile elsewhere, or must choose, the cursor stays.
        if !self.is_at(&step.id) || is_open(standing) || cut || offers || follows {
            return orders;
        }
        if let Some(event) = self.move_after(step, standing == Standing::Healthy) {
            orders.push(Order::record(event));
        }
        orders
    }

    /// Where the cursor goes after a step.
    pub(super) fn move_after(&self, step: &Step, healthy: bool) -> Option<Event> {
        let cause = |step: &Step| {
            let id = step.id.clone();
            if healthy { MoveCause::Passed(id) } else { MoveCause::Failed(id) }
        };
        let own = if healthy { &step.on_pass } else { &step.on_fail };
        if healthy && own.is_none() {
            // A change that must be verified before the next: there first.
            if let Some(first) = step.verify.first().filter(|_| step.effect != Effect::Read) {
                return Some(self.moved_within(first, MoveCause::VerifyFirst(step.id.clone())));
            }
            return Some(self.onward(&step.id, cause(step)));
        }
        let lead = self.lead_after(step, healthy)?;
        Some(self.moved(&lead, cause(step)))
    }

    /// The move on from a step that leads nowhere else: to the next, or, while a change is verified, to the next of its list and then
    /// on behind the change.
    pub(super) fn onward(&self, id: &str, because: MoveCause) -> Event {
        let Some(MoveCause::VerifyFirst(change)) = &self.state.came else { return self.moved(&Lead::Next, because) };
        let list = self.find(change).map_or(&[][..], |change| &change.verify);
        if let Some(next) = list.iter().skip_while(|own| *own != id).nth(1) {
            return self.moved_within(next, MoveCause::VerifyFirst(change.clone()));
        }
        let phase = self.state.phase.unwrap_or(PhaseName::Verify);
        Event::Moved { to: self.after(change), phase, because }
    }

    /// The move on from a change that was interrupted, where it is known by now that it happened.
    pub(super) fn after_settling(&self, run: RunNo) -> Option<Order> {
        let Purpose::Step { step, .. } = &self.state.runs.get(&run)?.started.purpose else { return None };
        let step = self.find(step).ok().filter(|step| self.is_at(&step.id) && self.healthy_with(&step.id, run))?;
        self.move_after(step, true).map(Order::record)
    }

    /// A move to a verify step that does not leave the phase of the change.
    fn moved_within(&self, id: &str, because: MoveCause) -> Event {
        match self.moved(&Lead::Step(id.to_owned()), because) {
            Event::Moved { to, phase, because } => {
                Event::Moved { to, phase: self.state.phase.unwrap_or(phase), because }
            }
            other => other,
        }
    }

    /// The wait for a step's next try, where it has `until` and time is left: on each host where it is not healthy.
    fn next_try(&mut self, over: &RunOver, step: &Step, standing: Standing) -> Option<Order> {
        let until = step.until.filter(|_| standing == Standing::Unhealthy)?;
        let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let ms = milliseconds(until.every);
        let failed = self.failed(&step.id, over);
        for run in &failed {
            let (last, end) = (self.state.runs.get(run)?, self.over_of(*run)?);
            if last.stop_asked || !end.started {
                return None;
            }
            let site = self.state.site(*run)?;
            let first = *self.series.entry(step.id.clone()).or_default().entry(site).or_insert(*run);
            let last = self.state.runs.get(run)?;
            let elapsed = last.at.since(&self.state.runs.get(&first)?.at) + end.took_ms;
            if elapsed.saturating_add(ms) > milliseconds(until.for_) {
                return None;
            }
        }
        (!failed.is_empty()).then(|| Order::Wait { step: step.id.clone(), ms })
    }

    fn waited(&mut self, id: &str) -> Vec<Order> {
        if !self.waiting.remove(id) || self.state.closed {
            return Vec::new();
        }
        let Ok(step) = self.find(id) else { return Vec::new() };
        // The next try is the last one's command, as it was confirmed.
        let last =
            self.state.steps.get(id).and_then(|state| state.runs.last()).and_then(|run| self.state.runs.get(run));
        let Some(last) = last else { return Vec::new() };
        let edited = last.started.edited.then_some(last.started.command.as_str());
        let again = self.still_there(step).and_then(|()| self.start_step(step, edited, last.started.confirmed));
        match again {
            Ok(orders) => orders,
            // Something else was started in its lane meanwhile: its turn comes when that is over.
            Err(Refusal::Busy(_)) => {
                let ms = step.until.map_or(1000, |until| u64::try_from(until.every.as_millis()).unwrap_or(u64::MAX));
                self.waiting.insert(id.to_owned());
                vec![Order::Wait { step: id.to_owned(), ms }]
            }
            Err(refusal) => {
                self.refused = Some(refusal);
                Vec::new()
            }
        }
    }

    /// The next try runs where the last one did, or nowhere.
    fn still_there(&self, step: &Step) -> Result<(), Refusal> {
        let Some(own) = self.state.steps.get(&step.id) else { return Ok(()) };
        let one = || own.runs.last().and_then(|run| self.state.site(*run)).into_iter().collect();
        let hosts = |spread: &crate::session::spread::Spread| {
            spread.hosts.iter().map(|host| host.site.clone()).collect::<Vec<_>>()
        };
        let seen: Vec<Site> = own.spread.as_ref().map_or_else(one, hosts);
        let now = step.command().map_or(Ok(Vec::new()), |shape| self.sites(shape))?;
        if seen == now { Ok(()) } else { Err(Refusal::Elsewhere { seen, now }) }
    }

    /// The machines that a command printed; where it printed something else, nothing is taken of it.
    fn listed(&mut self, host: &str, over: &RunOver) -> Vec<Order> {
        if !over.judgement.verdict.is_healthy() {
            return Vec::new();
        }
        let printed = over.judgement.text.as_deref();
        match printed.map_or_else(|| Err("it printed more than 64 KiB".to_owned()), machines) {
            Ok(machines) => {
                let source = Source::From(over.run);
                vec![Order::record(Event::HostSet { host: host.to_owned(), machines, source })]
            }
            Err(why) => {
                self.refused = Some(Refusal::Inventory { host: host.to_owned(), why });
                Vec::new()
            }
        }
    }

    fn fetched(&self, name: &str, over: &RunOver) -> Vec<Order> {
        if !over.judgement.verdict.is_healthy() {
            return Vec::new();
        }
        let event = |value| Event::VariableSet { name: name.to_owned(), value, source: Source::From(over.run) };
        if self.is_secret(name) {
            let Some(secret) = &over.secret else { return Vec::new() };
            let value = Secret::new(secret.reveal().trim_end_matches(['\r', '\n']));
            return vec![Order::Remember { name: name.to_owned(), value }, Order::record(event(None))];
        }
        over.judgement.text.clone().map(|text| Order::record(event(Some(text)))).into_iter().collect()
    }
}

/// Whether a sign that leads somewhere was found in this output.
fn finds_a_way(over: &RunOver, step: &Step) -> bool {
    let mut signs = over.judgement.signs.iter().filter_map(|found| step.signs.get(usize::try_from(found.sign).ok()?));
    signs.any(|sign| !sign.go.is_empty())
}
