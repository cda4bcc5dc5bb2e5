//! Output as patterns see it: lines of text, without escapes, as a person would read them.

use std::borrow::Cow;

use super::hostile::is_hostile;
use super::sequence::{Byte, Sequence};

/// Longest line given to patterns, in bytes; the rest of it is counted, not kept.
pub const LONGEST_LINE: usize = 64 * 1024;

/// Turns a stream of bytes into numbered lines of text.
///
/// Escape sequences are gone, and so are control characters other than the tab, and bidirectional overrides. What is
/// not UTF-8 shows as U+FFFD. A carriage return inside a line leaves the text after it (the last state of a progress
/// bar), a backspace takes back what is written over. Every line feed ends a line, as in [`super::lines::Index`].
#[derive(Clone, Debug, Default)]
pub struct Lines {
    sequence: Sequence,
    /// The open line, undecoded.
    line: Vec<u8>,
    /// The open line has begun, though all of it may have been escapes.
    begun: bool,
    /// A carriage return stands before the next character, if there is one.
    returned: bool,
    /// So many characters are written over by what follows.
    back: usize,
    /// Lines ended.
    number: u64,
    /// Bytes of the open line beyond the longest.
    beyond_here: u64,
    beyond: u64,
}

impl Lines {
    /// At the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece and calls `line` with number (from 1) and text, without its line end, of every line that ended.
    pub fn push(&mut self, mut input: &[u8], mut line: impl FnMut(u64, &str)) {
        while let Some(end) = memchr::memchr(b'\n', input) {
            let (this, rest) = input.split_at(end);
            if self.begun {
                self.take(this);
                self.end(&mut line);
            } else {
                self.whole(this, &mut line);
            }
            input = rest.get(1..).unwrap_or_default();
        }
        if !input.is_empty() {
            self.take(input);
        }
    }

    /// The stream is over: a last line without a line end is given too.
    pub fn finish(&mut self, mut line: impl FnMut(u64, &str)) {
        if self.begun {
            self.end(&mut line);
        }
    }

    /// Lines given so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.number
    }

    /// Bytes of text that were left out because their line was longer than [`LONGEST_LINE`].
    #[must_use]
    pub fn beyond(&self) -> u64 {
        self.beyond + self.beyond_here
    }

    /// The line not ended yet, as far as it came.
    #[must_use]
    pub fn unfinished(&self) -> String {
        text(&self.line).into_owned()
    }

    /// A line that came in one piece: most need no copy.
    fn whole(&mut self, bytes: &[u8], line: &mut impl FnMut(u64, &str)) {
        let simple = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if simple.len() <= LONGEST_LINE
            && is_simple(simple)
            && let Ok(text) = std::str::from_utf8(simple)
        {
            self.number += 1;
            line(self.number, text);
            return;
        }
        self.take(bytes);
        self.end(line);
    }

    /// Takes a part of a line, in which no line feed stands.
    fn take(&mut self, bytes: &[u8]) {
        self.begun = true;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.sequence.is_text() && !self.returned && self.back == 0 {
                let rest = &bytes[at..];
                let run = rest.iter().position(|byte| !is_text(*byte)).unwrap_or(rest.len());
                if run > 0 {
                    let kept = run.min(LONGEST_LINE - self.line.len());
                    self.line.extend_from_slice(&rest[..kept]);
                    self.beyond_here += u64::try_from(run - kept).unwrap_or(u64::MAX);
                    at += run;
                    continue;
                }
            }
            at += 1;
            if matches!(self.sequence.step(*byte), Byte::Inside | Byte::Last) {
                continue;
            }
            match byte {
                b'\r' => {
                    self.returned = true;
                    self.back = 0;
                }
                0x08 => self.back += 1,
                byte if is_text(*byte) => self.write(*byte),
                _ => {}
            }
        }
    }

    fn write(&mut self, byte: u8) {
        if self.returned {
            self.line.clear();
            self.beyond_here = 0;
            self.returned = false;
        }
        if self.back > 0 {
            self.take_back();
        }
        if self.line.len() < LONGEST_LINE {
            self.line.push(byte);
        } else {
            self.beyond_here += 1;
        }
    }

    fn take_back(&mut self) {
        let beyond = self.beyond_here.min(u64::try_from(self.back).unwrap_or(u64::MAX));
        self.beyond_here -= beyond;
        self.back -= usize::try_from(beyond).unwrap_or_default();
        while self.back > 0 {
            self.back -= 1;
            while let Some(byte) = self.line.pop() {
                if byte & 0xc0 != 0x80 {
                    break;
                }
            }
            if self.line.is_empty() {
                self.back = 0;
            }
        }
    }

    fn end(&mut self, line: &mut impl FnMut(u64, &str)) {
        self.sequence.step(b'\n');
        self.number += 1;
        line(self.number, &text(&self.line));
        self.line.clear();
        self.beyond += self.beyond_here;
        self.beyond_here = 0;
        self.begun = false;
        self.returned = false;
        self.back = 0;
    }
}

/// Everything at once, as [`Lines`] gives it, lines separated by `\n`.
#[must_use]
pub fn strip(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut lines = Lines::new();
    let mut add = |_: u64, line: &str| {
        out.push_str(line);
        out.push('\n');
    };
    lines.push(bytes, &mut add);
    lines.finish(&mut add);
    if !bytes.ends_with(b"\n") {
        out.pop();
    }
    out
}

/// Whether a byte is written, and does not only do something.
fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)
}

/// Whether all bytes are printable ASCII or tabs; looks at all of them, which is faster than to stop at the first.
fn is_simple(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |simple, byte| simple & matches!(byte, b' '..=b'~' | b'\t'))
}

/// Bytes of one line as text: a character cut off at the longest line's end goes, hostile ones go.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = if bytes.len() >= LONGEST_LINE { without_half_character(bytes) } else { bytes };
    let text = String::from_utf8_lossy(bytes);
    let is_dropped = |character: char| character != '\t' && is_hostile(character);
    if text.is_ascii() || !text.contains(is_dropped) {
        return text;
    }
    Cow::Owned(text.chars().filter(|character| !is_dropped(*character)).collect())
}

fn without_half_character(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests;
