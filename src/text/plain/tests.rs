use proptest::prelude::*;

use super::*;

fn lines(pieces: &[&[u8]]) -> Vec<(u64, String)> {
    let mut out = Vec::new();
    let mut lines = Lines::new();
    for piece in pieces {
        lines.push(piece, |number, line| out.push((number, line.to_owned())));
    }
    lines.finish(|number, line| out.push((number, line.to_owned())));
    out
}

#[test]
fn lines_are_numbered_from_one_and_an_unfinished_last_one_counts() {
    assert_eq!(lines(&[b"a\r\n\nb"]), [(1, "a".into()), (2, String::new()), (3, "b".into())]);
    assert_eq!(lines(&[b"a\n"]), [(1, "a".into())]);
    assert_eq!(lines(&[]), []);
}

#[test]
fn escapes_and_control_characters_are_gone() {
    assert_eq!(strip(b"\x1b[1;31merror\x1b[0m: \x1b]8;;http://x\x1b\\link\x1b]8;;\x07\x00\x07!\x7f"), "error: link!");
    assert_eq!(strip("a\u{9b}31m\u{202e}b\u{2066}c".as_bytes()), "a31mbc");
    assert_eq!(strip(b"a\tb"), "a\tb");
}

#[test]
fn a_line_feed_ends_an_escape_sequence_that_was_cut_off() {
    assert_eq!(strip(b"\x1b]0;title without end\nERROR\n"), "\nERROR\n");
    assert_eq!(strip(b"\x1b[31\nERROR\n"), "\nERROR\n");
}

#[test]
fn an_escape_sequence_without_end_is_given_up() {
    let mut bytes = b"\x1b]0;".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 10_000));
    assert!(strip(&bytes).len() > 5000);
}

#[test]
fn of_a_progress_bar_the_last_state_remains() {
    assert_eq!(strip(b"10%\r20%\r100%\r\ndone\n"), "100%\ndone\n");
    assert_eq!(strip(b"abc\r\r\n"), "abc\n");
    assert_eq!(strip(b"\r\x1b[Kx"), "x");
}

#[test]
fn a_backspace_takes_back_what_is_written_over() {
    assert_eq!(strip(b"N\x08NA\x08AM\x08ME"), "NAME");
    assert_eq!(strip(b"abc\x08\x08"), "abc");
    assert_eq!(strip("\u{e9}\u{8}e".as_bytes()), "e");
    assert_eq!(strip(b"a\x08\x08\x08\x08b"), "b");
}

#[test]
fn what_is_not_utf8_shows_as_a_replacement_also_between_pieces() {
    assert_eq!(
        lines(&["\u{20ac}".as_bytes().split_at(1).0, "\u{20ac}".as_bytes().split_at(1).1]),
        [(1, "\u{20ac}".into())]
    );
    assert_eq!(strip(b"a\xffb\xe2\x82"), "a\u{fffd}b\u{fffd}");
}

#[test]
fn a_line_of_a_megabyte_is_cut_and_the_rest_counted() {
    let mut bytes = "\u{20ac}".repeat(350_000).into_bytes();
    bytes.extend_from_slice(b"\nnext\n");
    let mut given = Vec::new();
    let mut lines = Lines::new();
    for piece in bytes.chunks(5000) {
        lines.push(piece, |number, line| given.push((number, line.to_owned())));
    }
    assert_eq!(given.len(), 2);
    assert_eq!(given[0].1, "\u{20ac}".repeat(LONGEST_LINE / 3));
    assert_eq!(given[1], (2, "next".into()));
    assert_eq!(lines.beyond(), 1_050_000 - LONGEST_LINE as u64);
}

#[test]
fn a_million_lines_are_a_million_lines() {
    let text = "x\n".repeat(1_000_000);
    let (mut count, mut last) = (0, 0);
    let mut lines = Lines::new();
    for piece in text.as_bytes().chunks(4095) {
        lines.push(piece, |number, line| {
            assert_eq!(line, "x");
            count += 1;
            last = number;
        });
    }
    assert_eq!((count, last), (1_000_000, 1_000_000));
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6),
        "\\PC{0,6}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "\x1b[31m", "\x1b]0;", "\x07", "\r\n", "\n", "\r", "\x08", "\u{202e}", "\u{85}", "\u{2067}", "\t", "\x1b",
            "\x1bP"
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
    ];
    prop::collection::vec(fragment, 0..30).prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn nothing_hostile_comes_through_however_the_stream_is_cut(bytes in bytes(), size in 1usize..9) {
        let whole = lines(&[&bytes]);
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(&lines(&pieces), &whole);
        for (_, line) in &whole {
            prop_assert!(!line.chars().any(|character| character != '\t' && is_hostile(character)), "{:?}", line);
        }
        let stripped = strip(&bytes);
        prop_assert!(!stripped.chars().any(|character| !matches!(character, '\t' | '\n') && is_hostile(character)));
    }

    #[test]
    fn lines_are_the_lines_of_the_index(bytes in bytes()) {
        let mut index = crate::text::lines::Index::new();
        index.push(&bytes);
        prop_assert_eq!(lines(&[&bytes]).len() as u64, index.lines());
    }
}
