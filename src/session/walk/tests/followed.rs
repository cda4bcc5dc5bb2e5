//! Runs that are followed beside the walk.

use chrono::TimeDelta;

use super::bench::{Bench, change, read, runbook};
use crate::runbook::{Action, Flag, Mode, Pattern, PhaseName, Runbook, Step};
use crate::session::entry::When;
use crate::session::event::{Event, Source, Verdict};
use crate::session::run::{Exit, RunNo};
use crate::session::walk::{Advice, Happening, Intent, Path, Refusal, Rules};

fn tail() -> Step {
    let mut tail = read("tail");
    if let Action::Run(command) = &mut tail.action {
        command.mode = Mode::Follow;
        let flag = |pattern, says: Option<&str>| Flag {
            matches: Pattern::new(pattern).unwrap(),
            says: says.map(ToOwned::to_owned),
        };
        command.flags = vec![flag("5..", Some("$HOST answers 5xx")), flag("timeout", None)];
    }
    tail
}

fn book() -> Runbook {
    runbook(vec![(PhaseName::Diagnose, vec![tail(), read("b")])])
}

fn close(bench: &mut Bench) -> Result<(), Refusal> {
    bench.intend(&Intent::Close { note: None, despite: None })
}

#[test]
fn the_first_match_of_a_flag_is_recorded_once_with_its_values_filled_in() {
    let given = vec![("HOST".into(), "web1".into(), Source::Operator)];
    let mut bench = Bench::with(book(), Rules::default(), given);
    bench.run("tail").unwrap();
    bench.flags(RunNo(1), 0, Some(0));
    bench.flags(RunNo(1), 0, Some(0));
    bench.flags(RunNo(1), 1, None);
    let said: Vec<_> = bench
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Flagged { flag, says, line, text, .. } => Some((*flag, says.as_deref(), *line, text.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(said, [(0, Some("web1 answers 5xx"), 7, "GET / 502"), (1, None, 7, "GET / 502")]);
    assert!(bench.entries.iter().all(|entry| entry.happened.is_none()), "what came just now is recorded as now");
}

#[test]
fn a_flag_is_not_recorded_again_by_whoever_takes_the_session_up() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    bench.flags(RunNo(1), 0, None);
    let mut again = bench.cut(bench.entries.len());
    again.flags(RunNo(1), 0, Some(5));
    assert_eq!(again.events(|event| matches!(event, Event::Flagged { .. })), 1);
    // One that died before it was on the disk left it to the next.
    let mut again = bench.cut(bench.entries.len() - 1);
    again.flags(RunNo(1), 0, Some(5));
    assert_eq!(again.events(|event| matches!(event, Event::Flagged { .. })), 1);
}

#[test]
fn a_flag_read_late_happened_when_its_line_came() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    bench.pass(60_000);
    bench.flags(RunNo(1), 0, Some(2_000));
    let began = bench.walk.state().runs[&RunNo(1)].at.at;
    let came = When::Exact(began + TimeDelta::seconds(2));
    assert_eq!(bench.entries.last().unwrap().happened, Some(came.clone()));
    assert_eq!(bench.walk.state().runs[&RunNo(1)].flags[&0].when, came);
}

#[test]
fn nothing_is_flagged_that_no_step_asks_for_or_that_is_over() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    bench.run("b").unwrap();
    let before = bench.entries.len();
    bench.flags(RunNo(1), 9, None);
    bench.flags(RunNo(2), 0, None);
    bench.flags(RunNo(9), 0, None);
    bench.ends(0, "");
    let ended = bench.entries.len();
    bench.flags(RunNo(1), 0, None);
    assert_eq!((bench.entries.len(), ended), (ended, before + 1));
}

#[test]
fn closing_stops_what_is_followed_and_closes_when_it_has_ended() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    bench.run("b").unwrap();
    assert_eq!(
        close(&mut bench),
        Err(Refusal::StillRunning(vec![RunNo(2)])),
        "what is walked is not stopped by closing"
    );
    let spec = bench.started.remove(1);
    bench.ends_as(&spec, Exit::Code(0), "");
    close(&mut bench).unwrap();
    assert_eq!(bench.stops, [(RunNo(1), false)]);
    assert!(bench.walk.is_closing() && !bench.walk.state().closed);
    bench.ends(0, "");
    assert!(bench.walk.state().closed && !bench.walk.is_closing());
    let kinds: Vec<_> = bench.entries.iter().rev().take(2).map(|entry| &entry.event).collect();
    assert!(matches!(kinds[..], [Event::Closed { .. }, Event::RunEnded(_)]), "{kinds:?}");
}

#[test]
fn what_ends_before_the_record_of_the_other_end_is_written_closes_too() {
    let other = Step { id: "other".into(), ..tail() };
    let mut bench = Bench::new(runbook(vec![(PhaseName::Diagnose, vec![tail(), other])]));
    bench.run("tail").unwrap();
    bench.run("other").unwrap();
    close(&mut bench).unwrap();
    let (tail, other) = (bench.started.remove(0), bench.started.remove(0));
    let first = bench.over(&tail, Exit::Code(0), "");
    let second = bench.over(&other, Exit::Code(0), "");
    bench.carry_out(first);
    bench.carry_out(second);
    assert!(bench.walk.state().closed);
}

#[test]
fn whoever_goes_on_after_all_does_not_close() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    close(&mut bench).unwrap();
    bench.run("b").unwrap();
    bench.ends(0, "");
    assert!(!bench.walk.state().closed);
}

#[test]
fn a_lost_supervisor_does_not_keep_the_session_from_closing() {
    let mut bench = Bench::new(book());
    bench.run("tail").unwrap();
    close(&mut bench).unwrap();
    let orders = bench.walk.happened(Happening::RunLost(RunNo(1)));
    bench.carry_out(orders);
    assert!(bench.walk.state().closed);
}

#[test]
fn alone_the_walk_goes_on_beside_it_and_stops_it_at_the_end() {
    let mut steps = book();
    steps.fix.steps = vec![change("migrate")];
    let mut bench = Bench::new(steps);
    let path = Path { prefer: None, yes: true, again: None };
    let mut ran = Vec::new();
    loop {
        match bench.walk.advise(path) {
            Advice::Do(intent) => {
                bench.intend(&intent).unwrap();
                if let Intent::Run { step, .. } = *intent {
                    if step != "tail" {
                        let spec = bench.started.remove(1);
                        bench.ends_as(&spec, Exit::Code(0), "");
                    }
                    ran.push(step);
                }
            }
            Advice::Wait if bench.stops.is_empty() => panic!("it waits for what never ends by itself"),
            Advice::Wait => drop(bench.ends(0, "")),
            Advice::Finished { healthy, why } => {
                assert!(healthy, "{why}");
                break;
            }
            Advice::Person(why) => panic!("{why}"),
        }
    }
    assert_eq!((ran.join(" "), bench.stops), ("tail b migrate".to_owned(), vec![(RunNo(1), false)]));
    assert_eq!(bench.walk.state().runs[&RunNo(1)].verdict(), Some(&Verdict::Healthy));
}
