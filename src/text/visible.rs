//! Text that may be drawn or printed, whoever wrote it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::hostile::is_hostile;
use super::width;

/// Columns between tab stops.
const TAB: usize = 8;

/// One line of text in which nothing moves a cursor, changes a terminal or reorders its neighbours.
///
/// Tabs become spaces up to the next stop of eight. A control character becomes its picture (`␛`, `␊`), any other
/// hostile character its code point (`<U+202E>`), so that a trick is seen and not only undone.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_hostile) else { return Cow::Borrowed(text) };
    let (good, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + TAB);
    out.push_str(good);
    let mut column = width::columns(good);
    for character in rest.chars() {
        let before = out.len();
        match character {
            '\t' => out.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            _ if is_hostile(character) => {
                // Writing to a string does not fail.
                let _ = write!(out, "<U+{:04X}>", u32::from(character));
            }
            _ => out.push(character),
        }
        column += width::columns(&out[before..]);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_harmless_is_not_copied() {
        assert!(matches!(clean("plain \u{e9} \u{4e2d}"), Cow::Borrowed(_)));
    }

    #[test]
    fn controls_and_overrides_are_shown_instead_of_obeyed() {
        assert_eq!(clean("\x1b[31mred\r\n\x07\x7f"), "\u{241b}[31mred\u{240d}\u{240a}\u{2407}\u{2421}");
        assert_eq!(clean("a\u{202e}b\u{9b}c"), "a<U+202E>b<U+009B>c");
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(clean("a\tb\t12345678\tc"), "a       b       12345678        c");
        assert_eq!(clean("\u{4e2d}\tx"), "\u{4e2d}      x");
    }

    proptest! {
        #[test]
        fn nothing_hostile_comes_through(bytes in prop::collection::vec(any::<u8>(), 0..60), more in any::<String>()) {
            for text in [String::from_utf8_lossy(&bytes).as_ref(), &more] {
                let cleaned = clean(text);
                prop_assert!(!cleaned.chars().any(is_hostile));
                prop_assert!(cleaned.len() <= text.len() * 8);
            }
        }
    }
}
