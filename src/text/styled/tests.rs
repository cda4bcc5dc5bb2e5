use proptest::prelude::*;

use super::*;
use crate::text::hostile::is_hostile;

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::text).collect()
}

#[test]
fn a_bare_line_feed_begins_a_line() {
    assert_eq!(texts(&render(b"a\nb\r\n\nc", 80, 10)), ["a", "b", "", "c"]);
    assert_eq!(texts(&render(b"a\nb\n", 80, 10)), ["a", "b"]);
    assert_eq!(texts(&render(b"a\n\n\n", 80, 10)), ["a", "", ""]);
    assert_eq!(render(b"", 80, 10), []);
}

#[test]
fn colours_become_spans() {
    let lines = render(b"a \x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3;48;5;200mrgb\x1b[m   ", 80, 10);
    let style = Style { foreground: Colour::Index(1), bold: true, ..Style::default() };
    let rgb = Style { foreground: Colour::Rgb(1, 2, 3), background: Colour::Index(200), ..Style::default() };
    let span = |text: &str, style| Span { text: text.into(), style };
    let plain = Style::default();
    assert_eq!(lines[0].spans, [span("a ", plain), span("red", style), span(" ", plain), span("rgb", rgb)]);
}

#[test]
fn a_line_that_wraps_goes_on_in_lines_that_say_so() {
    let lines = render(b"abcdefgh\nx", 3, 10);
    assert_eq!(texts(&lines), ["abc", "def", "gh", "x"]);
    assert_eq!(lines.iter().map(|line| line.continues).collect::<Vec<_>>(), [false, true, true, false]);
}

#[test]
fn tabs_and_progress_bars_show_as_in_a_terminal() {
    assert_eq!(texts(&render(b"a\tb\n10%\r20%\n", 80, 10)), ["a       b", "20%"]);
}

#[test]
fn the_first_and_the_last_lines_of_many() {
    let output: String = (0..20_000).map(|n| format!("{n}\n")).collect::<Vec<_>>().concat();
    assert_eq!(texts(&render(output.as_bytes(), 80, 3)), ["0", "1", "2"]);
    assert_eq!(texts(&render_end(output.as_bytes(), 80, 3)), ["19997", "19998", "19999"]);
    assert_eq!(texts(&render_end(b"a\nb", 80, 100)), ["a", "b"]);
    let all = texts(&render(output.as_bytes(), 80, usize::MAX));
    assert_eq!((all.len(), all[12_345].as_str()), (20_000, "12345"));
    let last = texts(&render_end(output.as_bytes(), 80, 200));
    assert_eq!((last.len(), last[0].as_str(), last[199].as_str()), (200, "19800", "19999"));
}

#[test]
fn the_first_of_the_last_lines_knows_what_it_continues() {
    let lines = render_end("x".repeat(1000).as_bytes(), 10, 5);
    assert!(lines.len() == 5 && lines.iter().all(|line| line.continues));
}

#[test]
fn a_line_of_a_megabyte_is_shown() {
    let output = vec![b'x'; 1_000_000];
    assert_eq!(render(&output, 240, 24).len(), 24);
    let lines = render_end(&output, 240, 24);
    assert_eq!((lines.len(), lines[23].text().len()), (24, 1_000_000 % 240));
}

#[test]
fn an_escape_sequence_without_end_costs_no_memory_and_hides_little() {
    let mut screen = Screen::new(80, 24, true);
    screen.feed(b"\x1b]0;");
    for _ in 0..100 {
        screen.feed(&[b'x'; 1000]);
    }
    screen.feed(b"\r\nvisible");
    assert_eq!(screen.lines()[screen.cursor().unwrap().0 as usize].text(), "visible");
    assert_eq!(texts(&render(b"\x1bPcut off\nvisible", 80, 10)), ["", "visible"]);
    assert_eq!(texts(&render(b"\x1bPq\x07visible", 80, 10)), ["visible"]);
}

#[test]
fn a_request_to_repeat_a_character_without_end_is_not_followed() {
    let output = "x\x1b[65535b".repeat(10_000);
    assert_eq!(render(output.as_bytes(), 80, 1000).len(), 10_000 / 80);
    assert_eq!(texts(&render(b"x\x1b[4b", 80, 10)), ["xxxxx"]);
}

#[test]
fn a_character_that_comes_in_two_pieces_takes_nothing_with_it() {
    let mut screen = Screen::new(20, 1, true);
    let output = "\u{ae}0\u{1b6b2}!".as_bytes();
    for piece in [&output[..1], &output[1..5], &output[5..]] {
        screen.feed(piece);
    }
    assert_eq!(texts(&screen.lines()), ["\u{ae}0\u{1b6b2}!"]);
}

#[test]
fn a_screen_shows_what_a_program_draws() {
    let mut screen = Screen::new(20, 4, true);
    screen.feed(b"\x1b[?1049h\x1b[2;3Hhello\x1b[4;1Hend");
    assert_eq!(texts(&screen.lines()), ["", "  hello", "", "end"]);
    assert_eq!((screen.cursor(), screen.alternate(), screen.size()), (Some((3, 3)), true, (20, 4)));
    screen.feed(b"\x1b[?25l");
    assert_eq!(screen.cursor(), None);
    screen.feed(b"\x1b[?1049l\x1b[?25h\x1b[Ha\nb");
    assert_eq!(texts(&screen.lines()), ["a", " b", "", ""]);
    screen.resize(10, 2);
    assert_eq!((screen.lines().len(), screen.size()), (2, (10, 2)));
    screen.resize(0, 0);
    assert_eq!(screen.size(), (2, 1));
}

#[test]
fn overrides_of_direction_do_not_reach_a_span() {
    assert_eq!(texts(&render("a\u{202e}b\u{9b}c".as_bytes(), 80, 10)), ["abc"]);
}

fn output() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6),
        "\\PC{0,8}".prop_map(String::into_bytes),
        "\x1b\\[[0-9;?]{0,8}[@-~]".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "\x1b]0;", "\x07", "\r\n", "\n", "\r", "\x08", "\u{202e}", "\u{85}", "\t", "\x1b", "\x1bP", "\x1bM",
            "\x1b7", "\x1b8", "\x0b"
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
    ];
    prop::collection::vec(fragment, 0..60).prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn no_output_panics_and_no_cell_holds_a_control_character(
        output in output(), columns in 0u16..40, rows in 0u16..12, (to_columns, to_rows) in (0u16..40, 0u16..12), at_most in 0usize..30,
    ) {
        let first = render(&output, columns, at_most);
        let last = render_end(&output, columns, at_most);
        prop_assert!(first.len() <= at_most && last.len() <= at_most);
        let mut screen = Screen::new(columns, rows, true);
        let (one, other) = output.split_at(output.len() / 2);
        screen.feed(one);
        screen.resize(to_columns, to_rows);
        screen.feed(other);
        for line in first.iter().chain(&last).chain(&screen.lines()) {
            prop_assert!(!line.text().chars().any(is_hostile), "{:?}", line);
        }
    }

    #[test]
    fn a_screen_is_the_same_however_it_is_fed(output in output(), size in 1usize..7) {
        let (mut whole, mut cut) = (Screen::new(20, 5, false), Screen::new(20, 5, false));
        whole.feed(&output);
        output.chunks(size).for_each(|piece| cut.feed(piece));
        prop_assert_eq!(whole.lines(), cut.lines());
        prop_assert_eq!(whole.cursor(), cut.cursor());
    }
}

/// What a screen of this size kept and shows, as lines.
fn transcript(columns: u16, rows: u16, output: &[u8]) -> Vec<String> {
    let mut screen = Screen::keeping(columns, rows, false);
    screen.feed(output);
    let mut text = Vec::new();
    screen.drain(&mut text);
    screen.living(&mut text);
    texts(&render(&text, 1000, 10_000))
}

#[test]
fn what_scrolls_out_and_what_is_on_the_screen_are_one_text() {
    let output: String = (0..100).map(|n| format!("{n}\n")).collect::<Vec<_>>().concat();
    let lines = transcript(20, 5, output.as_bytes());
    assert_eq!((lines.len(), lines[0].as_str(), lines[99].as_str()), (100, "0", "99"));
    assert_eq!(transcript(20, 5, b""), Vec::<String>::new());
}

#[test]
fn a_line_that_wrapped_is_one_line_of_the_text_wherever_it_stands() {
    let long = "abcdefghij".repeat(7);
    for before in 0..12 {
        let output = format!("{}{long}\nend", "x\n".repeat(before));
        let lines = transcript(20, 5, output.as_bytes());
        assert_eq!((lines.len(), &lines[before], lines[before + 1].as_str()), (before + 2, &long, "end"), "{before}");
    }
}

#[test]
fn colours_of_a_line_are_its_own() {
    let output = "\x1b[31mred\nstill red\x1b[m\nplain\n".repeat(10);
    let mut screen = Screen::keeping(20, 4, false);
    screen.feed(output.as_bytes());
    let mut text = Vec::new();
    screen.drain(&mut text);
    screen.living(&mut text);
    let red = Style { foreground: Colour::Index(1), ..Style::default() };
    for part in text.split(|byte| *byte == b'\n').filter(|part| !part.is_empty()) {
        let line = &render(part, 80, 1)[0];
        let style = if line.text() == "plain" { Style::default() } else { red };
        assert_eq!(line.spans[0].style, style, "{line:?}");
    }
}

#[test]
fn of_bars_that_go_up_again_the_last_state_is_kept() {
    let bars: String = (0..=100).map(|n| format!("a {n}%\nb {n}%\n\x1b[2A")).collect::<Vec<_>>().concat();
    assert_eq!(transcript(20, 5, format!("begin\n{bars}\n\nend\n").as_bytes()), ["begin", "a 100%", "b 100%", "end"]);
}

#[test]
fn the_alternate_screen_leaves_no_trace() {
    let editor = "\x1b[?1049h\x1b[Hone\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\n\x1b[?1049l";
    assert_eq!(transcript(20, 3, format!("before\n{editor}after\n").as_bytes()), ["before", "after"]);
    let mut screen = Screen::keeping(20, 3, true);
    screen.feed(b"before\r\n\x1b[?1049h\x1b[Hkilled in the middle");
    let mut text = Vec::new();
    screen.living(&mut text);
    assert_eq!(text, b"");
    screen.leave_alternate();
    screen.living(&mut text);
    assert_eq!(text, b"before\n");
}
