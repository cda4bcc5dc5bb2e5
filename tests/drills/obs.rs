//! openSUSE's deployment that could not be reverted.

use stanch::runbook::PhaseName::{Diagnose, Fix, Revert, Verify};

use crate::drill::{Drill, sees};

const ID: &str = "deploy-cannot-be-reverted";
/// The way back by hand, up to the page that answers.
const BY_HAND: [&str; 3] = ["by-hand", "boot-old", "open-old"];

#[test]
fn the_build_service_is_broken_as_the_runbook_says() {
    let mut drill = Drill::start(ID);
    let web = drill.run("web");
    assert!(!web.healthy && sees(&web, "GET 500"), "{}", web.output);
    drill.expect(&["deployed"], true);
    drill.expect(&["units", "jobs"], false);
    drill.expect(&["maintenance", "web-config"], true);
    let log = drill.run("app-log");
    assert!(!log.healthy && log.output.is_empty(), "{}", log.output);
    let boot = drill.run("boot");
    assert_eq!(boot.leads, ["revert", "fix"], "{}", boot.output);
    let values = ["VERSION", "UNIT", "LEVEL", "CLASS"].map(|name| drill.value(name));
    assert_eq!(values, ["2.9.2", "obs-delayedjob.service", "0", "BsRequestAction"]);
    assert!(drill.value("WAITING").parse::<u32>().unwrap() >= 400, "{}", drill.value("WAITING"));

    // That there is no way back by package is said before anybody tries, and why.
    drill.expect(&["old-package"], false);
    assert_eq!(drill.value("DEPENDENCY"), "rubygem-xmlhash (= 1.3.6)");
    drill.expect(&["old-files", "packages"], true);
    drill.quickly().expect(&["app", "web-open", "workers", "queue", "mail"], false);
}

#[test]
fn the_build_service_heals_by_hand_and_its_workers_are_not_forgotten() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.take(&BY_HAND);
    drill.expect(&["workers", "jobs"], false); // the page answers, and that is half of it
    drill.take(&["workers-old"]);
    assert!(drill.walk(Verify), "all of it holds");
    drill.undo(Revert);
    drill.quickly().expect(&["app", "web-open"], false);
}

#[test]
fn a_revert_by_package_stops_half_way_and_there_is_a_way_out_of_that() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.expect(&["package", "package-state", "packages"], false);
    assert_eq!(
        ["NEEDS", "STATE", "HALF"].map(|name| drill.value(name)),
        ["obs-api depends on rubygem-xmlhash (= 1.3.6)", "iU", "2.9.1"]
    );
    drill.take(&["package-repair"]);
    drill.expect(&["package-state"], true);
    drill.take(&BY_HAND);
    drill.take(&["workers-old"]);

    // What was reverted by hand is fixed by package, and that taken back leads to what was reverted by hand.
    drill.work(Fix);
    assert!(drill.value("BEFORE").ends_with("/by-hand/srv/www/obs/releases/2.9.1"), "{}", drill.value("BEFORE"));
    drill.undo(Fix);
    drill.expect(&["app", "packages"], true);
}

#[test]
fn the_build_service_heals_by_fixing() {
    let mut drill = Drill::start(ID);
    drill.walk(Diagnose);
    drill.work(Fix);
    drill.expect(&["web", "units", "jobs", "app-log", "boot"], true);
    drill.undo(Fix);
    drill.quickly().expect(&["app", "web-open"], false);
}

#[test]
fn a_sabotaged_fix_of_the_build_service_is_seen() {
    let mut drill = Drill::start(ID);
    drill.script("sabotage");
    drill.expect(&["try", "install", "packages", "boot-fixed", "open-fixed"], true); // it claims success
    drill.quickly().expect(&["app", "web-open"], false);
    assert!(!drill.walk(Verify), "verify stays red");
}

#[test]
fn the_build_service_leaves_nothing_behind() {
    Drill::start(ID).cleans_up();
    Drill::start(ID).ends_when_its_folder_vanishes();
}
