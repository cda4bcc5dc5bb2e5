//! Drills: broken, healed, cleaned up.

use std::path::PathBuf;

use rustix::process::Signal;
use stanch::runbook::PhaseName;
use stanch::session::event::Event;
use stanch::session::run::RunNo;

use crate::stage::{Stage, kill, supervisors, until};
use crate::support::{Ended, Terminal};

/// A drill that needs nothing and is healed by one step.
pub(crate) fn tiny(stage: &Stage, vars: &str, needs: &str) {
    stage.write(
        "runbooks/tiny/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {default: /srv/production}}, \
         fix: {steps: [{id: heal, title: Heal, run: 'rm \"$SITE/broken\"', effect: destroy}]}, \
         verify: {steps: [{id: whole, title: Whole, run: 'test ! -e \"$SITE/broken\"'}]}}",
    );
    stage.write("runbooks/tiny/drill/drill.yaml", needs);
    stage.write("runbooks/tiny/drill/break", &format!("echo breaking\ntouch \"$DRILL/broken\"\n{vars}\n"));
    stage.write("runbooks/tiny/drill/clean", "rm -f \"$DRILL\"/*\n");
}

pub(crate) const VARS: &str = "echo \"SITE=$DRILL\" > \"$DRILL/vars.env\"";

/// Folders of drills that are still there.
pub(crate) fn places(stage: &Stage) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(stage.home.root().join("tmp")).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    folders.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("stanch-drill-")).collect()
}

#[test]
fn the_drill_that_needs_nothing_heals_by_fixing() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "status-500"]);
    said.expect_code(0).expect_line("fix migrate: as expected").expect_line("status: resolved").expect_line("closed");
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn the_drill_that_needs_nothing_heals_by_reverting() {
    let stage = Stage::new();
    stage.stanch(&["drill", "--auto", "--path", "revert"]).expect_code(0).expect_line("revert back: as expected");
}

#[test]
fn a_sabotaged_drill_is_code_1() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "--sabotage", "status-500"]);
    said.expect_code(1).expect_line("failed: answers: ");
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn the_outage_of_hachyderm_heals_by_fixing() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "mastodon-status-500", "--path", "fix"]);
    said.expect_code(0)
        .expect_line("COLUMN is \"ordered_media_attachment_ids\"")
        .expect_line("fix migrate: as expected");
}

#[test]
fn the_outage_of_hachyderm_heals_by_reverting() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "mastodon-status-500", "--path", "revert"]);
    said.expect_code(0).expect_line("revert back: as expected").expect_line("verify posts: as expected");
}

#[test]
fn in_a_drill_what_is_destroyed_may_be_destroyed_alone() {
    let stage = Stage::new();
    tiny(&stage, VARS, "paths: [fix]");
    stage.stanch(&["drill", "tiny", "--auto"]).expect_code(0).expect_line("fix heal: as expected");
}

#[test]
fn a_variable_the_drill_forgot_is_an_error_though_it_has_a_default() {
    let stage = Stage::new();
    tiny(&stage, ": > \"$DRILL/vars.env\"", "paths: [fix]");
    stage.stanch(&["drill", "tiny", "--auto"]).expect_code(3).expect_err("yields no value for SITE");
    assert!(stage.sessions().is_empty());
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn what_is_missing_is_named_before_anything_is_touched() {
    let stage = Stage::new();
    tiny(&stage, VARS, "needs: [{ command: no-such-program, package: no-such-package }]");
    let said = stage.stanch(&["drill", "tiny", "--auto"]);
    said.expect_code(5).expect_err("no-such-program (in Debian's package no-such-package)");
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn what_a_failing_break_printed_is_shown() {
    let stage = Stage::new();
    tiny(&stage, "echo it does not break >&2; exit 3", "paths: [fix]");
    stage
        .stanch(&["drill", "tiny", "--auto"])
        .expect_code(1)
        .expect_err("the drill's break")
        .expect_err("it does not break");
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn an_interrupted_drill_is_cleaned_up() {
    let stage = Stage::new();
    tiny(&stage, &format!("{VARS}; mkfifo \"$DRILL/go\"; cat \"$DRILL/go\""), "paths: [fix]");
    let child = stage.command(&["drill", "tiny", "--auto"]).spawn().unwrap();
    until("it is being broken", || places(&stage).iter().any(|place| place.join("d/go").exists()));
    kill(child.id(), "INT");
    stage.end(child).expect_code(1).expect_err("it was interrupted");
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn drills_are_listed() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--list"]);
    said.expect_code(0).expect_line("Orders answer 500 after an upgrade (bundled)");
}

#[test]
fn a_drill_left_on_the_screen_is_closed_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let terminal = Terminal::start(stage.home.stanch().arg("drill"), 30, 110);
    terminal.wait_text("Is the service alive?");
    // A key counts only against what was drawn before it; on a loaded machine that may take a second one.
    until("the first step is over", || {
        terminal.send("<enter>");
        stage.events().iter().any(|event| matches!(event, Event::RunEnded(_)))
    });
    assert!(!supervisors(&stage.home.data()).is_empty());
    terminal.kill(Signal::TERM);
    assert_eq!(terminal.ended(), Ended::Code(143));
    assert!(matches!(stage.events().last(), Some(Event::Closed { .. })), "{:?}", stage.events().last());
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
    until("the supervisors are gone", || supervisors(&stage.home.data()).is_empty());
}

#[test]
fn a_drill_reaches_nothing_that_is_not_its_own() {
    let stage = Stage::new();
    tiny(&stage, VARS, "needs: []");
    stage.write(
        "runbooks/tiny/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {default: /srv/production}}, hosts: {db: 'ssh://postgres@db.production'}, \
         diagnose: {steps: [{id: look, title: Look, on: db, \
         run: 'echo \"$SITE ${PGHOST-none} ${KUBECONFIG-none} ${STANCH_VAR_SITE-none} on $(uname -n)\" >\"$SITE/seen\"; cat \"$SITE/seen\"'}]}}",
    );
    let mut command = stage.command(&["drill", "tiny", "--auto"]);
    command.env("PGHOST", "db.production").env("KUBECONFIG", "/etc/production").env("SITE", "/srv/other");
    let said = stage.end(command.env("STANCH_VAR_SITE", "/srv/production").spawn().unwrap());
    said.expect_code(0);
    let seen = std::fs::read_to_string(stage.session().run(RunNo(1)).join("output")).unwrap();
    assert!(seen.contains("/d none none none on "), "{seen}");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert!(seen.trim_end().ends_with(host.trim()), "{seen}");
    // A value cannot be had from the command line at all.
    stage.stanch(&["drill", "tiny", "--auto", "--var", "SITE=/srv/production"]).expect_code(2).expect_err("--var");
}

#[test]
fn the_command_of_a_variable_is_not_run_in_a_drill() {
    let stage = Stage::new();
    tiny(&stage, ": > \"$DRILL/vars.env\"", "needs: []");
    stage.write(
        "runbooks/tiny/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {from: 'touch production; echo x'}}, \
         diagnose: {steps: [{id: look, title: Look, run: 'echo $SITE'}]}}",
    );
    stage.stanch(&["drill", "tiny", "--auto"]).expect_code(3).expect_err("yields no value for SITE");
    assert!(!stage.path("production").exists());
}

#[test]
fn the_time_boxes_of_a_drill_stand_in_for_the_runbooks_and_are_on_record() {
    let stage = Stage::new();
    tiny(&stage, VARS, "paths: [fix]\ntime_boxes: { fix: 20s }");
    let said = stage.stanch(&["drill", "tiny", "--auto"]);
    said.expect_code(0).expect_line("time boxes of the drill: fix 20 s");
    let opened = stage.events().into_iter().find_map(|event| match event {
        Event::Opened(opened) => Some(opened),
        _ => None,
    });
    assert_eq!(opened.unwrap().time_boxes, [(PhaseName::Fix, 20_000)]);
    let told = stage.stanch(&["export", "last"]);
    told.expect_code(0);
    assert!(told.out.contains("; time boxes of the drill: fix 20 s"), "{}", told.out);
    assert!(told.out.contains("| 20 s"), "{}", told.out);
}

#[test]
fn what_is_wrong_with_a_plan_is_told_with_its_place() {
    let stage = Stage::new();
    tiny(&stage, VARS, "minutes: 10\npaths: [fix, revert]");
    let said = stage.stanch(&["drill", "tiny", "--auto"]);
    said.expect_code(3).expect_err("drill/drill.yaml:2:14").expect_err("the runbook has no steps in revert");
    assert!(stage.sessions().is_empty());
}
