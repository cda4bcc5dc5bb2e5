//! Starting a run: its lane, its record, its specification.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Order, Refusal, Walk};
use crate::runbook::{Command, Effect, Mode, Shell, Step, Stop, VarName, fill, mentions};
use crate::session::event::{Event, RunStarted};
use crate::session::run::{LaneKey, LaneNo, Purpose, RunNo, RunSpec};
use crate::session::site::Site;

/// What is to be started, before it has a number and a lane.
pub(super) struct Wanted<'a> {
    pub(super) purpose: Purpose,
    pub(super) command: String,
    pub(super) edited: bool,
    pub(super) confirmed: bool,
    pub(super) shape: &'a Command,
    /// Where, and as whom.
    pub(super) site: Site,
    pub(super) effect: Effect,
    /// Names the work beside the walk this belongs to.
    pub(super) beside: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) stop: Stop,
    pub(super) as_before: Option<RunNo>,
    pub(super) secret_output: bool,
    /// Values that replace those in force: an undo has those of its change.
    pub(super) frozen: Vec<(VarName, Option<String>)>,
    /// Texts whose variables are written down with the run, beside the command's own.
    pub(super) also: Vec<String>,
}

impl<'a> Wanted<'a> {
    /// A run of this command, as it stands in the runbook.
    pub(super) fn new(purpose: Purpose, shape: &'a Command, site: Site) -> Self {
        Self {
            purpose,
            command: shape.run.clone(),
            edited: false,
            confirmed: false,
            shape,
            site,
            effect: shape.effect,
            beside: None,
            timeout: None,
            stop: Stop::default(),
            as_before: None,
            secret_output: false,
            frozen: Vec::new(),
            also: Vec::new(),
        }
    }
}

impl Walk {
    /// The records and the start of a run.
    pub(super) fn start(&self, wanted: Wanted<'_>) -> Result<Vec<Order>, Refusal> {
        self.start_all(vec![wanted])
    }

    /// The records and the starts of runs, each in a lane of its own.
    pub(super) fn start_all(&self, wanted: Vec<Wanted<'_>>) -> Result<Vec<Order>, Refusal> {
        let last = self.state.runs.keys().next_back().max(self.starting.keys().next_back());
        let mut run = last.map_or(0, |last| last.0);
        let mut opened = BTreeMap::new();
        let mut orders = Vec::new();
        for wanted in wanted {
            let key = wanted.site.lane(wanted.beside.clone());
            let (lane, new) = self.lane(&key, &opened);
            if let Some(run) = self.running_in(lane) {
                return Err(Refusal::Busy(run));
            }
            run += 1;
            if new {
                opened.insert(lane, key.clone());
                orders.push(Order::record(Event::LaneOpened { lane, key: key.clone() }));
            }
            let started = RunStarted {
                run: RunNo(run),
                lane,
                purpose: wanted.purpose.clone(),
                command: wanted.command.clone(),
                edited: wanted.edited,
                shell: wanted.shape.shell,
                mode: wanted.shape.mode,
                effect: wanted.effect,
                confirmed: wanted.confirmed,
                user: key.user,
                host: key.host,
                cwd: wanted.shape.cwd.clone(),
                values: self.values(&wanted),
            };
            orders.push(Order::record(Event::RunStarted(Box::new(started))));
            orders.push(Order::Start(Box::new(self.spec(RunNo(run), lane, wanted))));
        }
        Ok(orders)
    }

    fn spec(&self, run: RunNo, lane: LaneNo, wanted: Wanted<'_>) -> RunSpec {
        let step = match &wanted.purpose {
            Purpose::Step { step, .. } => self.runbook().and_then(|runbook| runbook.step(step)),
            _ => None,
        };
        let detach = step.is_some_and(|(_, step)| step.detach);
        let (mut env, secrets) = self.environment();
        for (name, value) in wanted.frozen {
            if let Some(value) = value {
                env.retain(|(own, _)| *own != name);
                env.push((name, value));
            }
        }
        // The step's own environment may show values: they land in the environment, never in the command's text.
        let lookup = |name: &str| env.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let own: Vec<(String, String)> =
            wanted.shape.env.iter().map(|(name, value)| (name.clone(), fill(value, lookup))).collect();
        env.retain(|(name, _)| !own.iter().any(|(own, _)| own == name));
        env.extend(own);
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        RunSpec {
            run,
            lane,
            purpose: wanted.purpose,
            command: wanted.command,
            shell: wanted.shape.shell,
            strict: wanted.shape.strict && !wanted.edited,
            mode: wanted.shape.mode,
            effect: wanted.effect,
            cwd: wanted.shape.cwd.clone(),
            env,
            secrets,
            width: wanted.shape.width.unwrap_or(Command::WIDTH),
            timeout_ms: wanted.timeout.map(milliseconds),
            stop_signal: wanted.stop.signal,
            stop_grace_ms: milliseconds(wanted.stop.grace),
            as_before: wanted.as_before,
            secret_output: wanted.secret_output,
            detach,
        }
    }

    /// The variables in force: open ones with their values, secret ones by name.
    pub(super) fn environment(&self) -> (Vec<(String, String)>, Vec<VarName>) {
        let open = self.state.vars.iter().filter(|(name, _)| !self.is_secret(name));
        let open = open.filter_map(|(name, value)| value.text.clone().map(|text| (name.clone(), text)));
        (open.collect(), self.known.iter().cloned().collect())
    }

    /// The values that the texts of a run mention; secret ones by name only.
    fn values(&self, wanted: &Wanted<'_>) -> Vec<(VarName, Option<String>)> {
        let texts = std::iter::once(wanted.command.as_str()).chain(wanted.also.iter().map(String::as_str));
        let mut names: Vec<VarName> = texts.flat_map(mentions).collect();
        names.sort();
        names.dedup();
        let value = |name: VarName| {
            if let Some((_, frozen)) = wanted.frozen.iter().find(|(own, _)| *own == name) {
                return Some((name, frozen.clone()));
            }
            let value = self.state.vars.get(&name)?.text.clone();
            let open = !self.is_secret(&name);
            Some((name, value.filter(|_| open)))
        };
        names.into_iter().filter_map(value).collect()
    }

    fn lane(&self, key: &LaneKey, opened: &BTreeMap<LaneNo, LaneKey>) -> (LaneNo, bool) {
        let known = || self.state.lanes.iter().chain(&self.opening).chain(opened);
        let own = known().find(|(_, own)| *own == key).map(|(lane, _)| *lane);
        let last = || known().map(|(lane, _)| lane.0).max().unwrap_or(0);
        own.map_or_else(|| (LaneNo(last() + 1), true), |lane| (lane, false))
    }

    /// The run that goes on in the lane of this key.
    pub(super) fn running_at(&self, key: &LaneKey) -> Option<RunNo> {
        let (lane, new) = self.lane(key, &BTreeMap::new());
        self.running_in(lane).filter(|_| !new)
    }

    fn running_in(&self, lane: LaneNo) -> Option<RunNo> {
        let in_lane = |number: &&RunNo| self.state.runs.get(*number).is_some_and(|run| run.started.lane == lane);
        let mut runs = self.state.going.iter().filter(|number| !self.over.contains_key(*number));
        let running = runs.find(in_lane).copied();
        running.or_else(|| self.starting.iter().find(|(_, own)| **own == lane).map(|(number, _)| *number))
    }

    /// The lane beside the walk that a step's runs belong to.
    pub(super) fn beside(&self, step: &Step) -> Option<String> {
        if self.is_ready_check(&step.id) {
            return Some("ready".to_owned());
        }
        let follows = step.command().is_some_and(|command| command.mode == Mode::Follow);
        follows.then(|| step.id.clone())
    }
}

/// The shape of a command that no step declares: a guard, a probe, an ad-hoc command.
pub(super) fn plain(run: &str, effect: Effect, mode: Mode) -> Command {
    Command {
        run: run.to_owned(),
        strict: false,
        shell: Shell::Sh,
        mode,
        on: Vec::new(),
        user: None,
        cwd: None,
        env: Vec::new(),
        width: None,
        flags: Vec::new(),
        effect,
    }
}
