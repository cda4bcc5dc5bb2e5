//! The fold: what each entry does to the state.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::event::{Event, Mark, RunEnded, RunStarted, Status, Verdict};
use super::run::{Exit, Purpose, RunNo};
use super::site::Site;
use super::state::{Change, FlagSeen, Moment, Run, SignSeen, Standing, State, Stay, StepState, Value};
use crate::runbook::{Effect, StepId};

impl State {
    /// The state that entries add up to.
    #[must_use]
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut state = Self::default();
        for entry in entries {
            state.apply(entry);
        }
        state
    }

    /// Adds one entry.
    pub fn apply(&mut self, entry: &Entry) {
        if let Event::Attached { boot_id, .. } = &entry.event {
            self.attach(boot_id);
        }
        let now = Moment { at: entry.at, boot_ms: entry.boot_ms, boot: self.boot.1 };
        self.seq = entry.seq;
        if let Some(step) = self.latest.and_then(|latest| now.set_since(&latest)) {
            self.clock_steps.push((entry.seq, step));
        }
        self.latest = Some(now);
        self.spread_by(entry);
        match &entry.event {
            Event::Opened(opened) => {
                self.began = Some(now);
                self.severity = opened.severity;
                self.status = Some(Status::Investigating);
                self.opened = Some(opened.clone());
            }
            Event::VariableSet { name, value, source } => {
                let value = Value { text: value.clone(), source: source.clone(), seq: entry.seq };
                self.vars.insert(name.clone(), value);
            }
            Event::VariableUnset { name } => {
                self.vars.remove(name);
            }
            Event::LaneOpened { lane, key } => {
                self.lanes.insert(*lane, key.clone());
            }
            Event::HostSet { host, machines, .. } => drop(self.hosts.insert(host.clone(), machines.clone())),
            Event::RunStarted(started) => self.start(entry.seq, now, started),
            Event::RunEnded(ended) => self.end(entry.seq, ended),
            Event::RunInterrupted { run } => self.interrupt(entry.seq, *run),
            Event::RunSettled { run, happened, .. } => self.settle(entry.seq, *run, *happened),
            Event::StopAsked { run, .. } => self.asked_to_stop(*run),
            Event::SignSeen { run, step, finding, go, evidence, .. } => {
                if let Some(finding) = finding {
                    self.find(now, entry.seq, finding, Some(*run));
                }
                let (step, finding, go) = (step.clone(), finding.clone(), go.clone());
                self.signs.push(SignSeen { run: *run, step, finding, go, evidence: *evidence, seq: entry.seq });
            }
            Event::Flagged { run, flag, says, text, .. } => {
                if let Some(run) = self.runs.get_mut(run) {
                    let says = says.as_ref().unwrap_or(text).clone();
                    run.flags.entry(*flag).or_insert(FlagSeen { says, when: entry.time(), seq: entry.seq });
                }
            }
            Event::Moved { to, phase, because } => {
                if self.phase != Some(*phase) {
                    if let Some(stay) = self.stays.last_mut() {
                        stay.to.get_or_insert(now);
                    }
                    self.stays.push(Stay { phase: *phase, from: now, to: None });
                }
                self.cursor.clone_from(to);
                self.phase = Some(*phase);
                self.came = Some(because.clone());
                self.arrived = entry.seq;
            }
            Event::Skipped { step, reason } => self.stand(step, Standing::Skipped, entry.seq, Some(reason)),
            Event::Answered { step, answer, healthy, .. } => {
                let standing = if *healthy { Standing::Healthy } else { Standing::Unhealthy };
                self.stand(step, standing, entry.seq, Some(answer));
            }
            Event::Overridden { rule, reason } => self.overrides.push((rule.clone(), reason.clone(), entry.seq)),
            Event::Marked { mark } => {
                self.marks.insert(*mark, entry.time());
                if *mark == Mark::Resolved {
                    self.looked = (0, Vec::new());
                }
            }
            Event::StatusChanged { status: Status::Paused } | Event::Paused { .. } => self.rest(now),
            Event::StatusChanged { status } => {
                self.go_on(now);
                self.status = Some(*status);
            }
            Event::FindingOpened { .. }
            | Event::FindingSettled { .. }
            | Event::Resumed
            | Event::HandedOver { .. }
            | Event::Updated(_)
            | Event::Declared { .. }
            | Event::RunbookChanged { .. }
            | Event::LookedAgain { .. } => self.work(entry, now),
            Event::SeverityChanged { severity } => self.severity = Some(*severity),
            Event::Closed { .. } => self.close(now),
            Event::Reopened => self.reopen(now),
            Event::TimeBoxAnswered { phase, .. } => drop(self.boxes.insert(*phase, now)),
            Event::AttemptBegun(_)
            | Event::Attached { .. }
            | Event::Left { .. }
            | Event::Note { .. }
            | Event::Pinned { .. }
            | Event::Joined { .. }
            | Event::Departed { .. }
            | Event::DetectedBy { .. }
            | Event::TailSetAside { .. }
            | Event::Redacted(_)
            | Event::Unknown => {}
        }
    }

    fn close(&mut self, now: Moment) {
        if !self.closed {
            self.go_on(now);
            self.stood = self.status;
        }
        self.closed = true;
        self.ended = Some(now);
        self.status = Some(Status::Closed);
        if let Some(stay) = self.stays.last_mut() {
            stay.to.get_or_insert(now);
        }
    }

    fn reopen(&mut self, now: Moment) {
        self.closed = false;
        self.ended = None;
        // What was marked stands until it is marked anew: opening it again does not undo that it was resolved.
        let stood = self.stood.take().filter(|status| !matches!(status, Status::Closed | Status::Paused));
        self.status = Some(stood.unwrap_or(Status::Investigating));
        if let Some(phase) = self.phase {
            self.stays.push(Stay { phase, from: now, to: None });
        }
    }

    fn asked_to_stop(&mut self, run: RunNo) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.stop_asked = true;
        }
    }

    fn attach(&mut self, boot_id: &str) {
        if self.boot.0.is_empty() {
            boot_id.clone_into(&mut self.boot.0);
        } else if self.boot.0 != boot_id {
            self.boot = (boot_id.to_owned(), self.boot.1 + 1);
        }
    }

    /// A change by its run: what ends is almost always among the latest.
    fn change(&mut self, run: RunNo) -> Option<&mut Change> {
        self.changes.iter_mut().rfind(|change| change.run == run)
    }

    pub(super) fn stand(&mut self, step: &StepId, standing: Standing, seq: u64, said: Option<&String>) {
        let state = self.steps.entry(step.clone()).or_default();
        let (runs, spread) = (std::mem::take(&mut state.runs), state.spread.take());
        *state = StepState { runs, standing, seq, said: said.cloned(), spread };
    }

    /// A try that did not happen leaves the step as the tries before it did.
    fn stand_as_before(&mut self, step: &StepId, number: RunNo, seq: u64) {
        let earlier = self.steps.get(step).map_or(&[][..], |state| &state.runs).iter().rev();
        let last = earlier.filter(|run| **run != number).find_map(|run| {
            let run = self.runs.get(run)?;
            match (run.verdict()?, run.settled) {
                (Verdict::Unknown, Some(true)) => Some((Standing::Healthy, run.end_seq?)),
                (Verdict::Unknown, Some(false)) => None,
                (verdict, _) => Some((standing_of(verdict), run.end_seq?)),
            }
        });
        let (standing, seq) = last.unwrap_or((Standing::Untouched, seq));
        self.stand(step, standing, seq, None);
    }

    fn start(&mut self, seq: u64, at: Moment, started: &RunStarted) {
        if let Purpose::Step { step, attempt } = &started.purpose {
            self.stand(step, Standing::Running, seq, None);
            if let Some(state) = self.steps.get_mut(step) {
                state.runs.push(started.run);
            }
            let key = self.lanes.get(&started.lane);
            let site = key.map_or_else(|| Site::here(started.user.clone()), Site::of);
            self.spread_start(step, *attempt, started.run, &site);
        }
        if started.counts_as_change() {
            self.altered = seq;
            let step = match &started.purpose {
                Purpose::Step { step, .. } => Some(Some(step.clone())),
                Purpose::AdHoc => Some(None),
                _ => None,
            };
            if let Some(step) = step {
                let change = Change { run: started.run, step, effect: started.effect, end_seq: None, undone: None };
                self.changes.push(change);
            }
        }
        let run = Run {
            started: started.clone(),
            at,
            seq,
            ended: None,
            end_seq: None,
            interrupted: false,
            settled: None,
            stop_asked: false,
            flags: BTreeMap::new(),
        };
        self.runs.insert(started.run, run);
        self.going.insert(started.run);
    }

    fn end(&mut self, seq: u64, ended: &RunEnded) {
        let Some(run) = self.runs.get_mut(&ended.run) else { return };
        run.ended = Some(ended.clone());
        self.going.remove(&ended.run);
        self.unsettled.remove(&ended.run);
        run.end_seq = Some(seq);
        run.interrupted = false;
        let started = run.started.clone();
        let altered = started.counts_as_change() && !matches!(ended.end.exit, Exit::NotStarted(_));
        if altered {
            self.altered = seq;
        }
        match &started.purpose {
            Purpose::Step { step, .. } => self.stand_by(step, ended.run, standing_of(&ended.verdict), seq),
            Purpose::Undo { of, .. } if ended.verdict.is_healthy() => {
                if let Some(change) = self.change(*of) {
                    change.undone = Some(ended.run);
                }
            }
            _ => {}
        }
        // What only reads is no change; only one that could not be started is taken out again.
        if altered {
            if let Some(change) = self.change(ended.run) {
                change.end_seq = Some(seq);
            }
        } else if started.counts_as_change() {
            self.changes.retain(|change| change.run != ended.run);
        }
    }

    fn interrupt(&mut self, seq: u64, number: RunNo) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.interrupted = true;
        let settled = run.settled.is_some();
        self.going.remove(&number);
        run.end_seq = Some(seq);
        let started = run.started.clone();
        if let Purpose::Step { step, .. } = &started.purpose {
            // A change whose outcome nobody knows comes before any other.
            if started.effect != Effect::Read {
                self.cut(seq, Some(number));
            }
            self.stand_by(step, number, Standing::Unknown, seq);
        }
        if let Some(change) = self.change(number) {
            change.end_seq = Some(seq);
            if !settled {
                self.unsettled.insert(number);
            }
        }
        if started.counts_as_change() {
            self.altered = seq;
        }
    }

    fn settle(&mut self, seq: u64, number: RunNo, happened: bool) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.settled = Some(happened);
        self.unsettled.remove(&number);
        let purpose = run.started.purpose.clone();
        match purpose {
            Purpose::Step { step, .. } if happened => self.stand_by(&step, number, Standing::Healthy, seq),
            Purpose::Step { step, .. } if self.is_spread(&step, number) => self.unspread(&step, number, seq),
            Purpose::Step { step, .. } => self.stand_as_before(&step, number, seq),
            Purpose::Undo { of, .. } if happened => {
                if let Some(change) = self.change(of) {
                    change.undone = Some(number);
                }
            }
            _ => {}
        }
        if !happened {
            self.changes.retain(|change| change.run != number);
        }
    }
}

pub(super) fn standing_of(verdict: &Verdict) -> Standing {
    match verdict {
        Verdict::Healthy => Standing::Healthy,
        Verdict::Unhealthy(_) => Standing::Unhealthy,
        Verdict::Stopped => Standing::Stopped,
        Verdict::Unknown => Standing::Unknown,
    }
}
