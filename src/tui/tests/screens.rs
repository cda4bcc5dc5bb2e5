//! Named states at several sizes.

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::harness::{Act, runbook, work};
use super::world::{Script, World, script};
use crate::tui::model::{Model, RunbookRow, Screen, SessionRow};
use crate::tui::theme::Theme;
use crate::tui::view::view;

fn scripts() -> Vec<Script> {
    vec![
        script("curl -s -o", "500\n", 0),
        script("apt-get -s", "Inst mastodon\n", 0),
        Script {
            part: "journalctl",
            output: "Apr 30 14:33:40 alice bundle[72760]: method=POST status=500\nApr 30 14:33:41 alice bundle[72760]: ActiveModel::UnknownAttributeError\n",
            exit: None,
        },
    ]
}

fn model(acts: Vec<Act>) -> Model {
    let mut model = work(World::new(Some(runbook()), scripts()), (120, 40), acts).model;
    // The story ends with the terminal's end; the state before it is what is looked at.
    model.leaving = None;
    model.notice = None;
    model
}

/// In the middle of diagnose, one command running.
fn diagnosing() -> Model {
    model(vec![Act::Keys("Enter"), Act::Keys("Enter Enter"), Act::Pass(131)])
}

pub(super) fn drawn(model: &mut Model, size: (u16, u16), theme: Theme) -> TestBackend {
    model.size = size;
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal");
    terminal.draw(|frame| view(model, theme, frame)).expect("a frame");
    terminal.backend().clone()
}

#[test]
fn diagnosing_at_every_usual_size() {
    let mut model = diagnosing();
    for size in [(80, 24), (120, 40), (200, 50), (60, 15)] {
        let name = format!("diagnosing_{}x{}", size.0, size.1);
        assert_snapshot!(name, drawn(&mut model, size, Theme::mono()));
    }
}

#[test]
fn a_change_before_it_runs() {
    let mut model =
        model(vec![Act::Keys("Enter"), Act::Keys("g"), Act::Text("migrate Migrate"), Act::Keys("Enter Enter")]);
    assert_snapshot!("confirm_80x24", drawn(&mut model, (80, 24), Theme::mono()));
}

#[test]
fn the_library() {
    let mut model = model(vec![]);
    let session = SessionRow {
        id: "2022-04-30T1933Z-disk-7f3a".to_owned(),
        title: "The disk is full".to_owned(),
        severity: crate::runbook::Severity::parse("sev1"),
        status: "mitigated".to_owned(),
        opened: Some(super::world::time("2022-04-30T19:33:00Z")),
        driver: None,
        damaged: None,
    };
    let broken = RunbookRow {
        id: "certs".to_owned(),
        title: "A certificate ran out".to_owned(),
        origin: "./runbooks/certs.yaml".to_owned(),
        unusable: Some("it has 2 errors".to_owned()),
        problems: 2,
        ..RunbookRow::default()
    };
    let Screen::Library(library) = &mut model.screen else { panic!("the library") };
    let catalog = library.catalog.as_mut().expect("it was loaded");
    catalog.sessions.push(session);
    catalog.runbooks.push(broken);
    catalog.runbooks[0].alerts = vec!["MastodonHttp5xx".to_owned()];
    library.search();
    library.selected = 1;
    assert_snapshot!("library_80x24", drawn(&mut model, (80, 24), Theme::mono()));
    assert_snapshot!("library_120x40", drawn(&mut model, (120, 40), Theme::mono()));
}

#[test]
fn help_shows_every_action() {
    let mut model = model(vec![Act::Keys("Enter"), Act::Keys("?")]);
    assert_snapshot!("help_120x40", drawn(&mut model, (120, 40), Theme::mono()));
}

#[test]
fn colour_says_nothing_that_is_not_also_said_in_words() {
    let mut model = diagnosing();
    let text = |backend: &TestBackend| backend.to_string();
    let coloured = drawn(&mut model, (120, 40), Theme::coloured());
    let mono = drawn(&mut model, (120, 40), Theme::mono());
    assert_eq!(text(&coloured), text(&mono));
    let plain = mono.buffer().content().iter().all(|cell| {
        let own = |colour| colour == ratatui::style::Color::Reset;
        own(cell.fg) && own(cell.bg)
    });
    assert!(plain, "no colour where none is wanted");
}

#[test]
fn no_size_is_too_small() {
    let mut states = [
        diagnosing(),
        model(vec![]),
        model(vec![Act::Keys("Enter"), Act::Keys("?")]),
        model(vec![Act::Keys("Enter"), Act::Keys("Ctrl-P")]),
        model(vec![Act::Keys("Enter"), Act::Keys("m")]),
        model(vec![Act::Keys("Enter"), Act::Keys("n"), Act::Text("a note that is long enough to wrap")]),
        model(vec![Act::Keys("Enter"), Act::Keys("g"), Act::Text("wipe"), Act::Keys("Enter Enter")]),
        super::hosts::on_three(),
    ];
    for model in &mut states {
        // Where something begins or ceases to have room, every size; beyond that a few.
        for columns in (0..=24).chain([30, 40, 60]) {
            for rows in (0..=14).chain([20]) {
                drawn(model, (columns, rows), Theme::coloured());
            }
        }
    }
}

#[test]
fn many_open_sessions_leave_room_for_runbooks_and_are_told_apart() {
    let mut model = model(vec![]);
    let Screen::Library(library) = &mut model.screen else { panic!("the library") };
    let catalog = library.catalog.as_mut().expect("it was loaded");
    catalog.sessions = (0..15)
        .map(|number| SessionRow {
            id: format!("2022-04-30T1933Z-disk-{number:04}"),
            title: "The disk is full".to_owned(),
            severity: None,
            status: "investigating".to_owned(),
            opened: Some(super::world::time("2022-04-30T19:33:00Z")),
            driver: None,
            damaged: None,
        })
        .collect();
    library.search();
    library.selected = 14;
    let drawn = drawn(&mut model, (80, 24), Theme::mono()).to_string();
    assert!(drawn.contains("of 15") && drawn.contains("04-30 19:33Z 0014"), "{drawn}");
    assert!(drawn.contains("-- Runbooks --") && drawn.contains("mastodon-500"), "{drawn}");
}
