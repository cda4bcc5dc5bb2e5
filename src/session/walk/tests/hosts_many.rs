//! A step on many hosts.

use super::bench::{Bench, change, command, read, runbook, sign, until};
use super::hosts::{fleet, on, site};
use crate::runbook::{Effect, Lead, Mode, PhaseName, Step};
use crate::session::event::{Event, MoveCause, Verdict};
use crate::session::run::{Exit, RunNo, RunSpec};
use crate::session::state::Standing;
use crate::session::walk::{Advice, Confirmation, Happening, Intent, Next, Path, Refusal};

use PhaseName::{Diagnose, Fix, Verify};

fn bench(phase: PhaseName, steps: Vec<Step>) -> Bench {
    Bench::new(fleet(vec![(phase, steps)]))
}

/// The hosts whose runs go on, in the order of their runs.
fn going(bench: &Bench) -> Vec<String> {
    bench.started.iter().map(|spec| host(bench, spec.run)).collect()
}

fn host(bench: &Bench, run: RunNo) -> String {
    bench.walk.state().site(run).and_then(|site| site.host).unwrap_or_default()
}

/// Takes the run that goes on on a host.
fn take(bench: &mut Bench, name: &str) -> RunSpec {
    let place = bench.started.iter().position(|spec| host(bench, spec.run) == name);
    bench.started.remove(place.unwrap_or_else(|| panic!("nothing runs on {name}, but on {:?}", going(bench))))
}

fn ends_on(bench: &mut Bench, name: &str, code: i32, output: &str) -> RunNo {
    let spec = take(bench, name);
    bench.ends_as(&spec, Exit::Code(code), output)
}

fn standings(bench: &Bench, step: &str) -> Vec<Standing> {
    bench.walk.state().steps[step].spread.as_ref().unwrap().hosts.iter().map(|host| host.standing).collect()
}

fn standing(bench: &Bench, step: &str) -> Standing {
    bench.walk.state().steps[step].standing
}

fn go(bench: &mut Bench, step: &str) {
    bench.run_with(step, Confirmation::Yes).unwrap();
}

#[test]
fn a_step_on_many_hosts_runs_on_them_at_once_and_is_healthy_only_where_every_host_is() {
    let mut bench = bench(Diagnose, vec![on(read("a"), &["web"]), read("b")]);
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web1", "web2", "web3"]);
    let begun = bench.entries.iter().position(|entry| matches!(entry.event, Event::AttemptBegun(_))).unwrap();
    let first = bench.entries.iter().position(|entry| matches!(entry.event, Event::RunStarted(_))).unwrap();
    assert!(begun < first, "what it covers is recorded before its first run");
    ends_on(&mut bench, "web2", 0, "");
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!((standing(&bench, "a"), bench.cursor()), (Standing::Running, Some("a")));
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!((standing(&bench, "a"), bench.cursor()), (Standing::Healthy, Some("b")));
    assert_eq!(bench.kept.len(), 3, "each host's environment carries over");
}

#[test]
fn one_host_that_is_not_healthy_is_the_result_of_the_step_and_leads_where_it_says() {
    let mut a = on(read("a"), &["web"]);
    (a.on_pass, a.on_fail) = (Some(Lead::Next), Some(Lead::Step("c".into())));
    let mut bench = bench(Diagnose, vec![a, read("b"), read("c")]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 7, "");
    assert_eq!(bench.cursor(), Some("a"), "the last host is not there yet");
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!((standing(&bench, "a"), bench.cursor()), (Standing::Unhealthy, Some("c")));
    assert_eq!(bench.walk.state().came, Some(MoveCause::Failed("a".into())));
}

#[test]
fn no_more_run_at_once_than_the_limit_says() {
    let mut a = on(read("a"), &["web", "db"]);
    a.limit = Some(2);
    let mut bench = bench(Diagnose, vec![a]);
    assert!(bench.walk.preview("a", None).unwrap().place().unwrap().starts_with("on 4 hosts, 2 at a time: web1"));
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web1", "web2"]);
    ends_on(&mut bench, "web2", 1, "");
    assert_eq!(going(&bench), ["web1", "web3"], "a host that is not healthy does not keep the others from it");
    assert_eq!(bench.walk.hosts_now("a").unwrap().to_come(), [&site("db")]);
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!(going(&bench), ["db"]);
    ends_on(&mut bench, "db", 0, "");
    assert_eq!(standing(&bench, "a"), Standing::Unhealthy);
}

#[test]
fn rolling_goes_from_host_to_host_and_stops_at_the_first_that_is_not_healthy() {
    let mut a = on(change("a"), &["web"]);
    a.rolling = Some(1);
    let mut bench = bench(Fix, vec![a, read("b")]);
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web1"]);
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!(going(&bench), ["web2"]);
    ends_on(&mut bench, "web2", 1, "");
    assert!(bench.started.is_empty());
    let spread = bench.walk.hosts_now("a").unwrap();
    assert_eq!((spread.to_come().len(), spread.not_started()), (0, vec![&site("web3")]));
    assert_eq!((standing(&bench, "a"), bench.walk.next()), (Standing::Unhealthy, Next::Failed("a".into())));
    let yes = Path { yes: true, ..Path::default() };
    let why = "a: web2: expected exit 0, got 1. not started on web3".to_owned();
    assert_eq!(bench.walk.advise(yes), Advice::Finished { healthy: false, why });
}

#[test]
fn a_retry_runs_where_it_is_not_done_yet_and_says_so_before() {
    let mut a = on(change("a"), &["web"]);
    a.rolling = Some(1);
    let mut bench = bench(Fix, vec![a, read("b")]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 1, "");
    let preview = bench.walk.preview("a", None).unwrap();
    assert_eq!((preview.sites.clone(), preview.held.clone()), (vec![site("web2"), site("web3")], vec![site("web1")]));
    assert!(preview.place().unwrap().ends_with("(healthy already: web1)"));
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web2"]);
    ends_on(&mut bench, "web2", 0, "");
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!((standing(&bench, "a"), bench.cursor()), (Standing::Healthy, Some("b")));
    assert_eq!(bench.walk.state().changes.len(), 4, "web1 was changed once");
}

#[test]
fn a_change_that_was_taken_back_on_a_host_is_made_there_again() {
    let mut a = on(change("a"), &["web1", "web2"]);
    a.undo = Some(Box::new(command("undo-a", Effect::Change)));
    let mut bench = bench(Fix, vec![a]);
    go(&mut bench, "a");
    let first = ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 1, "");
    bench.intend(&Intent::Undo { run: first, confirmed: Confirmation::Yes }).unwrap();
    assert_eq!(going(&bench), ["web1"], "only where it ran");
    bench.ends(0, "");
    assert_eq!(bench.walk.preview("a", None).unwrap().sites, [site("web1"), site("web2")]);
}

#[test]
fn what_was_seen_before_a_change_is_looked_at_again_on_every_host() {
    let mut bench = Bench::new(fleet(vec![(Fix, vec![change("x")]), (Verify, vec![on(read("v"), &["web1", "web2"])])]));
    bench.intend(&Intent::Go(Lead::Step("v".into()))).unwrap();
    go(&mut bench, "v");
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 1, "");
    assert_eq!(bench.walk.preview("v", None).unwrap().sites, [site("web2")]);
    go(&mut bench, "x");
    bench.ends(0, "");
    assert_eq!(bench.walk.preview("v", None).unwrap().sites, [site("web1"), site("web2")]);
}

#[test]
fn a_stop_stops_every_host_and_nothing_more_is_started() {
    let mut a = on(read("a"), &["web"]);
    a.limit = Some(2);
    let mut bench = bench(Diagnose, vec![a]);
    go(&mut bench, "a");
    bench.intend(&Intent::Stop { run: RunNo(1), force: false }).unwrap();
    assert_eq!(bench.stops, [(RunNo(1), false), (RunNo(2), false)]);
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!(going(&bench), ["web2"]);
    ends_on(&mut bench, "web2", 0, "");
    assert_eq!(standings(&bench, "a"), [Standing::Healthy, Standing::Healthy, Standing::Untouched]);
    assert_eq!((standing(&bench, "a"), bench.cursor()), (Standing::Stopped, Some("a")));
    assert_eq!(bench.walk.next(), Next::Failed("a".into()));
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web3"], "what was not started is what is left");
}

#[test]
fn a_run_that_ends_before_the_stop_is_written_starts_no_other() {
    let mut a = on(read("a"), &["web"]);
    a.limit = Some(1);
    let mut bench = bench(Diagnose, vec![a]);
    go(&mut bench, "a");
    let stop = bench.walk.intend(&Intent::Stop { run: RunNo(1), force: false }).unwrap();
    let spec = take(&mut bench, "web1");
    let end = bench.over(&spec, Exit::Code(0), "");
    bench.carry_out(stop);
    bench.carry_out(end);
    assert!(bench.started.is_empty());
    assert_eq!(standing(&bench, "a"), Standing::Stopped);
}

#[test]
fn hosts_that_were_to_come_when_everything_died_are_not_started_by_themselves() {
    let mut a = on(change("a"), &["web"]);
    a.limit = Some(1);
    let mut bench = bench(Fix, vec![a, read("b")]);
    go(&mut bench, "a");
    // It died while the first host was worked; that run went on and ends.
    let mut later = bench.cut(bench.entries.len());
    later.started = std::mem::take(&mut bench.started);
    assert_eq!(standing(&later, "a"), Standing::Running);
    assert_eq!(later.walk.hosts_now("a").unwrap().not_started(), [&site("web2"), &site("web3")]);
    ends_on(&mut later, "web1", 0, "");
    assert!(later.started.is_empty());
    assert_eq!((standing(&later, "a"), later.cursor()), (Standing::Stopped, Some("a")));
    go(&mut later, "a");
    assert_eq!(going(&later), ["web2"]);
}

#[test]
fn an_attempt_cut_after_any_entry_is_taken_up_without_starting_anything() {
    let mut a = on(change("a"), &["web"]);
    a.rolling = Some(1);
    let mut bench = bench(Fix, vec![a, read("b")]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 0, "");
    ends_on(&mut bench, "web3", 0, "");
    for entries in 3..=bench.entries.len() {
        let later = bench.cut(entries);
        assert!(later.started.is_empty(), "after {entries}");
        let spread = later.walk.hosts_now("a");
        assert!(spread.is_none_or(|spread| spread.to_come().is_empty()), "after {entries}");
    }
    assert_eq!(bench.cut(bench.entries.len() - 1).cursor(), Some("b"), "the move that is due is made up for");
}

#[test]
fn one_host_whose_outcome_is_unknown_is_settled_before_anything_else() {
    let mut a = on(change("a"), &["web"]);
    (a.limit, a.done_if) = (Some(2), Some("is-it-done".into()));
    let mut bench = bench(Fix, vec![a, change("b")]);
    go(&mut bench, "a");
    let lost = take(&mut bench, "web2");
    let orders = bench.walk.happened(Happening::RunLost(lost.run));
    bench.carry_out(orders);
    ends_on(&mut bench, "web1", 0, "");
    assert!(bench.started.is_empty(), "nothing is changed on web3 before that is known");
    assert_eq!((standing(&bench, "a"), bench.walk.next()), (Standing::Unknown, Next::Settle(lost.run)));
    assert_eq!(bench.run_with("a", Confirmation::Yes), Err(Refusal::Unsettled(lost.run)));
    bench.intend(&Intent::Probe { run: lost.run }).unwrap();
    assert_eq!(going(&bench), ["web2"], "it is asked where it ran");
    bench.ends(0, "");
    assert_eq!(standings(&bench, "a"), [Standing::Healthy, Standing::Healthy, Standing::Untouched]);
    assert_eq!(bench.cursor(), Some("a"), "one host is left");
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web3"]);
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!(bench.cursor(), Some("b"));
}

#[test]
fn a_try_that_did_not_happen_on_one_host_is_made_there_alone() {
    let mut bench = bench(Fix, vec![on(change("a"), &["web1", "web2"])]);
    go(&mut bench, "a");
    let lost = take(&mut bench, "web2");
    let orders = bench.walk.happened(Happening::RunLost(lost.run));
    bench.carry_out(orders);
    ends_on(&mut bench, "web1", 0, "");
    let because = "looked".to_owned();
    bench.intend(&Intent::Settle { run: lost.run, happened: false, because }).unwrap();
    assert!(bench.started.is_empty());
    assert_eq!(bench.walk.next(), Next::Failed("a".into()));
    assert_eq!(bench.walk.preview("a", None).unwrap().sites, [site("web2")]);
}

#[test]
fn until_repeats_only_where_it_is_not_healthy_yet() {
    let mut a = on(read("a"), &["web"]);
    a.until = Some(until(1_000, 60_000));
    let mut bench = bench(Diagnose, vec![a, read("b")]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    ends_on(&mut bench, "web2", 1, "");
    assert_eq!(bench.waits, [], "the third host is not there yet");
    ends_on(&mut bench, "web3", 1, "");
    assert_eq!(bench.waits.len(), 1);
    assert_eq!(bench.walk.next(), Next::Waiting("a".into()));
    bench.waited("a");
    assert_eq!(going(&bench), ["web2", "web3"]);
    ends_on(&mut bench, "web2", 0, "");
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!(bench.cursor(), Some("b"));
}

#[test]
fn rolling_with_until_goes_on_where_it_waited_and_gives_each_host_its_time() {
    let mut a = on(read("a"), &["web1", "web2"]);
    (a.rolling, a.until) = (Some(1), Some(until(1_000, 10_000)));
    let mut bench = bench(Diagnose, vec![a, read("b")]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 1, "");
    bench.pass(8_000);
    bench.waited("a");
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!(going(&bench), ["web2"]);
    bench.pass(8_000);
    ends_on(&mut bench, "web2", 1, "");
    assert_eq!(bench.waits.len(), 2, "its own time is not over");
    bench.pass(3_000);
    bench.waited("a");
    ends_on(&mut bench, "web2", 1, "");
    assert_eq!((bench.waits.len(), standing(&bench, "a")), (2, Standing::Unhealthy));
}

#[test]
fn a_sign_on_any_host_is_offered_when_all_are_there() {
    let mut a = on(read("a"), &["web"]);
    a.signs = vec![sign("broken", vec![Lead::Phase(Fix)])];
    let mut bench = Bench::new(fleet(vec![(Diagnose, vec![a, read("b")]), (Fix, vec![change("c")])]));
    go(&mut bench, "a");
    ends_on(&mut bench, "web2", 0, "broken");
    ends_on(&mut bench, "web1", 0, "");
    assert!(matches!(bench.walk.next(), Next::Running(_)));
    ends_on(&mut bench, "web3", 0, "");
    assert_eq!(bench.walk.next(), Next::Offer { step: "a".into(), leads: vec![Lead::Phase(Fix)] });
}

#[test]
fn nothing_is_begun_where_one_host_is_busy() {
    let mut bench = bench(Diagnose, vec![on(read("a"), &["web2"]), on(read("b"), &["web"])]);
    go(&mut bench, "a");
    assert_eq!(bench.run("b"), Err(Refusal::Busy(RunNo(1))));
    assert_eq!(bench.started.len(), 1);
}

#[test]
fn a_host_that_was_busy_when_it_was_its_turn_is_started_when_it_is_free() {
    let mut b = on(read("b"), &["web1", "web2"]);
    b.limit = Some(1);
    let mut bench = bench(Diagnose, vec![b, on(read("a"), &["web2"])]);
    go(&mut bench, "b");
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!(going(&bench), ["web2"]);
    assert_eq!(bench.started.len(), 1, "step a's, that of b waits");
    ends_on(&mut bench, "web2", 0, "");
    assert_eq!(bench.started[0].command, "do-b");
}

#[test]
fn what_is_followed_is_followed_on_every_host_and_stopped_on_every_host() {
    let mut a = on(read("a"), &["web"]);
    a.limit = Some(1);
    if let crate::runbook::Action::Run(command) = &mut a.action {
        command.mode = Mode::Follow;
    }
    let mut bench = bench(Diagnose, vec![a, read("b")]);
    go(&mut bench, "a");
    assert_eq!((bench.started.len(), bench.cursor()), (3, Some("b")));
    bench.intend(&Intent::Stop { run: RunNo(2), force: false }).unwrap();
    assert_eq!(bench.stops.len(), 3);
}

#[test]
fn several_hosts_that_end_before_either_end_is_written_start_each_of_the_rest_once() {
    let mut a = on(read("a"), &["web", "db"]);
    a.limit = Some(2);
    let mut bench = bench(Diagnose, vec![a]);
    go(&mut bench, "a");
    let (first, second) = (take(&mut bench, "web1"), take(&mut bench, "web2"));
    let one = bench.over(&first, Exit::Code(0), "");
    let other = bench.over(&second, Exit::Code(0), "");
    bench.carry_out_later(one, other);
    assert_eq!(going(&bench), ["web3", "db"]);
}

#[test]
fn a_drills_hosts_that_are_all_this_machine_run_beside_each_other() {
    let book = fleet(vec![(Diagnose, vec![on(read("a"), &["web"])])]);
    let mut bench = Bench::with(book, crate::session::walk::Rules { drill: true }, Vec::new());
    go(&mut bench, "a");
    assert_eq!(going(&bench), ["web1", "web2", "web3"]);
}

#[test]
fn mitigated_is_proposed_when_every_host_is_healthy() {
    let mut a = on(change("a"), &["web1", "web2"]);
    a.mitigates = true;
    let mut bench = bench(Fix, vec![a]);
    go(&mut bench, "a");
    ends_on(&mut bench, "web1", 0, "");
    assert_eq!(bench.walk.proposed_mark(), None);
    let last = ends_on(&mut bench, "web2", 0, "");
    assert!(bench.walk.proposed_mark().is_some());
    assert_eq!(bench.verdict(last), Some(Verdict::Healthy));
}

#[test]
fn a_step_on_one_host_is_as_it_always_was() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a")])]));
    go(&mut bench, "a");
    bench.ends(0, "");
    assert_eq!(bench.walk.state().steps["a"].spread, None);
    assert_eq!(bench.events(|event| matches!(event, Event::AttemptBegun(_))), 0);
}
