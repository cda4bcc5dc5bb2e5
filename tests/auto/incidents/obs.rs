//! openSUSE's deployment that could not be reverted.

use crate::stage::Stage;

const ID: &str = "deploy-cannot-be-reverted";

/// The postmortem of the walk; a line of it holds all of these parts, for each of the rows.
#[track_caller]
fn expect_rows(stage: &Stage, rows: &[&[&str]]) {
    stage.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
    let text = std::fs::read_to_string(stage.path("postmortem.md")).unwrap();
    for parts in rows {
        let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "no line with {parts:?} in:\n{text}");
    }
}

#[test]
fn the_build_service_heals_by_fixing() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", ID, "--path", "fix"]);
    said.expect_code(0)
        .expect_line("revert old-package: found: No revert by package: 2.9.1 needs rubygem-xmlhash (= 1.3.6)")
        .expect_line("CLASS is \"BsRequestAction\"")
        .expect_line("fix try: as expected")
        .expect_line("fix install: as expected")
        .expect_line("verify queue")
        .expect_line("status: resolved");
    expect_rows(
        &stage,
        &[
            &["**IMPACT BEGINS**"],
            &["Readiness of the revert: “Could the old package be installed?”", "not as expected"],
            &["pointed to a cause: No revert by package: 2.9.1 needs rubygem-xmlhash (= 1.3.6)"],
            &["“Do requests reach the application?”", "not as expected", "saw no output"],
            &["pointed to a cause: The release does not boot with eager loading", "superclass mismatch"],
            &["ran *Install the package of 2.9.3* → exit 0, as expected"],
            &["**MITIGATED**"],
            &["**RESOLVED**"],
            &["- Revert was not entered."],
            &["| The queue is worked off | exit 0, as expected"],
            &["| Mail goes out again | exit 0, as expected"],
        ],
    );
}

#[test]
fn the_build_service_heals_by_reverting_by_hand() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", ID, "--path", "revert"]);
    said.expect_code(0)
        .expect_line("revert way: By hand")
        .expect_line("revert by-hand: as expected")
        .expect_line("verify web-open: as expected")
        .expect_line("revert workers-old: as expected")
        .expect_line("status: mitigated");
    expect_rows(
        &stage,
        &[
            &["answered “Which way back?”: By hand"],
            &["ran *Put the files of 2.9.1 in service* → exit 0, as expected"],
            &["obs-delayedjob.service is down as well, so what it should do piles up"],
            &["ran *Start the workers again* → exit 0, as expected"],
            &["| Resolved | unknown"],
        ],
    );
}

#[test]
fn a_sabotaged_fix_of_the_build_service_is_code_1() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "--sabotage", ID]);
    said.expect_code(1).expect_line("fix install: as expected").expect_line("failed: app: ");
}
