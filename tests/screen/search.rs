//! The whole of a large output, searched and pinned.

use stanch::session::event::Event;

use crate::play::Play;

/// A million lines, four of which hold the needle.
const MILLION: &str = "{stanch: 1, title: A million lines, diagnose: {steps: [\
    {id: many, title: Many, mode: pipe, run: 'seq 1000000 | sed \"s/^/line /; 200000~250000s/$/ with a Needle in it/\"'}]}}";

#[test]
fn a_match_in_a_million_lines_is_found_picked_with_its_neighbours_and_pinned() {
    let play = Play::with(MILLION);
    let screen = play.book();
    screen.answer(&["Enter runs many"], "<enter>");
    screen.answer(&["healthy", "line 1000000"], "/");
    screen.answer(&["Search the whole output"], "needle<enter>");
    screen.see(&["/needle: match 1 of 4, line 200,000", "line 200000 with a Needle in it"]);
    screen.answer(&["n next match"], "n");
    screen.answer(&["match 2 of 4, line 450,000", "line 450000 with a Needle in it"], "N");
    screen.answer(&["match 1 of 4, line 200,000"], "N");
    screen.answer(&["match 4 of 4, line 950,000, round the end", "line 950000 with a Needle"], "p");
    screen.answer(&["Line 950,000.", "Enter pin"], "<pgdn><pgdn><pgdn><pgdn>");
    screen.answer(&["Lines 950,000 to 950,0"], "<down><enter>");
    screen.see(&["Pinned lines 950000 to 950"]).press("<esc>");
    screen.answer(&["The search is over"], "q");
    screen.ended(0);
    let pinned = play.events().into_iter().find_map(|event| match event {
        Event::Pinned { first, last, text, .. } => Some((first, last, text)),
        _ => None,
    });
    let (first, last, text) = pinned.expect("a pin in the journal");
    assert!(first == 950_000 && last > 950_010, "from {first} to {last}");
    let mut lines: Vec<String> = (first..=last).map(|number| format!("line {number}")).collect();
    lines[0].push_str(" with a Needle in it");
    assert_eq!(text, lines.join("\n"));
}

#[test]
fn picked_lines_reach_the_terminal_as_osc_52() {
    let play =
        Play::with("{stanch: 1, title: T, diagnose: {steps: [{id: say, title: Say, run: 'printf \"one\\ntwo\\n\"'}]}}");
    let screen = play.book();
    screen.answer(&["Enter runs say"], "<enter>");
    screen.answer(&["healthy, exit 0", "The walk is at its end", "two"], "p");
    screen.answer(&["Line 2."], "<up>");
    screen.answer(&["Lines 1 to 2"], "y");
    screen.see(&["Sent 7 B to the terminal's clipboard"]);
    // "one\ntwo" in base64.
    let sent = b"\x1b]52;c;b25lCnR3bw==";
    assert!(screen.0.bytes().windows(sent.len()).any(|bytes| bytes == sent));
    screen.press("q");
    screen.ended(0);
}
