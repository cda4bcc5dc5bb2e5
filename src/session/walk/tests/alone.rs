//! What `--auto` does.

use super::bench::{Bench, change, read, runbook, sign};
use crate::runbook::{Action, Choice, Effect, Lead, PhaseName, Step};
use crate::session::event::Status;
use crate::session::walk::{Advice, Path, Rules};

use PhaseName::{Diagnose, Fix, Revert, Verify};

/// Walks alone; `ill` says which exit a step's run has (by command), and with which output. Gives the steps run and the end.
fn walk_alone(bench: &mut Bench, path: Path, ill: impl Fn(&str) -> (i32, &'static str)) -> (Vec<String>, Advice) {
    let mut ran = Vec::new();
    for _ in 0..100 {
        match bench.walk.advise(path) {
            Advice::Do(intent) => bench.intend(&intent).unwrap(),
            Advice::Wait => {
                let command = bench.started.first().expect("it waits for something").command.clone();
                let (code, output) = ill(&command);
                ran.push(command.trim_start_matches("do-").to_owned());
                bench.ends(code, output);
            }
            end => return (ran, end),
        }
    }
    panic!("no end: {ran:?}");
}

fn incident() -> Vec<(PhaseName, Vec<Step>)> {
    let mut logs = read("logs");
    logs.signs = vec![sign("broken", vec![Lead::Phase(Revert), Lead::Phase(Fix)])];
    let mut back = change("back");
    back.mitigates = true;
    let mut migrate = change("migrate");
    migrate.verify = vec!["schema".into()];
    migrate.mitigates = true;
    vec![
        (Diagnose, vec![read("http"), logs, read("late")]),
        (Revert, vec![back]),
        (Fix, vec![migrate, change("reload")]),
        (Verify, vec![read("schema"), read("health")]),
    ]
}

fn sick(command: &str) -> (i32, &'static str) {
    match command {
        "do-http" => (1, "500"),
        "do-logs" => (0, "broken"),
        _ => (0, ""),
    }
}

const FIX: Path = Path { prefer: Some(Fix), yes: true, again: None };

#[test]
fn the_fix_path_goes_through_diagnose_fix_and_verify_to_resolved() {
    let mut bench = Bench::new(runbook(incident()));
    let (ran, end) = walk_alone(&mut bench, FIX, sick);
    assert_eq!(ran, ["http", "logs", "migrate", "schema", "reload", "schema", "health"]);
    assert!(matches!(end, Advice::Finished { healthy: true, .. }), "{end:?}");
    assert_eq!(bench.walk.state().status, Some(Status::Resolved));
}

#[test]
fn the_revert_path_ends_mitigated_and_not_resolved() {
    let mut bench = Bench::new(runbook(incident()));
    let (ran, end) = walk_alone(&mut bench, Path { prefer: Some(Revert), yes: true, again: None }, sick);
    assert_eq!(ran, ["http", "logs", "back", "schema", "health"]);
    assert!(matches!(end, Advice::Finished { healthy: true, .. }), "{end:?}");
    assert_eq!(bench.walk.state().status, Some(Status::Mitigated));
}

#[test]
fn cut_between_any_two_records_it_is_taken_up_and_runs_nothing_twice() {
    for path in [FIX, Path { prefer: Some(Revert), yes: true, again: None }] {
        let mut whole = Bench::new(runbook(incident()));
        walk_alone(&mut whole, path, sick);
        let ran = whole.ran();
        for entries in 2..=whole.entries.len() {
            let mut bench = whole.cut(entries);
            // What becomes of a run that goes on is the supervisor's to tell.
            if !bench.walk.running().is_empty() {
                continue;
            }
            let (_, end) = walk_alone(&mut bench, path, sick);
            assert!(matches!(end, Advice::Finished { healthy: true, .. }), "cut after {entries}: {end:?}");
            assert_eq!(bench.ran(), ran, "cut after {entries}");
        }
    }
}

#[test]
fn several_ways_without_a_path_need_a_person() {
    let mut bench = Bench::new(runbook(incident()));
    let (ran, end) = walk_alone(&mut bench, Path { prefer: None, yes: true, again: None }, sick);
    assert_eq!(ran, ["http", "logs"]);
    assert!(matches!(end, Advice::Person(_)), "{end:?}");
}

#[test]
fn a_sign_with_a_single_way_leads() {
    let mut phases = incident();
    phases[0].1[1].signs = vec![sign("broken", vec![Lead::Phase(Revert)])];
    let mut bench = Bench::new(runbook(phases));
    let (ran, _) = walk_alone(&mut bench, Path { prefer: None, yes: true, again: None }, sick);
    assert_eq!(ran, ["http", "logs", "back", "schema", "health"]);
}

#[test]
fn without_a_lead_revert_is_left_out() {
    let mut bench = Bench::new(runbook(incident()));
    let (ran, _) = walk_alone(&mut bench, Path { prefer: None, yes: true, again: None }, |_| (0, ""));
    assert_eq!(ran, ["http", "logs", "late", "migrate", "schema", "reload", "schema", "health"]);
}

#[test]
fn changes_need_yes() {
    let mut bench = Bench::new(runbook(incident()));
    let (ran, end) = walk_alone(&mut bench, Path { prefer: Some(Fix), yes: false, again: None }, sick);
    assert_eq!(ran, ["http", "logs"]);
    assert!(matches!(end, Advice::Person(_)), "{end:?}");
}

#[test]
fn a_change_or_verify_that_is_not_healthy_ends_it() {
    for broken in ["do-migrate", "do-schema", "do-health"] {
        let mut bench = Bench::new(runbook(incident()));
        let (_, end) = walk_alone(&mut bench, FIX, |command| if command == broken { (1, "") } else { sick(command) });
        assert!(matches!(end, Advice::Finished { healthy: false, .. }), "{broken}: {end:?}");
        assert_ne!(bench.walk.state().status, Some(Status::Resolved), "{broken}");
    }
}

#[test]
fn only_a_drill_may_destroy() {
    let destroy = || runbook(vec![(Fix, vec![super::bench::step("drop", Effect::Destroy)])]);
    let mut bench = Bench::new(destroy());
    let (ran, end) = walk_alone(&mut bench, FIX, |_| (0, ""));
    assert!(ran.is_empty() && matches!(end, Advice::Person(_)), "{end:?}");
    let mut bench = Bench::with(destroy(), Rules { drill: true }, Vec::new());
    let (ran, _) = walk_alone(&mut bench, FIX, |_| (0, ""));
    assert_eq!(ran, ["drop"]);
}

#[test]
fn manual_steps_and_open_decisions_need_a_person_but_a_path_may_decide() {
    let mut manual = read("look");
    manual.action = Action::Manual { see: None };
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![manual])]));
    assert!(matches!(bench.walk.advise(FIX), Advice::Person(_)));
    let mut ask = read("which");
    let choice = |say: &str, phase| Choice { say: say.into(), go: Some(Lead::Phase(phase)) };
    ask.action = Action::Ask { question: "Which?".into(), options: vec![choice("back", Revert), choice("on", Fix)] };
    let phases = vec![(Diagnose, vec![ask]), (Revert, vec![change("back")]), (Fix, vec![change("on")])];
    bench = Bench::new(runbook(phases));
    assert!(matches!(bench.walk.advise(Path { prefer: None, yes: true, again: None }), Advice::Person(_)));
    let (ran, _) = walk_alone(&mut bench, FIX, |_| (0, ""));
    assert_eq!(ran, ["on"]);
}

#[test]
fn readiness_is_checked_on_the_way() {
    let mut book = runbook(incident());
    book.ready = vec![read("package")];
    let mut bench = Bench::new(book);
    let (ran, end) = walk_alone(&mut bench, FIX, sick);
    assert!(ran.contains(&"package".to_owned()), "{ran:?}");
    assert!(matches!(end, Advice::Finished { healthy: true, .. }), "{end:?}");
}

#[test]
fn a_closed_session_is_not_walked() {
    let mut bench = Bench::new(runbook(incident()));
    bench.intend(&crate::session::walk::Intent::Close { note: None, despite: None }).unwrap();
    assert!(matches!(bench.walk.advise(FIX), Advice::Finished { .. }));
}
