//! A release that made everything slow: its migration died on orphans, and its query reads a whole table. On MariaDB and on
//! PostgreSQL.

use stanch::runbook::PhaseName::{Diagnose, Fix, Revert};

use crate::drill::{Drill, sees};

/// What the two databases have in common, and what their drills are told by.
struct Database {
    id: &'static str,
    /// In the log of the deploy task.
    error: &'static str,
    /// How many are in the same query.
    busy: &'static str,
    /// In the plan of the query once the index is used.
    used: &'static str,
}

const MARIADB: Database = Database {
    id: "slow-after-release",
    error: "ERROR 1452 (23000)",
    busy: "THREADS",
    used: "key: index_events_on_token",
};

const POSTGRESQL: Database = Database {
    id: "slow-after-release-postgresql",
    error: "ERROR:  insert or update on table \"events\" violates foreign key constraint",
    busy: "SESSIONS",
    used: "using index_events_on_token",
};

/// What all the fix brings, and with it gone.
const RED: [&str; 5] = ["quick", "index-used", "no-orphans", "constraint-there", "migrated"];

/// A drill of it, found to be broken as the runbook says. To break it takes half a minute, so that each goes a long way from there.
fn broken_as_the_runbook_says(database: &Database) -> Drill {
    let mut drill = Drill::start(database.id);
    let task = drill.run("deploy-task");
    assert!(!task.healthy && task.output.contains(database.error), "{}", task.output);
    assert_eq!(["FOUND_KEY", "FOUND_PARENT"].map(|name| drill.value(name)), ["account_id", "accounts"]);
    drill.expect(&["pending", "page"], false);
    assert_eq!(drill.value("DOWN"), "20200718153000");
    let list = drill.run("processlist");
    assert!(!list.healthy && list.output.contains("SELECT id, account_id FROM events WHERE token"), "{}", list.output);
    assert!(drill.value(database.busy).parse::<u32>().unwrap() >= 5, "{}", list.output);
    let orphans = drill.run("orphans");
    assert!(!orphans.healthy && sees(&orphans, "3 with account_id 999903"), "{}", orphans.output);
    assert_eq!(drill.value("ORPHANS"), "7");
    let explain = drill.run("explain");
    assert!(!explain.healthy, "{}", explain.output);
    assert_eq!(explain.leads, ["revert", "fix"], "{}", explain.output);
    drill.expect(&["applies", "clean"], true);
    drill.quickly().expect(&RED, false);
    drill
}

fn heals_by_reverting_and_is_put_back_by_the_fix(database: &Database) {
    let mut drill = Drill::start(database.id);
    drill.walk(Diagnose);
    drill.work(Revert);
    let used = drill.run("index-used");
    assert!(used.output.contains("the release is out of service"), "{}", used.output);
    drill.expect(&["applies"], false); // it cannot be done twice, and that is said

    drill.work(Fix);
    assert_eq!(drill.value("WAS"), "out");
    let used = drill.run("index-used");
    assert!(used.output.contains(database.used), "{}", used.output);
    drill.undo(Fix);
    drill.expect(&["quick", "calm"], true); // reverted again
    drill.undo(Revert);
    drill.quickly().becomes("quick", false);
    drill.expect(&["index-used", "migrated"], false);
    drill.ends_when_its_folder_vanishes();
}

fn heals_by_fixing_and_each_change_can_be_taken_back(mut drill: Drill) -> Drill {
    drill.work(Fix);
    assert_eq!(["WAS", "COUNT"].map(|name| drill.value(name)), ["in", "7"]);
    drill.expect(&["deploy-task", "pending", "page", "processlist", "orphans", "explain", "applies"], true);
    drill.undo(Fix);
    drill.quickly().expect(&RED, false);
    assert_eq!(drill.run("save").healthy.then(|| drill.value("COUNT")), Some("7"), "the orphans are back");
    drill
}

/// What a build of the index that was ended half-way leaves behind: a unique one, of values that are not.
fn an_index_that_was_left_invalid_is_built_anew(mut drill: Drill) -> Drill {
    let build =
        "psql -X -q -d \"$DB\" -c 'create unique index concurrently index_events_on_token on events (kind)' || true";
    assert!(drill.outside(build).contains("could not create unique index"), "it is left invalid");
    drill.expect(&["in-service", "save", "delete", "constraint", "index", "index-used"], true);
    drill
}

#[test]
fn a_slow_release_is_broken_as_told_heals_by_fixing_is_taken_back_and_leaves_nothing() {
    heals_by_fixing_and_each_change_can_be_taken_back(broken_as_the_runbook_says(&MARIADB)).cleans_up();
}

#[test]
fn a_slow_release_heals_by_reverting_and_is_put_back_by_the_fix() {
    heals_by_reverting_and_is_put_back_by_the_fix(&MARIADB);
}

#[test]
fn a_slow_release_on_postgresql_is_broken_as_told_heals_by_fixing_is_taken_back_and_leaves_nothing() {
    let drill = heals_by_fixing_and_each_change_can_be_taken_back(broken_as_the_runbook_says(&POSTGRESQL));
    an_index_that_was_left_invalid_is_built_anew(drill).cleans_up();
}

#[test]
fn a_slow_release_on_postgresql_heals_by_reverting_and_is_put_back_by_the_fix() {
    heals_by_reverting_and_is_put_back_by_the_fix(&POSTGRESQL);
}
