//! The rescue of troet.cafe, worked with keys across five servers, two of them with a real PostgreSQL, and the postmortem that comes of it.

use crate::play::{Play, Postmortem, Screen};

/// A change: shown, confirmed, and what comes next is waited for.
#[track_caller]
fn change(screen: &Screen, step: &str, dialog: &str) {
    screen.answer(&[&format!("Enter runs {step}: it changes")], "<enter>");
    screen.answer(&[dialog, "y run it"], "y");
}

/// Steps that only read, one after the other.
#[track_caller]
fn look(screen: &Screen, steps: &[&str]) {
    for step in steps {
        screen.answer(&[&format!("Enter runs {step}: it only reads")], "<enter>");
    }
}

#[test]
fn the_move_is_worked_from_the_first_screen_to_the_postmortem() {
    let play = Play::new();
    let screen = play.screen(&["drill", "postgres-move-to-new-server"], 160, 50);
    screen.see(&["A PostgreSQL database that does not work on its new server"]);
    look(&screen, &["state", "import-log"]);
    screen.see(&["ignorierte Fehler: 6"]);
    // A finding changes the last line, so what each step says is looked for above it.
    for (step, saw) in [
        ("app-log", "keine Berechtigung für Schema public"),
        ("owner", "WRONG OWNER: postgres"),
        ("create", "FEHLER:"),
        ("superuser", "no superuser"),
        ("views", "instances|f"),
        ("version", "more recent than this script"),
        ("counts", "old and new are equal"),
        ("orphans", "on favourites: 617"),
        ("large", "16001|2700"),
    ] {
        screen.answer(&[&format!("> . {step} ")], "<enter>");
        screen.see(&[saw]);
    }
    screen.answer(&["> . index-try", "revert   ready"], "<enter>");
    screen.answer(&["Größe 2712 der Indexzeile", "Enter choose"], "<enter>");
    screen.answer(&["A sign was found", "the fault is in the data", "go to fix"], "2");
    look(&screen, &["rehearse"]);
    screen.answer(&["Enter runs close: it changes"], "<enter>");
    screen.answer(&["Run: Lock people out", "on 3 hosts, at once: web1, web2, web3", "y run it"], "y");
    screen.see(&["Hosts 3", "+ web3 healthy"]);
    change(&screen, "freeze", "Run: Freeze the old database");
    look(&screen, &["other", "space", "dump"]);
    screen.see(&["dumped: "]);
    change(&screen, "make", "Run: Make an empty database");
    look(&screen, &["owner-now"]);
    change(&screen, "elevate", "Run: Make the application's role a superuser");
    change(&screen, "restore", "Run: Import the schema");
    look(&screen, &["complete", "no-new-orphans"]);
    change(&screen, "lower", "Run: Take SUPERUSER back");
    look(&screen, &["ordinary", "owner-now", "save"]);
    screen.answer(&["saved 5 rows of 16008", "Enter runs delete: it destroys something"], "<enter>");
    screen.answer(&["Run: Delete exactly the saved rows", "Type 5 and Enter to run it"], "5<enter>");
    look(&screen, &["complete"]);
    screen.see(&["5 deleted on purpose"]);
    change(&screen, "index", "Run: Build the index");
    look(&screen, &["indexed"]);
    change(&screen, "fill", "Run: Fill the materialized view");
    look(&screen, &["refreshes"]);
    screen.answer(&["Enter runs open: it changes"], "<enter>");
    let rolling = "on 3 hosts, one after the other up to the first that is not healthy: web1, web2, web3";
    screen.answer(&["Run: Let people in to the new database", "There is no way back after this.", rolling], "y");
    look(&screen, &["posts"]);
    screen.answer(&["POST 200", "It looks mitigated"], "m");
    screen.answer(&["Which key time?", "> m  mitigated"], "<enter>");
    screen.answer(&["When: mitigated?"], "<enter>");
    screen.answer(&["mark: mitigated", "fix is over: Enter chooses the next phase."], "<enter>");
    screen.answer(&["Which phase now?"], "v");
    for step in ["owner-now", "ordinary", "complete", "no-new-orphans", "indexed", "refreshes", "other", "posts"] {
        screen.answer(&[&format!("> + {step} "), &format!("Enter runs {step}")], "<enter>");
    }
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.answer(&["mark: resolved"], "c").answer(&["Close the session."], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);

    let postmortem = Postmortem::of(&play);
    postmortem.holds(&["severity: \"SEV-2\"", "incident_status: closed", "drill: \"postgres-move-to-new-server\""]);
    postmortem.has_row(&["pointed to a cause", "The database belongs to postgres and not to the application's role"]);
    postmortem.has_row(&["pointed to a cause", "A row of 2712 bytes does not fit into an index that takes 2704"]);
    postmortem.has_row(&["pointed to a cause", "617 rows of favourites point nowhere"]);
    postmortem.in_order(&[
        "Did all rows arrive?",
        "went to fix by a sign in",
        "ran *Rehearse the repair on the copy* on `db-new` → exit 0, as expected",
        "ran *Freeze the old database* on `db-old` → exit 0, as expected",
        "ran *Dump the old database* on `db-old` → exit 0, as expected",
        "ran *Take SUPERUSER back* on `db-new` → exit 0, as expected",
        "ran *Delete exactly the saved rows* on `db-new` → exit 0, as expected",
        "ran *Let people in to the new database*, the point of no return on 3 hosts (`web1`, `web2`, `web3`) → as expected",
        "**MITIGATED**",
        "**RESOLVED**",
        "**INCIDENT CLOSED**",
        "- Revert was not entered.",
        "| destroy | delete |",
        "FEHLER:  Größe 2712 der Indexzeile überschreitet btree-Version 4 Maximum 2704",
        "5 deleted on purpose",
    ]);
}
