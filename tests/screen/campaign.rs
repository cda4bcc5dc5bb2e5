//! Everything is killed at random moments while somebody works at a screen: the screen, the supervisor, the command, all of them.
//! `STANCH_CAMPAIGN=1000` says how many rounds; without it there are a few. It prints what came of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use stanch::session::event::{Event, Verdict};
use stanch::session::run::Purpose;
use stanch::store::journal::audit;

use crate::play::{Play, Screen};
use crate::stage::{kill, supervisors};
use crate::support::{Dice, Ended};

/// Rounds where nobody says how many.
const FEW: u32 = 6;
/// Longer than all four steps ever take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Each writes down that it began and that it came to its end: a dead screen must not be felt between the two.
const BOOK: &str = "{stanch: 1, title: T, fix: {steps: [\
    {id: a, title: A, effect: read, run: 'echo a >> ran; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; echo said a; echo a >> done'}, \
    {id: b, title: B, effect: read, run: 'echo b >> ran; seq 20000; echo said b; echo b >> done'}, \
    {id: c, title: C, run: 'echo c >> ran; echo said c; echo c >> done'}, \
    {id: d, title: D, run: 'echo d >> ran; seq 3000 | tail -n 1; echo said d; echo d >> done'}]}}";
const STEPS: [&str; 4] = ["a", "b", "c", "d"];

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Screen,
    Supervisor,
    Command,
    All,
}

/// Half of the kills are the screen's; of the others each is as likely.
const TARGETS: [Target; 6] =
    [Target::Screen, Target::Screen, Target::Screen, Target::Supervisor, Target::Command, Target::All];

#[test]
fn whoever_is_killed_at_a_screen_nothing_is_lost_and_resume_goes_on() {
    let rounds = std::env::var("STANCH_CAMPAIGN").ok().map_or(FEW, |rounds| rounds.parse().unwrap());
    let mut dice = Dice(std::env::var("STANCH_SEED").ok().map_or(0x1234_5677, |seed| seed.parse().unwrap()));
    let mut counts: BTreeMap<(Target, bool), u32> = BTreeMap::new();
    let (mut unknown, mut kept) = (0, 0);
    for round in 0..rounds {
        let target = TARGETS[dice.below(6) as usize];
        let play = Play::with(BOOK);
        let shown = strike(&play, target, &mut dice);
        let story = || format!("round {round}, {target:?} killed; the screen showed:\n{shown}\n{:#?}", play.events());
        let resumed = take_up(&play, target, &shown, &story);
        kept += play.entries().len();
        unknown += play.events().iter().filter(|event| matches!(event, Event::RunInterrupted { .. })).count();
        *counts.entry((target, resumed)).or_default() += 1;
    }
    let mut table = String::new();
    for ((target, resumed), count) in &counts {
        let how = if *resumed { "resumed" } else { "nothing had begun" };
        writeln!(table, "{target:?} killed, {how}: {count} rounds").unwrap();
    }
    println!("{rounds} rounds\n{table}{unknown} outcomes unknown, {kept} entries held against what was seen");
}

/// Presses what the screen asks for, once for each screen that asks.
fn press(screen: &Screen, last: &mut String) {
    let seen = screen.0.text();
    if seen == *last {
        return;
    }
    if seen.contains("y run it") {
        screen.press("y");
    } else if seen.contains("Enter run") {
        screen.press("<enter>");
    }
    *last = seen;
}

/// Works at the screen until the moment comes, and kills; what was to be seen last.
fn strike(play: &Play, target: Target, dice: &mut Dice) -> String {
    let screen = play.book();
    let (entries, spins) = (dice.below(26) as usize, dice.below(3_000_000));
    let (begun, mut last) = (Instant::now(), String::new());
    while play.entries().len() < entries && count(play, |event| matches!(event, Event::RunEnded(_))) < STEPS.len() {
        assert!(
            begun.elapsed() < PATIENCE,
            "it came to {} of {entries} entries:\n{}",
            play.entries().len(),
            screen.0.text()
        );
        if count(play, |event| matches!(event, Event::RunStarted(_))) < STEPS.len() {
            press(&screen, &mut last);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    for _ in 0..spins {
        std::hint::spin_loop();
    }
    let lanes = supervisors(play.home.root());
    let commands: Vec<u32> = lanes.iter().flat_map(|lane| children(*lane)).collect();
    let own = u32::try_from(screen.0.pid().as_raw_nonzero().get()).unwrap();
    let victims = match target {
        Target::Screen => vec![own],
        Target::Supervisor => lanes,
        Target::Command => commands,
        Target::All => [vec![own], lanes, commands].concat(),
    };
    for victim in victims {
        kill(victim, "KILL");
    }
    if !matches!(target, Target::Screen | Target::All) {
        // Then it is gone too: who resumes finds nobody there.
        screen.0.kill(rustix::process::Signal::KILL);
    }
    assert_eq!(screen.0.ended(), Ended::Signal(9), "{}", screen.0.text());
    screen.0.text()
}

/// The processes that a supervisor has started.
fn children(of: u32) -> Vec<u32> {
    let told = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    told.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn count(play: &Play, is: impl Fn(&Event) -> bool) -> usize {
    play.events().iter().filter(|event| is(event)).count()
}

/// Holds the record against what was seen and what was done, takes the session up at a screen and then walks it to its end. Whether
/// there was anything to take up.
fn take_up(play: &Play, target: Target, shown: &str, story: &dyn Fn() -> String) -> bool {
    let healthy = |play: &Play, step: &str| {
        play.events().iter().any(|event| match event {
            Event::RunStarted(run) if matches!(&run.purpose, Purpose::Step { step: own, .. } if own == step) => {
                play.events().iter().any(
                    |end| matches!(end, Event::RunEnded(end) if end.run == run.run && end.verdict == Verdict::Healthy),
                )
            }
            _ => false,
        })
    };
    // What the screen showed as done is on disk.
    for step in STEPS.iter().filter(|step| shown.contains(&format!("{step}: healthy"))) {
        assert!(healthy(play, step), "{step} was shown as healthy: {}", story());
    }
    if play.entries().is_empty() {
        return false;
    }
    let session = play.session();
    let screen = play.screen(&["resume", session.id()], 80, 24);
    screen.see(&["Steps", "fix"]);
    screen.0.kill(rustix::process::Signal::KILL);
    screen.0.ended();
    let resumed = play.stanch(&["resume", session.id(), "--auto", "--yes"]);
    assert!(matches!(resumed.code, Some(0 | 1 | 5)), "{:#?}\n{}\n{}", resumed.lines, resumed.err, story());
    for step in STEPS {
        let (ran, done) = (play.count("ran", step), play.count("done", step));
        let started = play
            .events()
            .iter()
            .filter(|event| matches!(event, Event::RunStarted(run) if run.command.contains(&format!("echo {step} "))))
            .count();
        assert!(ran <= 1 && ran <= started, "{step} ran {ran} times, {started} were recorded: {}", story());
        let well = !healthy(play, step) || (ran == 1 && done == 1);
        assert!(
            well,
            "{step} is recorded as healthy; it ran {ran} times and came to its end {done} times: {}",
            story()
        );
        // No command feels that a screen died.
        let unhurt = ran == done && healthy(play, step) == (ran == 1);
        assert!(
            target != Target::Screen || unhurt,
            "{step} ran {ran} times and came to its end {done} times: {}",
            story()
        );
    }
    if target == Target::Screen && count(play, |event| matches!(event, Event::RunInterrupted { .. })) == 0 {
        assert_eq!(resumed.code, Some(0), "{:#?}\n{}\n{}", resumed.lines, resumed.err, story());
    }
    let audit = audit(&session.journal(), None).unwrap();
    assert!(audit.is_sound() && audit.torn.is_none(), "{audit:?}: {}", story());
    true
}
