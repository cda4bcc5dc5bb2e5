//! How wide text is on a screen.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands where text was left out.
const ELLIPSIS: &str = "\u{2026}";

/// Columns the text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The longest beginning of the text that takes at most so many columns.
#[must_use]
pub fn cut(text: &str, columns: usize) -> &str {
    // No character is wider in company than alone, but for emoji that a selector after them widens: so the beginning
    // is found by its characters and then held to its real width.
    let (mut end, mut taken) = (0, 0);
    for (place, character) in text.char_indices() {
        taken += character.width().unwrap_or(1);
        if taken > columns {
            break;
        }
        end = place + character.len_utf8();
    }
    let mut kept = &text[..end];
    while kept.width() > columns {
        let Some((last, _)) = kept.char_indices().next_back() else { break };
        kept = &kept[..last];
    }
    kept
}

/// The text, or its beginning and an ellipsis, in at most so many columns.
#[must_use]
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns || text.width() <= columns {
        return Cow::Borrowed(text);
    }
    match columns.checked_sub(1) {
        Some(room) => Cow::Owned(format!("{}{ELLIPSIS}", cut(text, room))),
        None => Cow::Borrowed(""),
    }
}

/// The text broken between words where so many columns are full: the first line, and what is left. A word that is longer is
/// broken itself.
#[must_use]
pub fn broken(text: &str, columns: usize) -> (&str, &str) {
    let first = cut(text, columns);
    let rest = &text[first.len()..];
    if rest.is_empty() || rest.starts_with(' ') {
        return (first, rest.trim_start());
    }
    match first.rsplit_once(' ') {
        Some((line, _)) if !line.is_empty() => (line, text[line.len()..].trim_start()),
        _ => (first, rest),
    }
}

/// The text in exactly so many columns: cut with an ellipsis, or filled up with spaces.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns).into_owned();
    let room = columns.saturating_sub(out.width());
    out.extend(std::iter::repeat_n(' ', room));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(broken("the disk is full", 9), ("the disk", "is full"));
        assert_eq!(broken("the disk is full", 8), ("the disk", "is full"));
        assert_eq!(broken("abcdefgh", 3), ("abc", "defgh"));
        assert_eq!(broken("short", 9), ("short", ""));
        assert_eq!(broken("", 0), ("", ""));
    }

    #[test]
    fn wide_characters_take_two_columns_and_are_not_halved() {
        assert_eq!(columns("a\u{4e2d}e\u{301}"), 4);
        assert_eq!(cut("a\u{4e2d}b", 2), "a");
        assert_eq!(cut("e\u{301}x", 1), "e\u{301}");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut("\u{2601}\u{fe0f}x", 1).width(), 1);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fit("status", 6), "status");
        assert_eq!(fit("status", 5), "stat\u{2026}");
        assert_eq!(fit("status", 0), "");
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad("\u{4e2d}\u{4e2d}", 3), "\u{4e2d}\u{2026}");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,30}", wanted in 0usize..40) {
            prop_assert!(columns(cut(&text, wanted)) <= wanted);
            prop_assert!(columns(&fit(&text, wanted)) <= wanted);
            prop_assert_eq!(columns(&pad(&text, wanted)), wanted);
        }
    }
}
