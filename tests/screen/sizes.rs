//! Screens of any size.

use crate::play::{Play, ran_once, waiting};
use crate::stage::release;

#[test]
fn a_screen_that_changes_its_size_all_the_time_goes_on() {
    let (play, screen, go) = waiting();
    for round in 0..30 {
        screen.0.resize(1 + round * 7 % 50, 1 + round * 31 % 200);
    }
    screen.0.resize(5, 20);
    screen.see(&["== Steps ===========", "* l", "running"]);
    screen.0.resize_to_nothing();
    screen.0.resize(24, 80);
    screen.see(&["begun", "long is running; x stops it."]);
    release(&go);
    screen.answer(&["finished", "Enter runs last"], "q");
    screen.ended(0);
    ran_once(&play);
}

#[test]
fn a_tiny_screen_still_says_what_enter_does() {
    let play = Play::with("{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, run: 'echo a >> ran'}]}}");
    let screen = play.screen(&["run", "book"], 20, 5);
    screen.answer(&["Enter runs a"], "<enter>");
    screen.answer(&["The walk is at its"], "q");
    screen.ended(0);
    assert_eq!(play.count("ran", "a"), 1);
}
