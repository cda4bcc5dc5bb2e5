//! The databases of lama-corp, worked with keys against real servers: when the outage began is taken from the evidence, leaving
//! with an unverified change is refused once, and the postmortem counts from the evidence.

use stanch::session::event::Event;

use crate::play::{Play, Postmortem, Screen};

/// From the first screen to the sign that offers both ways out.
fn diagnosed(screen: &Screen) {
    let first =
        ["A database was left stopped", "Does the chat reach its database?", "Enter runs chat-page: it only reads."];
    screen.answer(&first, "<enter>");
    screen.answer(&["> . bin-page", "chat 500", "revert   ready"], "<enter>");
    screen.answer(&["> . pg-up", "bin 500"], "<enter>");
    screen.answer(&["> . my-up", "No such file or directory"], "<enter>");
    screen.answer(&["> . my-where", "ERROR 2002 (HY000)"], "<enter>");
    screen.answer(&["> . my-variables", "another socket"], "<enter>");
    screen.answer(&["> . my-rights", "datadir"], "<enter>");
    screen.answer(&["> . pg-old-place", "ERROR 1142 (42000)"], "<enter>");
    screen.answer(&["> . pg-mode-now", "pg_ctl: directory \""], "<enter>");
    screen.answer(&["> . pg-since", "755 "], "<enter>");
    screen.answer(&["> . pg-log", "pg_control last modified", "pg-since tells of impact started"], "m");
    screen.answer(&["Which key time?", "> i  impact started"], "<enter>");
    screen.answer(&["When: impact started?"], "<enter>");
    screen.answer(&["mark: impact started", "Enter runs pg-log"], "<enter>");
    screen.answer(&["database system is shut down", "Enter choose"], "<enter>");
}

/// Confirms a change and does what it wants verified; the walk then stands before `next`.
fn change(screen: &Screen, id: &str, title: &str, verify: &[&str], next: &str) {
    screen.answer(&[&format!("Enter runs {id}: it changes something")], "<enter>");
    screen.answer(&[&format!("Run: {title}"), "y run it"], "y");
    for step in verify {
        screen.answer(&[&format!("Enter runs {step}")], "<enter>");
    }
    screen.see(&[next]);
}

/// The mark that is proposed, taken.
fn mitigated(screen: &Screen) {
    screen.answer(&["It looks mitigated"], "m");
    screen.answer(&["Which key time?", "> m  mitigated"], "<enter>").answer(&["When: mitigated?"], "<enter>");
    screen.see(&["mark: mitigated"]).gone(&["It looks mitigated"]);
}

/// The verify phase, the mark and the end.
fn closed(screen: &Screen) {
    screen.answer(&["fix is over: Enter chooses the next phase."], "<enter>").answer(&["Which phase now?"], "v");
    let verify =
        ["pg-answers", "pg-place", "pg-one", "pg-mode", "pg-rows", "chat", "my-answers", "my-rows", "bin", "monitor"];
    for step in verify.iter().chain(&["enabled"]) {
        screen.answer(&[&format!("Enter runs {step}")], "<enter>");
    }
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.answer(&["mark: resolved"], "c").answer(&["Close the session."], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);
}

#[test]
fn moved_databases_are_worked_to_the_postmortem_and_leaving_unverified_is_refused_once() {
    let play = Play::new();
    let screen = play.screen(&["drill", "database-down-after-move"], 100, 40);
    diagnosed(&screen);
    let password = password(&play);
    screen.answer(&["A sign was found", "go to revert", "go to fix"], "2");
    change(&screen, "mode", "Give the new directory to its owner alone", &["pg-mode"], "Enter runs copy");
    change(
        &screen,
        "copy",
        "See that the new directory has the newest data",
        &["pg-one", "pg-mode"],
        "Enter runs start",
    );

    // What was done then: the last step not looked at, and away from the computer.
    screen.answer(&["Enter runs start: it changes something"], "<enter>");
    screen.answer(&["Run: Start PostgreSQL on the new directory", "undo: sh -c \"$PG_STOP\"", "y run it"], "y");
    screen.answer(&["> . pg-answers", "Enter runs pg-answers"], "q");
    screen.see(&["Leave?", "start is not verified: pg-answers, pg-place, pg-rows, chat."]);
    assert!(!play.events().iter().any(|event| matches!(event, Event::Left { .. })), "it was not left");
    screen.answer(&["s  stay"], "s").gone(&["Leave?"]);

    for step in ["pg-answers", "pg-place", "pg-rows", "chat"] {
        screen.answer(&[&format!("Enter runs {step}")], "<enter>");
    }
    mitigated(&screen);
    change(&screen, "socket", "Let MariaDB listen", &["my-answers"], "Enter runs grants");
    change(&screen, "grants", "Give the application's user its rights again", &["my-rows", "bin"], "Enter runs boot");
    change(&screen, "boot", "Have PostgreSQL started at boot", &["enabled"], "fix is over");
    closed(&screen);

    play.assert_nowhere(&password);
    let postmortem = Postmortem::of(&play);
    postmortem.lacks(&password);
    postmortem.holds(&["drill: \"database-down-after-move\"", "incident_status: closed", "impact_started: \"2"]);
    postmortem.lacks("Impact started | unknown");
    postmortem.has_row(&["Time to mitigate |", " s | mitigated − impact started"]);
    postmortem.has_row(&["+00:00:00", "**IMPACT BEGINS**"]);
    postmortem.has_row(&["pointed to a cause", "No PostgreSQL listens on"]);
    postmortem.has_row(&["pointed to a cause", "The user privatebin of MariaDB lost its rights, SELECT is denied"]);
    postmortem.in_order(&[
        "**IMPACT BEGINS**",
        "went to fix by a sign in",
        "ran *Give the new directory to its owner alone* → exit 0",
        "ran *Start PostgreSQL on the new directory* → exit 0",
        "**MITIGATED**",
        "ran *Let MariaDB listen where the applications look* → exit 0",
        "**RESOLVED**",
        "**INCIDENT CLOSED**",
        "## Mitigation and resolution",
        "| PostgreSQL answers the application's user | exit 0, as expected",
        "## Appendix B: Output",
        "pg_control last modified:",
        "database system is shut down",
    ]);
}

#[test]
fn moved_databases_are_worked_back_by_the_revert() {
    let play = Play::new();
    let screen = play.screen(&["drill", "database-down-after-move"], 100, 40);
    diagnosed(&screen);
    screen.answer(&["A sign was found", "go to revert", "go to fix"], "1");
    let verify = ["pg-answers", "pg-place", "pg-one", "pg-rows", "chat"];
    change(&screen, "back", "Take PostgreSQL back to the old directory", &verify, "Enter runs bin-too");
    mitigated(&screen);
    screen.answer(&["Enter runs bin-too: it only reads."], "<enter>").see(&["> . socket", "bin 500"]);
    change(&screen, "socket", "Let MariaDB listen", &["my-answers"], "Enter runs grants");
    change(&screen, "grants", "Give the application's user its rights again", &["my-rows", "bin"], "Enter runs boot");
    change(&screen, "boot", "Have PostgreSQL started at boot", &["enabled"], "fix is over");
    closed(&screen);
    Postmortem::of(&play).in_order(&[
        "ran *Take PostgreSQL back to the old directory* → exit 0",
        "ran *Give the application's user its rights again* → exit 0",
        "**RESOLVED**",
    ]);
}

/// The secret of the drill.
fn password(play: &Play) -> String {
    let folders = std::fs::read_dir(play.home.root().join("tmp")).unwrap();
    let found = folders.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path().join("d/vars.env")).ok());
    let text = found.collect::<String>();
    let password = text.lines().find_map(|line| line.strip_prefix("MY_PASSWORD=")).expect("the drill has a secret");
    assert!(password.len() > 8, "{password}");
    password.to_owned()
}
