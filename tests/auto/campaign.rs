//! Everything is killed at random moments: the walk, the supervisor, the command, all of them. `STANCH_CAMPAIGN=1000` says how many rounds;
//! without it there are a few. It prints what came of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stanch::session::event::{Event, Verdict};
use stanch::session::run::RunNo;
use stanch::store::journal::audit;

use crate::stage::{Said, Stage, kill, supervisors, until};
use crate::support::Dice;

/// Rounds where nobody says how many.
const FEW: u32 = 8;

const BOOK: &str = "{stanch: 1, title: T, fix: {steps: [\
    {id: a, title: A, run: 'echo a >> ran; echo said a'}, {id: b, title: B, run: 'echo b >> ran; echo said b'}, \
    {id: c, title: C, run: 'echo c >> ran; echo said c'}]}}";
const STEPS: [&str; 3] = ["a", "b", "c"];

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Walk,
    Supervisor,
    Command,
    All,
}

/// The processes that a supervisor has started.
fn children(of: u32) -> Vec<u32> {
    let path = format!("/proc/{of}/task/{of}/children");
    let told = std::fs::read_to_string(path).unwrap_or_default();
    told.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

#[test]
fn whatever_is_killed_whenever_the_record_stands_and_nothing_runs_twice() {
    let rounds = std::env::var("STANCH_CAMPAIGN").ok().map_or(FEW, |rounds| rounds.parse().unwrap());
    let mut dice = Dice(std::env::var("STANCH_SEED").ok().map_or(0x2545_f491, |seed| seed.parse().unwrap()));
    let mut counts: BTreeMap<(Target, Option<i32>), u32> = BTreeMap::new();
    let mut unknown = 0;
    for round in 0..rounds {
        let target = [Target::Walk, Target::Supervisor, Target::Command, Target::All][dice.below(4) as usize];
        let stage = Stage::with(BOOK);
        let killed = strike(&stage, target, &mut dice);
        let code = check(&stage, target, &killed, round);
        unknown += stage.events().iter().filter(|event| matches!(event, Event::RunInterrupted { .. })).count();
        *counts.entry((target, code)).or_default() += 1;
    }
    let mut table = String::new();
    for ((target, code), count) in &counts {
        writeln!(table, "{target:?} killed: resume ended with {code:?} in {count} rounds").unwrap();
    }
    println!("{rounds} rounds\n{table}{unknown} outcomes unknown");
}

/// Kills in the middle of a walk; what the walk had told by then.
fn strike(stage: &Stage, target: Target, dice: &mut Dice) -> Said {
    let walk = stage.command(&["run", "book", "--auto", "--yes"]).spawn().unwrap();
    let (entries, spins) = (dice.below(22) as usize, dice.below(400_000));
    until("it has come so far", || {
        let events = stage.events();
        events.len() >= entries || events.iter().any(|event| matches!(event, Event::Left { .. }))
    });
    for _ in 0..spins {
        std::hint::spin_loop();
    }
    let lanes = supervisors(&stage.home.data());
    let commands: Vec<u32> = lanes.iter().flat_map(|lane| children(*lane)).collect();
    let victims = match target {
        Target::Walk => vec![walk.id()],
        Target::Supervisor => lanes,
        Target::Command => commands,
        Target::All => [vec![walk.id()], lanes, commands].concat(),
    };
    for victim in victims {
        kill(victim, "KILL");
    }
    stage.end(walk)
}

/// Holds the record against what was told and what was done; the exit code of the resumed walk.
fn check(stage: &Stage, target: Target, killed: &Said, round: u32) -> Option<i32> {
    let story =
        || format!("round {round}, {target:?} killed\n{:#?}\n{}\n{:#?}", killed.lines, killed.err, stage.events());
    let session = stage.sessions().pop()?;
    let ended = |stage: &Stage, healthy: bool| {
        let events = stage.events().into_iter();
        events
            .filter(|event| matches!(event, Event::RunEnded(ended) if !healthy || ended.verdict == Verdict::Healthy))
            .count()
    };
    let told = killed.lines.iter().filter(|line| line.contains(": as expected")).count();
    assert!(ended(stage, true) >= told, "{told} were told: {}", story());
    if stage.entries().is_empty() {
        // It was killed before it had begun: there is nothing to resume.
        return None;
    }
    let closed = stage.events().iter().any(|event| matches!(event, Event::Closed { .. }));
    let resumed = stage.stanch(&["resume", session.id(), "--auto", "--yes"]);
    assert!(matches!(resumed.code, Some(0 | 1 | 5)), "{:#?}\n{}\n{}", resumed.lines, resumed.err, story());
    let events = stage.events();
    let interrupted = events.iter().any(|event| matches!(event, Event::RunInterrupted { .. }));
    if target == Target::Walk && !closed && !interrupted {
        resumed.expect_code(0);
    }
    for step in STEPS {
        let ran = stage.count("ran", step);
        let started = events
            .iter()
            .filter(|event| matches!(event, Event::RunStarted(run) if run.command.contains(&format!("echo {step} "))))
            .count();
        assert!(ran <= 1 && ran <= started, "{step} ran {ran} times, {started} were recorded: {}", story());
        // A dead screen hurts no command: one that was not yet started when it died never is, one that was has ended well.
        let healthy = events.iter().any(|event| {
            matches!(event, Event::RunEnded(ended) if ended.verdict == Verdict::Healthy
                && std::fs::read(session.run(ended.run).join("output")).unwrap().starts_with(format!("said {step}").as_bytes()))
        });
        assert!(target != Target::Walk || healthy == (ran == 1), "{step} ran {ran} times: {}", story());
    }
    for run in events.iter().filter_map(|event| match event {
        Event::RunEnded(ended) if ended.verdict == Verdict::Healthy => Some(ended.run),
        _ => None,
    }) {
        let output = std::fs::read_to_string(session.run(RunNo(run.0)).join("output")).unwrap();
        assert!(output.starts_with("said "), "{run}: {output:?}: {}", story());
    }
    let audit = audit(&session.journal(), None).unwrap();
    assert!(audit.is_sound() && audit.torn.is_none(), "{audit:?}: {}", story());
    resumed.code
}
