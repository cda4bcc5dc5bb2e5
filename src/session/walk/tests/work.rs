//! What is recorded about the work itself, and looking again.

use std::time::Duration;

use super::bench::{Bench, change, read, runbook};
use crate::runbook::{Pattern, PhaseName, Runbook, Sign};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Status, Update};
use crate::session::walk::{Advice, Confirmation, Intent, Path, Refusal, Work};

use PhaseName::{Diagnose, Fix, Verify};

fn work(bench: &mut Bench, work: Work) -> Result<(), Refusal> {
    bench.intend(&Intent::work(work))
}

fn settle(finding: u32, confirmed: bool, because: &str) -> Work {
    Work::Settle { finding, confirmed, because: because.to_owned() }
}

#[test]
fn findings_come_from_signs_and_from_people_and_a_later_word_replaces_an_earlier_one() {
    let mut logs = read("logs");
    let finding = Some("The schema lacks it".to_owned());
    logs.signs = vec![Sign { matches: Pattern::new("unknown").unwrap(), finding, go: Vec::new(), mark: None }];
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![logs])]));
    bench.run("logs").unwrap();
    bench.ends(0, "unknown attribute\n");
    work(&mut bench, Work::Find { text: "The pool is empty".to_owned() }).unwrap();
    work(&mut bench, Work::Find { text: "The schema lacks it".to_owned() }).unwrap();
    let texts = |bench: &Bench| bench.walk.state().findings.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&bench), ["The schema lacks it", "The pool is empty"], "what is known is known");

    assert_eq!(work(&mut bench, settle(2, false, " ")), Err(Refusal::Reason("how is that known".to_owned())));
    assert_eq!(work(&mut bench, settle(3, false, "x")), Err(Refusal::NoSuch("finding 3".to_owned())));
    assert_eq!(work(&mut bench, settle(0, false, "x")), Err(Refusal::NoSuch("finding 0".to_owned())));
    work(&mut bench, settle(2, true, "pgbouncer says so")).unwrap();
    assert_eq!(bench.walk.state().status, Some(Status::Identified), "a confirmed cause is an identified one");
    work(&mut bench, settle(2, false, "it was the wrong pool")).unwrap();
    let pool = &bench.walk.state().findings[1];
    assert_eq!((pool.is_confirmed(), pool.settled.len()), (Some(false), 2));
}

#[test]
fn while_the_work_rests_the_clocks_of_phases_stand_still() {
    let mut book = runbook(vec![(Diagnose, vec![read("look"), read("again")])]);
    book.diagnose.time_box = Some(Duration::from_mins(1));
    let mut bench = Bench::new(book);
    bench.pass(10_000);
    work(&mut bench, Work::Pause { note: Some("lunch".to_owned()) }).unwrap();
    assert!(matches!(work(&mut bench, Work::Pause { note: None }), Err(Refusal::NoSuch(_))));
    bench.pass(3_600_000);
    let spent = |bench: &Bench| bench.walk.time_box(Diagnose, &bench.walk.state().latest.unwrap()).unwrap().spent_ms;
    bench
        .intend(&Intent::Note { tag: crate::session::event::Tag::Plain, text: "soup".into(), happened: None })
        .unwrap();
    assert_eq!(bench.walk.state().status, Some(Status::Paused), "a note is no work");
    assert!((10_000..11_000).contains(&spent(&bench)), "{}", spent(&bench));

    bench.run("look").unwrap();
    assert_eq!(bench.walk.state().status, Some(Status::Investigating), "whoever runs something works");
    bench.pass(5_000);
    bench.ends(0, "");
    assert!((15_000..16_000).contains(&spent(&bench)), "{}", spent(&bench));
    assert!(matches!(work(&mut bench, Work::GoOn), Err(Refusal::NoSuch(_))));
}

#[test]
fn planned_work_can_become_an_incident_once() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("move")])]));
    let declare = || Work::Declare { reason: "users notice".to_owned() };
    assert!(matches!(work(&mut bench, declare()), Err(Refusal::NoSuch(_))), "it is one already");
    let Some(Event::Opened(opened)) = bench.entries.first().map(|entry| entry.event.clone()) else { panic!() };
    bench.entries[0].event = Event::Opened(crate::session::event::Opened { planned: true, ..opened });
    let mut bench = bench.cut(usize::MAX);
    assert!(bench.walk.state().is_planned());
    work(&mut bench, declare()).unwrap();
    assert!(!bench.walk.state().is_planned());
    assert!(work(&mut bench, declare()).is_err());
}

#[test]
fn an_update_needs_its_conditions_and_the_last_one_is_known() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("move")])]));
    assert!(matches!(work(&mut bench, Work::Update(Update::default())), Err(Refusal::Reason(_))));
    let update = Update { conditions: "half of posts fail".into(), next_ms: Some(1_200_000), ..Update::default() };
    work(&mut bench, Work::Update(update.clone())).unwrap();
    assert_eq!(bench.walk.state().update.as_ref().map(|(_, update)| update), Some(&update));
}

/// A change and two verify steps, to be looked at again after half an hour and a day.
fn again() -> Runbook {
    let mut book = runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("schema"), read("health")])]);
    book.again = vec![Duration::from_mins(30), Duration::from_hours(24)];
    book
}

/// Runs both verify steps.
fn verify(bench: &mut Bench, health: i32) {
    bench.run("schema").unwrap();
    bench.ends(0, "");
    bench.run("health").unwrap();
    bench.ends(health, "");
}

fn resolved() -> Bench {
    let mut bench = Bench::new(again());
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    verify(&mut bench, 0);
    assert!(bench.walk.again().is_empty(), "nothing is due before it is resolved");
    bench.intend(&Intent::Mark { mark: Mark::Resolved, happened: None, despite: None }).unwrap();
    bench
}

fn due(bench: &mut Bench) -> Option<u32> {
    bench.pass(1);
    bench.walk.due(bench.walk.state().latest.unwrap().at + chrono::TimeDelta::milliseconds(10)).map(|again| again.again)
}

#[test]
fn what_is_due_is_looked_at_when_every_verify_step_ran_after_that_time() {
    let mut bench = resolved();
    assert_eq!((bench.walk.again().len(), due(&mut bench)), (2, None));
    verify(&mut bench, 0);
    assert_eq!(bench.walk.again().len(), 2, "too early to count");
    bench.pass(1_900_000);
    bench.intend(&Intent::Note { tag: crate::session::event::Tag::Plain, text: "x".into(), happened: None }).unwrap();
    assert_eq!(due(&mut bench), Some(0));
    verify(&mut bench, 0);
    assert_eq!((bench.walk.again().len(), due(&mut bench)), (1, None));
    bench.pass(90_000_000);
    verify(&mut bench, 7);
    assert!(bench.walk.again().is_empty());
    assert_eq!(bench.walk.state().looked, (2, vec!["health".to_owned()]), "red again, and on the record");
}

#[test]
fn a_drill_is_over_when_it_is_over() {
    let mut bench = resolved();
    let Some(Event::Opened(opened)) = bench.entries.first().map(|entry| entry.event.clone()) else { panic!() };
    let drill = Some("status-500".to_owned());
    bench.entries[0].event = Event::Opened(crate::session::event::Opened { drill, ..opened });
    assert!(bench.cut(usize::MAX).walk.again().is_empty(), "its service is gone");
}

#[test]
fn one_look_serves_for_all_times_that_have_passed() {
    let mut bench = resolved();
    bench.pass(200_000_000);
    verify(&mut bench, 0);
    assert!(bench.walk.again().is_empty());
    bench.intend(&Intent::Mark { mark: Mark::Resolved, happened: None, despite: None }).unwrap();
    assert_eq!(bench.walk.again().len(), 2, "resolved anew, looked at anew");
}

#[test]
fn alone_only_verify_steps_are_run_that_were_not_looked_at() {
    let mut bench = resolved();
    bench.pass(1_900_000);
    let since = bench.walk.again()[0].at;
    let path = Path { again: Some(since), ..Path::default() };
    let run = |step: &str| {
        let (step, confirmed) = (step.to_owned(), Confirmation::None);
        Advice::Do(Box::new(Intent::Run { step, edited: None, confirmed, despite: None }))
    };
    for (step, code) in [("schema", 1), ("health", 0)] {
        assert_eq!(bench.walk.advise(path), run(step));
        bench.run(step).unwrap();
        assert_eq!(bench.walk.advise(path), Advice::Wait);
        bench.ends(code, "");
    }
    let why = "red again: schema".to_owned();
    assert_eq!(bench.walk.advise(path), Advice::Finished { healthy: false, why });
}

#[test]
fn a_sign_tells_when_it_began_and_a_walk_without_a_person_takes_it() {
    let mut state = read("state");
    let matches = Pattern::new("last modified: (?<TIME>.*)").unwrap();
    state.signs = vec![Sign { matches, finding: None, go: Vec::new(), mark: Some(Mark::ImpactStarted) }];
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![state, read("next")])]));
    bench.run("state").unwrap();
    bench.ends(0, "pg_control last modified: Fri Mar  1 02:22:11 2019\n");
    let proposal = bench.walk.proposed_mark().unwrap();
    let began = "2019-03-01T02:22:11Z".parse().unwrap();
    assert_eq!((proposal.mark, proposal.told.clone()), (Mark::ImpactStarted, Some((began, "state".to_owned()))));
    let Advice::Do(intent) = bench.walk.advise(Path::default()) else { panic!("nothing is to be done") };
    bench.intend(&intent).unwrap();
    assert_eq!(bench.walk.state().marks[&Mark::ImpactStarted], When::Exact(began));
    assert_eq!(bench.walk.proposed_mark(), None);
}

#[test]
fn a_line_without_a_time_that_can_be_read_proposes_nothing() {
    let mut state = read("state");
    let sign = Pattern::new("stopped").unwrap();
    state.signs = vec![Sign { matches: sign, finding: None, go: Vec::new(), mark: Some(Mark::ImpactStarted) }];
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![state])]));
    bench.run("state").unwrap();
    bench.ends(0, "stopped at some time\n");
    assert_eq!(bench.walk.state().signs.len(), 1);
    assert_eq!(bench.walk.proposed_mark(), None);
}

#[test]
fn a_time_box_of_the_drill_stands_in_for_the_runbooks() {
    let mut book = runbook(vec![(Diagnose, vec![read("look")]), (Fix, vec![change("heal")])]);
    book.diagnose.time_box = Some(Duration::from_mins(1));
    let mut bench = Bench::new(book);
    bench.walk.state.opened.as_mut().unwrap().time_boxes = vec![(Diagnose, 5_000), (Fix, 7_000)];
    let limit = |phase| bench.walk.time_box(phase, &bench.walk.state().latest.unwrap()).map(|own| own.limit_ms);
    assert_eq!([Diagnose, Fix, Verify].map(limit), [Some(5_000), Some(7_000), None]);
}
