//! On which host a command runs, and what must be confirmed for which.

use super::bench::{Bench, change, command, read, runbook};
use crate::runbook::{Action, Effect, Guard, Host, Pattern, PhaseName, Runbook, Step};
use crate::session::event::{Event, Source};
use crate::session::run::{Exit, LaneKey, RunNo};
use crate::session::site::{Machine, Site};
use crate::session::walk::{Advice, Confirmation, Intent, Need, Path, Refusal, Rules};

use PhaseName::{Diagnose, Fix};

/// A step on these hosts.
pub(super) fn on(mut step: Step, hosts: &[&str]) -> Step {
    let mut own = command(&format!("do-{}", step.id), step.effect);
    own.on = hosts.iter().map(|host| (*host).to_owned()).collect();
    step.action = Action::Run(own);
    step
}

/// A runbook whose hosts are `web1`, `web2`, `web3` (the group `web`) and `db`.
pub(super) fn fleet(phases: Vec<(PhaseName, Vec<Step>)>) -> Runbook {
    let mut book = runbook(phases);
    for name in ["web1", "web2", "web3", "db"] {
        book.hosts.insert(name.into(), Host::One(format!("ssh://root@{name}.example")));
    }
    book.hosts.insert("web".into(), Host::Group(vec!["web1".into(), "web2".into(), "web3".into()]));
    book
}

pub(super) fn site(name: &str) -> Site {
    Site { host: Some(name.into()), target: Some(format!("ssh://root@{name}.example")), user: None }
}

fn set(bench: &mut Bench, host: &str, target: &str) {
    let machines = vec![Machine { name: host.into(), target: target.into() }];
    bench.record(Event::HostSet { host: host.into(), machines, source: Source::Flag });
}

fn lane_of(bench: &Bench, run: u32) -> LaneKey {
    let state = bench.walk.state();
    state.lanes[&state.runs[&RunNo(run)].started.lane].clone()
}

fn seen(sites: Vec<Site>) -> Confirmation {
    Confirmation::Seen { sites, by: Box::new(Confirmation::Yes) }
}

#[test]
fn a_step_runs_on_the_host_it_names_in_a_lane_of_that_host() {
    let mut bench =
        Bench::new(fleet(vec![(Diagnose, vec![on(read("a"), &["db"]), read("b"), on(read("c"), &["db"])])]));
    assert_eq!(bench.walk.preview("a", None).unwrap().place().as_deref(), Some("on db (ssh://root@db.example)"));
    assert_eq!(bench.walk.preview("b", None).unwrap().place(), None);
    for _ in 0..3 {
        let at = bench.cursor().unwrap().to_owned();
        bench.run(&at).unwrap();
        bench.ends(0, "");
    }
    let db = LaneKey { beside: None, ..site("db").lane(None) };
    assert_eq!((lane_of(&bench, 1), lane_of(&bench, 3)), (db.clone(), db));
    assert_eq!(lane_of(&bench, 2), Site::default().lane(None));
    assert_eq!(bench.walk.state().runs[&RunNo(1)].started.host.as_deref(), Some("db"));
    assert_eq!(bench.walk.state().lanes.len(), 2, "one lane for each place");
}

#[test]
fn what_is_said_of_a_host_comes_before_its_runbook() {
    let mut bench = Bench::new(fleet(vec![(Diagnose, vec![on(read("a"), &["db"])])]));
    set(&mut bench, "db", "ssh://root@spare");
    bench.run("a").unwrap();
    assert_eq!(lane_of(&bench, 1).target.as_deref(), Some("ssh://root@spare"));
    // This machine, by the name of a host: a lane of its own, as the host would have.
    let mut bench = Bench::new(fleet(vec![(Diagnose, vec![on(read("a"), &["db"]), on(read("b"), &["local"])])]));
    set(&mut bench, "db", "local");
    bench.run("a").unwrap();
    assert_eq!(lane_of(&bench, 1), LaneKey { host: Some("db".into()), target: None, user: None, beside: None });
    bench.run("b").unwrap();
    assert_eq!(lane_of(&bench, 2), Site::default().lane(None));
}

#[test]
fn in_a_drill_what_it_does_not_give_is_this_machine() {
    let book = fleet(vec![(Diagnose, vec![on(read("a"), &["web", "db"])])]);
    let mut bench = Bench::with(book, Rules { drill: true }, Vec::new());
    let machines = vec![Machine { name: "web2".into(), target: "ssh://root@127.0.0.1:2222".into() }];
    bench.record(Event::HostSet { host: "web2".into(), machines, source: Source::Drill });
    let targets: Vec<_> = bench.walk.preview("a", None).unwrap().sites.into_iter().map(|site| site.target).collect();
    assert_eq!(targets, [None, Some("ssh://root@127.0.0.1:2222".to_owned()), None, None]);
}

#[test]
fn all_is_every_host_unless_the_runbook_says_what_it_is() {
    let names = |bench: &Bench| {
        let sites = bench.walk.preview("a", None).unwrap().sites;
        sites.into_iter().filter_map(|site| site.host).collect::<Vec<_>>()
    };
    let mut book = fleet(vec![(Diagnose, vec![on(read("a"), &["all", "db"])])]);
    assert_eq!(names(&Bench::new(book.clone())), ["db", "web1", "web2", "web3"]);
    book.hosts.insert("all".into(), Host::Group(vec!["web2".into()]));
    assert_eq!(names(&Bench::new(book)), ["web2", "db"]);
}

#[test]
fn a_list_of_machines_comes_from_its_command_which_runs_first() {
    let mut book = fleet(vec![(Diagnose, vec![on(read("a"), &["app"])])]);
    book.hosts.insert("app".into(), Host::From("list-machines".into()));
    let mut bench = Bench::new(book);
    assert_eq!(bench.run("a"), Err(Refusal::Needs(vec![Need::Hosts("app".into())])));
    let asks = Intent::Inventory { host: "app".into() };
    assert_eq!(bench.walk.advise(Path::default()), Advice::Do(Box::new(asks.clone())));
    bench.intend(&asks).unwrap();
    assert_eq!(bench.started[0].command, "list-machines");
    bench.ends(0, "app1 ssh://root@10.0.0.1\napp2 ssh://root@10.0.0.2\n");
    let preview = bench.walk.preview("a", None).unwrap();
    let place = "on 2 hosts, at once: app1 (ssh://root@10.0.0.1), app2 (ssh://root@10.0.0.2)";
    assert_eq!(preview.place().as_deref(), Some(place));
    // What is said of one machine by name comes before the list.
    set(&mut bench, "app2", "ssh://root@10.0.0.9");
    let sites = bench.walk.preview("a", None).unwrap().sites;
    assert_eq!(sites[1].target.as_deref(), Some("ssh://root@10.0.0.9"));
}

#[test]
fn a_list_that_is_none_is_refused_with_the_line_that_is_wrong() {
    let mut book = fleet(vec![(Diagnose, vec![on(read("a"), &["app"])])]);
    book.hosts.insert("app".into(), Host::From("list-machines".into()));
    let mut bench = Bench::new(book);
    bench.intend(&Intent::Inventory { host: "app".into() }).unwrap();
    bench.ends(0, "app1\nerror: not logged in\n");
    let Some(Refusal::Inventory { host, why }) = bench.walk.refused() else { panic!("{:?}", bench.walk.refused()) };
    assert_eq!((host.as_str(), why.contains("line 2, `error: not logged in`")), ("app", true), "{why}");
    assert!(bench.walk.state().hosts.is_empty());
    assert!(matches!(bench.walk.advise(Path::default()), Advice::Finished { healthy: false, .. }));
    assert_eq!(bench.run("a"), Err(Refusal::Needs(vec![Need::Hosts("app".into())])), "it is asked again");
}

#[test]
fn what_was_confirmed_for_one_host_does_not_run_on_another() {
    let mut bench = Bench::new(fleet(vec![(Fix, vec![on(change("a"), &["db"])])]));
    let shown = bench.walk.preview("a", None).unwrap().sites;
    set(&mut bench, "db", "ssh://root@spare");
    let before = bench.entries.len();
    let now = bench.walk.preview("a", None).unwrap().sites;
    let refused = Refusal::Elsewhere { seen: shown.clone(), now: now.clone() };
    assert_eq!(bench.run_with("a", seen(shown)), Err(refused.clone()));
    assert!(refused.to_string().contains("ssh://root@db.example") && refused.to_string().contains("ssh://root@spare"));
    assert_eq!((bench.entries.len(), bench.started.len()), (before, 0));
    bench.run_with("a", seen(now)).unwrap();
    assert_eq!(lane_of(&bench, 1).target.as_deref(), Some("ssh://root@spare"));
}

#[test]
fn a_list_that_changed_since_the_preview_is_confirmed_again() {
    let mut book = fleet(vec![(Fix, vec![on(change("a"), &["app"])])]);
    book.hosts.insert("app".into(), Host::From("list-machines".into()));
    let mut bench = Bench::new(book);
    let list = |bench: &mut Bench, printed: &str| {
        bench.intend(&Intent::Inventory { host: "app".into() }).unwrap();
        bench.ends(0, printed);
    };
    list(&mut bench, "app1\napp2\n");
    let shown = bench.walk.preview("a", None).unwrap().sites;
    list(&mut bench, "app1\napp3\n");
    assert!(matches!(bench.run_with("a", seen(shown)), Err(Refusal::Elsewhere { .. })));
    assert!(bench.started.is_empty());
}

#[test]
fn the_next_try_does_not_run_where_the_last_one_did_not() {
    let mut probe = on(read("a"), &["db"]);
    probe.until = Some(super::bench::until(1_000, 60_000));
    let mut bench = Bench::new(fleet(vec![(Diagnose, vec![probe])]));
    bench.run("a").unwrap();
    bench.ends(1, "");
    set(&mut bench, "db", "ssh://root@spare");
    bench.waited("a");
    assert!(bench.started.is_empty());
    assert!(matches!(bench.walk.refused(), Some(Refusal::Elsewhere { .. })));
}

fn guarded(hosts: &[&str]) -> Bench {
    let mut step = on(change("a"), hosts);
    let guard = |run: &str| Guard { run: run.into(), matches: Some(Pattern::new("^primary$").unwrap()), says: None };
    step.require = vec![guard("role")];
    let mut book = fleet(vec![(Fix, vec![step])]);
    book.require = vec![Guard { run: "test -e /srv/orders".into(), matches: None, says: None }];
    Bench::new(book)
}

#[test]
fn a_guard_runs_on_the_host_of_its_step_and_says_what_it_saw_where() {
    let mut bench = guarded(&["db"]);
    bench.run_with("a", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    assert_eq!((lane_of(&bench, 1), lane_of(&bench, 2)), (site("db").lane(None), site("db").lane(None)));
    bench.ends(0, "replica\n");
    assert!(bench.started.is_empty());
    let said = bench.walk.refused().unwrap().to_string();
    assert!(said.contains("on db (ssh://root@db.example): expected ^primary$, saw replica"), "{said}");
}

#[test]
fn a_guard_that_holds_on_one_host_and_not_on_another_starts_nothing_at_all() {
    let mut bench = guarded(&["web"]);
    bench.run_with("a", Confirmation::Yes).unwrap();
    assert_eq!(bench.started.len(), 3, "on each host at once");
    for _ in 0..3 {
        bench.ends(0, "");
    }
    assert_eq!(bench.started.len(), 3, "the next guard, when the first was seen to hold there");
    bench.ends(0, "primary\n");
    bench.ends(0, "replica\n");
    bench.ends(0, "primary\n");
    assert!(bench.started.is_empty());
    assert_eq!(bench.events(|event| matches!(event, Event::AttemptBegun(_))), 0);
    assert_eq!(bench.walk.state().changes, [], "nothing was changed anywhere");
    let Some(Refusal::Guard { site: host, .. }) = bench.walk.refused() else { panic!("{:?}", bench.walk.refused()) };
    assert_eq!(*host, site("web2"));
}

#[test]
fn a_step_whose_guards_hold_everywhere_starts_everywhere() {
    let mut bench = guarded(&["web1", "web2"]);
    bench.run_with("a", Confirmation::Yes).unwrap();
    // The second host is quicker: its next guard does not wait for the first host.
    let quick = bench.started.remove(1);
    bench.ends_as(&quick, Exit::Code(0), "");
    assert_eq!(bench.started.len(), 2);
    bench.ends(0, "");
    for _ in 0..2 {
        assert_eq!(bench.events(|event| matches!(event, Event::AttemptBegun(_))), 0);
        bench.ends(0, "primary\n");
    }
    assert_eq!(bench.events(|event| matches!(event, Event::AttemptBegun(_))), 1);
    let commands: Vec<&str> = bench.started.iter().map(|spec| spec.command.as_str()).collect();
    assert_eq!(commands, ["do-a", "do-a"]);
}

#[test]
fn whoever_stops_a_guard_stops_it_on_every_host() {
    let mut bench = guarded(&["web1", "web2"]);
    bench.run_with("a", Confirmation::Yes).unwrap();
    bench.intend(&Intent::Stop { run: RunNo(2), force: false }).unwrap();
    assert_eq!(bench.stops, [(RunNo(2), false), (RunNo(1), false)]);
    bench.ends(0, "");
    bench.ends(0, "");
    assert!(bench.started.is_empty(), "nobody wants it any more");
}

#[test]
fn a_change_is_taken_back_where_it_was_made_and_nowhere_else() {
    let mut step = on(change("a"), &["db"]);
    let mut undo = command("undo-a", Effect::Change);
    undo.user = Some("postgres".into());
    step.undo = Some(Box::new(undo));
    let mut bench = Bench::new(fleet(vec![(Fix, vec![step])]));
    bench.run_with("a", Confirmation::Yes).unwrap();
    let run = bench.ends(0, "");
    set(&mut bench, "db", "ssh://root@spare");
    let place = bench.walk.preview_undo(run).unwrap().place();
    assert_eq!(place.as_deref(), Some("on db (ssh://root@db.example) as postgres"));
    bench.intend(&Intent::Undo { run, confirmed: Confirmation::Yes }).unwrap();
    assert_eq!(lane_of(&bench, 2), LaneKey { user: Some("postgres".into()), ..site("db").lane(None) });
}
