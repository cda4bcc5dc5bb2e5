//! Stories of operators, through the real loop.

use super::harness::{Act, Story, alters, runbook, work};
use super::world::{Script, World, script};
use crate::session::event::{Event, Mark, Tag};
use crate::session::run::RunNo;
use crate::tui::model::{Overlay, Role};

const SIZE: (u16, u16) = (120, 40);

/// More lines than the pane has.
const LONG: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n";

fn scripts() -> Vec<Script> {
    vec![
        script("curl -s -o", "500\n", 0),
        script("journalctl", "ActiveModel: unknown attribute 'ordered_media' for Status\n", 0),
        script("apt-get -s", "Inst mastodon\n", 0),
        script("db:migrate:status", "   up\n", 0),
        script("db:migrate", "migrated\n", 0),
        script("cat /etc/release", "3.5.1\n", 0),
        Script { part: "psql \"$DB\"", output: "mastodon=# \n", exit: None },
        Script { part: "tail -f", output: "a\nb\n", exit: None },
    ]
}

/// A session with the runbook, worked from the library on.
fn story(acts: &[Act]) -> Story {
    let mut all = vec![Act::Keys("Enter")];
    all.extend_from_slice(acts);
    work(World::new(Some(runbook()), scripts()), SIZE, all)
}

#[test]
fn an_incident_is_worked_with_enter_and_y() {
    let story = story(&[
        Act::Keys("Enter Enter"), // http, logs
        Act::Keys("Enter 2"),     // the sign: to the fix
        Act::Keys("Enter y"),     // migrate
        Act::Keys("Enter"),       // migrated, as the change asks
    ]);
    let commands = story.started();
    assert!(commands[0].starts_with("curl -s -o"), "{commands:?}");
    let order: Vec<bool> = ["journalctl", "rails db:migrate \"$DB\"", "rails db:migrate:status"]
        .iter()
        .map(|part| commands.iter().any(|command| command.starts_with(part)))
        .collect();
    assert_eq!(order, [true, true, true], "{commands:?}\n{}", story.screen);
    let confirmed = story.has(|event| matches!(event, Event::RunStarted(run) if alters(run) && run.confirmed));
    assert!(confirmed);
    assert!(story.screen.contains("It looks mitigated"), "{}", story.screen);
}

#[test]
fn a_change_does_not_start_without_its_y() {
    let story = story(&[Act::Keys("g"), Act::Text("migrate"), Act::Keys("Enter Enter n")]);
    assert!(!story.has(|event| matches!(event, Event::RunStarted(run) if alters(run))));
    assert!(story.has(|event| matches!(event, Event::Moved { to: Some(step), .. } if step == "migrate")));
}

#[test]
fn type_ahead_never_starts_or_confirms_anything() {
    let story = story(&[Act::Keys("g"), Act::Text("migrate"), Act::Keys("Enter"), Act::Rush("Enter y y y Enter y")]);
    assert!(story.started().iter().all(|command| !command.contains("db:migrate")), "{:?}", story.started());
    assert!(matches!(story.model.overlay, Some(Overlay::Confirm(_))), "the question is open: {}", story.screen);
}

#[test]
fn titles_and_questions_show_the_values_in_force() {
    let asked = story(&[Act::Keys("g"), Act::Text("migrate"), Act::Keys("Enter Enter")]);
    assert!(asked.screen.contains("Run: Migrate the schema of mastodon"), "{}", asked.screen);
    assert!(asked.screen.contains("fix: Migrate the schema of mastodon"), "{}", asked.screen);
    let by_hand = story(&[Act::Keys("g"), Act::Text("hand Reload"), Act::Keys("Enter Enter")]);
    assert_eq!(by_hand.screen.matches("Does the page of mastodon load?").count(), 2, "{}", by_hand.screen);
    assert!(!by_hand.screen.contains("$DB"), "{}", by_hand.screen);
}

#[test]
fn type_ahead_answers_no_question_that_was_not_seen() {
    let edited = story(&[Act::Rush("e Enter")]);
    assert!(edited.started().is_empty(), "{:?}", edited.started());
    assert!(matches!(edited.model.overlay, Some(Overlay::Prompt(_))), "{}", edited.screen);
    let closed = story(&[Act::Rush("c Enter")]);
    assert!(!closed.has(|event| matches!(event, Event::Closed { .. })), "{}", closed.screen);
    let seen = story(&[Act::Keys("e Enter")]);
    assert_eq!(seen.started().len(), 2, "the step and the check beside it: {:?}", seen.started());
}

#[test]
fn pasted_text_is_no_key() {
    let story = story(&[Act::Paste("Enter\ny\nq\n\r"), Act::Keys(":"), Act::Paste("echo hi\n")]);
    assert!(story.started().is_empty());
    assert!(story.screen.contains("echo hi"), "{}", story.screen);
}

#[test]
fn any_other_command_is_asked_for_and_may_be_said_to_read_only() {
    let story = story(&[Act::Keys(":"), Act::Text("df -h"), Act::Keys("Enter r")]);
    let read = |event: &Event| matches!(event, Event::RunStarted(run) if run.command == "df -h" && !alters(run));
    assert!(story.has(read), "{}", story.screen);
}

#[test]
fn a_long_command_is_seen_to_its_end_before_its_y() {
    let command = ["echo first"; 60].join("\n") + "\necho the last line";
    let command: &'static str = Box::leak(command.into_boxed_str());
    let acts = [Act::Keys(":"), Act::Paste(command), Act::Keys("Enter")];
    let asked = story(&acts);
    assert!(asked.screen.contains("lines above") && !asked.screen.contains("the last line"), "{}", asked.screen);
    assert!(asked.screen.contains("y run it"), "{}", asked.screen);
    let mut acts = acts.to_vec();
    acts.push(Act::Keys("PgDn PgDn PgDn PgDn PgDn"));
    let read = story(&acts);
    assert!(read.screen.contains("the last line") && read.started().is_empty(), "{}", read.screen);
}

#[test]
fn a_destruction_asks_for_its_word() {
    let go = [Act::Keys("g"), Act::Text("wipe"), Act::Keys("Enter Enter")];
    let mut wrong = go.to_vec();
    wrong.extend([Act::Text("olf"), Act::Keys("Enter")]);
    let wrong = story(&wrong);
    assert!(!wrong.started().contains(&"dropdb old"));
    assert!(wrong.screen.contains("not the word"), "{}", wrong.screen);
    let mut right = go.to_vec();
    right.extend([Act::Text("old"), Act::Keys("Enter")]);
    let right = story(&right);
    assert!(right.started().contains(&"dropdb old"), "{}", right.screen);
}

#[test]
fn a_missing_secret_is_asked_for_masked_and_then_it_goes_on() {
    let mut acts = vec![Act::Keys("g"), Act::Text("password"), Act::Keys("Enter Enter"), Act::Text("hunter22")];
    let asked = story(&acts);
    assert!(asked.screen.contains("Which password?") && !asked.screen.contains("hunter22"), "{}", asked.screen);
    acts.push(Act::Keys("Enter y"));
    let done = story(&acts);
    assert!(done.started().iter().any(|command| command.contains("alter role")), "{}", done.screen);
    assert!(!done.screen.contains("hunter22"));
    assert!(done.has(|event| matches!(event, Event::VariableSet { name, value: None, .. } if name == "PASSWORD")));
}

#[test]
fn a_variable_with_a_command_is_shown_before_it_runs() {
    let acts = [Act::Keys("g"), Act::Text("release"), Act::Keys("Enter Enter")];
    let asked = story(&acts);
    assert!(asked.screen.contains("$ cat /etc/release"), "{}", asked.screen);
    assert!(asked.started().is_empty());
    let mut acts = acts.to_vec();
    acts.push(Act::Keys("y"));
    let done = story(&acts);
    assert!(done.started().contains(&"echo \"$RELEASE\""), "{:?}\n{}", done.started(), done.screen);
}

#[test]
fn a_decision_and_a_step_by_hand_are_answered() {
    let story = story(&[
        Act::Keys("g"),
        Act::Text("ask"),
        Act::Keys("Enter Enter 1"),
        Act::Keys("g"),
        Act::Text("hand Reload"),
        Act::Keys("Enter Enter y"),
        Act::Text("it loads"),
        Act::Keys("Enter"),
    ]);
    let answers = |wanted: &str| story.has(|event| matches!(event, Event::Answered { answer, .. } if answer == wanted));
    assert!(answers("yes, an upgrade") && answers("it loads"), "{}", story.screen);
}

#[test]
fn notes_have_signs_and_times() {
    let story = story(&[Act::Keys("n"), Act::Text("x @19:20 it is not the disk"), Act::Keys("Enter")]);
    let note = |event: &Event| matches!(event, Event::Note { tag: Tag::DeadEnd, text } if text == "it is not the disk");
    assert!(story.has(note));
    assert!(story.world.journal.iter().any(|entry| entry.happened.is_some()));
    let yesterday = self::story(&[Act::Keys("n"), Act::Text("@23:59 it began"), Act::Keys("Enter")]);
    assert!(yesterday.screen.contains(", yesterday."), "{}", yesterday.screen);
    let wrong = self::story(&[Act::Keys("n"), Act::Text("@99:99 what"), Act::Keys("Enter")]);
    assert!(matches!(wrong.model.overlay, Some(Overlay::Prompt(_))), "the prompt stays: {}", wrong.screen);
}

#[test]
fn a_key_time_is_marked_with_its_time() {
    let story = story(&[Act::Keys("m i"), Act::Text("19:02"), Act::Keys("Enter"), Act::Keys("m d Enter")]);
    let marked = |wanted| story.has(|event| matches!(event, Event::Marked { mark } if *mark == wanted));
    assert!(marked(Mark::ImpactStarted) && marked(Mark::Detected));
    assert!(story.screen.contains("impact 31:40"), "{}", story.screen);
}

#[test]
fn an_interactive_command_gets_the_keys_until_one_key_takes_them_back() {
    let story = story(&[
        Act::Keys("g"),
        Act::Text("console"),
        Act::Keys("Enter Enter"),
        Act::Keys("q ; Enter Ctrl-C Ctrl-]"),
        Act::Keys("n"),
    ]);
    let bytes: Vec<u8> = story.world.inputs.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    assert_eq!(bytes, b"q;\r\x03", "{}", story.screen);
    assert!(matches!(story.model.overlay, Some(Overlay::Prompt(_))), "n is the screen's again");
}

#[test]
fn keys_typed_before_the_command_had_them_are_thrown_away() {
    let story = story(&[Act::Keys("g"), Act::Text("console"), Act::Keys("Enter"), Act::Rush("Enter r m Enter")]);
    assert!(story.world.inputs.is_empty(), "{:?}", story.world.inputs);
}

#[test]
fn a_running_command_is_stopped_only_after_the_question() {
    let story = story(&[Act::Keys(":"), Act::Text("tail -f log"), Act::Keys("Enter y"), Act::Keys("x x")]);
    assert_eq!(story.world.stops, [(RunNo(1), false)], "{}", story.screen);
    let rushed = self::story(&[Act::Keys(":"), Act::Text("tail -f log"), Act::Keys("Enter y"), Act::Rush("x x x K")]);
    assert!(rushed.world.stops.is_empty(), "{}", rushed.screen);
}

#[test]
fn output_is_followed_until_the_operator_scrolls() {
    let acts = [
        Act::Keys(":"),
        Act::Text("tail -f log"),
        Act::Keys("Enter y"),
        Act::Write(1, LONG),
        Act::Keys("PgUp"),
        Act::Write(1, "new\nnewer\nnewest\n"),
    ];
    let story = story(&acts);
    assert!(story.screen.contains("3 new lines (End)"), "{}", story.screen);
    let mut acts = acts.to_vec();
    acts.push(Act::Keys("End"));
    let story = self::story(&acts);
    assert!(!story.screen.contains("new lines"), "{}", story.screen);
}

#[test]
fn a_time_box_that_runs_out_takes_no_key_from_what_is_typed() {
    let box_over = Act::Pass(21 * 60);
    let story = story(&[box_over.clone(), Act::Keys("n e s c a Enter"), Act::Pass(21 * 60), Act::Keys("n o n Enter")]);
    assert!(!story.has(|event| matches!(event, Event::TimeBoxAnswered { .. })), "{}", story.screen);
    let noted = |wanted: &str| story.has(|event| matches!(event, Event::Note { text, .. } if text == wanted));
    assert!(noted("esca") && noted("on"), "{}", story.screen);
    assert!(story.screen.contains("diagnose is over its time box 20:00: T decides"), "{}", story.screen);
}

#[test]
fn a_time_box_that_runs_out_stays_until_it_is_answered_and_comes_back_after_another() {
    let mut acts = vec![Act::Keys("Enter"), Act::Pass(21 * 60), Act::Keys("T")];
    let asked = story(&acts);
    assert!(asked.screen.contains("The time for diagnose is over"), "{}", asked.screen);
    assert!(asked.screen.contains("#infra"), "{}", asked.screen);
    acts.extend([Act::Keys("o"), Act::Text("nearly there"), Act::Keys("Enter")]);
    acts.push(Act::Pass(19 * 60));
    let answered = story(&acts);
    let decided = |event: &Event| matches!(event, Event::TimeBoxAnswered { decision, reason, .. } if decision == "go on" && reason == "nearly there");
    assert!(answered.has(decided), "{}", answered.screen);
    assert!(!answered.screen.contains("T decides"), "{}", answered.screen);
    acts.push(Act::Pass(60));
    let again = story(&acts);
    assert!(again.screen.contains("T decides"), "{}", again.screen);
}

#[test]
fn from_a_time_box_the_revert_is_one_key_away() {
    let answered = story(&[
        Act::Keys("Enter"),
        Act::Pass(21 * 60),
        Act::Keys("T R"),
        Act::Text("no idea yet"),
        Act::Keys("Enter"),
    ]);
    let decided = |event: &Event| matches!(event, Event::TimeBoxAnswered { decision, reason, .. } if decision == "revert" && reason == "no idea yet");
    assert!(answered.has(decided));
    assert!(answered.has(|event| matches!(event, Event::Moved { to: Some(step), .. } if step == "downgrade")));
}

#[test]
fn the_next_change_waits_for_the_verification_of_the_one_before() {
    let story = story(&[
        Act::Keys("g"),
        Act::Text("migrate Migrate"),
        Act::Keys("Enter Enter y"),
        Act::Keys("g"),
        Act::Text("downgrade"),
        Act::Keys("Enter Enter"),
    ]);
    assert!(story.screen.contains("Verify first"), "{}", story.screen);
    assert!(!story.started().iter().any(|command| command.contains("install -y")));
}

#[test]
fn leaving_with_an_unverified_change_says_which() {
    let acts = [Act::Keys("g"), Act::Text("migrate Migrate"), Act::Keys("Enter Enter y"), Act::Keys("q")];
    let asked = story(&acts);
    assert!(asked.screen.contains("migrate is not verified: migrated"), "{}", asked.screen);
    assert!(!asked.has(|event| matches!(event, Event::Left { note: None })));
    let mut acts = acts.to_vec();
    acts.push(Act::Keys("q"));
    let left = story(&acts);
    assert!(left.has(|event| matches!(event, Event::Left { .. })) && left.world.closed);
    assert_eq!(left.code, 0);
}

#[test]
fn closing_unverified_asks_why() {
    let story = story(&[
        Act::Keys("g"),
        Act::Text("migrate Migrate"),
        Act::Keys("Enter Enter y"),
        Act::Keys("c Enter"),
        Act::Text("handed over"),
        Act::Keys("Enter"),
    ]);
    assert!(
        story.has(|event| matches!(event, Event::Overridden { reason, .. } if reason == "handed over")),
        "{}",
        story.screen
    );
    assert!(story.has(|event| matches!(event, Event::Closed { .. })));
}

#[test]
fn a_change_is_taken_back_after_its_question() {
    let story =
        story(&[Act::Keys("g"), Act::Text("migrate Migrate"), Act::Keys("Enter Enter y"), Act::Keys("U Enter y")]);
    assert!(story.started().contains(&"rails db:rollback \"$DB\""), "{}", story.screen);
}

#[test]
fn a_follower_sees_all_and_only_notes_and_marks() {
    let mut world = World::new(Some(runbook()), scripts());
    world.role = Role::Follower("vera@bob".to_owned());
    let acts = vec![
        Act::Keys("Enter"),
        Act::Keys("Enter e s r :"),
        Act::Keys("n"),
        Act::Text("seen from here"),
        Act::Keys("Enter"),
        Act::Keys("g"),
    ];
    let story = work(world, SIZE, acts);
    assert!(story.started().is_empty());
    assert!(story.has(|event| matches!(event, Event::Note { text, .. } if text == "seen from here")));
    assert!(story.screen.contains("vera@bob drives"), "{}", story.screen);
}

#[test]
fn a_record_that_cannot_be_written_stays_on_the_screen_and_starts_nothing() {
    let mut world = World::new(Some(runbook()), scripts());
    world.broken = true;
    let story = work(world, SIZE, vec![Act::Keys("Enter"), Act::Keys("Enter n")]);
    assert!(story.screen.contains("The record cannot be written: no space left on the disk"), "{}", story.screen);
    assert!(story.started().is_empty());
}

#[test]
fn a_key_that_is_not_possible_says_why() {
    let story = story(&[Act::Keys("r")]);
    assert!(story.screen.contains("It did not run yet"), "{}", story.screen);
}

#[test]
fn every_action_is_in_the_palette_and_in_the_help() {
    let story = story(&[Act::Keys("Ctrl-P"), Act::Text("key time"), Act::Keys("Enter")]);
    assert!(story.screen.contains("Which key time?"), "{}", story.screen);
    let help = self::story(&[Act::Keys("?")]);
    assert!(help.screen.contains("Go to the revert."), "{}", help.screen);
}

#[test]
fn lines_of_output_become_evidence() {
    let story = story(&[Act::Keys("Enter"), Act::Keys("Enter"), Act::Keys("p Enter")]);
    let pinned =
        |event: &Event| matches!(event, Event::Pinned { first: 1, text, .. } if text.contains("unknown attribute"));
    assert!(story.has(pinned), "{}", story.screen);
}

#[test]
fn to_the_shell_and_back() {
    let story = story(&[Act::Keys("Ctrl-Z"), Act::Keys("Enter")]);
    assert_eq!(story.world.suspended, 1);
    assert_eq!(story.started().len(), 2, "http, and the readiness of the revert: {:?}", story.started());
}

#[test]
fn a_terminal_that_is_gone_ends_the_screen_and_leaves_the_session_open() {
    let story = story(&[]);
    assert_eq!(story.code, 129);
    assert!(story.has(|event| matches!(event, Event::Left { note: Some(note) } if note == "the terminal is gone")));
}

#[test]
fn what_is_typed_on_when_a_command_ends_goes_nowhere_until_the_keys_pause() {
    let mut scripts = scripts();
    scripts.retain(|script| !script.part.starts_with("psql"));
    scripts.push(script("psql \"$DB\"", "bye\n", 0));
    let go = [Act::Keys("Enter"), Act::Keys("g"), Act::Text("console"), Act::Keys("Enter Enter")];
    let mut typed = go.to_vec();
    typed.push(Act::Keys("q R x"));
    let typed = work(World::new(Some(runbook()), scripts.clone()), SIZE, typed);
    assert!(!typed.has(|event| matches!(event, Event::Left { note: None })), "{}", typed.screen);
    assert!(typed.screen.contains("console is over."), "{}", typed.screen);
    let mut paused = go.to_vec();
    paused.extend([Act::Keys("q"), Act::Pass(2), Act::Keys("?")]);
    let paused = work(World::new(Some(runbook()), scripts), SIZE, paused);
    assert!(paused.screen.contains("All keys"), "{}", paused.screen);
}

#[test]
fn a_command_with_the_keys_has_the_whole_of_a_small_screen() {
    let go = vec![Act::Keys("Enter"), Act::Keys("g"), Act::Text("console"), Act::Keys("Enter Enter")];
    let small = work(World::new(Some(runbook()), scripts()), (80, 24), go.clone());
    assert!(small.screen.contains("KEYS GO TO THE COMMAND") && small.screen.contains("mastodon=#"), "{}", small.screen);
    assert!(!small.screen.contains("Steps") && !small.screen.contains("Timeline"), "{}", small.screen);
    let large = work(World::new(Some(runbook()), scripts()), (200, 60), go);
    assert!(large.screen.contains("Steps"), "{}", large.screen);
}

#[test]
fn a_closed_session_is_opened_again_only_after_a_question_and_its_clock_stands() {
    let mut acts = vec![Act::Keys("c Enter"), Act::Pass(600), Act::Keys("Enter")];
    let asked = story(&acts);
    assert!(asked.screen.contains("open 00:00") && asked.screen.contains("open it again"), "{}", asked.screen);
    assert!(!asked.has(|event| matches!(event, Event::Reopened)));
    acts.push(Act::Keys("o"));
    assert!(story(&acts).has(|event| matches!(event, Event::Reopened)));
}

#[test]
fn without_a_runbook_enter_asks_for_a_command_and_closes_nothing() {
    let acts = vec![Act::Keys("Ctrl-N"), Act::Text("disk full"), Act::Keys("Enter"), Act::Keys("Enter Enter")];
    let story = work(World::new(Some(runbook()), scripts()), SIZE, acts);
    assert!(story.screen.contains("Which command?"), "{}", story.screen);
    assert!(!story.has(|event| matches!(event, Event::Closed { .. })));
}

#[test]
fn a_guard_that_does_not_hold_says_why_and_what_can_be_done() {
    let text = "{stanch: 1, title: T, fix: {steps: [{id: drop, title: Drop it, effect: read, run: dropdb old, require: [{run: test -e /backup, says: There is no backup}]}]}}";
    let book = crate::runbook::parse("guarded", text).runbook.expect("a runbook");
    let mut acts = vec![Act::Keys("Enter"), Act::Keys("g"), Act::Text("drop"), Act::Keys("Enter Enter")];
    let scripts = vec![script("test -e", "", 1)];
    let held = work(World::new(Some(book.clone()), scripts.clone()), (80, 24), acts.clone());
    let why = "A guard of drop does not hold: There is no backup";
    assert_eq!(held.screen.matches(why).count(), 2, "{}", held.screen);
    acts.push(Act::Keys("Enter"));
    let asked = work(World::new(Some(book), scripts), (80, 24), acts);
    assert!(asked.screen.contains("check again") && asked.screen.contains("pass it over"), "{}", asked.screen);
    assert!(!asked.started().contains(&"dropdb old"));
}

#[test]
fn a_mark_between_two_times_is_shown_as_that() {
    let story = story(&[Act::Keys("m i"), Act::Text("19:02..19:10"), Act::Keys("Enter")]);
    assert!(story.screen.contains("19:02:00 - 19:10:00"), "{}", story.screen);
}
