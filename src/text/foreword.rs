//! What a connection said before the command it was made for began: part of a run's output, and not the command's.
//!
//! It stands between two marks that no terminal shows. Only an output that begins with one has a foreword: what a command writes cannot
//! make anything before or behind it one.

use memchr::memmem::find;

/// Where it begins, at the very start of an output.
pub const OPENING: &[u8] = b"\x1b]7748;calling\x07";
/// Where it ends, behind a line feed.
pub const CLOSING: &[u8] = b"\x1b]7748;called\x07";

/// Finds out which lines of an output are its foreword's, in a stream that comes in pieces.
#[derive(Debug, Default)]
pub struct Foreword {
    part: Part,
    /// Bytes at the end of the stream so far that may be the beginning of a mark.
    held: Vec<u8>,
    newlines: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Start,
    Inside,
    Behind,
}

impl Foreword {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.part == Part::Behind {
            return;
        }
        self.held.extend_from_slice(bytes);
        if self.part == Part::Start {
            if self.held.len() < OPENING.len() && OPENING.starts_with(&self.held) {
                return;
            }
            if !self.held.starts_with(OPENING) {
                return self.end();
            }
            self.part = Part::Inside;
        }
        let end = find(&self.held, CLOSING);
        // A mark that came in part is looked at again; there is no line feed in it.
        let done = end.unwrap_or(self.held.len().saturating_sub(CLOSING.len()));
        self.newlines += memchr::memchr_iter(b'\n', &self.held[..done]).count() as u64;
        self.held.drain(..done);
        if end.is_some() {
            self.end();
        }
    }

    /// Whether a line (from 1) of what was pushed is the foreword's.
    #[must_use]
    pub fn holds(&self, line: u64) -> bool {
        self.part == Part::Inside || line <= self.newlines
    }

    fn end(&mut self) {
        self.part = Part::Behind;
        self.held = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[&[u8]]) -> Vec<u64> {
        let mut foreword = Foreword::default();
        for piece in pieces {
            foreword.push(piece);
        }
        (1..=5).filter(|line| foreword.holds(*line)).collect()
    }

    #[test]
    fn the_lines_before_the_closing_mark_are_the_forewords_however_the_stream_is_cut() {
        let text = [OPENING, b"Warning: a key\nPassphrase:\n", CLOSING, b"200\nlast\n"].concat();
        for size in 1..text.len() {
            assert_eq!(of(&text.chunks(size).collect::<Vec<_>>()), [1, 2], "in pieces of {size}");
        }
    }

    #[test]
    fn while_it_is_not_closed_every_line_is_its_own_and_elsewhere_there_is_none() {
        assert_eq!(of(&[OPENING, b"a\nb\n"]), [1, 2, 3, 4, 5]);
        assert!(of(&[b"a\n", OPENING, b"b\n", CLOSING]).is_empty());
        assert!(of(&[b"a\nb\n"]).is_empty());
        assert!(of(&[]).is_empty());
    }
}
