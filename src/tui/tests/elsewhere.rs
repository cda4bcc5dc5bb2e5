//! Steps on other hosts, on the screen.

use super::harness::{Act, Story, work};
use super::world::{World, script};
use crate::runbook::parse;
use crate::session::event::Event;
use crate::tui::model::Overlay;

const BOOK: &str = r"
stanch: 1
title: The shop answers 500
hosts: { db: ssh://root@db.example, web1: ssh://web1, web2: ssh://web2, app: { from: list-app } }
fix:
  steps:
    - { id: migrate, title: Migrate, on: db, as: postgres, run: do-migrate }
    - { id: restart, title: Restart, on: [web1, web2], rolling: 1, run: do-restart }
    - { id: tell, title: Tell, on: app, run: do-tell }
";

fn story(acts: &[Act]) -> Story {
    let runbook = parse("shop", BOOK).runbook.expect("a runbook");
    let scripts = vec![script("list-app", "app1 ssh://app1\napp2 ssh://app2\n", 0)];
    let mut all = vec![Act::Keys("Enter")];
    all.extend_from_slice(acts);
    work(World::new(Some(runbook), scripts), (120, 40), all)
}

#[test]
fn a_change_says_where_and_as_whom_it_would_run() {
    let story = story(&[Act::Keys("Enter")]);
    assert!(story.screen.contains("on db (ssh://root@db.example) as postgres"), "{}", story.screen);
}

#[test]
fn a_host_that_is_elsewhere_since_it_was_shown_is_shown_and_asked_about_again() {
    let elsewhere = [Act::Keys("Enter"), Act::Host("db", "ssh://root@spare"), Act::Keys("y")];
    let asked = story(&elsewhere);
    assert!(asked.started().is_empty(), "{:?}\n{}", asked.started(), asked.screen);
    assert!(matches!(asked.model.overlay, Some(Overlay::Confirm(_))), "{}", asked.screen);
    assert!(asked.screen.contains("on db (ssh://root@spare) as postgres"), "{}", asked.screen);
    assert!(asked.screen.contains("It would not run where it was confirmed for"), "{}", asked.screen);
    let confirmed = story(&[&elsewhere[..], &[Act::Keys("y")]].concat());
    assert_eq!(confirmed.started(), ["do-migrate"], "{}", confirmed.screen);
}

#[test]
fn a_step_on_many_hosts_is_confirmed_once_and_names_each() {
    let asked = [Act::Keys("g"), Act::Text("restart"), Act::Keys("Enter Enter")];
    let story_asked = story(&asked);
    let place =
        "on 2 hosts, one after the other up to the first that is not healthy: web1 (ssh://web1), web2 (ssh://web2)";
    let flat: String = story_asked.screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("on 2 hosts, one after the other"), "{place}\n{}", story_asked.screen);
    let done = story(&[&asked[..], &[Act::Keys("y")]].concat());
    assert_eq!(done.started(), ["do-restart", "do-restart"], "{}", done.screen);
    assert!(done.has(|event| matches!(event, Event::AttemptBegun(_))));
}

#[test]
fn the_machines_of_a_list_are_asked_for_and_then_what_was_wanted_is_asked_about() {
    let story = story(&[Act::Keys("g"), Act::Text("tell"), Act::Keys("Enter Enter y")]);
    assert_eq!(story.started(), ["list-app"], "{}", story.screen);
    assert!(matches!(story.model.overlay, Some(Overlay::Confirm(_))), "{}", story.screen);
    assert!(story.screen.contains("app1 (ssh://app1)"), "{}", story.screen);
}
