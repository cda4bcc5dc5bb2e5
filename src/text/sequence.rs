//! Where escape sequences begin and end: the one grammar that redaction, plain text, scanning and drawing share.

/// Longest escape sequence believed, in bytes: what goes on for longer was never meant as one, and its rest is text.
pub(super) const LONGEST: u16 = 4096;

/// What one byte is, to somebody who reads a terminal's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Byte {
    /// Text or a control character of its own.
    Text,
    /// Part of an escape sequence that goes on.
    Inside,
    /// The last byte of an escape sequence.
    Last,
    /// Text, though a sequence was open: that sequence is broken off and over.
    Broke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Text,
    Escape,
    Intermediate,
    Control,
    String,
}

/// Follows a stream of bytes and says which belong to escape sequences.
///
/// A line feed ends every sequence, so that a sequence cut off in the middle can hide one line at most, and lines are
/// the same lines for everybody who counts them. Seven-bit forms only: in UTF-8 the eight-bit ones are half a character.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sequence {
    state: State,
    length: u16,
}

impl Sequence {
    /// Whether no sequence is open.
    pub(super) fn is_text(self) -> bool {
        self.state == State::Text
    }

    /// Takes the next byte.
    pub(super) fn step(&mut self, byte: u8) -> Byte {
        if self.state == State::Text {
            if byte != 0x1b {
                return Byte::Text;
            }
            self.state = State::Escape;
            self.length = 1;
            return Byte::Inside;
        }
        if byte == b'\n' || self.length >= LONGEST {
            *self = Self::default();
            if byte == 0x1b {
                self.step(byte);
                return Byte::Inside;
            }
            return Byte::Broke;
        }
        self.length += 1;
        let next = match (self.state, byte) {
            (_, 0x1b) => State::Escape,
            (_, 0x18 | 0x1a) | (State::String, 0x07) => State::Text,
            (State::String, _) | (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
            (state, 0x00..=0x1f | 0x7f) => state,
            (_, 0x80..) => {
                *self = Self::default();
                return Byte::Broke;
            }
            (State::Escape, b'[') | (State::Control, 0x20..=0x3f) => State::Control,
            (State::Escape | State::Intermediate, 0x20..=0x2f) => State::Intermediate,
            _ => State::Text,
        };
        self.state = next;
        if next == State::Text { Byte::Last } else { Byte::Inside }
    }
}
