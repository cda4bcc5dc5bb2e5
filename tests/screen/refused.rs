//! What cannot be done is told, at once and with its place.

use crate::play::Play;

#[test]
fn without_a_terminal_nothing_hangs() {
    let play = Play::new();
    for arguments in [&["drill"][..], &["resume"], &[]] {
        let said = play.stanch(arguments);
        said.expect_code(5).expect_err("could not show a screen: this is no terminal").expect_err("--auto");
    }
    assert!(play.sessions().is_empty());
}

#[test]
fn a_runbook_with_errors_is_refused_with_its_place() {
    let play = Play::with("stanch: 1\ntitle: T\ndiagnose:\n  steps:\n    - { id: a, title: A, rum: 'true' }\n");
    let screen = play.book();
    let words = screen.ended(3);
    assert!(words.contains("runbooks/book.yaml:5:"), "{words}");
    assert!(words.contains("could not use the runbook book: it has errors"), "{words}");
    assert!(play.sessions().is_empty());
}
