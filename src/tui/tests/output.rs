//! The output pane: searching, picking, how lines are shown.

use insta::assert_snapshot;
use ratatui::style::Modifier;

use super::harness::{Act, Story, runbook, work};
use super::screens::drawn;
use super::world::{Script, World};
use crate::drive::{Answer, Found, Job, News, Spot};
use crate::session::event::Event;
use crate::session::run::RunNo;
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::message::Message;
use crate::tui::model::{Model, Overlay, Role};
use crate::tui::theme::Theme;
use crate::tui::update::update;

const SIZE: (u16, u16) = (120, 40);

/// Lines of a log in which every fiftieth has an error; it goes on.
fn log() -> Script {
    let lines: Vec<String> = (1..=2000)
        .map(|number| {
            let word = if number % 50 == 0 { "Error: out of memory" } else { "ok" };
            format!("line {number} of the log: {word}\n")
        })
        .collect();
    Script { part: "tail -f", output: Box::leak(lines.concat().into_boxed_str()), exit: None }
}

/// A session in which the log is running.
fn story_of(size: (u16, u16), role: Role, acts: &[Act]) -> Story {
    let mut all = vec![Act::Keys("Enter"), Act::Keys(":"), Act::Text("tail -f log"), Act::Keys("Enter y")];
    all.extend_from_slice(acts);
    let mut world = World::new(Some(runbook()), vec![log()]);
    world.role = role;
    work(world, size, all)
}

fn story(acts: &[Act]) -> Story {
    story_of(SIZE, Role::Driver, acts)
}

fn search(what: &'static str) -> [Act; 3] {
    [Act::Keys("/"), Act::Text(what), Act::Keys("Enter")]
}

/// What was done, then the search, then more.
fn searched(what: &'static str, acts: &[Act]) -> Story {
    story(&[&search(what), acts].concat())
}

#[test]
fn a_search_puts_the_first_match_on_the_page_and_counts_them_all() {
    let story = searched("error", &[]);
    assert!(story.screen.contains("/error: match 1 of 40, line 50"), "{}", story.screen);
    assert!(story.screen.contains("line 50 of the log: Error"), "{}", story.screen);
    assert!(story.screen.contains("n next match  N match before"), "{}", story.screen);
}

#[test]
fn n_leads_on_and_back_and_says_where_it_went_round_the_end() {
    let next = searched("error", &[Act::Keys("n Enter n N")]);
    assert!(next.screen.contains("match 3 of 40, line 150") && next.screen.contains("line 150 of"), "{}", next.screen);
    let round = searched("error", &[Act::Keys("N")]);
    assert!(round.screen.contains("match 40 of 40, line 2,000, round the end"), "{}", round.screen);
    let again = searched("error", &[Act::Keys("N n")]);
    assert!(again.screen.contains("match 1 of 40, line 50, round the end"), "{}", again.screen);
}

#[test]
fn a_search_begins_where_the_operator_has_scrolled_to() {
    let mut acts = vec![Act::Keys("Ctrl-G"), Act::Text("50%"), Act::Keys("Enter")];
    let gone = story(&acts);
    assert!(gone.screen.contains("line 1000 of the log"), "{}", gone.screen);
    acts.extend(search("ERROR"));
    let none = story(&acts);
    assert!(none.screen.contains("/ERROR: no match"), "a capital counts: {}", none.screen);
    acts.extend(search("re:error: .*m"));
    let found = story(&acts);
    assert!(found.screen.contains("match 20 of 40, line 1,000"), "{}", found.screen);
}

#[test]
fn a_search_may_begin_before_the_first_line_came() {
    let silent = Script { part: "sleep", output: "", exit: None };
    let mut acts = vec![Act::Keys("Enter"), Act::Keys(":"), Act::Text("sleep 9"), Act::Keys("Enter y")];
    acts.extend(search("error"));
    let story = work(World::new(Some(runbook()), vec![silent]), SIZE, acts);
    assert!(story.screen.contains("/error: no match"), "{}", story.screen);
    assert!(story.model.overlay.is_none(), "what was typed was no key: {}", story.screen);
}

#[test]
fn a_pattern_that_is_none_stays_in_the_prompt_with_its_reason() {
    let story = searched("re:(", &[]);
    assert!(matches!(story.model.overlay, Some(Overlay::Prompt(_))));
    assert!(story.screen.contains("could not use this pattern: unclosed group"), "{}", story.screen);
}

#[test]
fn while_a_search_is_on_nothing_starts_by_a_key_meant_for_it() {
    let during = searched("error", &[Act::Keys("Enter e s r R c Enter")]);
    assert_eq!(during.started(), ["tail -f log", "apt-get -s install mastodon=3.4.6"], "that and the check beside it");
    assert!(during.model.overlay.is_none(), "{}", during.screen);
    let note = searched("error", &[Act::Keys("Esc n")]);
    assert!(matches!(note.model.overlay, Some(Overlay::Prompt(_))), "n is a note again: {}", note.screen);
    let stop = searched("error", &[Act::Keys("x x")]);
    assert_eq!(stop.world.stops.len(), 1, "a run is stopped also from a search: {}", stop.screen);
}

#[test]
fn a_search_ends_with_its_run() {
    let story = searched("error", &[Act::Keys("Esc"), Act::Keys(":"), Act::Text("true"), Act::Keys("Enter y")]);
    assert!(!story.screen.contains("/error"), "{}", story.screen);
}

#[test]
fn lines_from_a_match_on_become_evidence_beyond_the_page() {
    let picked = searched("error", &[Act::Keys("n p Space PgDn PgDn PgDn PgDn Down")]);
    assert!(picked.screen.contains("Lines 100 to "), "{}", picked.screen);
    let pinned = searched("error", &[Act::Keys("n p Space PgDn PgDn PgDn PgDn Down Enter")]);
    let evidence = pinned.world.journal.iter().find_map(|entry| match &entry.event {
        Event::Pinned { first, last, text, .. } => Some((*first, *last, text.clone())),
        _ => None,
    });
    let (first, last, text) = evidence.expect("a pin");
    let all: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!((first, all.len() as u64), (100, last - first + 1));
    assert!(last > 140, "more than a page: {last}");
    assert_eq!(all[0], "line 100 of the log: Error: out of memory");
    assert_eq!(all.last().map(String::as_str), Some(format!("line {last} of the log: ok").as_str()));
    assert!(pinned.screen.contains("/error: match 2"), "the search goes on: {}", pinned.screen);
}

#[test]
fn a_pin_has_a_bound_and_says_so() {
    let story = story(&[Act::Keys("p Home Enter")]);
    assert!(story.screen.contains("A pin holds 1000 lines, these are 2000"), "{}", story.screen);
    assert!(story.screen.contains("Lines 1 to 2,000: 2,000 (a pin holds 1,000)"), "{}", story.screen);
    assert!(!story.has(|event| matches!(event, Event::Pinned { .. })));
}

#[test]
fn picked_lines_go_to_the_clipboard() {
    let copied = story(&[Act::Keys("p Up Up y")]);
    let expected = "line 1998 of the log: ok\nline 1999 of the log: ok\nline 2000 of the log: Error: out of memory";
    assert_eq!(copied.world.copied, [expected], "{}", copied.screen);
    assert!(copied.screen.contains("Sent 92 B to the terminal's clipboard"), "{}", copied.screen);
    let much = story(&[Act::Keys("p Home y")]);
    assert!(much.world.copied.is_empty() || much.world.copied[0].len() <= 74_994, "{}", much.screen);
}

#[test]
fn who_follows_may_search_and_copy_but_pins_nothing() {
    let mut model = settled(searched("error", &[]));
    model.session_mut().expect("a session").role = Role::Follower("vera@bob".to_owned());
    let mut press = |text: &str| {
        let (now, frame) = (model.now, model.frame);
        let key = Chord::parse(text).expect("a key");
        update(&mut model, now, Message::Key { chord: key, frame })
    };
    assert!(matches!(press("n").as_slice(), [Effect::Job(job)] if matches!(**job, Job::Seek(_))));
    press("p");
    assert!(matches!(press("y").as_slice(), [Effect::Job(job)] if matches!(**job, Job::Text { .. })));
    press("Enter");
    let text = News::Text { run: RunNo(1), first: 50, last: 50, text: Ok("x".to_owned()) };
    let now = model.now;
    let effects = update(&mut model, now, Message::News(text));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Job(job) if matches!(**job, Job::Orders(_)))));
    assert!(model.notice.is_some_and(|notice| notice.text.starts_with("vera@bob drives this session")));
}

#[test]
fn the_next_match_is_sought_from_the_one_whose_page_is_still_on_its_way() {
    let mut model = settled(searched("error", &[]));
    let back = |model: &mut Model| {
        let (now, frame) = (model.now, model.frame);
        let chord = Chord::parse("N").expect("a key");
        let effects = update(model, now, Message::Key { chord, frame });
        let [Effect::Job(job)] = effects.as_slice() else { panic!("{effects:?}") };
        let Job::Seek(step) = **job else { panic!("{job:?}") };
        step
    };
    let asked = back(&mut model).asked;
    let search = model.session().and_then(|session| session.output.search.clone()).expect("a search");
    let spot = Some(Spot { line: 2000, place: 40, column: 25 });
    let found = Found { answer: Some(Answer { asked, spot, wrapped: true }), ..search.found.expect("what was found") };
    let now = model.now;
    update(&mut model, now, Message::News(News::Found(Box::new(found))));
    assert_eq!(back(&mut model).from, 1999, "and not from the page with line 50, which is still shown");
}

#[test]
fn lines_carry_their_time_when_asked() {
    let since = story(&[Act::Keys("Home t")]);
    assert!(
        since.screen.contains("+0.000s line 1 of") && since.screen.contains("+2.000s line 3 of"),
        "{}",
        since.screen
    );
    let clock = story(&[Act::Keys("Home t t")]);
    assert!(clock.screen.contains("19:33:42 line 3 of"), "{}", clock.screen);
    let none = story(&[Act::Keys("Home t t t")]);
    assert!(!none.screen.contains("+0.000s") && !none.screen.contains("19:33:42 line"), "{}", none.screen);
}

#[test]
fn the_drive_is_asked_for_the_columns_that_are_left_and_for_what_is_beside_them() {
    let window = |story: &Story| {
        let output = &story.model.session().expect("a session").output;
        output.asked.expect("a window").1
    };
    let usual = window(&story(&[]));
    assert!(usual.wrap && usual.left == 0);
    assert_eq!(window(&story(&[Act::Keys("t")])).columns, usual.columns - 10);
    assert_eq!(window(&story(&[Act::Keys("t p")])).columns, usual.columns - 12);
    let cut = window(&story(&[Act::Keys("w Right Right Left")]));
    assert!(!cut.wrap && cut.left > 0, "{cut:?}");
    assert_eq!(window(&story(&[Act::Keys("w Right w")])).left, 0);
    let wrapped = story(&[Act::Keys("Right")]);
    assert!(wrapped.screen.contains("Lines are wrapped; w cuts them."), "{}", wrapped.screen);
}

/// In a search, at its second match.
fn searching(size: (u16, u16)) -> Model {
    settled(story_of(size, Role::Driver, &[search("error").as_slice(), &[Act::Keys("n")]].concat()))
}

fn settled(story: Story) -> Model {
    let mut model = story.model;
    model.leaving = None;
    model.notice = None;
    model
}

#[test]
fn a_search_at_usual_sizes() {
    for size in [(80, 24), (120, 40)] {
        let mut model = searching(size);
        assert_snapshot!(format!("search_{}x{}", size.0, size.1), drawn(&mut model, size, Theme::mono()));
    }
}

#[test]
fn picking_with_times_at_80x24() {
    let mut model = settled(story_of((80, 24), Role::Driver, &[Act::Keys("t Tab Tab z p Up Up")]));
    assert_snapshot!("pick_80x24", drawn(&mut model, (80, 24), Theme::mono()));
}

#[test]
fn matches_are_seen_without_colour() {
    let mut model = searching(SIZE);
    for theme in [Theme::mono(), Theme::coloured()] {
        let backend = drawn(&mut model, SIZE, theme);
        let buffer = backend.buffer();
        let reversed = |row: u16, text: &str| {
            let cells: Vec<_> = (0..SIZE.0).map(|column| &buffer[(column, row)]).collect();
            let line: String = cells.iter().map(|cell| cell.symbol()).collect();
            let start = line.find(text)?;
            let shown = cells[start..start + text.len()].iter();
            line.contains("of the log")
                .then(|| shown.map(|cell| cell.modifier).all(|own| own.contains(Modifier::REVERSED)))
        };
        let rows: Vec<bool> = (0..SIZE.1).filter_map(|row| reversed(row, "Error")).collect();
        assert_eq!(rows, [true], "the match is reversed");
        assert!((0..SIZE.1).filter_map(|row| reversed(row, "line")).all(|reversed| !reversed), "the rest is not");
    }
}

#[test]
fn the_pager_begins_at_the_line_at_the_top() {
    let mut model = settled(story(&[Act::Keys("Ctrl-G"), Act::Text("77"), Act::Keys("Enter")]));
    let now = model.now;
    let (chord, frame) = (Chord::parse("P").expect("a key"), model.frame);
    let effects = update(&mut model, now, Message::Key { chord, frame });
    assert_eq!(effects, [Effect::Pager { run: RunNo(1), line: 77 }]);
}
