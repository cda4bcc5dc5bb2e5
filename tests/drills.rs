//! The bundled drills with their runbooks, worked step by step without the program: what is broken must be seen as the
//! runbook says, both ways out must heal, a sabotaged fix must not, and nothing may be left behind.

mod support;

#[cfg(test)]
#[path = "drills/drill.rs"]
mod drill;
#[cfg(test)]
#[path = "drills/iris.rs"]
mod iris;
#[cfg(test)]
#[path = "drills/lama.rs"]
mod lama;
#[cfg(test)]
#[path = "drills/obs.rs"]
mod obs;
#[cfg(test)]
#[path = "drills/troet.rs"]
mod troet;

use drill::{Drill, sees};
use stanch::runbook::PhaseName::{Diagnose, Fix, Revert, Verify};

#[test]
fn orders_are_broken_as_the_runbook_says() {
    let mut drill = Drill::start("status-500");
    drill.expect(&["health"], true);
    drill.expect(&["order"], false);
    let format = drill.run("format");
    assert!(!format.healthy, "{}", format.output);
    let log = drill.run("log");
    assert_eq!(log.leads, ["revert", "fix"], "{}", log.output);
    let values = ["RELEASE", "WANTED", "FOUND", "FIELD", "TABLE"].map(|name| drill.value(name));
    assert_eq!(values, ["2.4.0", "4", "3", "region", "orders"]);
    drill.quickly().expect(&["answers", "nothing-pending", "reads"], false);
}

#[test]
fn orders_heal_by_reverting() {
    let mut drill = Drill::start("status-500");
    drill.expect(&["old-release"], true);
    drill.work(Revert);
    drill.undo(Revert);
    drill.quickly().expect(&["answers"], false);
}

#[test]
fn orders_heal_by_fixing() {
    let mut drill = Drill::start("status-500");
    drill.work(Fix);
    drill.expect(&["old-release"], true); // 2.3.1 reads the newer data too
    drill.undo(Fix);
    drill.expect(&["answers", "reads"], true); // 2.3.1 again
}

#[test]
fn orders_heal_by_fixing_after_a_revert() {
    let mut drill = Drill::start("status-500");
    drill.work(Revert);
    drill.work(Fix);
    assert!(drill.run("answers").output.contains("for region home"), "it is 2.4.0 that answers");
}

#[test]
fn a_sabotaged_fix_of_the_orders_is_seen() {
    let mut drill = Drill::start("status-500");
    drill.script("sabotage");
    drill.expect(&["snapshot", "migrate", "reload"], true);
    drill.quickly().expect(&["answers", "reads"], false);
}

#[test]
fn orders_leave_nothing_behind() {
    Drill::start("status-500").cleans_up();
    Drill::start("status-500").ends_when_its_folder_vanishes();
}

#[test]
fn mastodon_is_broken_as_the_runbook_says() {
    let mut drill = Drill::start("mastodon-status-500");
    drill.expect(&["pending"], false);
    drill.expect(&["version", "get"], true);
    let post = drill.run("post");
    assert!(!post.healthy && sees(&post, "POST 500"), "{}", post.output);
    let units = drill.run("units");
    assert!(!units.healthy && units.output == "active\nfailed\n", "{}", units.output);
    drill.expect(&["streaming-log"], true);
    let log = drill.run("web-log");
    assert_eq!(log.leads, ["revert", "fix"], "{}", log.output);
    let values = ["MIGRATION", "SCHEMA", "COLUMN", "TABLE"].map(|name| drill.value(name));
    assert_eq!(values, ["20210904215403", "20210630000137", "ordered_media_attachment_ids", "Status"]);
    assert!(drill.value("MODULE").ends_with("/current/streaming"), "{}", drill.value("MODULE"));
    drill.quickly().expect(&["posts", "migrated", "streaming", "services"], false);
}

#[test]
fn mastodon_heals_by_reverting_and_then_by_fixing() {
    let mut drill = Drill::start("mastodon-status-500");
    drill.walk(Diagnose);
    drill.expect(&["old-release", "old-schema"], true);
    drill.work(Revert);
    drill.work(Fix);
    drill.expect(&["old-schema"], false); // there is no simple way back any more, and that is said
    drill.undo(Fix);
    drill.expect(&["old-schema", "posts"], true);
}

#[test]
fn mastodon_heals_by_fixing() {
    let mut drill = Drill::start("mastodon-status-500");
    drill.walk(Diagnose);
    drill.work(Fix);
}

#[test]
fn a_sabotaged_fix_of_mastodon_is_seen() {
    let mut drill = Drill::start("mastodon-status-500");
    drill.script("sabotage");
    drill.walk(Fix);
    drill.expect(&["migrated"], true); // it claims success
    drill.quickly().expect(&["posts"], false);
    assert!(!drill.walk(Verify), "verify stays red");
}

#[test]
fn mastodon_leaves_nothing_behind() {
    Drill::start("mastodon-status-500").cleans_up();
    Drill::start("mastodon-status-500").ends_when_its_folder_vanishes();
}
