//! What is refused before a single event is read, and how much is read at all.

use crate::runbook::model::Place;
use crate::runbook::problem::{Problem, Problems, Spot, is_direction};
use crate::runbook::rules;

/// Longest text of a runbook, in bytes. Ten thousand steps are about 2 MB.
pub const MAX_BYTES: usize = 8 << 20;
/// Most nodes (scalars, lists, mappings) of a document.
pub(super) const MAX_NODES: usize = 500_000;
/// Deepest nesting; the format itself needs less than ten.
pub(super) const MAX_DEPTH: usize = 64;

/// The place of a byte offset, counted as the parser counts: a line ends at LF, CR LF or CR, a byte order mark at the start
/// has no column.
pub(crate) fn place_of(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let bytes = before.as_bytes();
    let breaks = |i: &usize| match bytes[*i] {
        b'\n' => true,
        b'\r' => text.as_bytes().get(i + 1) != Some(&b'\n'),
        _ => false,
    };
    let (mut line, mut start) = (1, 0);
    for i in memchr::memchr2_iter(b'\n', b'\r', bytes).filter(breaks) {
        line += 1;
        start = i + 1;
    }
    let rest = before.get(start..).unwrap_or_default();
    let rest = if start == 0 { rest.strip_prefix('\u{feff}').unwrap_or(rest) } else { rest };
    Place { line, column: rest.chars().count() + 1 }
}

/// Refuses a text that is too long or holds raw control characters. Returns whether it may be read.
pub(super) fn admit(text: &str, problems: &mut Problems) -> bool {
    if text.len() > MAX_BYTES {
        let mut end = MAX_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let at = Spot { place: place_of(text, end), length: 1, value: () };
        let message = format!("the file is longer than {} MiB and is not read", MAX_BYTES >> 20);
        let help = "a runbook is text for people; keep data in files of their own and name them in the commands";
        problems.add(Problem::new(&rules::TOO_LARGE, &at, message).help(help));
        return false;
    }
    let mut sound = true;
    let mut direction = false;
    for (offset, c) in text.char_indices() {
        if c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') {
            let at = Spot { place: place_of(text, offset), length: 1, value: () };
            let message = format!("a raw control character (U+{:04X}) stands in the file", u32::from(c));
            let help = "write it as an escape in double quotes, such as \"\\x1b\", or remove it";
            problems.add(Problem::new(&rules::CONTROL_CHARACTER, &at, message).help(help));
            sound = false;
            break;
        }
        if !direction && is_direction(c) {
            let at = Spot { place: place_of(text, offset), length: 1, value: () };
            let message =
                format!("a character that turns the reading direction (U+{:04X}) stands in the file", u32::from(c));
            let help =
                "what is read here may not be what runs; write it as an escape in double quotes, such as \"\\u202e\"";
            problems.add(Problem::new(&rules::HIDDEN_DIRECTION, &at, message).help(help));
            direction = true;
        }
    }
    sound
}
