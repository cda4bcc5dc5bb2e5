//! Without a terminal nothing hangs.

use crate::stage::Stage;

#[test]
fn what_needs_a_screen_says_so_and_names_what_does_not() {
    let stage = Stage::with("{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, run: 'true'}]}}");
    for arguments in [&["run", "book"][..], &["resume"], &["drill"], &[]] {
        stage.stanch(arguments).expect_code(5).expect_err("could not show a screen").expect_err("--auto");
    }
    stage.stanch(&["start", "Something burns"]).expect_code(5).expect_err("this is no terminal");
    for arguments in [["run", "bok"], ["drill", "bok"]] {
        stage.stanch(&arguments).expect_code(2).expect_err("could not find a runbook named \"bok\"");
    }
    stage.stanch(&["drill", "book"]).expect_code(2).expect_err("could not find a drill for \"book\"");
    assert!(stage.sessions().is_empty(), "nothing was begun");
}

#[test]
fn a_runbook_with_errors_is_told_and_not_run() {
    let stage = Stage::with("{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, rum: 'true'}]}}");
    stage.walk(&[]).expect_code(3).expect_err("rum").expect_err("could not use the runbook book");
    assert!(stage.sessions().is_empty());
    stage.stanch(&["run", "bok", "--auto"]).expect_code(2).expect_err("could not find a runbook");
}
