//! The rescue of troet.cafe: a database moved to a new server, where nothing works for four reasons at once.

use stanch::runbook::PhaseName::{Diagnose, Fix, Revert, Verify};

use crate::drill::{Drill, sees};

const ID: &str = "postgres-move-to-new-server";

/// Lets both roles of the new server, and the programs that are started from now on, speak a language.
fn speak(drill: &mut Drill, locale: &str) {
    drill.outside(&format!(
        "for role in mastodon postgres; do \
         psql -X -q -d \"$NEW_ADMIN\" -c \"ALTER ROLE $role SET lc_messages = '{locale}'\"; done"
    ));
    drill.set("LC_ALL", locale);
    let locales = drill.outside("echo \"$NEW_DATA/../locale\"");
    drill.set("LOCPATH", locales.trim());
}

/// Imports the dump once more as it was tried first: all of it, as the application's role. Its log is the import's now.
fn import_again(drill: &mut Drill) {
    drill.outside("psql -X -q -d \"$NEW_ADMIN\" -c 'CREATE DATABASE rehearsal OWNER mastodon'");
    drill.outside(
        "if pg_restore -j 2 --no-owner -d \"$NEW dbname=rehearsal\" \"$BACKUP/$DB.dump\" >\"$BACKUP/again.log\" 2>&1; \
         then exit 1; fi",
    );
    drill.set("IMPORT_LOG", "cat \"$BACKUP/again.log\"");
}

/// Every web server says the same of itself.
#[track_caller]
fn all_are(drill: &mut Drill, state: &str) {
    let said = drill.run("state").output;
    assert_eq!(said.matches(&format!(": {state}\n")).count(), 3, "{said}");
}

/// Every fault is seen, and called the same whatever the language.
#[track_caller]
fn is_broken(drill: &mut Drill) {
    let state = drill.run("state");
    assert!(state.healthy, "{}", state.output);
    all_are(drill, "on the new database, closed");
    drill.expect(&["import-log"], false);
    let values = ["SIZE", "LARGEST", "RESTORE_ERRORS"].map(|name| drill.value(name).to_owned());
    assert_eq!(values, ["2712", "2704", "6"]);
    // Several workers restore: either key may fail first.
    let constraint = drill.value("CONSTRAINT");
    assert!(["fk_b0e856845e", "fk_9bda1543f7"].contains(&constraint), "{constraint}");
    drill.expect(&["app-log", "owner"], false);
    assert_eq!(["SCHEMA", "OWNER"].map(|name| drill.value(name)), ["public", "postgres"]);
    drill.set("SCHEMA", "");
    drill.expect(&["create"], false);
    assert_eq!(drill.value("SCHEMA"), "public");
    drill.expect(&["superuser"], true);
    drill.expect(&["views", "version"], false);
    assert_eq!(drill.value("EMPTY"), "instances");
    let counts = drill.run("counts");
    assert!(counts.healthy && sees(&counts, "preview_cards 16008"), "{}", counts.output);
    let orphans = drill.run("orphans");
    assert!(sees(&orphans, "fk_b0e856845e on favourites: 617"), "{}", orphans.output);
    assert!(sees(&orphans, "fk_9bda1543f7 on statuses: 4"), "{}", orphans.output);
    assert_eq!(["CHILD", "ORPHANS"].map(|name| drill.value(name)), ["favourites", "617"]);
    let large = drill.run("large");
    assert!(sees(&large, "5 rows are too large, 6 are long"), "{}", large.output);
    drill.set("SIZE", "");
    let index = drill.run("index-try");
    assert_eq!(index.leads, ["revert", "fix"], "{}", index.output);
    assert_eq!(["SIZE", "LARGEST"].map(|name| drill.value(name)), ["2712", "2704"]);
}

#[test]
fn the_move_is_broken_as_the_runbook_says_in_german() {
    let mut drill = Drill::start(ID);
    let said = drill.outside("psql -X -d \"$NEW\" -c 'CREATE TABLE t ()' 2>&1 || true");
    assert_eq!(said.lines().next(), Some("FEHLER:  keine Berechtigung für Schema public"));
    is_broken(&mut drill);
    // What hides what: the same index, tried by the application's role.
    let hidden = drill.outside("psql -X -d \"$NEW\" -c 'CREATE INDEX ON preview_cards (url)' 2>&1 || true");
    assert!(hidden.contains("keine Berechtigung") && !hidden.contains("2712"), "{hidden}");
    drill.quickly().expect(&["owner-now", "indexed", "refreshes", "posts"], false);
    drill.expect(&["complete", "no-new-orphans", "ordinary", "other"], true);
}

#[test]
fn the_move_is_broken_as_the_runbook_says_in_english() {
    let mut drill = Drill::start(ID);
    speak(&mut drill, "C");
    import_again(&mut drill);
    drill.outside_on("web2", "! sh -c \"${APP_POST% post} work\"");
    let log = drill.outside("sh -c \"$IMPORT_LOG\"") + &drill.outside_on("web2", "sh -c \"$APP_LOG\" | tail -n 5");
    for words in [
        "index row size 2712 exceeds btree version 4 maximum 2704 for index \"index_preview_cards_on_url\"",
        "violates foreign key constraint \"fk_b0e856845e\"",
        "pg_restore: warning: errors ignored on restore: 6",
        "permission denied for schema public",
        "CONCURRENTLY cannot be used when the materialized view is not populated",
    ] {
        assert!(log.contains(words), "{words} is not in {log}");
    }
    is_broken(&mut drill);
}

#[test]
fn an_import_past_the_triggers_without_superuser_is_told_in_both_languages() {
    let mut drill = Drill::start(ID);
    for (locale, words) in [("de_DE.UTF-8", "ist ein Systemtrigger"), ("C", "is a system trigger")] {
        speak(&mut drill, locale);
        drill.expect(&["make"], true);
        let restore = drill.run("restore");
        assert!(!restore.healthy && restore.output.contains(words), "{}", restore.output);
        assert!(drill.value("TRIGGER").starts_with("RI_ConstraintTrigger_"), "{}", restore.output);
        assert!(drill.value("RESTORE_ERRORS").parse::<u32>().unwrap() > 0, "{}", restore.output);
        for name in ["TRIGGER", "RESTORE_ERRORS"] {
            drill.set(name, "");
        }
    }
}

#[test]
fn the_move_heals_by_fixing_and_then_there_is_no_way_back() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.expect(&["old-answers", "new-unwritten"], true);
    drill.work(Fix);
    drill.expect(&["old-answers"], true); // the old database was left as it was
    let back = drill.run("new-unwritten");
    assert!(!back.healthy && back.output.contains("ONLY ON THE NEW SERVER: statuses_id_seq"), "{}", back.output);
    let saved = drill.outside("psql -X -At -d \"$OLD\" -c 'SELECT count(*) FROM preview_cards'");
    assert_eq!(saved, "16008\n", "nothing is deleted on the old server");
}

#[test]
fn the_move_heals_by_reverting_and_then_by_fixing() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.work(Revert);
    all_are(&mut drill, "on the old database, open");
    drill.expect(&["old-answers"], false); // people write to it again, so the dump is out of date
    drill.work(Fix);
    let complete = drill.run("complete");
    assert!(complete.output.contains("5 deleted on purpose"), "{}", complete.output);
    drill.undo(Fix);
    all_are(&mut drill, "on the old database, open");
    drill.expect(&["posts", "other", "complete"], true);
}

#[test]
fn a_revert_of_the_move_can_be_taken_back() {
    let mut drill = Drill::start(ID);
    drill.work(Revert);
    drill.undo(Revert);
    all_are(&mut drill, "on the new database, closed");
    drill.expect(&["other"], true);
    drill.quickly().expect(&["posts"], false);
}

#[test]
fn another_number_of_rows_than_was_counted_is_not_deleted() {
    let mut drill = Drill::start(ID);
    drill.expect(&["save"], true);
    assert_eq!(drill.value("COUNT"), "5");
    drill.set("COUNT", "4");
    let delete = drill.run("delete");
    assert!(!delete.healthy, "{}", delete.output);
    assert!(sees(&delete, "NOTHING DELETED: 5 rows and not 4 would have gone"), "{}", delete.output);
    assert!(sees(&drill.run("large"), "5 rows are too large, 6 are long"));
}

#[test]
fn a_sabotaged_fix_of_the_move_is_seen() {
    let mut drill = Drill::start(ID);
    drill.script("sabotage");
    drill.walk(Fix);
    drill.expect(&["owner-now", "complete", "indexed", "refreshes"], true); // it claims success
    let posts = drill.quickly().run("posts");
    assert!(!posts.healthy, "{}", posts.output);
    assert!(sees(&posts, "web1: POST 200") && sees(&posts, "web2: POST 500"), "one of three: {}", posts.output);
    assert!(!drill.walk(Verify), "verify stays red");
}

#[test]
fn the_move_leaves_nothing_behind() {
    Drill::start(ID).cleans_up();
    Drill::start(ID).ends_when_its_folder_vanishes();
}
