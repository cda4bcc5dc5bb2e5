//! A step on many hosts.

use insta::assert_snapshot;

use super::harness::{Act, Story, work};
use super::screens::drawn;
use super::world::{Script, World, script};
use crate::runbook::{Runbook, parse};
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Theme;

fn runbook() -> Runbook {
    let parsed = parse(
        "webs",
        "{stanch: 1, title: Web servers, hosts: {web1: web1.internal, web2: web2.internal, web3: web3.internal, \
         web: [web1, web2, web3]}, diagnose: {steps: [{id: state, title: Which state are they in?, on: web, run: app state, \
         expect: {match: open}}, {id: log, title: The log, on: web, run: tail log}, {id: here, title: Here, run: 'true'}]}}",
    );
    parsed.runbook.unwrap_or_else(|| panic!("{:?}", parsed.problems))
}

fn story(acts: &[Act]) -> Story {
    let scripts = vec![
        script("web2: app state", "on the old database, closed\n", 0),
        script("app state", "asking\non the new database, open\n", 0),
        Script { part: "tail log", output: "started\n", exit: None },
    ];
    let all = [&[Act::Keys("Enter"), Act::Keys("Enter")], acts].concat();
    work(World::new(Some(runbook()), scripts), (120, 40), all)
}

fn shown(story: &Story) -> &str {
    let screen = story.screen.lines().find(|line| line.contains("Output ")).expect("the pane of the output");
    let at = screen.find("Output ").expect("its title");
    screen[at..].split(" -").next().expect("its name").trim_end_matches('=').trim()
}

fn settled(story: Story) -> Model {
    Model { leaving: None, notice: None, ..story.model }
}

#[test]
fn each_host_has_a_row_and_the_one_that_went_wrong_is_shown_when_all_are_over() {
    let story = story(&[]);
    assert!(story.screen.contains("Hosts 3 "), "{}", story.screen);
    assert!(story.screen.contains("1 unhealthy  2 healthy"), "{}", story.screen);
    assert!(story.screen.contains("saw on the old database, closed"), "{}", story.screen);
    assert_eq!(shown(&story), "Output 0002 state on web2", "{}", story.screen);
}

#[test]
fn the_output_of_each_host_is_one_key_away() {
    assert_eq!(shown(&story(&[Act::Keys("]")])), "Output 0003 state on web3");
    assert_eq!(shown(&story(&[Act::Keys("[")])), "Output 0001 state on web1");
    let end = story(&[Act::Keys("] ]")]);
    assert!(end.screen.contains("There is no further host."), "{}", end.screen);
    assert_eq!(shown(&story(&[Act::Keys("[ }")])), "Output 0002 state on web2");
    let only = story(&[Act::Keys("}")]);
    assert!(only.screen.contains("No other host went wrong."), "{}", only.screen);
}

#[test]
fn the_pane_takes_the_keys_for_moving_and_is_passed_over_where_it_is_not() {
    let there = story(&[Act::Keys("Tab Tab Home")]);
    assert_eq!(shown(&there), "Output 0001 state on web1", "{}", there.screen);
    assert!(there.model.session().is_some_and(|session| session.focus == Pane::Hosts));
    assert_eq!(shown(&story(&[Act::Keys("Tab Tab Home Down")])), "Output 0002 state on web2");
    assert_eq!(shown(&story(&[Act::Keys("Tab Tab PgDn")])), "Output 0003 state on web3");
    let elsewhere = story(&[Act::Keys("Down Enter Enter"), Act::Keys("Tab Tab")]);
    assert!(elsewhere.model.session().is_some_and(|session| session.focus == Pane::Output), "{}", elsewhere.screen);
}

#[test]
fn a_row_tells_the_last_thing_its_host_said() {
    let acts = [Act::Keys("Enter"), Act::Pass(3), Act::Write(5, "line five\n"), Act::Pass(3)];
    let story = story(&acts);
    assert!(story.screen.contains("3 running"), "{}", story.screen);
    assert!(story.screen.contains("log is running on 3 hosts; x stops log on web"), "{}", story.screen);
    let row =
        |host: &str| story.screen.lines().filter(|line| line.contains(host)).map(ToOwned::to_owned).collect::<String>();
    assert!(row("* web2 ").contains("line five") && row("* web1 ").contains("started"), "{}", story.screen);
    assert_eq!(shown(&story), "Output 0004 log on web1", "the first one stays");
}

/// A step that went wrong on one of three hosts.
pub(super) fn on_three() -> Model {
    settled(story(&[]))
}

#[test]
fn many_hosts_at_usual_sizes() {
    let mut model = on_three();
    for size in [(80, 24), (120, 40), (200, 50), (60, 15)] {
        assert_snapshot!(format!("hosts_{}x{}", size.0, size.1), drawn(&mut model, size, Theme::mono()));
    }
}
