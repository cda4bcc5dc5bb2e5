//! The rules of rows, one by one.

use chrono::TimeDelta;

use super::fixture::{Journal, Ran, events};
use super::hachyderm;
use crate::postmortem::{Evidence, Marker, Row};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Status, Tag};
use crate::session::run::RunNo;

fn note(text: &str) -> Event {
    Event::Note { tag: Tag::Plain, text: text.to_owned() }
}

#[test]
fn rows_are_sorted_by_when_it_happened_and_ties_by_the_journal() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Order", &[]);
    let earlier = When::Exact(journal.time("07:59:00"));
    journal.add("08:01:00", note("third"));
    journal.add("08:01:00", note("fourth"));
    journal.happened("08:02:00", earlier, note("first"));
    let order: Vec<u64> = events(&journal.timeline(None)).iter().map(|row| row.seq).collect();
    assert_eq!(order, [5, 1, 3, 4]);
}

#[test]
fn checks_that_hold_stand_in_one_row_and_a_gap_parts_them() {
    let runbook = hachyderm::runbook();
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Checks", &[]);
    for (clock, step) in [("08:00:10", "health"), ("08:00:20", "post"), ("08:00:30", "logs"), ("08:15:00", "units")] {
        journal.run(clock, Ran::step(step, 1, "true"));
    }
    let timeline = journal.timeline(Some(&runbook));
    let runs = |row: &Row| match row {
        Row::Event(row) => row.evidence.iter().filter(|evidence| matches!(evidence, Evidence::Run(_))).count(),
        Row::Gap(_) => 100,
    };
    assert_eq!(timeline.rows.iter().map(runs).collect::<Vec<_>>(), [0, 3, 100, 1]);
    let rows = journal.written_rows(Some(&runbook));
    assert!(rows[1].contains("ran 3 checks, all as expected: "), "{}", rows[1]);
    assert!(rows[1].ends_with("| run 0001 to run 0003 |"), "{}", rows[1]);
}

#[test]
fn what_was_not_as_expected_always_has_a_row() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Checks", &[]);
    journal.run("08:00:10", Ran::step("one", 1, "true"));
    journal.run("08:00:20", Ran::step("two", 1, "false").unhealthy(1, "expected exit 0, got 1"));
    journal.run("08:00:30", Ran::step("three", 1, "true"));
    journal.run("08:00:40", Ran::step("four", 1, "true").changing());
    journal.run("08:00:50", Ran::own("true").reading());
    assert_eq!(events(&journal.timeline(None)).len(), 1 + 5);
}

#[test]
fn every_marker_stands_once_and_the_last_mark_counts() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Marks", &[]);
    for clock in ["08:10:00", "08:20:00"] {
        journal.add(clock, Event::Marked { mark: Mark::Mitigated });
        journal.add(clock, Event::StatusChanged { status: Status::Mitigated });
    }
    journal.add("08:21:00", Event::Closed { note: None });
    journal.add("08:22:00", Event::Reopened);
    journal.add("08:23:00", Event::Closed { note: None });
    let timeline = journal.timeline(None);
    let markers: Vec<(u64, Marker)> = events(&timeline).iter().filter_map(|row| Some((row.seq, row.marker?))).collect();
    let severity = crate::runbook::Severity::parse("sev2").expect("a severity");
    assert_eq!(markers, [(1, Marker::Declared(severity)), (5, Marker::Mitigated), (9, Marker::Closed)]);
    // The status that a mark brings with it is no news.
    assert!(events(&timeline).iter().all(|row| ![4, 6].contains(&row.seq)));
}

#[test]
fn a_long_run_is_no_gap_and_after_the_end_there_is_none() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("09:30:00", "Dump", &[]);
    journal.run("09:30:10", Ran::own("pg_dump").took(38 * 60 * 1000));
    journal.add("10:09:00", Event::Closed { note: None });
    journal.add("12:00:00", note("A day later"));
    assert!(journal.timeline(None).rows.iter().all(|row| matches!(row, Row::Event(_))));
}

#[test]
fn a_gap_says_how_long_and_that_the_work_was_paused() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("13:30:00", "Pause", &[]);
    journal.add("13:44:00", Event::StatusChanged { status: Status::Paused });
    journal.add("16:03:00", Event::StatusChanged { status: Status::Investigating });
    let rows = journal.written_rows(None);
    assert_eq!(rows[1], "| | | | … 14 m with no recorded activity … | |");
    assert_eq!(rows[3], "| | | | … 2 h 19 m with no recorded activity, while paused … | |");
}

#[test]
fn over_two_days_every_row_has_its_date() {
    let mut journal = Journal::new("a@b", "2024-05-11");
    journal.open("23:50:00", "Night", &[]);
    let range = When::Between(journal.time("23:40:00"), journal.time("23:45:00"));
    journal.happened("23:55:00", range, note("Between"));
    journal.day("2024-05-12");
    journal.add("00:01:00", note("After midnight"));
    let rows = journal.written_rows(None);
    assert!(rows[0].starts_with("| 2024-05-11 23:40–23:45 | +00:00 |"), "{}", rows[0]);
    assert!(rows[0].contains("(recorded 23:55:00)"), "{}", rows[0]);
    assert!(rows[2].starts_with("| 2024-05-12 00:01:00 | +00:21:00 |"), "{}", rows[2]);
}

#[test]
fn a_run_without_an_end_is_told_as_it_is() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Ends", &[]);
    let lost = journal.start("08:00:10", Ran::step("one", 1, "migrate").changing());
    journal.add("08:05:00", Event::RunInterrupted { run: lost });
    journal.start("08:06:00", Ran::step("two", 1, "dump"));
    let rows = journal.written_rows(None).join("\n");
    assert!(rows.contains("→ interrupted, outcome unknown"), "{rows}");
    assert!(rows.contains("→ still running at the end of the record"), "{rows}");
    assert!(journal.markdown(None).contains("- Outcome unknown: run 0001\n"));
}

#[test]
fn a_long_note_is_cut_in_its_row_and_whole_in_the_appendix() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Notes", &[]);
    let long = format!("first line\n{}", "word ".repeat(100));
    journal.add("08:01:00", note(&long));
    let rows = journal.written_rows(None);
    assert!(rows[1].contains("noted: first line … | [entry 3](#entry-3) |"), "{}", rows[1]);
    let text = journal.markdown(None);
    assert!(text.contains(&format!("### Entry 3\n\n```text\nfirst line\n{}\n```\n", "word ".repeat(100).trim_end())));
}

#[test]
fn a_change_that_was_taken_back_is_a_dead_end() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Undo", &[]);
    let change = journal.run("08:00:10", Ran::step("flag", 1, "touch flag").changing());
    let undo = crate::session::run::Purpose::Undo { step: "flag".to_owned(), of: change };
    journal.run("08:01:10", Ran { purpose: undo, ..Ran::own("rm flag") });
    let text = journal.markdown(None);
    let ends = text.split("## Dead ends").nth(1).and_then(|text| text.split("\n## ").next()).expect("the section");
    assert!(ends.contains("taken back by run 0002"), "{ends}");
    assert_eq!(change, RunNo(1));
}

#[test]
fn words_that_blame_are_never_ours() {
    let runbook = hachyderm::runbook();
    let mut journal = hachyderm::journal();
    let last = journal.entries.last().expect("entries").at;
    journal.push(last + TimeDelta::seconds(1), Event::Overridden { rule: "r".to_owned(), reason: "s".to_owned() });
    let text = journal.markdown(Some(&runbook)).to_lowercase();
    for word in ["should", "failed to", "mistake", "human error", "outage", "just ", "simply"] {
        assert!(!text.contains(word), "{word:?} is in the record");
    }
}

/// A runbook with a readiness check and a step of fix that only reads.
fn with_ready() -> crate::runbook::Runbook {
    let text = "stanch: 1\ntitle: T\ndiagnose:\n  steps: [{ id: look, title: Look, run: 'true' }]\n\
        revert:\n  ready: [{ id: old, title: Is the old release there, run: 'true' }]\n  \
        steps: [{ id: back, title: Back, run: 'true' }]\n\
        fix:\n  steps: [{ id: dump, title: Dump first, effect: read, run: 'true' }, { id: go, title: Go, run: 'true' }]\n\
        verify:\n  steps: [{ id: holds, title: Holds, run: 'true' }]\n";
    crate::runbook::parse("t", text).runbook.expect("a runbook")
}

#[test]
fn a_readiness_check_is_nobodys_deed_and_belongs_to_the_phase_it_was_run_in() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Ready", &[]);
    let diagnose = crate::runbook::PhaseName::Diagnose;
    let because = crate::session::event::MoveCause::Start;
    journal.add("08:00:00", Event::Moved { to: None, phase: diagnose, because });
    let old = journal.run("08:00:10", Ran::step("old", 1, "true"));
    journal.add(
        "08:00:11",
        Event::SignSeen {
            run: old,
            step: "old".to_owned(),
            sign: 0,
            finding: Some("It is gone".to_owned()),
            go: Vec::new(),
            line: 1,
            text: "gone".to_owned(),
            evidence: None,
        },
    );
    journal.run("08:00:20", Ran::step("look", 1, "true"));
    let rows = journal.written_rows(Some(&with_ready()));
    assert_eq!(
        rows[1],
        "| 08:00:10 | +00:00:10 | diagnose | Readiness of the revert: *Is the old release there* → \
        exit 0, as expected, in 0.4 s | run 0001 |"
    );
    assert!(rows[2].contains("| diagnose |") && rows[2].contains("It is gone"), "{}", rows[2]);
    assert!(rows[3].contains("a@b ran *Look*"), "{}", rows[3]);
}

#[test]
fn a_step_of_fix_is_no_check_though_it_only_reads() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Dump", &[]);
    journal.run("08:00:10", Ran::step("dump", 1, "pg_dump"));
    let guard = crate::session::run::Purpose::Guard { step: "go".to_owned(), index: 0 };
    journal.run("08:00:20", Ran { purpose: guard, ..Ran::own("df").reading() });
    let rows = journal.written_rows(Some(&with_ready())).join("\n");
    assert!(!rows.contains("checks") && rows.contains("a@b ran *Dump first*"), "{rows}");
}

#[test]
fn t_plus_agrees_with_the_times_as_they_are_written() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("03:39:58.900", "Rounded", &[]);
    journal.add("03:40:28.100", note("later"));
    let earlier = When::Exact(journal.time("03:39:57.950"));
    journal.happened("03:41:00", earlier, note("first"));
    journal.add("03:42:00", Event::Marked { mark: Mark::ImpactStarted });
    journal.happened(
        "03:43:00",
        When::Exact(journal.time("03:39:58.900")),
        Event::Marked { mark: Mark::ImpactStarted },
    );
    let rows = journal.written_rows(None);
    assert!(rows[0].starts_with("| 03:39:57 | −00:00:01 |"), "{}", rows[0]);
    assert!(rows.iter().any(|row| row.starts_with("| 03:40:28 | +00:00:30 |")), "{rows:?}");
}

#[test]
fn marks_that_contradict_each_other_are_named_and_nothing_is_after_by_a_negative_time() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Marks", &[]);
    journal.add("08:10:00", Event::Marked { mark: Mark::Detected });
    journal.add("08:20:00", Event::Marked { mark: Mark::ImpactStarted });
    journal.add("08:30:00", Event::Marked { mark: Mark::Resolved });
    let text = journal.markdown(None);
    let line = "\nMarks that contradict each other: detected is marked 10 m 00 s before impact started; \
        resolved is marked, mitigated is not.\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("08:10:00 UTC, 10 m 00 s before the impact started."), "{text}");
    let after = text.lines().filter(|line| line.contains('−') && line.contains("after"));
    assert_eq!(after.count(), 0, "{text}");

    let range = When::Between(journal.time("08:00:00"), journal.time("08:05:00"));
    journal.happened("08:31:00", range, Event::Marked { mark: Mark::Mitigated });
    let text = journal.markdown(None);
    assert!(text.contains("mitigated is marked 15 m to 20 m before impact started"), "{text}");
    assert!(text.contains("for how long is unknown (mitigated is marked before impact started)"), "{text}");
    assert!(!hachyderm::journal().markdown(None).contains("contradict"));
}

#[test]
fn a_session_that_is_opened_again_stands_where_it_stood() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Again", &[]);
    journal.add("08:10:00", Event::Marked { mark: Mark::Resolved });
    journal.add("08:10:00", Event::StatusChanged { status: Status::Resolved });
    journal.add("08:11:00", Event::Closed { note: None });
    assert!(journal.markdown(None).contains("\nincident_status: closed\n"));
    journal.add("08:12:00", Event::Reopened);
    assert!(journal.markdown(None).contains("\nincident_status: resolved\n"));
}

#[test]
fn a_pattern_in_a_reason_reads_as_code() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Pattern", &[]);
    let seen = r"expected ^\d\d, saw a_b, saw *";
    journal.run("08:00:10", Ran { exit: crate::session::run::Exit::Code(0), ..Ran::own("x").unhealthy(0, seen) });
    let rows = journal.written_rows(None);
    assert!(rows[1].contains(r"expected `^\d\d`, saw a\_b, saw \* |"), "{}", rows[1]);
}

#[test]
fn what_was_typed_in_a_shell_is_told_one_by_one_and_proves_nothing() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Shell", &[]);
    let typed = |command: &str| Ran { purpose: crate::session::run::Purpose::Shell, ..Ran::own(command) };
    journal.run("08:00:10", typed("df -h"));
    journal.run("08:00:20", typed("grep -r nothing").unhealthy(1, "exit 1"));
    journal.add("08:00:30", Event::Marked { mark: Mark::Mitigated });
    let rows = journal.written_rows(None);
    assert!(rows[1].contains("a@b typed `df -h` in a shell → exit 0 in 0.4 s"), "{}", rows[1]);
    assert!(rows[2].contains("typed `grep -r nothing` in a shell → exit 1 in 0.4 s"), "{}", rows[2]);
    assert!(rows[3].contains("marked by a@b") && !rows[3].contains("after"), "{}", rows[3]);
    let text = journal.markdown(None);
    assert!(text.contains("| exit 1 | not said | typed in a shell | `grep -r nothing` |"), "{text}");
    let document = journal.document(None);
    let nothing = |section: &crate::postmortem::Section| match section {
        crate::postmortem::Section::Mitigation(mitigation) => mitigation.changes.is_empty(),
        crate::postmortem::Section::DeadEnds(ends) => ends.is_empty(),
        _ => true,
    };
    assert!(document.sections.iter().all(nothing), "no change, and no dead end");
}

#[test]
fn an_alert_that_opened_the_session_is_how_it_was_detected() {
    let mut journal = Journal::new("nova@alice", "2022-04-30");
    journal.open("19:36:00", "Mastodon answers 500", &["mastodon"]);
    if let Some(Event::Opened(opened)) = journal.entries.first_mut().map(|entry| &mut entry.event) {
        let alert = crate::session::alert::Alert { name: "MastodonHttp5xx".to_owned(), ..Default::default() };
        opened.alert = Some(Box::new(alert));
    }
    journal.happened("19:36:01", When::Exact(journal.time("19:34:04")), Event::Marked { mark: Mark::Detected });
    let text = journal.markdown(None);
    let sentence = "It was detected at 2022-04-30 19:34:04 UTC by monitoring: the alert `MastodonHttp5xx` fired.";
    assert!(text.contains(sentence), "{text}");
}

#[test]
fn the_point_of_no_return_is_told_where_it_was_passed() {
    let text = "{stanch: 1, title: T, fix: {steps: [{id: copy, title: Copy, run: cp}, \
                {id: open, title: Open, run: open, point_of_no_return: true}]}}";
    let parsed = crate::runbook::parse("move", text);
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("20:00:00", "Move", &[]);
    journal.run("20:01:00", Ran::step("copy", 1, "cp").changing());
    journal.run("20:02:00", Ran::step("open", 1, "open").changing());
    let rows = journal.written_rows(Some(&parsed.runbook.unwrap()));
    assert!(rows[1].contains("a@b ran *Copy* →"), "{}", rows[1]);
    assert!(rows[2].contains("a@b ran *Open*, the point of no return →"), "{}", rows[2]);
}
