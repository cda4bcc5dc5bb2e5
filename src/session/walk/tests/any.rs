//! Whatever the operator does, in whatever order: what must always hold.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::bench::{Bench, change, command, read, runbook, sign, step, until};
use crate::runbook::{Action, Choice, Effect, Flag, Guard, Lead, Mode, Pattern, PhaseName, Runbook};
use crate::session::event::{Event, Mark, Status, Tag};
use crate::session::run::{Exit, RunNo};
use crate::session::walk::{Confirmation, Happening, Intent, Path, Secret};

use PhaseName::{Diagnose, Fix, Revert, Verify};

const STEPS: [&str; 12] =
    ["http", "logs", "tail", "which", "look", "package", "back", "migrate", "drop", "schema", "health", "nowhere"];

fn everything() -> Runbook {
    let mut logs = read("logs");
    logs.signs = vec![sign("broken (?<WHAT>.)", vec![Lead::Phase(Revert), Lead::Phase(Fix)])];
    logs.capture = vec![("ID".into(), Pattern::new("(o)k").unwrap())];
    let mut tail = read("tail");
    if let Action::Run(command) = &mut tail.action {
        command.mode = Mode::Follow;
        command.flags = vec![Flag { matches: Pattern::new("5..").unwrap(), says: None }];
    }
    let mut which = read("which");
    let choice = |say: &str, go| Choice { say: say.into(), go };
    let options = vec![choice("back", Some(Lead::Phase(Revert))), choice("stop", Some(Lead::Stop)), choice("on", None)];
    which.action = Action::Ask { question: "Which?".into(), options };
    let mut look = read("look");
    look.action = Action::Manual { see: None };
    let mut migrate = change("migrate");
    migrate.verify = vec!["schema".into()];
    migrate.undo = Some(Box::new(command("undo $ID", Effect::Change)));
    migrate.done_if = Some("probe".into());
    migrate.mitigates = true;
    migrate.require = vec![Guard { run: "guard".into(), matches: Some(Pattern::new("ok").unwrap()), says: None }];
    let mut health = read("health");
    health.until = Some(until(50, 400));
    let mut book = runbook(vec![
        (Diagnose, vec![read("http"), logs, tail, which, look]),
        (Revert, vec![change("back")]),
        (Fix, vec![migrate, step("drop", Effect::Destroy)]),
        (Verify, vec![read("schema"), health]),
    ]);
    book.ready = vec![read("package")];
    book
}

#[derive(Debug, Clone)]
enum Act {
    Intend(Intent),
    End { which: usize, code: i32, output: &'static str },
    Lose { which: usize },
    Flag { run: u32, flag: u32 },
    Wait,
    Errand,
    Advised,
}

fn any_intent() -> impl Strategy<Value = Intent> {
    let step = prop::sample::select(&STEPS[..]).prop_map(str::to_owned);
    let run = (1_u32..12).prop_map(RunNo);
    let confirmed = prop_oneof![
        Just(Confirmation::None),
        Just(Confirmation::Yes),
        Just(Confirmation::Typed("drop".into())),
        Just(Confirmation::Typed("x".into()))
    ];
    let lead = prop_oneof![
        prop::sample::select(&STEPS[..]).prop_map(|id| Lead::Step(id.to_owned())),
        prop::sample::select(&PhaseName::ALL[..]).prop_map(Lead::Phase),
        Just(Lead::Next),
        Just(Lead::Stop)
    ];
    let why = prop_oneof![Just(None), Just(Some("because".to_owned()))];
    prop_oneof![
        5 => (step.clone(), confirmed.clone(), why.clone()).prop_map(|(step, confirmed, despite)| Intent::Run {
            step,
            edited: None,
            confirmed,
            despite
        }),
        1 => (run.clone(), confirmed.clone()).prop_map(|(run, confirmed)| Intent::Undo { run, confirmed }),
        1 => confirmed.prop_map(|confirmed| Intent::AdHoc { command: "x".into(), effect: Effect::Change, confirmed }),
        1 => run.clone().prop_map(|run| Intent::Probe { run }),
        1 => (run.clone(), any::<bool>()).prop_map(|(run, happened)| Intent::Settle {
            run,
            happened,
            because: "seen".into()
        }),
        1 => (0_usize..4).prop_map(|option| Intent::Choose { step: "which".into(), option }),
        1 => any::<bool>().prop_map(|healthy| Intent::Done { step: "look".into(), seen: String::new(), healthy }),
        1 => step.prop_map(|step| Intent::Skip { step, reason: "r".into() }),
        2 => lead.clone().prop_map(Intent::Go),
        1 => lead.prop_map(|to| Intent::FollowSign { step: "logs".into(), to }),
        1 => Just(Intent::Give { name: "X".into(), value: Secret::new("v") }),
        1 => Just(Intent::Note { tag: Tag::Plain, text: "n".into(), happened: None }),
        1 => (prop::sample::select(&Mark::ALL[..]), why.clone()).prop_map(|(mark, despite)| Intent::Mark {
            mark,
            happened: None,
            despite
        }),
        1 => (run, any::<bool>()).prop_map(|(run, force)| Intent::Stop { run, force }),
        1 => why.prop_map(|despite| Intent::Close { note: None, despite }),
        1 => Just(Intent::Reopen),
        1 => Just(Intent::Status(Status::Identified)),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => any_intent().prop_map(Act::Intend),
        4 => (0_usize..3, 0_i32..2, prop::sample::select(&["ok", "broken x", ""][..]))
            .prop_map(|(which, code, output)| Act::End { which, code, output }),
        1 => (0_usize..3).prop_map(|which| Act::Lose { which }),
        1 => (1_u32..8, 0_u32..2).prop_map(|(run, flag)| Act::Flag { run, flag }),
        1 => Just(Act::Wait),
        1 => Just(Act::Errand),
        2 => Just(Act::Advised),
    ]
}

fn act(bench: &mut Bench, act: Act) {
    match act {
        Act::Intend(intent) => drop(bench.intend(&intent)),
        Act::End { which, code, output } if which < bench.started.len() => {
            let spec = bench.started.remove(which);
            bench.ends_as(&spec, Exit::Code(code), output);
        }
        Act::Lose { which } if which < bench.started.len() => {
            let spec = bench.started.remove(which);
            let orders = bench.walk.happened(Happening::RunLost(spec.run));
            bench.carry_out(orders);
        }
        Act::Flag { run, flag } => {
            bench.flags(RunNo(run), flag, None);
        }
        Act::Wait => {
            if let Some((step, ms)) = bench.waits.pop() {
                bench.pass(ms);
                let orders = bench.walk.happened(Happening::Waited(step));
                bench.carry_out(orders);
            }
        }
        Act::Errand => {
            if let Some(intent) = bench.walk.errand() {
                bench.intend(&intent).expect("an errand is legal when it is offered");
            }
        }
        Act::Advised => {
            if let crate::session::walk::Advice::Do(intent) =
                bench.walk.advise(Path { prefer: Some(Fix), yes: true, again: None })
            {
                bench.intend(&intent).expect("what is advised is legal");
            }
        }
        Act::End { .. } | Act::Lose { .. } => {}
    }
}

/// The same on many hosts.
fn everywhere() -> Runbook {
    let mut book = everything();
    let hosts = super::hosts::fleet(Vec::new()).hosts;
    let spread = |step: &mut crate::runbook::Step| {
        if let Action::Run(command) = &mut step.action {
            command.on = vec!["web".into()];
        }
    };
    book.hosts = hosts;
    book.diagnose.steps.iter_mut().for_each(spread);
    book.fix.steps.iter_mut().for_each(spread);
    book.verify.steps.iter_mut().for_each(spread);
    for step in &mut book.diagnose.steps {
        step.limit = Some(2);
    }
    book.fix.steps[0].rolling = Some(1);
    book
}

/// In one attempt a host has one run at most, and no more go on at once than are to.
fn each_host_once(bench: &Bench) -> Result<(), TestCaseError> {
    let state = bench.walk.state();
    let mut seen = BTreeSet::new();
    for (number, run) in &state.runs {
        if let crate::session::run::Purpose::Step { step, attempt } = &run.started.purpose {
            prop_assert!(seen.insert((step, attempt, state.site(*number))), "{step} twice on one host");
        }
    }
    for (id, step) in &state.steps {
        let Some(spread) = &step.spread else { continue };
        let going = spread.those(crate::session::state::Standing::Running).len();
        prop_assert!(going <= usize::try_from(spread.at_once).unwrap_or(usize::MAX), "{id}: {going} at once");
    }
    Ok(())
}

fn holds(book: Runbook, acts: Vec<Act>) -> Result<(), TestCaseError> {
    let mut bench = Bench::new(book);
    for one in acts {
        act(&mut bench, one);
        let lanes: BTreeSet<_> = bench.started.iter().map(|spec| spec.lane).collect();
        prop_assert_eq!(lanes.len(), bench.started.len(), "one run at a time in a lane");
        let numbers: BTreeSet<_> = bench.started.iter().map(|spec| spec.run).collect();
        prop_assert_eq!(numbers.len(), bench.started.len(), "no run number twice");
        for run in bench.walk.state().runs.values() {
            prop_assert!(run.started.effect == Effect::Read || run.started.confirmed, "{:?}", run.started);
        }
        for run in bench.walk.state().runs.keys() {
            let flagged = bench.events(|event| matches!(event, Event::Flagged { run: own, flag: 0, .. } if own == run));
            prop_assert!(flagged <= 1, "a flag is recorded once");
        }
        each_host_once(&bench)?;
        prop_assert!(!bench.walk.state().closed || bench.walk.running().is_empty(), "nothing runs once it is closed");
        let _ = bench.walk.next();
    }
    let lines: Vec<String> = bench.entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    for (line, entry) in lines.iter().zip(&bench.entries) {
        let read: crate::session::entry::Entry = serde_json::from_str(line).unwrap();
        prop_assert_eq!(&read, entry, "{}", line);
    }
    Ok(())
}

proptest! {
    /// The bench itself holds, after every act, that the live state is the replayed state and that every start was recorded first.
    #[test]
    fn whatever_is_done_the_rules_hold(acts in prop::collection::vec(any_act(), 0..60)) {
        holds(everything(), acts)?;
    }

    #[test]
    fn whatever_is_done_on_many_hosts_the_rules_hold(acts in prop::collection::vec(any_act(), 0..60)) {
        holds(everywhere(), acts)?;
    }
}
