//! What a session taught, from the screen at its end.

use std::process::Command;

use crate::play::Play;

const BOOK: &str = "\
# Ours.
stanch: 1
title: It hangs   # says who
diagnose:
  steps:
    # the first thing
    - id: look
      title: Look
      run: echo fine
    - { id: log, title: Log, run: echo log } # seldom useful
";

#[test]
fn what_was_done_by_hand_is_proposed_at_the_end_and_the_patch_is_taken() {
    let play = Play::with(BOOK);
    let screen = play.screen(&["run", "book"], 100, 30);
    screen.answer(&["Enter runs look"], ":");
    screen.press("df -P . <enter>").answer(&["Run: Your own command", "it only reads"], "r");
    screen.answer(&["$ df -P . : healthy", "Enter runs look"], "<enter>");
    screen.answer(&["Enter runs log"], "s").answer(&["Why"], "no log here<enter>");
    screen.answer(&["The walk is at its end"], "<enter>");
    // The pager is less: what is shown is the patch.
    screen.answer(&["The end of the walk", "L  what it taught its runbook"], "L");
    screen.answer(&["In this patch:", "diagnose: a new step, df -P .", "log: was skipped: no log here"], "q");
    screen.answer(&["What the session taught is in"], "q");
    screen.ended(0);

    let kept = play.session().path().join("learned.patch");
    let said = play.stanch(&["learn", "last", "-o", "again.patch"]);
    said.expect_code(0);
    assert_eq!(std::fs::read(play.path("again.patch")).unwrap(), std::fs::read(kept).unwrap());
    let git = Command::new("git").args(["apply", "again.patch"]).current_dir(play.path("")).output().unwrap();
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    let text = std::fs::read_to_string(play.path("runbooks/book.yaml")).unwrap();
    let day = play.entries().last().unwrap().at.date_naive();
    let wanted = BOOK
        .replace("    - { id: log", &format!("    # learned {day}: was skipped: no log here\n    - {{ id: log"))
        + &format!(
            "    # learned {day}: run by hand, and ended as expected\n    - title: df -P .\n      run: df -P .\n"
        );
    assert_eq!(text, wanted);
    play.stanch(&["check", "runbooks/book.yaml"]).expect_code(0);
    // What was learned is not learned again.
    play.stanch(&["learn", "last"]).expect_code(0).expect_err("taught nothing that runbooks/book.yaml does not have");
}
