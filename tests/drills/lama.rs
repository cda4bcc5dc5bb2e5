//! Databases that were moved and left: PostgreSQL stopped, MariaDB on another socket and without a user's rights.

use std::process::Command;

use crate::drill::{Drill, sees};
use stanch::runbook::PhaseName::{Diagnose, Fix, Revert, Verify};

const ID: &str = "database-down-after-move";

/// The changes that MariaDB needs on either way, each with what it wants verified.
const MARIADB: [&str; 7] = ["socket", "my-answers", "grants", "my-rows", "bin", "boot", "enabled"];

/// Runs SQL as the chat's user and gives the answer.
fn chat_sql(drill: &Drill, sql: &str) -> String {
    let output =
        Command::new("psql").args(["-X", "-q", "-At", "-d", drill.value("PG_DB"), "-c", sql]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn moved_databases_are_broken_as_the_runbook_says() {
    let mut drill = Drill::start(ID);
    let chat = drill.run("chat-page");
    assert!(!chat.healthy && sees(&chat, "chat 500"), "{}", chat.output);
    let up = drill.run("pg-up");
    assert!(!up.healthy && up.output.contains("no response"), "{}", up.output);
    let up = drill.run("my-up");
    assert!(!up.healthy && up.output.contains("ERROR 2002 (HY000)"), "{}", up.output);
    let place = drill.run("my-where");
    assert!(!place.healthy && sees(&place, "another socket"), "{}", place.output);
    assert!(drill.value("MY_FOUND").ends_with("/external/mysql/mysqld.sock"), "{}", drill.value("MY_FOUND"));
    drill.expect(&["my-variables"], true);
    let rights = drill.run("my-rights");
    assert!(!rights.healthy && rights.output.contains("ERROR 1142 (42000)"), "{}", rights.output);
    assert!(!rights.output.contains("IDENTIFIED BY PASSWORD"), "no hash of a password is shown: {}", rights.output);
    let old = drill.run("pg-old-place");
    assert!(old.output.contains("pg_ctl: directory \"") && old.output.contains("\" does not exist"), "{}", old.output);
    drill.expect(&["pg-mode-now"], false);
    drill.expect(&["pg-since"], true);
    let log = drill.run("pg-log");
    assert_eq!(log.leads, ["revert", "fix"], "{}", log.output);
    assert_eq!(["MODE", "DENIED", "WHO"].map(|name| drill.value(name)), ["755", "SELECT", "privatebin"]);
    assert!(drill.value("STOPPED").ends_with(" UTC"), "{}", drill.value("STOPPED"));
    let verify = ["pg-answers", "pg-place", "pg-rows", "pg-mode", "chat", "my-answers", "my-rows", "bin"];
    drill.quickly().expect(&verify, false);
    drill.expect(&["monitor", "enabled"], false);
}

#[test]
fn moved_databases_heal_by_reverting_and_what_is_written_then_is_kept_by_the_fix() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.expect(&["kept", "unchanged"], true);
    drill.expect(&["back", "pg-answers", "pg-place", "pg-one", "pg-rows", "chat"], true);
    drill.expect(&["bin-too"], false); // MariaDB is not healed by it
    drill.expect(&MARIADB, true);
    assert!(drill.walk(Verify), "all holds");
    drill.expect(&["bin-too"], true);
    drill.expect(&["kept"], false); // it cannot be done twice, and that is said

    chat_sql(&drill, "INSERT INTO posts (message) VALUES ('written at the old place')");
    drill.undo(Revert);
    drill.expect(&["kept"], true);
    drill.expect(&["unchanged"], false); // the copies are not the same any more
    let copy = drill.run("copy");
    assert!(copy.healthy && copy.output.contains("copied "), "the newer data is taken along: {}", copy.output);
    drill.work(Fix);
    assert_eq!(chat_sql(&drill, "SELECT count(*) FROM posts"), "1001");
}

#[test]
fn moved_databases_heal_by_fixing_right_after_a_revert() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.expect(&["back", "pg-answers"], true);
    chat_sql(&drill, "INSERT INTO posts (message) VALUES ('written at the old place')");
    drill.work(Fix);
    assert_eq!(chat_sql(&drill, "SELECT count(*) FROM posts"), "1001");
    assert!(drill.run("pg-place").output.contains("/external/postgresql/main"), "it runs at the new place");
}

#[test]
fn moved_databases_heal_by_fixing_and_each_change_can_be_taken_back() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.work(Fix);
    drill.expect(&["unchanged"], false); // the new directory was written to: there is no way back any more, and that is said
    drill.undo(Fix);
    drill.quickly().expect(&["pg-answers", "chat", "my-answers", "bin", "pg-mode", "enabled"], false);
    let rights = drill.run("my-rights");
    assert!(rights.output.contains("ERROR 1142"), "{}", rights.output);
}

#[test]
fn a_sabotaged_fix_of_moved_databases_is_seen() {
    let mut drill = Drill::start(ID);
    drill.script("sabotage");
    drill.walk(Diagnose);
    drill.expect(&["mode", "copy", "start"], true); // it claims success
    drill.quickly().expect(&["pg-answers", "chat", "monitor"], false);
    assert!(!drill.walk(Verify), "verify stays red");
}

#[test]
fn moved_databases_leave_nothing_behind() {
    Drill::start(ID).cleans_up();
    Drill::start(ID).ends_when_its_folder_vanishes();
}
