//! Databases left stopped after a move.

use crate::stage::{Said, Stage};

fn walk(stage: &Stage, arguments: &[&str]) -> Said {
    stage.stanch(&[&["drill", "--auto", "database-down-after-move"], arguments].concat())
}

/// The exported postmortem.
fn postmortem(stage: &Stage) -> String {
    stage.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
    std::fs::read_to_string(stage.path("postmortem.md")).unwrap()
}

#[track_caller]
fn has_row(text: &str, parts: &[&str]) {
    assert!(
        text.lines().any(|line| parts.iter().all(|part| line.contains(part))),
        "no line with {parts:?} in:\n{text}"
    );
}

#[test]
fn moved_databases_heal_by_fixing_and_the_outage_is_counted_from_the_evidence() {
    let stage = Stage::new();
    let said = walk(&stage, &["--path", "fix"]);
    said.expect_code(0)
        .expect_line("found: The user privatebin of MariaDB lost its rights, SELECT is denied")
        .expect_line("MODE is \"755\"")
        .expect_line("pg-since: found: impact started at ")
        .expect_line("mark: impact started")
        .expect_line("fix start: as expected")
        .expect_line("verify monitor: as expected")
        .expect_line("status: resolved");

    let text = postmortem(&stage);
    let time = |name: &str| -> chrono::DateTime<chrono::Utc> {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("  {name}: \""))).unwrap();
        line.trim_end_matches('"').parse().unwrap()
    };
    let stopped = regex::Regex::new(r"pg_control last modified: +\w+ (\w+ +\d+ [\d:]+ \d+) UTC").unwrap();
    let stopped = chrono::NaiveDateTime::parse_from_str(&stopped.captures(&text).unwrap()[1], "%b %e %H:%M:%S %Y");
    assert_eq!(time("impact_started"), stopped.unwrap().and_utc(), "as pg_controldata says");
    let impact = (time("mitigated") - time("impact_started")).num_seconds();
    has_row(&text, &["time_to_mitigate:", &format!("seconds: {impact} ")]);
    has_row(&text, &["Time to mitigate |", "mitigated − impact started"]);
    has_row(&text, &["+00:00:00", "**IMPACT BEGINS**"]);
    has_row(&text, &["told of the time: impact started", "pg_control last modified"]);
    has_row(&text, &["pointed to a cause", "was stopped cleanly", "database system is shut down"]);
    has_row(&text, &["**MITIGATED**"]);
    has_row(&text, &["| The monitoring sees both | exit 0, as expected"]);
    assert!(text.contains("- Revert was not entered."), "{text}");
}

#[test]
fn moved_databases_heal_by_reverting() {
    let stage = Stage::new();
    let said = walk(&stage, &["--path", "revert"]);
    said.expect_code(0)
        .expect_line("revert unchanged: as expected")
        .expect_line("revert back: as expected")
        .expect_line("revert bin-too: expected ^bin 2, saw bin 500")
        .expect_line("fix socket: as expected")
        .expect_line("verify enabled: as expected");
    let lines = said.lines.join("\n");
    assert!(
        !lines.contains("fix start: ") && !lines.contains("fix copy: "),
        "PostgreSQL is reverted, not fixed: {lines}"
    );
    let text = postmortem(&stage);
    has_row(&text, &["Readiness of the revert, 2 checks, all as expected"]);
    has_row(&text, &["ran *Take PostgreSQL back to the old directory* → exit 0"]);
    has_row(&text, &["| PostgreSQL runs on the directory that is configured | exit 0, as expected"]);
    assert!(text.contains("as configured") && text.contains("/var/lib/postgresql/main"), "{text}");
}

#[test]
fn a_sabotaged_fix_of_moved_databases_is_code_1() {
    let stage = Stage::new();
    let said = walk(&stage, &["--sabotage"]);
    said.expect_code(1).expect_line("fix start: as expected").expect_line("failed: pg-answers: ");
    has_row(&postmortem(&stage), &["PostgreSQL answers the application's user", "not as expected"]);
}
