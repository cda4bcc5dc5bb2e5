//! A session begun by an alert that comes through a pipe, worked with the keys of the terminal.

use stanch::session::event::Event;

use crate::play::{Play, Screen};
use crate::support::Terminal;

#[test]
fn an_alert_is_piped_in_and_the_keys_come_from_the_terminal() {
    let play = Play::new();
    play.write(
        "alert.json",
        r#"{"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "DiskFull", "severity": "page"},
            "annotations": {"summary": "The disk of db1 is full"}, "startsAt": "2022-04-30T19:33:40Z"}]}"#,
    );
    let mut command = play.home.command("sh");
    command.args(["-c", "cat alert.json | \"$1\" start --alert -", "sh", env!("CARGO_BIN_EXE_stanch")]);
    let screen = Screen(Terminal::start(&command, 24, 80));
    screen.see(&["The disk of db1 is full", "SEV-1"]);
    screen.press("n").answer(&["Note"], "typed by hand<enter>").see(&["typed by hand"]).press("q");
    screen.ended(0);
    let events = play.events();
    let Some(Event::Opened(opened)) = events.first() else { panic!("{events:?}") };
    assert_eq!(opened.title, "The disk of db1 is full");
    assert!(
        events.iter().any(|event| matches!(event, Event::Note { text, .. } if text == "typed by hand")),
        "{events:?}"
    );
}
