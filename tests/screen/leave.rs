//! Leaving says what is left undone.

use crate::play::Play;

/// The change has no verify list of its own: the verify phase is its proof.
const BOOK: &str = "{stanch: 1, title: T, \
    fix: {steps: [{id: change, title: Change, run: 'touch changed'}]}, \
    verify: {steps: [{id: holds, title: Holds, run: 'test -e changed'}]}}";

#[test]
fn leaving_names_what_was_not_verified_since_the_last_change() {
    let play = Play::with(BOOK);
    let screen = play.book();
    screen.answer(&["Enter runs change"], "<enter>").answer(&["y run it"], "y");
    screen.answer(&["change: healthy", "fix is over"], "q");
    screen.answer(&["Leave?", "Not verified since the last change: holds."], "q");
    screen.ended(0);
}

#[test]
fn leaving_asks_nothing_where_nothing_is_open() {
    let play = Play::with(BOOK);
    let screen = play.book();
    screen.answer(&["Enter runs change"], "q");
    screen.ended(0);
}
