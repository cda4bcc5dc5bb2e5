//! Ways that leave the straight line: guards beside checks, interrupted changes, steps passed over while a change is verified.

use super::bench::{Bench, change, read, runbook, sign, until};
use crate::runbook::{Action, Guard, Lead, Mode, PhaseName, Step};
use crate::session::event::{Event, Mark, MoveCause, Status};
use crate::session::run::{Exit, RunNo};
use crate::session::walk::{Advice, Confirmation, Happening, Intent, Next, Order, Path, Refusal, Rules};

use PhaseName::{Diagnose, Fix, Verify};

fn guarded(id: &str) -> Step {
    Step { require: vec![Guard { run: format!("guard-{id}"), matches: None, says: None }], ..change(id) }
}

fn manual(id: &str) -> Step {
    Step { action: Action::Manual { see: None }, ..read(id) }
}

fn starts(orders: &[Order]) -> Vec<RunNo> {
    let start = |order: &Order| if let Order::Start(spec) = order { Some(spec.run) } else { None };
    orders.iter().filter_map(start).collect()
}

#[test]
fn a_check_beside_the_walk_does_not_make_a_guarded_change_forgotten() {
    let mut book = runbook(vec![(Fix, vec![guarded("migrate")])]);
    book.ready = vec![read("old-package")];
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    let errand = bench.walk.errand().expect("the revert is checked beside");
    bench.intend(&errand).unwrap();
    bench.ends(0, "");
    assert!(bench.started.iter().any(|spec| spec.command == "do-migrate"), "the guard held, so the change starts");
}

#[test]
fn a_change_passed_over_or_left_while_its_guard_runs_is_not_started() {
    let away = [Intent::Skip { step: "migrate".into(), reason: "wrong host".into() }, Intent::Go(Lead::Phase(Verify))];
    for intent in away {
        let mut bench = Bench::new(runbook(vec![(Fix, vec![guarded("migrate")]), (Verify, vec![read("up")])]));
        bench.run_with("migrate", Confirmation::Yes).unwrap();
        bench.intend(&intent).unwrap();
        bench.ends(0, "");
        assert_eq!(bench.started, [], "{intent:?}");
    }
}

#[test]
fn two_runs_never_have_one_number_however_late_their_records_are() {
    let mut book = runbook(vec![(Fix, vec![guarded("migrate")])]);
    book.ready = vec![read("old-package")];
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    let errand = bench.walk.errand().unwrap();
    let late = bench.walk.intend(&errand).unwrap();
    let spec = bench.started.remove(0);
    let orders = bench.over(&spec, Exit::Code(0), "");
    assert_eq!([starts(&late), starts(&orders)].concat(), [RunNo(2), RunNo(3)]);
}

#[test]
fn a_try_waits_for_whatever_else_runs_in_its_lane() {
    let health = Step { until: Some(until(10, 10_000)), ..read("health") };
    let mut bench = Bench::new(runbook(vec![(Verify, vec![health, read("other")])]));
    bench.run("health").unwrap();
    bench.ends(1, "");
    bench.run("other").unwrap();
    let orders = bench.walk.happened(Happening::Waited("health".into()));
    bench.carry_out(orders);
    assert_eq!(bench.walk.refused(), None);
    assert!(bench.walk.is_waiting("health"), "it tries again when the lane is free");
    assert_eq!(bench.waits.len(), 2);
    bench.ends(0, "");
    let orders = bench.walk.happened(Happening::Waited("health".into()));
    bench.carry_out(orders);
    assert_eq!(bench.started.len(), 1);
}

#[test]
fn an_interrupted_change_that_happened_is_not_offered_to_be_run_again() {
    let migrate = Step { done_if: Some("probe".into()), ..change("migrate") };
    let book = runbook(vec![(Fix, vec![migrate, change("reload")])]);
    let by_hand = Intent::Settle { run: RunNo(1), happened: true, because: "the table has the column".into() };
    for settle in [by_hand, Intent::Probe { run: RunNo(1) }] {
        let mut bench = Bench::new(book.clone());
        bench.run_with("migrate", Confirmation::Yes).unwrap();
        bench.started.clear();
        let orders = bench.walk.happened(Happening::RunLost(RunNo(1)));
        bench.carry_out(orders);
        bench.intend(&settle).unwrap();
        if !bench.started.is_empty() {
            bench.ends(0, "");
        }
        assert_eq!(bench.walk.next(), Next::Run("reload".into()), "{settle:?}");
    }
}

#[test]
fn a_verify_step_passed_over_or_done_by_hand_leads_back_to_the_changes() {
    let migrate = Step { verify: vec!["schema".into(), "look".into()], ..change("migrate") };
    let book = runbook(vec![
        (Fix, vec![migrate, change("reload")]),
        (Verify, vec![read("schema"), manual("look"), read("health")]),
    ]);
    let skip = |step: &str| Intent::Skip { step: step.into(), reason: "known".into() };
    let done = Intent::Done { step: "look".into(), seen: "fine".into(), healthy: true };
    for last in [done, skip("look")] {
        let mut bench = Bench::new(book.clone());
        bench.run_with("migrate", Confirmation::Yes).unwrap();
        bench.ends(0, "");
        assert_eq!(bench.cursor(), Some("schema"));
        bench.intend(&skip("schema")).unwrap();
        assert_eq!(bench.cursor(), Some("look"));
        bench.intend(&last).unwrap();
        assert_eq!(bench.cursor(), Some("reload"), "{last:?}");
        assert_eq!(bench.walk.state().phase, Some(Fix));
    }
}

#[test]
fn a_check_of_the_revert_that_only_a_person_can_do_does_not_hold_up_the_others() {
    let mut watch = read("watch");
    if let Action::Run(command) = &mut watch.action {
        command.mode = Mode::Interactive;
    }
    let mut book = runbook(vec![(Diagnose, vec![read("http")])]);
    book.ready = vec![manual("ask"), watch, read("old-package")];
    let mut bench = Bench::new(book);
    bench.run("http").unwrap();
    let Some(Intent::Run { step, .. }) = bench.walk.errand() else { panic!("a check can be run") };
    assert_eq!(step, "old-package", "a step that takes the keys is not started unasked");
}

#[test]
fn alone_a_sign_that_says_stop_ends_the_walk() {
    let logs = Step { signs: vec![sign("maintenance", vec![Lead::Stop])], ..read("logs") };
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![logs]), (Fix, vec![change("migrate")])]));
    bench.run("logs").unwrap();
    bench.ends(0, "maintenance");
    let path = Path { prefer: None, yes: true, again: None };
    let Advice::Do(follow) = bench.walk.advise(path) else { panic!("the sign is followed") };
    bench.intend(&follow).unwrap();
    assert_eq!(bench.walk.next(), Next::End);
    assert_eq!(bench.walk.state().status, Some(Status::Identified));
    assert!(matches!(bench.walk.advise(path), Advice::Finished { .. }));
}

#[test]
fn alone_a_walk_that_leads_in_a_circle_ends() {
    let again = Step { on_fail: Some(Lead::Step("http".into())), ..read("http") };
    let (mut there, mut back) = (read("there"), read("back"));
    there.on_pass = Some(Lead::Step("back".into()));
    back.on_pass = Some(Lead::Step("there".into()));
    for (steps, code) in [(vec![again], 1), (vec![there, back], 0)] {
        let mut bench = Bench::new(runbook(vec![(Diagnose, steps)]));
        let mut end = None;
        for _ in 0..1000 {
            match bench.walk.advise(Path::default()) {
                Advice::Do(intent) => bench.intend(&intent).unwrap(),
                Advice::Wait => drop(bench.ends(code, "")),
                other => {
                    end = Some(other);
                    break;
                }
            }
        }
        let Some(Advice::Finished { healthy: false, why }) = end else { panic!("it never ends: {end:?}") };
        assert!(why.contains("circle"), "{why}");
    }
}

#[test]
fn resolved_is_no_word_to_set_while_verify_does_not_hold() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("up")])]));
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    let red = Refusal::NotVerified(vec!["up".into()]);
    assert_eq!(bench.intend(&Intent::Status(Status::Resolved)), Err(red));
    bench.intend(&Intent::Status(Status::Mitigated)).unwrap();
    bench.intend(&Intent::Go(Lead::Phase(Verify))).unwrap();
    bench.run("up").unwrap();
    bench.ends(0, "");
    bench.intend(&Intent::Status(Status::Resolved)).unwrap();
}

#[test]
fn a_mark_takes_a_paused_incident_out_of_its_pause() {
    let mut bench = Bench::new(runbook(vec![(Verify, vec![read("up")])]));
    bench.intend(&Intent::Status(Status::Paused)).unwrap();
    let mark = Intent::Mark { mark: Mark::Mitigated, happened: None, despite: None };
    bench.intend(&mark).unwrap();
    assert_eq!(bench.walk.state().status, Some(Status::Mitigated));
}

#[test]
fn the_way_on_from_a_sign_found_while_verifying_leads_back_to_the_changes() {
    let migrate = Step { verify: vec!["schema".into()], ..change("migrate") };
    let schema = Step { signs: vec![sign("old", vec![Lead::Phase(Fix)])], ..read("schema") };
    let book = runbook(vec![(Fix, vec![migrate, change("reload")]), (Verify, vec![schema, read("health")])]);
    let mut bench = Bench::with(book, Rules::default(), Vec::new());
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    bench.run("schema").unwrap();
    bench.ends(0, "old");
    bench.intend(&Intent::Go(Lead::Next)).unwrap();
    assert_eq!(bench.cursor(), Some("reload"));
    let by_operator = |event: &Event| matches!(event, Event::Moved { because: MoveCause::Operator, .. });
    assert_eq!(bench.events(by_operator), 1);
}

#[test]
fn the_revert_of_a_change_that_went_wrong_does_not_wait_for_its_verify() {
    let migrate =
        Step { verify: vec!["schema".into()], on_fail: Some(Lead::Phase(PhaseName::Revert)), ..change("migrate") };
    let schema = Step { on_fail: Some(Lead::Phase(PhaseName::Revert)), ..read("schema") };
    let book = runbook(vec![
        (PhaseName::Revert, vec![change("stop"), change("back")]),
        (Fix, vec![migrate, change("reload")]),
        (Verify, vec![schema]),
    ]);
    // The change itself fails; or it is its verify that does not hold.
    for codes in [vec![1], vec![0, 1]] {
        let mut bench = Bench::new(book.clone());
        bench.intend(&Intent::Go(Lead::Phase(Fix))).unwrap();
        bench.run_with("migrate", Confirmation::Yes).unwrap();
        bench.ends(codes[0], "");
        if let Some(code) = codes.get(1) {
            bench.run("schema").unwrap();
            bench.ends(*code, "");
        }
        assert_eq!(bench.cursor(), Some("stop"));
        for step in ["stop", "back"] {
            assert_eq!(bench.run_with(step, Confirmation::Yes), Ok(()), "{step} after {codes:?}");
            bench.ends(0, "");
        }
        let next = bench.run_with("reload", Confirmation::Yes);
        assert!(matches!(next, Err(Refusal::VerifyFirst { .. })), "another change still waits: {next:?}");
    }
    let mut bench = Bench::new(book);
    bench.intend(&Intent::Go(Lead::Phase(Fix))).unwrap();
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    let early = bench.run_with("stop", Confirmation::Yes);
    assert!(matches!(early, Err(Refusal::VerifyFirst { .. })), "nobody looked whether it holds: {early:?}");
}
