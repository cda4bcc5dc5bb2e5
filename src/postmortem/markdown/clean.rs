//! Bytes of the world made harmless: nothing that comes out of here moves a cursor, hides text or turns it around.

use std::fmt::Write as _;

/// An escape sequence longer than this is none.
const LONGEST: usize = 4_096;

/// One line as a reader of a terminal would have seen it in the end: no escapes, of a progress bar the last state, tabs as spaces
/// to the next eighth column, what else is invisible made visible. Newlines inside become ` ⏎ `.
pub(in crate::postmortem) fn line(text: &str) -> String {
    // Almost all of it is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let text = text.trim_end_matches(['\r', '\n']);
    let last = |part: &str| {
        let part = part.trim_end_matches('\r');
        visible(&strip(part.rsplit('\r').next().unwrap_or_default()))
    };
    text.split('\n').map(last).collect::<Vec<_>>().join(" ⏎ ")
}

/// Without escape sequences. One that never ends is left, for [`visible`] to show.
fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\u{9b}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.floor_char_boundary(LONGEST);
        rest = if let Some(length) = sequence(&from[..end]) {
            &from[length..]
        } else {
            let mut chars = from.chars();
            out.extend(chars.next());
            chars.as_str()
        };
    }
    out.push_str(rest);
    out
}

/// Bytes of the escape sequence a text begins with; none where it does not end.
fn sequence(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let control = if text.starts_with('\u{9b}') { '[' } else { chars.next()?.1 };
    match control {
        '[' => chars.find(|(_, char)| matches!(char, '\u{40}'..='\u{7e}')).map(|(at, _)| at + 1),
        ']' | 'P' | 'X' | '^' | '_' => {
            let bell = text.find('\u{7}').map(|at| at + 1);
            let end = text.get(2..)?.find("\u{1b}\\").map(|at| at + 4);
            bell.into_iter().chain(end).min()
        }
        ' '..='/' => chars.find(|(_, char)| matches!(char, '\u{30}'..='\u{7e}')).map(|(at, _)| at + 1),
        '\u{30}'..='\u{7e}' => Some(2),
        _ => None,
    }
}

/// What is invisible made visible: control characters as their pictures, what turns text around or hides in it by its number.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0_usize;
    for char in text.chars() {
        column += 1;
        match char {
            '\t' => {
                out.push(' ');
                while !column.is_multiple_of(8) {
                    out.push(' ');
                    column += 1;
                }
            }
            '\u{7f}' => out.push('␡'),
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(char))),
            hidden if is_hidden(hidden) => {
                let _ = write!(out, "[U+{:04X}]", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out
}

/// Whether a character is seen by nobody and may change what is seen: C1 controls, marks of direction, what has no width.
pub(in crate::postmortem) fn is_hidden(char: char) -> bool {
    matches!(char,
        '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_is_what_was_seen_in_the_end() {
        let table = [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Bx\u{1b}=y", "xy"),
            ("10 %\r50 %\r100 %\r\n", "100 %"),
            ("a\tb", "a       b"),
            ("bell\u{7} nul\0 del\u{7f}", "bell␇ nul␀ del␡"),
            ("\u{202e}abc\u{2066}", "[U+202E]abc[U+2066]"),
            ("a\u{200b}b\u{85}c", "a[U+200B]b[U+0085]c"),
            ("one\ntwo", "one ⏎ two"),
            ("\u{1b}]never ends", "␛]never ends"),
            ("\u{1b}", "␛"),
            ("\u{1b}[", "␛["),
            ("Ünïcode 日本", "Ünïcode 日本"),
        ];
        for (raw, seen) in table {
            assert_eq!(line(raw), seen, "{raw:?}");
        }
    }
}
