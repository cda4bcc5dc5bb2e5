//! The data is what the document says, and the same bytes every time.

use serde_json::Value;

use crate::postmortem::Document;
use crate::postmortem::markdown;
use crate::postmortem::tests::fixture::Journal;
use crate::postmortem::tests::{hachyderm, lama};
use crate::session::event::{Event, Tag};

fn value(document: &Document) -> Value {
    let text = super::render(document);
    assert_eq!(text, super::render(document));
    assert!(super::is_ours(&text));
    serde_json::from_str(&text).unwrap()
}

fn section<'a>(value: &'a Value, name: &str) -> &'a Value {
    let mut sections = value["sections"].as_array().unwrap().iter();
    sections.find(|section| section["section"] == name).unwrap()
}

#[test]
fn the_data_of_lama() {
    insta::assert_snapshot!(super::render(&lama::journal().document(None)));
}

#[test]
fn times_and_durations_say_how_well_they_are_known() {
    let data = value(&lama::journal().document(None));
    assert_eq!(data["stanch_postmortem"], 1);
    assert_eq!(data["key_times"]["impact_started"]["precision"], "exact");
    assert_eq!(data["key_times"]["impact_started"]["at"], "2019-03-01T02:22:11Z");
    assert_eq!(data["key_times"]["detected"]["precision"], "about");
    let metric = |key: &str| {
        let metrics = data["metrics"].as_array().unwrap();
        metrics.iter().find(|metric| metric["key"] == key).unwrap()["value"].clone()
    };
    let mitigate = metric("time_to_mitigate");
    assert_eq!((&mitigate["precision"], &mitigate["seconds"]), (&"exact".into(), &66_322.into()));
    assert_eq!(mitigate["iso8601"], "PT18H25M22S");
    assert_eq!(metric("time_to_detect")["precision"], "about");
    let commands = section(&data, "commands")["commands"].clone();
    assert_eq!((&commands[0]["took"]["seconds"], &commands[0]["took"]["iso8601"]), (&0.4.into(), &"PT0.4S".into()));

    let data = value(&hachyderm::journal().document(Some(&hachyderm::runbook())));
    assert_eq!(data["key_times"]["resolved"]["precision"], "unknown");
    let resolve = data["metrics"].as_array().unwrap().iter().find(|metric| metric["key"] == "time_to_resolve").unwrap();
    assert_eq!(resolve["value"]["not_marked"][0], "resolved");
}

#[test]
fn what_waits_for_a_person_is_data_under_its_heading() {
    let document = lama::journal().document(None);
    let data = value(&document);
    let todo = data["todo"].as_array().unwrap();
    assert_eq!(todo.len(), markdown::open_prompts(&markdown::render(&document)).count());
    assert_eq!(todo[0]["heading"], "Summary");
    assert!(todo[0]["question"].as_str().unwrap().starts_with("In one or two sentences"), "{todo:#?}");
}

#[test]
fn what_hides_in_text_is_there_and_is_not_shown() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    let text = "\u{202e}gnp.exe \u{9b}31m \u{1b}[2J \u{e0041} é";
    journal.open("08:00:00", text, &[]);
    journal.add("08:01:00", Event::Note { tag: Tag::Todo, text: text.to_owned() });
    let written = super::render(&journal.document(None));
    assert!(written.chars().all(|char| char == '\n' || !char.is_control() && !"\u{202e}\u{e0041}".contains(char)));
    let data = value(&journal.document(None));
    assert_eq!((&data["title"], &section(&data, "actions")["actions"][0]["text"]), (&text.into(), &text.into()));
}

#[test]
fn other_data_is_not_taken_for_ours() {
    for other in [
        "",
        "{}",
        "[]",
        "{\"a\": 1, \"stanch_postmortem\": 1}",
        "{\"stanch_postmortem\": 1",
        "{\"stanch_postmortem\": \"x\"}",
    ] {
        assert!(!super::is_ours(other), "{other}");
    }
}
