//! Ways that leave the straight line: guards beside checks, interrupted changes, steps passed over while a change is verified.

use super::bench::{Bench, change, read, runbook, until};
use crate::runbook::{Guard, Lead, PhaseName, Step};
use crate::session::run::{Exit, RunNo};
use crate::session::walk::{Confirmation, Happening, Intent, Order};

use PhaseName::{Fix, Verify};

fn guarded(id: &str) -> Step {
    Step { require: vec![Guard { run: format!("guard-{id}"), matches: None, says: None }], ..change(id) }
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
