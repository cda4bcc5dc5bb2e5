//! What is typed in recorded shells, beside the walk.

use super::bench::{Bench, change, read, runbook, step};
use crate::runbook::{Effect, Mode, PhaseName, Shell};
use crate::session::event::{Event, RunStarted};
use crate::session::run::{Exit, LaneKey, LaneNo, Purpose, RunNo};
use crate::session::walk::{Advice, Confirmation, Draft, Happening, Intent, Order, Path, Refusal};

fn typed(run: u32, lane: u32) -> Event {
    Event::RunStarted(Box::new(RunStarted {
        run: RunNo(run),
        lane: LaneNo(lane),
        purpose: Purpose::Shell,
        command: "vi /etc/hosts".into(),
        edited: false,
        shell: Shell::Bash,
        mode: Mode::Pty,
        effect: Effect::Change,
        confirmed: false,
        user: None,
        host: None,
        cwd: Some("/".into()),
        values: Vec::new(),
    }))
}

/// A shell opens, and something is typed in it.
fn types(bench: &mut Bench, run: u32, lane: u32) {
    let opened = Event::LaneOpened { lane: LaneNo(lane), key: LaneKey::shell(1) };
    bench.carry_out([opened, typed(run, lane)].map(Order::record).into());
}

fn verified() -> Bench {
    let mut bench = Bench::new(runbook(vec![
        (PhaseName::Fix, vec![change("mend")]),
        (PhaseName::Verify, vec![step("health", Effect::Read), read("more")]),
    ]));
    bench.run_with("mend", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    for step in ["health", "more"] {
        bench.run(step).unwrap();
        bench.ends(0, "");
    }
    bench
}

#[test]
fn what_is_typed_is_no_change_and_moves_nothing_that_was_verified() {
    let mut bench = verified();
    assert!(bench.walk.is_verified());
    let (altered, changes) = (bench.walk.state().altered, bench.walk.state().changes.len());
    types(&mut bench, 4, 2);
    let state = bench.walk.state();
    assert_eq!((state.altered, state.changes.len()), (altered, changes));
    assert!(bench.walk.is_verified() && state.runs.contains_key(&RunNo(4)));
    bench.carry_out(vec![Order::record(Event::RunInterrupted { run: RunNo(4) })]);
    assert_eq!((bench.walk.unsettled(), bench.walk.is_verified()), (None, true));
}

#[test]
fn what_goes_on_in_a_shell_keeps_nobody_from_walking_on_or_closing() {
    let mut bench = Bench::new(runbook(vec![(PhaseName::Diagnose, vec![read("a")])]));
    types(&mut bench, 1, 1);
    assert_eq!(bench.walk.running(), []);
    let Advice::Do(intent) = bench.walk.advise(Path::default()) else { panic!("it waits") };
    bench.intend(&intent).unwrap();
    bench.ends(0, "");
    assert!(matches!(bench.walk.advise(Path::default()), Advice::Finished { healthy: true, .. }));
    bench.intend(&Intent::Close { note: None, despite: None }).unwrap();
    assert!(bench.walk.state().closed && bench.stops.is_empty());
}

#[test]
fn a_shells_records_are_not_taken_for_those_that_were_ordered() {
    let mut bench = Bench::new(runbook(vec![(PhaseName::Diagnose, vec![read("a"), read("b")])]));
    let orders = bench.walk.intend(&Intent::Run {
        step: "a".into(),
        edited: None,
        confirmed: Confirmation::None,
        despite: None,
    });
    // While they are on their way, a shell takes the numbers that they were meant to have.
    types(&mut bench, 1, 1);
    assert!(bench.walk.is_recording());
    assert_eq!(bench.run("b"), Err(Refusal::NotYet));
    let orders = orders.unwrap().into_iter().map(|order| match order {
        Order::Record(draft) => {
            let mut draft: Draft = *draft;
            match &mut draft.event {
                Event::LaneOpened { lane, .. } => *lane = LaneNo(2),
                Event::RunStarted(started) => (started.run, started.lane) = (RunNo(2), LaneNo(2)),
                _ => {}
            }
            Order::Record(Box::new(draft))
        }
        Order::Start(mut spec) => {
            (spec.run, spec.lane) = (RunNo(2), LaneNo(2));
            Order::Start(spec)
        }
        other => other,
    });
    bench.carry_out(orders.collect());
    assert!(!bench.walk.is_recording());
    assert_eq!(bench.run("b"), Err(Refusal::Busy(RunNo(2))), "the lane is the walk's own, and taken");
    bench.ends(0, "");
    bench.run("b").unwrap();
    assert_eq!(bench.started[0].run, RunNo(3));
    assert_eq!(bench.started[0].lane, LaneNo(2));
}

#[test]
fn the_end_of_a_command_whose_shell_died_is_recorded_by_whoever_drives() {
    let mut bench = Bench::new(runbook(vec![(PhaseName::Diagnose, vec![read("a")])]));
    types(&mut bench, 1, 1);
    let orders = bench.walk.happened(Happening::RunLost(RunNo(1)));
    bench.carry_out(orders);
    assert_eq!(bench.events(|event| matches!(event, Event::RunInterrupted { run: RunNo(1) })), 1);
    types(&mut bench, 2, 2);
    let spec = crate::session::run::RunSpec { run: RunNo(2), purpose: Purpose::Shell, ..spec_of(&mut bench) };
    let orders = bench.over(&spec, Exit::Code(0), "");
    assert!(orders.iter().all(|order| !matches!(order, Order::Keep(_))), "its environment went with it");
    bench.carry_out(orders);
    assert_eq!(bench.events(|event| matches!(event, Event::RunEnded(_))), 1);
}

/// Any specification.
fn spec_of(bench: &mut Bench) -> crate::session::run::RunSpec {
    let mut other = Bench::new(runbook(vec![(PhaseName::Diagnose, vec![read("a")])]));
    other.run("a").unwrap();
    bench.pass(1);
    other.started.remove(0)
}
