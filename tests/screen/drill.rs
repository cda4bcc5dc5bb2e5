//! The drill that needs nothing, worked with keys from the first screen to the postmortem.

use stanch::session::event::Event;

use crate::play::{Play, Postmortem, Screen, started};

#[test]
fn the_drill_is_worked_by_its_fix_on_a_small_screen() {
    let play = Play::new();
    let screen = play.screen(&["drill"], 80, 24);
    screen.answer(
        &[
            "SEV-2  drill  Orders answer",
            "Is the service alive?",
            "$ sh \"$SITE/shop\"",
            "Enter runs health: it only reads.",
        ],
        "<enter>",
    );
    screen.answer(&["200 OK", "Enter runs order", "old-release: healthy"], "<enter>");
    screen.answer(&["unknown field 'region'", "not healthy", "Enter runs format"], "<enter>");
    screen.answer(&["> . log", "format: Release 2.4.0 reads data format 4"], "<enter>");
    screen.answer(&["log: The code wants the field region of orders", "Enter choose"], "<enter>");
    screen.answer(&["A sign was found", "go to revert", "go to fix"], "2");
    screen.answer(&["Enter runs snapshot: it only reads."], "<enter>");

    // The `y` typed ahead was pressed by someone who had not seen what it would confirm.
    let question =
        ["Run: Migrate the data", "$ sh \"$SITE/shop\" migrate \"$NEW\"", "NEW = 2.4.0", "rollback", "y run it"];
    screen
        .answer(&["copied ", "Enter runs migrate: it changes something, so it is shown and asked first."], "<enter>y");
    screen.answer(&question, "n").gone(&["y run it"]);
    assert_eq!(started(&play, "migrate"), 0, "{}", screen.0.text());
    screen.answer(&["Enter runs migrate"], "<enter>");
    screen.answer(&question, "").answer(&["undo: ", "on this machine, as you"], "y");

    screen.answer(&["migrated to format 4", "Enter runs nothing-pending"], "<enter>");
    screen.answer(&["Enter runs reload: it changes something"], "<enter>");
    screen.answer(&["Run: Put 2.4.0 in service", "undo: ", "y run it"], "y");
    screen.answer(&["serving 2.4.0", "Enter runs answers: it only reads."], "<enter>");
    screen.answer(&["201 Created", "It looks mitigated", "m, then Enter, marks it", "fix is over"], "m");
    screen.answer(&["Which key time?", "not marked"], "<enter>");
    screen.answer(&["When: mitigated?"], "<enter>");
    screen.answer(&["mark: mitigated", "fix is over: Enter chooses the next phase."], "<enter>");
    screen.answer(&["Which phase now?", "> v"], "<enter>");
    screen.answer(&["> + answers", "Enter runs answers"], "<enter>");
    screen.answer(&["201 Created", "Enter runs reads"], "<enter>");
    screen.answer(&["200 OK", "Enter runs nothing-pending"], "<enter>");
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.see(&["mark: resolved", "resolved  open"]);
    close(&screen);
    taught(
        &screen,
        &[
            "drill status-500: healed by its fix in ",
            "within the 10 m that are meant for it",
            "12 steps done; the shortest way by its fix has 9: log, snapshot, migrate, nothing-pending, reload, answers, ",
            "told you something): health, order, format",
        ],
    );
    hold(&play, "fix");
}

#[test]
fn the_drill_is_worked_by_its_revert_on_a_large_screen() {
    let play = Play::new();
    let screen = play.screen(&["drill"], 200, 50);
    screen.answer(&["drill status-500", "revert   not yet checked", "Enter runs health: it only reads."], "<enter>");
    screen.answer(&["revert   ready", "Enter runs order"], "<enter>");
    screen.answer(&["Enter runs format"], "R");
    screen.answer(&["> . back", "Enter runs back: it changes something, so it is shown and asked first."], "<enter>");
    screen.answer(
        &["Run: Put 2.3.1 back in service", "OLD = 2.3.1", "undo: sh", "y run it", "on this machine, as you"],
        "n",
    );
    screen.gone(&["y run it"]);
    assert_eq!(started(&play, "back"), 0);
    screen.answer(&["Enter runs back"], "<enter>");
    screen.answer(&["y run it"], "y");
    screen.answer(&["serving 2.3.1", "Enter runs answers"], "<enter>");
    screen.answer(&["It looks mitigated", "m, then Enter, marks it", "revert is over"], "<enter>");
    screen.answer(&["Which phase now?", "verify"], "v");
    screen.answer(&["It looks mitigated", "Enter runs answers"], "<enter>");
    screen.answer(&["Enter runs reads"], "<enter>");
    screen.answer(&["Enter runs nothing-pending"], "<enter>");
    screen
        .answer(&["verify   holds", "It looks mitigated"], "m")
        .answer(&["Which key time?"], "<enter>")
        .answer(&["When: mitigated?"], "<enter>");
    // What was only reverted is not resolved.
    screen.see(&["mark: mitigated", "mitigated  open"]).gone(&["It looks resolved"]);
    close(&screen);
    taught(
        &screen,
        &[
            "healed by its revert in ",
            "to resolve: not reached",
            "has 6: log, back, answers, answers, ",
            "  left out: log",
        ],
    );
    hold(&play, "revert");
}

/// From the end of a walk whose verify holds to the shell.
fn close(screen: &Screen) {
    screen.answer(&["verify   holds", "The walk is at its end: Enter shows what is left to do."], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds."], "c");
    screen.answer(&["Close the session."], "all is well<enter>");
    screen.answer(&["closed", "The session is closed. q leaves; Enter asks whether to open it again."], "q");
}

/// What it has taught is told when the screen is gone.
fn taught(screen: &Screen, lines: &[&str]) {
    let words = screen.ended(0);
    assert!(words.contains("writes the postmortem"), "{words}");
    for line in lines {
        assert!(words.replace('\n', "").contains(line), "no {line:?} in {words}");
    }
}

/// The record and the postmortem tell how it was healed.
fn hold(play: &Play, phase: &str) {
    assert!(matches!(play.events().last(), Some(Event::Closed { .. })), "{:?}", play.events().last());
    let postmortem = Postmortem::of(play);
    postmortem.holds(&["drill: \"status-500\"", "all is well", "TODO(postmortem): "]);
    let (change, entered) = match phase {
        "fix" => ("*Migrate the data to what 2.4.0 reads*", "- Revert was not entered."),
        _ => ("*Put 2.3.1 back in service*", "- Revert was entered"),
    };
    postmortem.in_order(&[
        "unknown field 'region' for orders",
        change,
        "**MITIGATED**",
        "**INCIDENT CLOSED**",
        entered,
        "| Orders get through | exit 0, as expected",
        "## Appendix A: Commands",
    ]);
}
