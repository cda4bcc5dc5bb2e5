use proptest::prelude::*;

use super::*;
use crate::text::plain;

fn finder(typed: &str) -> Finder {
    Finder::new(&Query::typed(typed)).unwrap_or_else(|error| panic!("{typed}: {error}"))
}

/// The numbers (from 0) of the lines that match, found piece by piece.
fn lines(typed: &str, output: &[u8], piece: usize) -> Vec<u64> {
    let mut search = Search::with(finder(typed), Tally::of(16, 4));
    let mut at = 0;
    while at < output.len() {
        let mut size = piece;
        loop {
            let end = (at + size).min(output.len());
            let taken = search.take(&output[at..end], end == output.len());
            if taken > 0 {
                at += taken;
                break;
            }
            size += piece;
        }
    }
    let parts: Vec<Part> = search.tally().from(0).collect();
    let matching = search.tally().matching();
    assert_eq!(parts.iter().map(|part| part.matching).sum::<u64>(), matching);
    let mut found = Vec::new();
    for part in parts {
        assert_eq!(part.before, found.len() as u64);
        let place = |byte: u64| usize::try_from(byte).expect("small");
        let (before, bytes) = (&output[..place(part.from)], &output[place(part.from)..place(part.to)]);
        let before = memchr::memchr_iter(b'\n', before).count() as u64;
        search.hits(bytes, |line, _| {
            found.push(before + line);
            true
        });
    }
    assert_eq!(found.len() as u64, matching);
    found
}

#[test]
fn a_search_reads_what_a_person_reads() {
    let output = b"an \x1b[31mer\x1b[0mror\nnone\nERROR\nerr\rerror 2\r\n";
    assert_eq!(lines("error", output, 1 << 20), [0, 2, 3]);
    assert_eq!(lines("ERROR", output, 1 << 20), [2]);
}

#[test]
fn what_is_typed_stands_for_itself_unless_it_is_a_pattern() {
    let output = b"a.b\naxb\n";
    assert_eq!(lines("a.b", output, 99), [0]);
    assert_eq!(lines("re:a.b", output, 99), [0, 1]);
    assert_eq!(lines(".", output, 99), [0]);
}

#[test]
fn a_pattern_sees_one_line_at_a_time() {
    let output = b"foo\n bar\nfoo bar\n\nx\n";
    assert_eq!(lines(r"re:foo\s+bar", output, 99), [2]);
    assert_eq!(lines("re:^$", output, 99), [3]);
    assert_eq!(lines(r"re:\Ax\z", output, 99), [4]);
    assert_eq!(lines("re:[^y]*x", output, 99), [4]);
    assert_eq!(lines("re:q*", output, 99), [0, 1, 2, 3, 4], "an empty match is one of each line");
    assert_eq!(lines("re:bar$", b"bar\r\nbarn\r\n", 99), [0], "a carriage return is no text");
}

#[test]
fn bytes_that_are_no_text_hide_nothing_beside_them() {
    assert_eq!(lines("error", b"\xff\xfeerror\xff\nx\n", 99), [0]);
    assert_eq!(lines("re:e.*r", b"\xffer\xff\n", 99), [0]);
}

#[test]
fn a_query_that_is_none_says_why() {
    let why = |typed: &str| Finder::new(&Query::typed(typed)).expect_err("no query");
    assert!(why("re:a(b").starts_with("could not use this pattern: unclosed group"), "{}", why("re:a(b"));
    assert!(why("re:\\w{500}\\w{500}").contains("too large"), "{}", why("re:\\w{500}\\w{500}"));
    assert!(why("").contains("Say what") && why("a\nb").contains("line break"));
}

#[test]
fn a_line_longer_than_the_longest_is_counted_once() {
    let mut output = b"x\n".to_vec();
    output.extend(std::iter::repeat_n(b"needle ".as_slice(), LONGEST / 3).flatten());
    output.extend_from_slice(b"\nneedle\n");
    assert_eq!(lines_counted("needle", &output), 2);
}

fn lines_counted(typed: &str, output: &[u8]) -> u64 {
    let mut search = Search::new(finder(typed));
    let mut at = 0;
    while at < output.len() {
        let end = (at + LONGEST).min(output.len());
        at += search.take(&output[at..end], end == output.len()).max(1);
    }
    search.tally().matching()
}

#[test]
fn matches_are_shown_where_they_stand() {
    assert_eq!(finder("er").ranges("Error er"), [0..2, 6..8]);
    assert_eq!(finder("re:x*").ranges("axxbx"), [1..3, 4..5]);
}

#[test]
fn parts_are_found_from_any_line_in_both_directions() {
    let mut tally = Tally::of(10, 4);
    for _ in 0..100 {
        tally.push(7, 1, false);
    }
    assert_eq!((tally.bytes(), tally.matching()), (700, 100));
    for line in 0..100 {
        let (start, end) = (line * 7, line * 7 + 7);
        let holds = |part: &Part| part.from <= start && end <= part.to;
        assert!(tally.from(start).next().is_some_and(|part| holds(&part)), "{line}");
        assert!(tally.back(end).next().is_some_and(|part| holds(&part)), "{line}");
    }
    assert!(tally.from(0).count() <= 5);
}

#[test]
fn what_was_taken_back_is_counted_anew_from_a_line_on() {
    let mut search = Search::with(finder("a"), Tally::of(4, 8));
    let text = b"a1\na2\nb3\na4\na5\n";
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        search.take(line, false);
    }
    assert_eq!((search.tally().matching(), search.tally().bytes()), (4, 15));
    search.back_to(7);
    let bytes = search.tally().bytes();
    assert!(bytes <= 7 && bytes.is_multiple_of(3), "{bytes} bytes");
    search.take(b"b\nb\nb\nb\na\n", true);
    assert_eq!(search.tally().matching(), 2 + 1);
    search.back_to(0);
    assert_eq!(search.tally().matching(), 0);
}

#[test]
fn a_fragment_that_is_everywhere_hides_no_match() {
    let mut output = b"exit=1\n".repeat(1000);
    output.extend_from_slice(b"exit=2\n");
    output.extend(b"exit=1\n".repeat(1000));
    output.extend_from_slice(b"EXIT=2");
    assert_eq!(lines("re:exit=2", &output, 1 << 20), [1000, 2001]);
    assert_eq!(lines("re:(?-i:exit=)[23]", &output, 1 << 20), [1000]);
}

proptest! {
    #[test]
    fn every_line_that_matches_is_found_however_it_is_read(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "ab", "B", "\n", "\n", "\x1b[1m", "\r", "\x08", "é", " ", "b\n", "\x1b[31mab\x1b[m\n",
        ]), 0..60),
        typed in prop::sample::select(vec!["ab", "b", "B", "re:a.*b", "re:^b", "re:\\s", "re:(?i)AB$", "é", "re:b*", "abb", "re:a?b a+b", "re:\\x08?éa"]),
        piece in 1_usize..40,
    ) {
        let output = parts.concat();
        let finder = finder(typed);
        let text = plain::strip(output.as_bytes());
        let expected: Vec<u64> = text
            .split_inclusive('\n')
            .zip(0..)
            .filter(|(line, _)| finder.is_match(line.strip_suffix('\n').unwrap_or(line).as_bytes()))
            .map(|(_, number)| number)
            .collect();
        // A line that was all escapes and is not ended is a line to the one and none to the other.
        let mut expected = expected;
        let mut found = lines(typed, output.as_bytes(), piece);
        if !output.ends_with('\n') && (text.is_empty() || text.ends_with('\n')) {
            let lines = memchr::memchr_iter(b'\n', output.as_bytes()).count() as u64;
            expected.retain(|line| *line < lines);
            found.retain(|line| *line < lines);
        }
        prop_assert_eq!(found, expected);
    }
}
