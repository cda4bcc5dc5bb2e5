//! The README's picture, made by the program itself: a drill in a real terminal, drawn as SVG.

mod support;
#[path = "support/svg.rs"]
mod svg;

use support::{Ended, Home, Terminal};

/// Works the drill up to the sign, as an operator would.
fn drill() -> (Home, Terminal) {
    let home = Home::new();
    let terminal = Terminal::start(home.stanch().arg("drill"), 34, 116);
    let next = ["> . health ", "> . order ", "> . format ", "> . log ", "Enter choose"];
    for pair in next.windows(2) {
        terminal.wait(pair[0], |screen| screen.contents().contains(pair[0]));
        enter(&terminal, pair[1]);
    }
    (home, terminal)
}

/// Enter, until the screen shows what it leads to. A key that came while the frame was still being written does not count, and the
/// screen says so: an operator is never that quick, a test is.
fn enter(terminal: &Terminal, until: &str) {
    const TOO_EARLY: &str = "press it again";
    loop {
        terminal.send("<enter>");
        terminal.wait(until, |screen| screen.contents().contains(until) || screen.contents().contains(TOO_EARLY));
        if terminal.screen(|screen| screen.contents().contains(until)) {
            return;
        }
    }
}

fn leave(terminal: &Terminal) {
    terminal.send("q");
    assert_eq!(terminal.ended(), Ended::Code(0));
}

#[test]
fn a_screen_is_drawn_with_all_its_words() {
    let (_home, terminal) = drill();
    let picture = terminal.screen(svg::draw);
    for words in ["What does the service say?", "unknown field", "choose", "all keys"] {
        assert!(picture.contains(words), "{words}: {picture}");
    }
    assert!(!picture.contains('\u{1b}'));
    leave(&terminal);
}

/// `cargo test --test picture -- --ignored` makes the picture anew.
#[test]
#[ignore = "writes assets/screen.svg"]
fn the_picture_is_made() {
    let (_home, terminal) = drill();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screen.svg");
    std::fs::write(path, terminal.screen(svg::draw)).unwrap();
    leave(&terminal);
}
