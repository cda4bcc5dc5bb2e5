//! Iris: everything slow after a release, on MariaDB and on PostgreSQL.

use crate::stage::Stage;

const MARIADB: &str = "slow-after-release";
const POSTGRESQL: &str = "slow-after-release-postgresql";

/// The exported postmortem.
fn postmortem(stage: &Stage) -> String {
    stage.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
    std::fs::read_to_string(stage.path("postmortem.md")).unwrap()
}

#[track_caller]
fn has_row(text: &str, parts: &[&str]) {
    let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(found, "no line with {parts:?} in:\n{text}");
}

fn heals_by_fixing(drill: &str) {
    let stage = Stage::new();
    let said = stage.loaded(&["drill", "--auto", drill, "--path", "fix"]);
    said.expect_code(0)
        .expect_line("found: The migration of the release died on rows whose account_id points to no row of accounts")
        .expect_line("found: 7 rows of events are orphans, and the foreign key cannot be made")
        .expect_line("found: There is no index on token of events")
        .expect_line("COUNT is \"7\"")
        .expect_line("fix index: as expected")
        .expect_line("fix tasks: as expected")
        .expect_line("status: resolved");
    let text = postmortem(&stage);
    has_row(&text, &["pointed to a cause", "are in the same query: SELECT id, account\\_id FROM events"]);
    has_row(&text, &["showed for the first time: The page takes more than a second"]);
    has_row(&text, &["showed for the first time: The index is being built"]);
    has_row(&text, &["showed for the first time: The page answers within a second"]);
    has_row(&text, &["ran *Build the index, while people go on* → exit 0, as expected"]);
    has_row(&text, &["**MITIGATED**"]);
    has_row(&text, &["**RESOLVED**"]);
    has_row(&text, &["| The query uses the index | exit 0, as expected"]);
    has_row(&text, &["- Revert was not entered."]);
    // Nobody says when the impact began, so that the timeline counts from the first entry; and the drill's time box is told.
    assert!(text.contains("T+ counts from the first event: when the impact started is unknown."), "{text}");
    has_row(&text, &["+00:00:00", "opened the session ", "Everything is slow after a release"]);
    has_row(&text, &["| diagnose |", "| 40 s"]);
    has_row(&text, &["| fix |", "| 1 h 00 m 00 s"]);
}

fn heals_by_reverting(drill: &str) {
    let stage = Stage::new();
    let said = stage.loaded(&["drill", "--auto", drill, "--path", "revert"]);
    said.expect_code(0)
        .expect_line("revert applies: as expected")
        .expect_line("revert revert-master: as expected")
        .expect_line("verify index-used: as expected")
        .expect_line("status: mitigated");
    let text = postmortem(&stage);
    has_row(&text, &["Readiness of the revert", "as expected"]);
    has_row(&text, &["ran *Revert master, and deploy* → exit 0"]);
    has_row(&text, &["**MITIGATED**"]);
    has_row(&text, &["| Resolved | unknown"]);
    assert!(text.contains("Revert \"Merge branch visits-by-token\""), "{text}");
}

fn sabotaged_is_code_1(drill: &str) {
    let stage = Stage::new();
    let said = stage.loaded(&["drill", "--auto", "--sabotage", drill]);
    said.expect_code(1).expect_line("fix index: as expected").expect_line("failed: index-used: ");
    has_row(&postmortem(&stage), &["The query uses the index", "not as expected"]);
}

#[test]
fn a_slow_release_heals_by_fixing() {
    heals_by_fixing(MARIADB);
}

#[test]
fn a_slow_release_heals_by_reverting() {
    heals_by_reverting(MARIADB);
}

#[test]
fn a_sabotaged_fix_of_a_slow_release_is_code_1() {
    sabotaged_is_code_1(MARIADB);
}

#[test]
fn a_slow_release_on_postgresql_heals_by_fixing() {
    heals_by_fixing(POSTGRESQL);
}

#[test]
fn a_slow_release_on_postgresql_heals_by_reverting() {
    heals_by_reverting(POSTGRESQL);
}

#[test]
fn a_sabotaged_fix_of_a_slow_release_on_postgresql_is_code_1() {
    sabotaged_is_code_1(POSTGRESQL);
}
