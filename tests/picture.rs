//! The README's picture, made by the program itself: a drill in a real terminal, drawn as SVG.

mod support;
#[path = "support/svg.rs"]
mod svg;

use support::{Ended, Home, Terminal};

/// Works the drill up to the sign, as an operator would.
fn drill() -> (Home, Terminal) {
    let home = Home::new();
    let terminal = Terminal::start(home.stanch().arg("drill"), 34, 116);
    for step in ["health", "order", "format", "log"] {
        terminal.wait(step, |screen| screen.contents().contains(&format!("> . {step} ")));
        terminal.send("<enter>");
    }
    terminal.wait("the sign", |screen| screen.contents().contains("Enter choose"));
    (home, terminal)
}

fn leave(terminal: &Terminal) {
    terminal.send("q");
    terminal.wait("what leaving a drill means", |screen| screen.contents().contains("leave; the drill ends"));
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
