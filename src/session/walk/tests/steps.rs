//! What leads where.

use super::bench::{Bench, change, read, runbook, sign, until};
use crate::runbook::{Action, Choice, Effect, Lead, Mode, Pattern, PhaseName};
use crate::session::event::{Event, MoveCause, Status, Verdict};
use crate::session::run::{Exit, LaneNo, Purpose, RunNo};
use crate::session::walk::{Confirmation, Happening, Intent, Next, Refusal};

use PhaseName::{Diagnose, Fix, Revert, Verify};

#[test]
fn a_session_begins_at_the_first_step_of_the_first_phase_with_steps() {
    let bench = Bench::new(runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("health")])]));
    assert_eq!(bench.cursor(), Some("migrate"));
    assert_eq!(bench.walk.state().came, Some(MoveCause::Start));
    assert_eq!(bench.walk.next(), Next::Run("migrate".into()));
}

#[test]
fn a_healthy_step_leads_to_the_next_and_an_unhealthy_one_too_while_diagnosing() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a"), read("b"), read("c")])]));
    bench.run("a").unwrap();
    assert_eq!(bench.walk.next(), Next::Running(RunNo(1)));
    bench.ends(0, "");
    assert_eq!(bench.cursor(), Some("b"));
    bench.run("b").unwrap();
    let run = bench.ends(7, "");
    assert_eq!(bench.verdict(run), Some(Verdict::Unhealthy(vec!["expected exit 0, got 7".into()])));
    assert_eq!(bench.cursor(), Some("c"));
    assert_eq!(bench.kept, [RunNo(1)], "only what passed carries over");
}

#[test]
fn outside_diagnose_an_unhealthy_step_keeps_the_cursor() {
    let mut bench = Bench::new(runbook(vec![(Verify, vec![read("a"), read("b")])]));
    bench.run("a").unwrap();
    bench.ends(1, "");
    assert_eq!(bench.cursor(), Some("a"));
    assert_eq!(bench.walk.next(), Next::Failed("a".into()));
    bench.run("a").unwrap();
    bench.ends(0, "");
    assert_eq!(bench.cursor(), Some("b"));
    let attempts: Vec<u32> = bench
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::RunStarted(started) => match started.purpose {
                Purpose::Step { attempt, .. } => Some(attempt),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [1, 2], "a retry is a new run");
}

#[test]
fn on_pass_and_on_fail_lead() {
    let mut a = read("a");
    a.on_pass = Some(Lead::Step("c".into()));
    let mut c = read("c");
    c.on_fail = Some(Lead::Phase(Revert));
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![a, read("b"), c]), (Revert, vec![change("back")])]));
    bench.run("a").unwrap();
    bench.ends(0, "");
    assert_eq!(bench.cursor(), Some("c"));
    bench.run("c").unwrap();
    bench.ends(1, "");
    assert_eq!((bench.cursor(), bench.walk.state().phase), (Some("back"), Some(Revert)));
    assert!(bench.started.is_empty(), "a lead moves the cursor and starts nothing");
}

#[test]
fn stop_ends_the_walk_where_it_stands() {
    let mut a = read("a");
    a.on_pass = Some(Lead::Stop);
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![a, read("b")]), (Fix, vec![change("c")])]));
    bench.run("a").unwrap();
    bench.ends(0, "");
    assert_eq!(bench.walk.next(), Next::End);
}

#[test]
fn a_sign_is_recorded_with_its_values_and_offered_but_not_taken() {
    let mut logs = read("logs");
    let mut seen =
        sign("unknown attribute '(?<COLUMN>\\w+)' for (?<TABLE>\\w+)", vec![Lead::Phase(Revert), Lead::Phase(Fix)]);
    seen.finding = Some("needs $COLUMN on $TABLE".into());
    logs.signs = vec![seen];
    let mut bench = Bench::new(runbook(vec![
        (Diagnose, vec![logs, read("schema")]),
        (Revert, vec![change("back")]),
        (Fix, vec![change("migrate")]),
    ]));
    bench.run("logs").unwrap();
    bench.ends(0, "x\nerror='unknown attribute 'ordered' for Status.'\n");
    let state = bench.walk.state();
    assert_eq!(state.signs[0].finding.as_deref(), Some("needs ordered on Status"));
    assert_eq!(state.vars["TABLE"].text.as_deref(), Some("Status"));
    assert_eq!(bench.cursor(), Some("logs"));
    let leads = vec![Lead::Phase(Revert), Lead::Phase(Fix)];
    assert_eq!(bench.walk.next(), Next::Offer { step: "logs".into(), leads });
    bench.intend(&Intent::FollowSign { step: "logs".into(), to: Lead::Phase(Fix) }).unwrap();
    assert_eq!(bench.cursor(), Some("migrate"));
    assert_eq!(bench.walk.state().status, Some(Status::Identified));
}

#[test]
fn a_captured_value_is_an_environment_variable_and_never_code() {
    let mut find = read("find");
    find.capture = vec![("NAME".into(), Pattern::new("name=(.*)").unwrap())];
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![find, read("use")])]));
    bench.run("find").unwrap();
    bench.ends(0, "name=\"; rm -rf ~ #");
    bench.run("use").unwrap();
    let spec = &bench.started[0];
    assert_eq!(spec.command, "do-use");
    assert_eq!(spec.env, [("NAME".to_owned(), "\"; rm -rf ~ #".to_owned())]);
    bench.ends(0, "");
    // Found no more, the value is gone: what depends on it must not use the old one.
    bench.run("find").unwrap();
    bench.ends(0, "nothing");
    assert!(!bench.walk.state().vars.contains_key("NAME"));
}

#[test]
fn until_tries_again_while_time_is_left_and_then_counts_as_failed() {
    let mut health = read("health");
    health.until = Some(until(1_000, 2_500));
    let mut bench = Bench::new(runbook(vec![(Verify, vec![health, read("more")])]));
    bench.run("health").unwrap();
    bench.ends(1, "");
    assert_eq!(bench.waits, [("health".to_owned(), 1_000)]);
    assert_eq!(bench.walk.next(), Next::Waiting("health".into()));
    bench.pass(1_000);
    let orders = bench.walk.happened(Happening::Waited("health".into()));
    bench.carry_out(orders);
    bench.ends(1, "");
    bench.pass(1_000);
    let orders = bench.walk.happened(Happening::Waited("health".into()));
    bench.carry_out(orders);
    bench.ends(1, "");
    assert_eq!(bench.waits.len(), 2, "a third wait would pass the limit");
    assert_eq!(bench.walk.next(), Next::Failed("health".into()));
}

#[test]
fn until_ends_with_the_first_healthy_try() {
    let mut health = read("health");
    health.until = Some(until(10, 10_000));
    let mut bench = Bench::new(runbook(vec![(Verify, vec![health])]));
    bench.run("health").unwrap();
    bench.ends(1, "");
    let orders = bench.walk.happened(Happening::Waited("health".into()));
    bench.carry_out(orders);
    bench.ends(0, "");
    assert_eq!(bench.walk.next(), Next::End);
    assert!(bench.walk.is_verified());
}

#[test]
fn a_skip_between_two_tries_ends_the_series() {
    let mut health = read("health");
    health.until = Some(until(10, 10_000));
    let mut bench = Bench::new(runbook(vec![(Verify, vec![health])]));
    bench.run("health").unwrap();
    bench.ends(1, "");
    bench.intend(&Intent::Skip { step: "health".into(), reason: "known".into() }).unwrap();
    assert!(bench.walk.happened(Happening::Waited("health".into())).is_empty());
}

#[test]
fn a_decision_leads_where_its_answer_says() {
    let mut ask = read("which");
    ask.action = Action::Ask {
        question: "Which?".into(),
        options: vec![
            Choice { say: "old".into(), go: Some(Lead::Phase(Revert)) },
            Choice { say: "new".into(), go: None },
        ],
    };
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![ask, read("b")]), (Revert, vec![change("back")])]));
    assert_eq!(bench.walk.next(), Next::Ask("which".into()));
    assert!(bench.intend(&Intent::Choose { step: "which".into(), option: 2 }).is_err());
    bench.intend(&Intent::Choose { step: "which".into(), option: 0 }).unwrap();
    assert_eq!(bench.cursor(), Some("back"));
}

#[test]
fn a_follow_run_goes_on_beside_the_next_steps_in_a_lane_of_its_own() {
    let mut tail = read("tail");
    if let Action::Run(command) = &mut tail.action {
        command.mode = Mode::Follow;
    }
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![tail, read("b")])]));
    bench.run("tail").unwrap();
    assert_eq!(bench.cursor(), Some("b"));
    bench.run("b").unwrap();
    assert_eq!(bench.started.iter().map(|spec| spec.lane).collect::<Vec<_>>(), [LaneNo(1), LaneNo(2)]);
    assert!(bench.walk.is_beside(RunNo(1)) && !bench.walk.is_beside(RunNo(2)));
    assert_eq!(bench.run("tail"), Err(Refusal::Busy(RunNo(1))));
}

#[test]
fn the_end_of_a_step_left_behind_does_not_move_the_cursor() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a"), read("b"), read("c")])]));
    bench.run("a").unwrap();
    bench.intend(&Intent::Go(Lead::Step("c".into()))).unwrap();
    bench.ends(0, "");
    assert_eq!(bench.cursor(), Some("c"));
}

#[test]
fn a_step_done_on_an_earlier_visit_is_offered_afresh() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a"), read("b")])]));
    bench.run("a").unwrap();
    bench.ends(0, "");
    bench.intend(&Intent::Go(Lead::Step("a".into()))).unwrap();
    assert_eq!(bench.walk.next(), Next::Run("a".into()));
    bench.run("a").unwrap();
    assert_eq!(bench.started[0].as_before, Some(RunNo(1)), "a retry starts from the state before the try");
}

#[test]
fn a_change_is_verified_before_the_walk_goes_on_behind_it() {
    let mut migrate = change("migrate");
    migrate.verify = vec!["schema".into(), "health".into()];
    let mut bench = Bench::new(runbook(vec![
        (Fix, vec![migrate, change("reload")]),
        (Verify, vec![read("schema"), read("health"), read("more")]),
    ]));
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    assert_eq!((bench.cursor(), bench.walk.state().phase), (Some("schema"), Some(Fix)));
    bench.run("schema").unwrap();
    bench.ends(0, "");
    assert_eq!(bench.cursor(), Some("health"));
    bench.run("health").unwrap();
    bench.ends(0, "");
    assert_eq!((bench.cursor(), bench.walk.state().phase), (Some("reload"), Some(Fix)));
}

#[test]
fn a_run_that_nobody_saw_end_is_unknown_and_a_probe_settles_it() {
    let mut migrate = change("migrate");
    migrate.done_if = Some("is-it-done".into());
    let mut bench = Bench::new(runbook(vec![(Fix, vec![migrate, change("next")])]));
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.started.clear();
    let orders = bench.walk.happened(Happening::RunLost(RunNo(1)));
    bench.carry_out(orders);
    assert_eq!(bench.verdict(RunNo(1)), Some(Verdict::Unknown));
    assert_eq!(bench.walk.next(), Next::Settle(RunNo(1)));
    assert_eq!(bench.run_with("next", Confirmation::Yes), Err(Refusal::Unsettled(RunNo(1))));
    bench.intend(&Intent::Probe { run: RunNo(1) }).unwrap();
    assert_eq!(bench.started[0].effect, Effect::Read);
    bench.ends(0, "");
    assert_eq!(bench.walk.state().runs[&RunNo(1)].settled, Some(true));
    assert_eq!(bench.run_with("next", Confirmation::Yes), Ok(()));
}

#[test]
fn the_same_end_told_twice_counts_once() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a"), read("b")])]));
    bench.run("a").unwrap();
    let spec = bench.started[0].clone();
    bench.ends(0, "");
    bench.ends_as(&spec, Exit::Code(0), "");
    assert_eq!(bench.events(|event| matches!(event, Event::RunEnded(_))), 1);
}

#[test]
fn while_an_outcome_is_unknown_other_steps_may_still_look() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("schema")])]));
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.started.clear();
    let orders = bench.walk.happened(Happening::RunLost(RunNo(1)));
    bench.carry_out(orders);
    assert_eq!(bench.walk.next(), Next::Settle(RunNo(1)));
    bench.intend(&Intent::Go(Lead::Step("schema".into()))).unwrap();
    assert_eq!(bench.walk.next(), Next::Run("schema".into()));
    let advice = bench.walk.advise(crate::session::walk::Path { prefer: None, yes: true, again: None });
    assert!(matches!(advice, crate::session::walk::Advice::Person(_)), "alone it is settled first: {advice:?}");
}

#[test]
fn a_try_that_did_not_happen_leaves_the_step_as_the_tries_before_it() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("migrate")])]));
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.started.clear();
    let orders = bench.walk.happened(Happening::RunLost(RunNo(2)));
    bench.carry_out(orders);
    let settle = Intent::Settle { run: RunNo(2), happened: false, because: "no lock was taken".into() };
    bench.intend(&settle).unwrap();
    let step = &bench.walk.state().steps["migrate"];
    assert_eq!(step.standing, crate::session::state::Standing::Healthy);
    assert_eq!(bench.walk.state().changes.len(), 1, "the first change still stands");
}
