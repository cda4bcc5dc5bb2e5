//! A release that made everything slow: its migration died on orphans, and its query reads a whole table.

use stanch::runbook::PhaseName::{Diagnose, Fix, Revert, Verify};

use crate::drill::{Drill, sees};

const ID: &str = "slow-after-release";

#[test]
fn a_slow_release_is_broken_as_the_runbook_says() {
    let mut drill = Drill::start(ID);
    let task = drill.run("deploy-task");
    assert!(!task.healthy && task.output.contains("ERROR 1452 (23000)"), "{}", task.output);
    assert_eq!(["FOUND_KEY", "FOUND_PARENT"].map(|name| drill.value(name)), ["account_id", "accounts"]);
    drill.expect(&["pending", "page"], false);
    assert_eq!(drill.value("DOWN"), "20200718153000");
    let list = drill.run("processlist");
    assert!(!list.healthy && list.output.contains("SELECT id, account_id FROM events WHERE token"), "{}", list.output);
    assert!(drill.value("THREADS").parse::<u32>().unwrap() >= 5, "{}", list.output);
    let orphans = drill.run("orphans");
    assert!(!orphans.healthy && sees(&orphans, "3 with account_id 999903"), "{}", orphans.output);
    assert_eq!(drill.value("ORPHANS"), "7");
    let explain = drill.run("explain");
    assert_eq!(explain.leads, ["revert", "fix"], "{}", explain.output);
    assert!(drill.value("ROWS").parse::<u32>().unwrap() > 100_000, "{}", explain.output);
    drill.expect(&["applies", "clean"], true);
    drill.quickly().expect(&["quick", "index-used", "no-orphans", "constraint-there", "migrated"], false);
}

#[test]
fn a_slow_release_heals_by_reverting_and_is_put_back_by_the_fix() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.work(Revert);
    let used = drill.run("index-used");
    assert!(used.output.contains("the release is out of service"), "{}", used.output);
    drill.expect(&["applies"], false); // it cannot be done twice, and that is said

    drill.work(Fix);
    assert_eq!(drill.value("WAS"), "out");
    let used = drill.run("index-used");
    assert!(used.output.contains("key: index_events_on_token"), "{}", used.output);
    drill.undo(Fix);
    drill.expect(&["quick", "calm"], true); // reverted again
    drill.undo(Revert);
    drill.quickly().expect(&["quick", "index-used", "migrated"], false);
}

#[test]
fn a_slow_release_heals_by_fixing_and_each_change_can_be_taken_back() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.work(Fix);
    assert_eq!(["WAS", "COUNT"].map(|name| drill.value(name)), ["in", "7"]);
    drill.expect(&["deploy-task", "pending", "page", "processlist", "orphans", "explain", "applies"], true);
    drill.undo(Fix);
    drill.quickly().expect(&["quick", "index-used", "no-orphans", "constraint-there", "migrated"], false);
    assert_eq!(drill.run("save").healthy.then(|| drill.value("COUNT")), Some("7"), "the orphans are back");
}

#[test]
fn a_sabotaged_fix_of_a_slow_release_is_seen() {
    let mut drill = Drill::start(ID);
    drill.script("sabotage");
    drill.expect(&["in-service", "save", "delete", "constraint", "index", "release", "tasks"], true); // it claims success
    drill.quickly().expect(&["index-used", "quick"], false);
    assert!(!drill.walk(Verify), "verify stays red");
}

#[test]
fn a_slow_release_leaves_nothing_behind() {
    Drill::start(ID).cleans_up();
    Drill::start(ID).ends_when_its_folder_vanishes();
}
