//! openSUSE's deployment that could not be reverted, worked with keys: the revert by package is tried all the same, stops half-way,
//! is got out of, and made by hand; then the corrected release is installed. And the postmortem that comes of it.

use crate::play::{Play, Postmortem, Screen};

/// Runs a change: what asks before it shows this.
fn change(screen: &Screen, id: &str, shows: &str) {
    screen.answer(&[&format!("> . {id}"), &format!("Enter runs {id}: it changes")], "<enter>");
    screen.answer(&["Run: ", shows, "y run it"], "y");
}

/// Runs a check, for the first time or again.
fn check(screen: &Screen, id: &str) {
    screen.answer(&[&format!("Enter runs {id}: it only reads.")], "<enter>");
}

#[test]
fn open_suse_is_worked_from_the_first_screen_to_the_postmortem() {
    let play = Play::new();
    let screen = play.screen(&["drill", "deploy-cannot-be-reverted"], 100, 40);
    screen.answer(&["Does the service answer?", "Enter runs web: it only reads."], "<enter>");
    // Before anybody wants it: the revert is not ready, and the reason is at hand.
    screen.answer(&["> . deployed", "revert   not ready", "x old-package", "+ old-files", "GET 500"], "<enter>");
    screen.answer(&["> . units", "upgrade obs-api:all 2.9.1 2.9.2"], "m");
    screen.answer(&["Which key time?", "> i  impact started"], "<enter>");
    screen.answer(&["When: impact started?", "As the output says."], "<enter>");
    check(&screen, "units");
    screen.answer(&["> . jobs", "obs-delayedjob.service  loaded failed"], "<enter>");
    screen.see(&["waiting 4"]);
    change(&screen, "maintenance", "undo: sh -c \"$MAINTENANCE_OFF\"");
    screen.answer(&["GET 503", "Enter runs web-config"], "<enter>");
    screen.answer(&["> . app-log", "Syntax OK"], "<enter>");
    screen.answer(&["> . boot", "It wrote nothing."], "<enter>");
    screen.answer(&["superclass mismatch for class", "Enter choose"], "<enter>");
    screen.answer(&["A sign was found", "go to revert"], "1");
    screen.answer(&["> . way", "Enter shows the answers"], "<enter>");
    screen.answer(&["> 1  By hand", "2  By package: old-package is green"], "2");
    change(&screen, "package", "undo: $APT -y install --allow-downgrades");
    screen.answer(&["> . package-state", "dependency problems - leaving unconfigured"], "<enter>");
    screen.answer(&["> . package-repair", "obs-api 2.9.1 is in state iU"], "<enter>");
    screen.answer(&["Run: Put the packages in order again", "y run it"], "y");
    check(&screen, "packages");
    change(&screen, "by-hand", "undo: ln -sfn \"$NEW_RELEASE\"");
    screen.see(&["in service is ", "by-hand/srv/www/obs/releases/2.9.1"]);
    change(&screen, "boot-old", "undo: none");
    check(&screen, "app");
    change(&screen, "open-old", "undo: sh -c \"$MAINTENANCE_ON\"");
    check(&screen, "web-open");
    screen.answer(&["> . workers-old", "It looks mitigated"], "m");
    screen.answer(&["Which key time?", "> m  mitigated"], "<enter>");
    screen.answer(&["When: mitigated?"], "<enter>");
    change(&screen, "workers-old", "undo: none");
    check(&screen, "workers");
    check(&screen, "queue");
    screen.answer(&["revert is over: Enter chooses the next phase."], "<enter>");
    screen.answer(&["Which phase now?", "f  fix"], "f");

    check(&screen, "try");
    screen.see(&["booted"]);
    change(&screen, "install", "ln -sfn \"$BEFORE\" \"$CURRENT.next\"");
    check(&screen, "packages");
    change(&screen, "boot-fixed", "undo: none");
    check(&screen, "app");
    change(&screen, "open-fixed", "undo: sh -c \"$MAINTENANCE_ON\"");
    check(&screen, "web-open");
    change(&screen, "workers-fixed", "undo: none");
    check(&screen, "workers");
    check(&screen, "queue");
    screen.answer(&["fix is over: Enter chooses the next phase."], "<enter>");
    screen.answer(&["Which phase now?"], "v");
    for id in ["app", "web-open", "packages", "workers", "queue", "mail"] {
        check(&screen, id);
    }
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.answer(&["mark: resolved"], "c").answer(&["Close the session."], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);

    let postmortem = Postmortem::of(&play);
    postmortem.holds(&["severity: \"SEV-1\"", "incident_status: closed", "drill: \"deploy-cannot-be-reverted\""]);
    // Where time went: the web server's configuration, the empty log, the revert that could not be.
    postmortem.has_row(&["PassengerLogLevel is 0: why the application does not boot is written nowhere"]);
    postmortem.has_row(&["“Do requests reach the application?”", "not as expected", "saw no output"]);
    postmortem.has_row(&["*Install the package of 2.9.1*", "not as expected", "expected exit 0, got 1"]);
    postmortem.in_order(&[
        "**IMPACT BEGINS**",
        "Readiness of the revert: “Could the old package be installed?”",
        "No revert by package: 2.9.1 needs rubygem-xmlhash (= 1.3.6)",
        "The release does not boot with eager loading: BsRequestAction was defined before",
        "went to revert by a sign in",
        "The revert by package stopped: obs-api depends on rubygem-xmlhash (= 1.3.6)",
        "The revert by package stopped half-way: obs-api 2.9.1 is in state iU",
        "ran *Put the packages in order again* → exit 0, as expected",
        "ran *The packages are in order* → exit 0, as expected",
        "ran *Put the files of 2.9.1 in service* → exit 0, as expected",
        "**MITIGATED**",
        "ran *Start the workers again* → exit 0, as expected",
        "ran *Install the package of 2.9.3* → exit 0, as expected",
        "**RESOLVED**",
        "**INCIDENT CLOSED**",
        "- Revert was entered at",
        "## Dead ends and ruled-out hypotheses",
        "*Install the package of 2.9.1*",
        "## Appendix B: Output",
        "superclass mismatch for class BsRequestAction (TypeError)",
        "dependency problems - leaving unconfigured",
        "iU  obs-api",
    ]);
    for step in ["The application answers", "No unit is down", "The queue is worked off", "Mail goes out again"] {
        postmortem.has_row(&[&format!("| {step} | exit 0, as expected")]);
    }
}
