//! What an operator says about the work itself.

use super::harness::{Act, Story, runbook, work};
use super::world::{World, script};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Status};
use crate::tui::model::Overlay;

const SIZE: (u16, u16) = (120, 40);
const LOG: &str = "Apr 30 18:12:03 alice web[7]: method=POST status=500\nno time here\n";

fn story(acts: &[Act]) -> Story {
    let mut all = vec![Act::Keys("Enter")];
    all.extend_from_slice(acts);
    work(World::new(Some(runbook()), vec![script("cat log", LOG, 0)]), SIZE, all)
}

fn typed(keys: &'static str, text: &'static str) -> [Act; 3] {
    [Act::Keys(keys), Act::Text(text), Act::Keys("Enter")]
}

#[test]
fn a_finding_is_opened_and_ruled_out_with_the_reason() {
    let mut acts = typed("f Enter", "@19:20 the pool is empty").to_vec();
    acts.extend([Act::Keys("f"), Act::Text("rule out"), Act::Keys("Enter")]);
    acts.extend([Act::Text("pgbouncer says no"), Act::Keys("Enter")]);
    let story = story(&acts);
    let finding = &story.model.session().unwrap().walk.state().findings[0];
    assert_eq!((finding.text.as_str(), finding.is_confirmed()), ("the pool is empty", Some(false)));
    let opened = story.world.journal.iter().find(|entry| matches!(entry.event, Event::FindingOpened { .. })).unwrap();
    assert!(matches!(opened.happened, Some(When::Exact(_))), "back-dated");
    assert!(story.screen.contains("ruled out: the pool is empty: pgbouncer says no"), "{}", story.screen);
}

#[test]
fn an_update_is_asked_for_in_parts_recorded_and_copied() {
    let mut acts = typed("u", "half of posts fail").to_vec();
    acts.extend([Act::Text("we migrate"), Act::Keys("Enter Enter"), Act::Text("20m"), Act::Keys("Enter")]);
    let told = story(&acts);
    assert_eq!(told.world.copied, ["Conditions: half of posts fail; Actions: we migrate"]);
    assert!(told.has(|event| matches!(event, Event::Updated(update) if update.next_ms == Some(1_200_000))));
    acts.push(Act::Pass(25 * 60));
    let due = story(&acts);
    assert!(due.screen.contains("An update is due since 5 m"), "{}", due.screen);
    acts.extend([Act::Keys("u")]);
    assert!(story(&acts).screen.contains("The last time: half of posts fail"));
}

#[test]
fn a_reminder_that_is_no_duration_is_asked_for_again() {
    let mut acts = typed("u", "bad").to_vec();
    acts.extend([Act::Keys("Enter Enter"), Act::Text("soon"), Act::Keys("Enter")]);
    let story = story(&acts);
    assert!(story.screen.contains("\"soon\" is no duration"), "{}", story.screen);
    assert!(!story.has(|event| matches!(event, Event::Updated(_))));
}

#[test]
fn the_work_rests_until_somebody_works_on() {
    let paused = story(&typed("W p", "lunch"));
    assert_eq!(paused.model.session().unwrap().walk.state().status, Some(Status::Paused));
    assert!(paused.screen.contains("paused: lunch"), "{}", paused.screen);
    let mut acts = typed("W p", "lunch").to_vec();
    acts.push(Act::Keys("Enter"));
    let on = story(&acts);
    assert!(on.has(|event| matches!(event, Event::Resumed)), "Enter runs a step, and whoever runs one works");
    assert!(!on.started().is_empty());
}

#[test]
fn it_is_handed_over_with_what_the_next_one_has_to_know() {
    let mut acts = typed("W h", "Jain").to_vec();
    acts.extend([Act::Text("the dump runs"), Act::Keys("Enter")]);
    acts.extend(typed("W j", "Panda: adviser"));
    let story = story(&acts);
    assert_eq!(story.model.session().unwrap().walk.state().lead.as_deref(), Some("Jain"));
    assert!(
        story.has(
            |event| matches!(event, Event::Joined { who, role: Some(role) } if who == "Panda" && role == "adviser")
        )
    );
}

#[test]
fn a_line_of_a_log_tells_when_it_began() {
    let mut acts = typed(":", "cat log").to_vec();
    acts.extend([Act::Keys("y p Home m")]);
    let asked = story(&acts);
    assert!(matches!(asked.model.overlay, Some(Overlay::Menu(_))), "{}", asked.screen);
    acts.push(Act::Keys("i Enter"));
    let marked = story(&acts);
    let entry = marked.world.journal.iter().rfind(|entry| matches!(entry.event, Event::Marked { .. })).unwrap();
    assert!(matches!(entry.event, Event::Marked { mark: Mark::ImpactStarted }));
    assert_eq!(entry.happened, Some(When::Exact("2022-04-30T18:12:03Z".parse().unwrap())), "{}", marked.screen);
    assert!(marked.has(|event| matches!(event, Event::Pinned { .. })), "the line is evidence");
}

#[test]
fn lines_without_a_time_leave_it_to_be_said() {
    let mut acts = typed(":", "cat log").to_vec();
    acts.extend([Act::Keys("y p End m")]);
    let story = story(&acts);
    assert!(matches!(story.model.overlay, Some(Overlay::Menu(_))), "{}", story.screen);
}

#[test]
fn closing_names_what_stays_in_force_and_could_be_taken_back() {
    let go = [Act::Keys("Enter"), Act::Keys("g"), Act::Text("migrate"), Act::Keys("Enter Enter y")];
    let world = || World::new(Some(runbook()), vec![script("db:migrate", "up\n", 0)]);
    let mut acts = go.to_vec();
    acts.push(Act::Keys("c"));
    let story = work(world(), SIZE, acts);
    assert!(story.screen.contains("Stays in force, and could be taken back (U): migrate."), "{}", story.screen);
    let untouched = work(world(), SIZE, vec![Act::Keys("Enter"), Act::Keys("c")]);
    assert!(!untouched.screen.contains("Stays in force"), "{}", untouched.screen);
}

#[test]
fn a_clock_that_is_set_is_told_and_stands_in_the_timeline() {
    let mut acts = typed("n", "before").to_vec();
    acts.push(Act::SetClock(-3_600));
    acts.extend(typed("n", "after"));
    let set = story(&acts);
    assert!(set.screen.contains("the wall clock was set back by 1 h"), "{}", set.screen);
    assert!(set.screen.contains("Mind the times"), "{}", set.screen);
    acts.extend(typed("n", "later"));
    let once = story(&acts).screen.matches("the wall clock was set").count();
    assert_eq!(once, 1, "it is told once");
}

#[test]
fn the_time_that_a_sign_tells_is_proposed_for_its_mark() {
    let text = "{stanch: 1, title: T, diagnose: {steps: [{id: state, title: S, run: state, \
                signs: [{match: 'last modified: (?<TIME>.*)', mark: impact_started}]}, {id: more, title: N, run: x}]}}";
    let runbook = crate::runbook::parse("t", text).runbook.unwrap();
    let said = "last modified:      Sat Apr 30 02:22:11 2022 UTC\n";
    let world = || World::new(Some(runbook.clone()), vec![script("state", said, 0)]);
    let proposed = work(world(), SIZE, vec![Act::Keys("Enter Enter")]);
    let words = "state tells of impact started: 02:22:11 (m, then Enter, marks it). Enter runs more";
    assert!(proposed.screen.contains(words), "{}", proposed.screen);
    assert!(!proposed.has(|event| matches!(event, Event::Marked { mark: Mark::ImpactStarted })), "not by itself");
    let marked = work(world(), SIZE, vec![Act::Keys("Enter Enter m Enter Enter")]);
    let entry = marked.world.journal.iter().rfind(|entry| matches!(entry.event, Event::Marked { .. })).unwrap();
    assert!(matches!(entry.event, Event::Marked { mark: Mark::ImpactStarted }));
    assert_eq!(entry.happened, Some(When::Exact("2022-04-30T02:22:11Z".parse().unwrap())), "{}", marked.screen);
    assert!(!marked.screen.contains("tells of impact"), "{}", marked.screen);
}
