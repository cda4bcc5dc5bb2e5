//! Hachyderm, 2022-04-30: it began before anyone looked, and nobody wrote down when it ended.

use super::fixture::{Journal, Ran};
use crate::postmortem::{Length, markdown, merge};
use crate::runbook::{Lead, PhaseName, Runbook, Severity, parse};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, MoveCause, Opened, RunbookRef, Source, Tag};
use crate::session::excerpt::{Excerpt, ExcerptLine};

const ERROR: &str = "Apr 30 14:33:40 alice bundle[72760]: [1972fa6d] method=POST path=/api/v1/statuses status=500 \
                     error='ActiveModel::UnknownAttributeError: unknown attribute 'ordered_media_attachment_ids' for Status.'";

pub(in crate::postmortem) fn runbook() -> Runbook {
    let parsed = parse("mastodon-status-500", include_str!("hachyderm.yaml"));
    let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.clone()).collect();
    parsed.runbook.unwrap_or_else(|| panic!("the fixture is a runbook: {problems:?}"))
}

fn step(id: &str, attempt: u32) -> Ran {
    Ran::step(id, attempt, runbook().step(id).and_then(|(_, step)| step.command()).map_or("", |command| &command.run))
}

/// The incident as it would have been worked with the runbook: nobody marks an end.
pub(in crate::postmortem) fn journal() -> Journal {
    let mut journal = Journal::new("nova@alice", "2022-04-30");
    let opened = Opened {
        title: "Mastodon answers 500 after an upgrade".to_owned(),
        runbook: Some(RunbookRef {
            id: "mastodon-status-500".to_owned(),
            origin: "bundled".to_owned(),
            sha256: "c0ffee".repeat(10) + "c0ff",
        }),
        severity: Severity::parse("sev2"),
        services: vec!["mastodon-web".to_owned(), "mastodon-streaming".to_owned()],
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "-05:00".to_owned(),
        version: "0.1.0".to_owned(),
    };
    journal.add("19:36:00.050", Event::Opened(opened));
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: "alice".to_owned(), version: "0.1.0".to_owned() };
    journal.add("19:36:00.060", attached);
    let detected = When::Exact(journal.time("19:34:04"));
    journal.happened("19:36:00.070", detected, Event::Marked { mark: Mark::Detected });
    journal.add("19:36:00.080", Event::Marked { mark: Mark::Acknowledged });
    let default = |name: &str, value: &str| Event::VariableSet {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        source: Source::Default,
    };
    journal.add("19:36:00.090", default("OLD", "3.4.6"));
    let moved = |to: &str, phase, because| Event::Moved { to: Some(to.to_owned()), phase, because };
    let passed = |step: &str| MoveCause::Passed(step.to_owned());
    journal.add("19:36:00.100", moved("health", PhaseName::Diagnose, MoveCause::Start));
    journal.run("19:36:10", step("health", 1).printed("200\n"));
    let failed = step("post", 1).unhealthy(0, "expected ^200, saw 500");
    journal.run("19:36:40", failed.printed("500\n"));
    journal.add("19:36:41", moved("logs", PhaseName::Diagnose, MoveCause::Failed("post".to_owned())));
    let logs = journal.run("19:37:02", step("logs", 1).took(1_200).printed(&format!("{ERROR}\n")));
    let line = |text: String, cut| ExcerptLine { text, cut };
    let excerpt = Excerpt {
        head: vec![line(ERROR.to_owned(), 0), line("long ".repeat(4), 998_000)],
        tail: vec![line("\u{1b}[31mlast line\u{1b}[0m".to_owned(), 0)],
        omitted_lines: 812_344,
        omitted_bytes: 12_345_678,
        bytes: 13_400_000,
        drawn: false,
    };
    journal.excerpts.of.insert(logs, excerpt);
    journal.add(
        "19:37:03.300",
        Event::SignSeen {
            run: logs,
            step: "logs".to_owned(),
            sign: 0,
            finding: Some("The code needs ordered_media_attachment_ids on Status, the schema lacks it".to_owned()),
            go: vec![Lead::Phase(PhaseName::Revert), Lead::Phase(PhaseName::Fix)],
            line: 1,
            text: ERROR.to_owned(),
            evidence: None,
        },
    );
    let first = When::Exact(journal.time("19:33:40"));
    journal.happened("19:38:10", first, Event::Marked { mark: Mark::ImpactStarted });
    let streaming = When::Exact(journal.time("19:09:29"));
    let text = "mastodon-streaming went down: Error: Cannot find module '/var/lib/mastodon/streaming'".to_owned();
    journal.happened("19:39:00", streaming, Event::Note { tag: Tag::Plain, text });
    let table = "The missing status_edits table is not it: the error names Status".to_owned();
    journal.add("19:41:00", Event::Note { tag: Tag::DeadEnd, text: table });
    journal.add("19:41:30", moved("snapshot", PhaseName::Fix, MoveCause::Sign("logs".to_owned())));
    journal.run("19:41:40", step("snapshot", 1).took(6_400).printed("zfs snapshot -r data@2022-04-30_19.41.41--1m\n"));
    journal.add("19:41:47", moved("migrate", PhaseName::Fix, passed("snapshot")));
    let killed = "rails aborted!\nPG::ConnectionBad\n";
    journal.run(
        "19:42:00",
        step("migrate", 1).changing().took(3_000).unhealthy(1, "expected exit 0, got 1").printed(killed),
    );
    journal
        .run("19:43:00", step("migrate", 2).changing().took(95_000).printed("== 20220316233212: migrated (0.0109s)\n"));
    journal.add("19:44:36", moved("migrated", PhaseName::Verify, MoveCause::VerifyFirst("migrate".to_owned())));
    journal.run("19:44:40", step("migrated", 1).printed("   up     20220316233212\n"));
    journal.add("19:44:41", moved("reload", PhaseName::Fix, passed("migrated")));
    journal.run("19:44:50", step("reload", 1).changing().took(2_100));
    journal.add("19:44:53", moved("posts", PhaseName::Verify, MoveCause::VerifyFirst("reload".to_owned())));
    for (attempt, clock) in [(1, "19:44:55"), (2, "19:45:01"), (3, "19:45:07")] {
        journal.run(clock, step("posts", attempt).unhealthy(22, "expected exit 0, got 22"));
    }
    journal.run("19:45:13", step("posts", 4).printed("200\n"));
    journal.add("20:10:00", Event::Left { note: Some("Streaming is still down; going on after dinner".to_owned()) });
    journal
}

#[test]
fn hachyderm_as_markdown() {
    insta::assert_snapshot!(journal().markdown(Some(&runbook())));
}

#[test]
fn an_end_that_nobody_marked_is_unknown_and_never_nought() {
    let document = journal().document(Some(&runbook()));
    for key in ["time_to_mitigate", "time_to_resolve"] {
        let metric = document.front.metrics.iter().find(|metric| metric.key == key).expect(key);
        assert!(matches!(&metric.value, Length::Unknown(missing) if missing.len() == 1), "{key}: {:?}", metric.value);
        assert!(metric.value.words().starts_with("unknown (not marked: "), "{}", metric.value.words());
    }
}

#[test]
fn what_led_up_to_it_counts_backwards() {
    let rows = journal().written_rows(Some(&runbook()));
    assert!(rows[0].starts_with("| 19:09:29 | −00:24:11 | – |"), "{}", rows[0]);
    assert!(rows.iter().any(|row| row.starts_with("| 19:33:40 | +00:00:00 | – | **IMPACT BEGINS**")), "{rows:#?}");
    assert!(rows.iter().any(|row| row.starts_with("| 19:34:04 | +00:00:24 | – | **DETECTED**")), "{rows:#?}");
}

#[test]
fn tries_of_an_until_are_one_row() {
    let rows = journal().written_rows(Some(&runbook()));
    let posts: Vec<_> = rows.iter().filter(|row| row.contains("Posts get through")).collect();
    assert_eq!(posts.len(), 1, "{rows:#?}");
    assert!(posts[0].contains("→ at try 4: exit 0"), "{}", posts[0]);
}

#[test]
fn the_draft_waits_for_a_person_and_says_where() {
    let text = journal().markdown(Some(&runbook()));
    let open: Vec<_> = markdown::open_prompts(&text).collect();
    assert!(!open.is_empty());
    for (number, line) in open {
        assert_eq!(text.lines().nth(number - 1), Some(line));
    }
}

#[test]
fn a_file_knows_whether_a_person_has_worked_on_it() {
    let text = journal().markdown(Some(&runbook()));
    assert!(merge::is_untouched(&text));
    assert!(!merge::is_untouched(&text.replacen("TODO", "Done", 1)));
    assert!(!merge::is_untouched(&format!("{text}\nAdded by hand.\n")));
    assert!(!merge::is_untouched(""));
    assert!(!merge::is_untouched("<!-- stanch: sections\né="));
}

#[test]
fn front_matter_is_yaml() {
    let text = journal().markdown(Some(&runbook()));
    let yaml = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")).expect("front matter").0;
    let value: serde_json::Value = serde_yaml::from_str(yaml).expect("YAML");
    assert_eq!(value["title"], "Mastodon answers 500 after an upgrade");
    assert_eq!(value["durations"]["time_to_detect"]["seconds"], 24);
    assert!(value["durations"]["time_to_resolve"].is_null());
    assert_eq!(value["services"][1], "mastodon-streaming");
}
