//! A walk with a rim of paper: records come back at once, runs end when the test says so.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeZone, Utc};

use crate::runbook::{
    Action, Command, Effect, Expect, Mode, Pattern, Phase, PhaseName, Runbook, Shell, Sign, Step, Stop, Until,
};
use crate::session::entry::{Entry, VERSION};
use crate::session::event::{Event, Opened, Verdict};
use crate::session::flags::FlagFound;
use crate::session::judge::Judge;
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec};
use crate::session::state::State;
use crate::session::walk::{
    Confirmation, Flagged, Happening, Intent, Opening, Order, Refusal, Rules, RunOver, Secret, Walk,
};

pub(super) struct Bench {
    pub(super) walk: Walk,
    pub(super) entries: Vec<Entry>,
    /// Runs started and not over.
    pub(super) started: Vec<RunSpec>,
    pub(super) kept: Vec<RunNo>,
    pub(super) waits: Vec<(String, u64)>,
    pub(super) remembered: Vec<(String, String)>,
    pub(super) stops: Vec<(RunNo, bool)>,
    ms: u64,
}

impl Bench {
    pub(super) fn new(runbook: Runbook) -> Self {
        Self::with(runbook, Rules::default(), Vec::new())
    }

    pub(super) fn with(
        runbook: Runbook,
        rules: Rules,
        given: Vec<(String, String, crate::session::event::Source)>,
    ) -> Self {
        let mut bench = Self {
            walk: Walk::new(Some(Arc::new(runbook)), rules),
            entries: Vec::new(),
            started: Vec::new(),
            kept: Vec::new(),
            waits: Vec::new(),
            remembered: Vec::new(),
            stops: Vec::new(),
            ms: 0,
        };
        let opened = Opened {
            title: "Test".into(),
            runbook: None,
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: rules.drill.then(|| "drill".into()),
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".into(),
            version: "0".into(),
        };
        let attached = Event::Attached { boot_id: "b".into(), host: "h".into(), version: "0".into() };
        let orders = bench.walk.open(Opening {
            opened,
            attached,
            given,
            hosts: Vec::new(),
            detected: None,
            impact_started: None,
        });
        bench.carry_out(orders);
        bench
    }

    /// The session as it is taken up when whoever worked it died after so many entries.
    pub(super) fn cut(&self, entries: usize) -> Self {
        let entries = self.entries.iter().take(entries).cloned().collect::<Vec<_>>();
        let mut bench = Self {
            walk: Walk::replay(self.walk.runbook.clone(), self.walk.rules, &entries),
            entries,
            started: Vec::new(),
            kept: Vec::new(),
            waits: Vec::new(),
            remembered: Vec::new(),
            stops: Vec::new(),
            ms: self.ms,
        };
        let attached = Event::Attached { boot_id: "b".into(), host: "h".into(), version: "0".into() };
        let orders = bench.walk.attach(attached, &[]);
        bench.carry_out(orders);
        bench
    }

    /// The steps that were run, in their order.
    pub(super) fn ran(&self) -> Vec<String> {
        let step = |entry: &Entry| match &entry.event {
            Event::RunStarted(started) => Some(started.command.trim_start_matches("do-").to_owned()),
            _ => None,
        };
        self.entries.iter().filter_map(step).collect()
    }

    pub(super) fn pass(&mut self, ms: u64) {
        self.ms += ms;
    }

    pub(super) fn carry_out(&mut self, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Record(draft) => {
                    self.ms += 1;
                    let seq = self.entries.len() as u64 + 1;
                    let at = Utc.timestamp_millis_opt(1_651_347_220_000 + i64::try_from(self.ms).unwrap()).unwrap();
                    let entry = Entry {
                        v: VERSION,
                        seq,
                        at,
                        boot_ms: self.ms,
                        by: "nova@alice".into(),
                        happened: draft.happened,
                        event: draft.event,
                        prev: String::new(),
                    };
                    self.entries.push(entry.clone());
                    let more = self.walk.happened(Happening::Recorded(Box::new(entry)));
                    assert!(more.is_empty(), "a record asks for nothing");
                }
                Order::Start(spec) => {
                    let last = self.entries.iter().rev().find_map(|entry| match &entry.event {
                        Event::RunStarted(started) => Some(started.run),
                        _ => None,
                    });
                    assert_eq!(last, Some(spec.run), "a run is recorded before it is started");
                    self.started.push(*spec);
                }
                Order::Stop { run, force } => self.stops.push((run, force)),
                Order::Keep(run) => self.kept.push(run),
                Order::Remember { name, value } => self.remembered.push((name, value.reveal().to_owned())),
                Order::Wait { step, ms } => self.waits.push((step, ms)),
            }
        }
        let state = self.walk.state();
        let going = state
            .runs
            .iter()
            .filter(|(_, run)| run.is_running() && !run.started.is_shells())
            .map(|(number, _)| *number);
        assert_eq!(self.walk.running(), going.collect::<Vec<_>>());
        let open = |run: &RunNo| state.runs.get(run).is_some_and(|run| run.interrupted && run.settled.is_none());
        let unsettled = state.changes.iter().map(|change| change.run).find(open);
        assert_eq!(self.walk.unsettled(), unsettled);
        assert_eq!(self.walk.state(), &State::replay(&self.entries), "live state and replayed state are equal");
    }

    /// Somebody else's entry, or one that came otherwise.
    pub(super) fn record(&mut self, event: Event) {
        self.carry_out(vec![Order::record(event)]);
    }

    /// The time between two tries is over.
    pub(super) fn waited(&mut self, step: &str) {
        let orders = self.walk.happened(Happening::Waited(step.to_owned()));
        self.carry_out(orders);
    }

    /// Orders of two happenings that both came before anything of the first was done.
    pub(super) fn carry_out_later(&mut self, first: Vec<Order>, second: Vec<Order>) {
        self.carry_out(first.into_iter().chain(second).collect());
    }

    pub(super) fn intend(&mut self, intent: &Intent) -> Result<(), Refusal> {
        let orders = self.walk.intend(intent)?;
        self.carry_out(orders);
        Ok(())
    }

    pub(super) fn run(&mut self, step: &str) -> Result<(), Refusal> {
        self.run_with(step, Confirmation::None)
    }

    pub(super) fn run_with(&mut self, step: &str, confirmed: Confirmation) -> Result<(), Refusal> {
        self.intend(&Intent::Run { step: step.into(), edited: None, confirmed, despite: None })
    }

    /// Ends the oldest run going on.
    pub(super) fn ends(&mut self, code: i32, output: &str) -> RunNo {
        let spec = self.started.remove(0);
        self.ends_as(&spec, Exit::Code(code), output)
    }

    pub(super) fn ends_as(&mut self, spec: &RunSpec, exit: Exit, output: &str) -> RunNo {
        let orders = self.over(spec, exit, output);
        self.carry_out(orders);
        spec.run
    }

    /// What follows from the end of a run; nothing of it is done yet.
    pub(super) fn over(&mut self, spec: &RunSpec, exit: Exit, output: &str) -> Vec<Order> {
        self.ms += 100;
        let mut judge = Judge::new(self.walk.runbook(), &spec.purpose);
        for (number, line) in (1..).zip(output.lines()) {
            judge.line(number, line);
        }
        let end = RunEnd {
            exit,
            stopped: None,
            took_ms: 100,
            bytes: output.len() as u64,
            lines: 1,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        let judgement = judge.finish(&end);
        let secret = spec.secret_output.then(|| Secret::new(output));
        let over = RunOver { run: spec.run, end, judgement, secret, unseen: false, flags: Vec::new() };
        self.walk.happened(Happening::RunOver(Box::new(over)))
    }

    /// The run printed something its step has a flag for; so many milliseconds after it began, where that is known.
    pub(super) fn flags(&mut self, run: RunNo, flag: u32, after_ms: Option<u64>) {
        let found = FlagFound { flag, line: 7, text: "GET / 502".into() };
        let read = Utc.timestamp_millis_opt(1_651_347_220_000 + i64::try_from(self.ms).unwrap()).unwrap();
        let flagged = Flagged { run, found, after_ms, read };
        let orders = self.walk.happened(Happening::Flagged(Box::new(flagged)));
        self.carry_out(orders);
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.walk.state().cursor.as_deref()
    }

    pub(super) fn verdict(&self, run: RunNo) -> Option<Verdict> {
        self.walk.state().runs.get(&run).and_then(|run| run.verdict()).cloned()
    }

    pub(super) fn events(&self, pick: impl Fn(&Event) -> bool) -> usize {
        self.entries.iter().filter(|entry| pick(&entry.event)).count()
    }
}

pub(super) fn command(run: &str, effect: Effect) -> Command {
    Command {
        run: run.into(),
        strict: false,
        shell: Shell::Sh,
        mode: Mode::Pty,
        on: Vec::new(),
        user: None,
        cwd: None,
        env: Vec::new(),
        width: None,
        flags: Vec::new(),
        effect,
    }
}

pub(super) fn step(id: &str, effect: Effect) -> Step {
    Step {
        id: id.into(),
        title: id.into(),
        text: None,
        links: Vec::new(),
        action: Action::Run(command(&format!("do-{id}"), effect)),
        effect,
        expect: Expect::default(),
        signs: Vec::new(),
        capture: Vec::new(),
        until: None,
        timeout: None,
        budget: None,
        silent: None,
        on_pass: None,
        on_fail: None,
        verify: Vec::new(),
        undo: None,
        done_if: None,
        mitigates: false,
        point_of_no_return: false,
        require: Vec::new(),
        confirm: None,
        stop: Stop::default(),
        rolling: None,
        limit: None,
        detach: false,
        place: crate::runbook::Place::default(),
    }
}

pub(super) fn read(id: &str) -> Step {
    step(id, Effect::Read)
}

pub(super) fn change(id: &str) -> Step {
    step(id, Effect::Change)
}

pub(super) fn sign(pattern: &str, go: Vec<crate::runbook::Lead>) -> Sign {
    Sign { matches: Pattern::new(pattern).unwrap(), finding: None, go, mark: None }
}

pub(super) fn until(every_ms: u64, for_ms: u64) -> Until {
    Until { every: Duration::from_millis(every_ms), for_: Duration::from_millis(for_ms) }
}

pub(super) fn runbook(phases: Vec<(PhaseName, Vec<Step>)>) -> Runbook {
    let mut runbook = Runbook {
        id: "test".into(),
        title: "Test".into(),
        summary: None,
        symptoms: Vec::new(),
        severity: None,
        services: Vec::new(),
        alerts: Vec::new(),
        tags: Vec::new(),
        links: Vec::new(),
        escalate: Vec::new(),
        reviewed: None,
        slo: None,
        vars: Vec::new(),
        hosts: std::collections::BTreeMap::new(),
        require: Vec::new(),
        diagnose: Phase::default(),
        ready: Vec::new(),
        revert: Phase::default(),
        fix: Phase::default(),
        verify: Phase::default(),
        again: Vec::new(),
        allow: Vec::new(),
    };
    for (name, steps) in phases {
        let phase = match name {
            PhaseName::Diagnose => &mut runbook.diagnose,
            PhaseName::Revert => &mut runbook.revert,
            PhaseName::Fix => &mut runbook.fix,
            PhaseName::Verify => &mut runbook.verify,
        };
        phase.steps = steps;
    }
    runbook
}
