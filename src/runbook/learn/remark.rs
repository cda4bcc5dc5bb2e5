//! Comments above lines.

use std::ops::Range;

/// The longest comment, in characters.
const LONGEST: usize = 200;

/// A text with a comment on a line of its own above a line (from 1), as deep as that line.
pub(super) fn above(text: &str, line: usize, words: &str) -> String {
    let range = bytes_of(text, line);
    let own = &text[range.clone()];
    let indent = &own[..own.len() - own.trim_start_matches(' ').len()];
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{}{indent}# {}{end}{}", &text[..range.start], one_line(words), &text[range.start..])
}

/// Whether this very comment stands right above a line (from 1), among other comments or alone.
pub(super) fn is_above(text: &str, line: usize, words: &str) -> bool {
    let words = one_line(words);
    let lines: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let comments = lines.iter().rev().map(|line| line.trim()).take_while(|line| line.starts_with('#'));
    comments.map(|line| line.trim_start_matches('#').trim_start()).any(|own| own == words)
}

/// The bytes of a line (from 1) with its end; empty at the end of the text where there is no such line.
pub(super) fn bytes_of(text: &str, line: usize) -> Range<usize> {
    let mut start = 0;
    for (number, own) in (1..).zip(text.split_inclusive('\n')) {
        if number == line {
            return start..start + own.len();
        }
        start += own.len();
    }
    text.len()..text.len()
}

/// The line (from 1) that a byte is in.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..byte]).count()
}

/// Words that a comment can hold: on one line, nothing in them that steers a terminal or ends the comment.
pub(super) fn one_line(words: &str) -> String {
    let tame = |c: char| if c.is_control() || crate::runbook::problem::is_direction(c) { ' ' } else { c };
    let words: String = words.chars().map(tame).collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    if words.chars().count() <= LONGEST {
        return words;
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stands_above_its_line_as_deep_and_with_the_same_end() {
        assert_eq!(above("a:\n  - b\n", 2, "x"), "a:\n  # x\n  - b\n");
        assert_eq!(above("a:\r\n  - b\r\n", 2, "x"), "a:\r\n  # x\r\n  - b\r\n");
        assert_eq!(above("a: b", 1, "x"), "# x\na: b");
    }

    #[test]
    fn a_comment_is_known_only_where_it_stands() {
        let text = "a:\n  # x\n  # y\n  - b\n  - c\n";
        assert!(is_above(text, 4, "x") && is_above(text, 4, "y"));
        assert!(!is_above(text, 5, "x") && !is_above(text, 4, "z"));
    }

    #[test]
    fn no_word_ends_the_comment() {
        assert_eq!(above("a: b\n", 1, "x\ny: z\u{1b}[2J\u{202e}\u{85}w"), "# x y: z [2J w\na: b\n");
        assert!(above("a: b\n", 1, &"x".repeat(999)).lines().next().unwrap().chars().count() <= LONGEST + 2);
    }
}
