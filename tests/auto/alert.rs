//! Sessions that begin with an alert.

use std::io::Write as _;
use std::process::Stdio;

use stanch::runbook::Severity;
use stanch::session::entry::{Entry, When};
use stanch::session::event::{Event, Mark, Opened};

use crate::stage::{Said, Stage};

const BOOK: &str = "{stanch: 1, title: Books, severity: sev4, alerts: [ShopStatus500, Other], \
    diagnose: {steps: [{id: a, title: A, run: 'true'}]}}";

const POSTED: &str = r#"{
  "version": "4", "status": "firing", "externalURL": "http://am.example",
  "commonLabels": { "job": "shop" },
  "alerts": [{
    "status": "firing",
    "labels": { "alertname": "ShopStatus500", "severity": "critical" },
    "annotations": { "summary": "Orders answer 500", "description": "token is hunter2hunter2" },
    "startsAt": "2022-04-30T19:33:40.123Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "f1"
  }]
}"#;

/// A stage with the runbook and the alert.
fn stage() -> Stage {
    let stage = Stage::with(BOOK);
    stage.write("alert.json", POSTED);
    stage
}

fn opened(stage: &Stage) -> Opened {
    let Some(Event::Opened(opened)) = stage.events().into_iter().next() else { panic!("no beginning") };
    opened
}

fn detected(stage: &Stage) -> Option<When> {
    let is = |entry: &Entry| entry.event == Event::Marked { mark: Mark::Detected };
    stage.entries().into_iter().find(is).and_then(|entry| entry.happened)
}

/// Runs with the alert on standard input.
fn piped(stage: &Stage, arguments: &[&str], input: &[u8]) -> Said {
    let mut child = stage.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    // One that is refused before its end is not read to it.
    drop(child.stdin.take().unwrap().write_all(input));
    stage.end(child)
}

#[test]
fn an_alert_finds_its_runbook_and_says_when_and_how_bad() {
    let stage = stage();
    let said = stage.stanch(&["run", "--alert", "alert.json", "--auto"]);
    said.expect_code(0).expect_line("begun: Books (runbook book").expect_line("on the alert ShopStatus500");
    let opened = opened(&stage);
    assert_eq!((opened.title.as_str(), opened.severity), ("Books", Some(Severity(1))), "the title is the runbook's");
    assert_eq!(opened.services, ["shop"], "the runbook names none");
    let alert = opened.alert.unwrap();
    assert_eq!((alert.name.as_str(), alert.fingerprint.as_deref()), ("ShopStatus500", Some("f1")));
    assert_eq!(detected(&stage), Some(When::Exact("2022-04-30T19:33:40.123Z".parse().unwrap())));
    let export = stage.stanch(&["export", "last"]);
    export.expect_code(0);
    let row = export.lines.iter().find(|line| line.contains("The alert `ShopStatus500` fired"));
    assert!(row.is_some(), "{:#?}", export.lines);
}

#[test]
fn an_alert_comes_by_a_pipe_and_what_is_said_by_hand_comes_first() {
    let stage = stage();
    let book = BOOK.replace("title: Books", "title: Books, services: [orders]").replace("severity: sev4, ", "");
    stage.write("runbooks/book.yaml", &book);
    let detection = "2022-04-30T19:00:00Z";
    let said = piped(
        &stage,
        &["run", "book", "--alert", "-", "--auto", "--detected", detection],
        POSTED.replace("critical", "none").as_bytes(),
    );
    said.expect_code(0);
    let opened = opened(&stage);
    assert_eq!((opened.services, opened.severity), (vec!["orders".to_owned()], None));
    assert_eq!(detected(&stage), Some(When::Exact(detection.parse().unwrap())));
}

#[test]
fn no_secret_comes_into_the_record_with_an_alert() {
    let stage = stage();
    stage.write("runbooks/book.yaml", &BOOK.replace("alerts:", "vars: { TOKEN: { secret: true } }, alerts:"));
    let mut command = stage.command(&["run", "--alert", "alert.json", "--auto"]);
    let child = command.env("STANCH_VAR_TOKEN", "hunter2hunter2").spawn().unwrap();
    stage.end(child).expect_code(0);
    stage.assert_nowhere("hunter2hunter2");
    assert_eq!(opened(&stage).alert.unwrap().annotations["description"], "token is [secret TOKEN]");
}

#[test]
fn with_several_runbooks_one_is_asked_for_and_with_none_it_is_said_how_to_begin() {
    let stage = stage();
    stage.write("runbooks/second.yaml", BOOK);
    let said = stage.stanch(&["run", "--alert", "alert.json", "--auto"]);
    said.expect_code(2).expect_err("2 name the alert").expect_err("stanch run book").expect_err("stanch run second");
    stage.write("alert.json", &POSTED.replace("ShopStatus500", "Unheard"));
    stage.write("runbooks/broken.yaml", "{stanch: 1}");
    let said = stage.stanch(&["run", "--alert", "alert.json", "--auto"]);
    said.expect_code(3).expect_err("could not find a runbook for the alert \"Unheard\"");
    said.expect_err("stanch start --alert").expect_err("a runbook with errors was not asked");
    stage.stanch(&["run", "--auto"]).expect_code(2).expect_err("required");
    assert!(stage.sessions().is_empty(), "nothing was begun");
}

#[test]
fn an_alert_that_cannot_be_taken_begins_nothing() {
    let stage = stage();
    for (text, part) in [
        ("{\n \"alerts\": [{\"labels\": []}]}", "alert.json:2:"),
        (&POSTED.replace("firing", "resolved"), "its alert is not firing any more"),
        (&POSTED.replace("\"4\"", "\"5\""), "version 4"),
    ] {
        stage.write("alert.json", text);
        let said = stage.stanch(&["run", "book", "--alert", "alert.json", "--auto"]);
        said.expect_code(3).expect_err("could not take an alert from").expect_err(part).expect_err("hint: ");
    }
    let said = stage.stanch(&["run", "book", "--alert", "nowhere.json", "--auto"]);
    said.expect_code(3).expect_err("nowhere.json: No such file");
    let huge = vec![b'['; 50 << 20];
    piped(&stage, &["run", "--alert", "-", "--auto"], &huge).expect_code(3).expect_err("longer than 4 MiB");
    let said = stage.stanch(&["start", "--alert", "-"]);
    said.expect_code(3).expect_err("standard input:1:1: EOF");
    assert!(stage.sessions().is_empty(), "nothing was begun");
}
