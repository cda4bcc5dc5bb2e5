//! Does the output do more to a terminal than write lines in colour?

use super::sequence::{Byte, Sequence};

/// Bytes of a sequence that are looked at; the rest of a longer one does not decide what it is.
const HEAD: usize = 24;

/// What an escape sequence does, as far as it matters where parsing may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Stays in its line: colour, erasing to the end of the line, titles, links.
    Line,
    /// Moves up or down, scrolls, saves or restores the cursor, or does something unknown.
    Moves,
    /// Clears the screen or changes to another one: what comes before no longer matters.
    Clears,
    /// Onto the alternate screen.
    Enters,
    /// Back from it.
    Leaves,
}

/// Follows a stream and notes where it moves the cursor otherwise than line by line.
///
/// Output that never does can be parsed from any line feed on; else from [`Scan::clear`] on, or in full.
#[derive(Debug, Default)]
pub struct Scan {
    sequence: Sequence,
    head: Vec<u8>,
    offset: u64,
    moved: Option<u64>,
    last_moved: Option<u64>,
    clear: Option<u64>,
    alternate: bool,
}

impl Scan {
    /// At the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece and says whether an escape sequence that is more than colour ended in it.
    pub fn push(&mut self, mut input: &[u8]) -> bool {
        let mut moves = false;
        while let Some((_, end)) = self.next(input) {
            moves = true;
            input = input.get(end..).unwrap_or_default();
        }
        moves
    }

    /// Takes the next piece up to the first sequence in it that is more than colour: what that does, and where in the piece it ends.
    /// Without one the whole piece is taken; else the rest of it comes with the next call.
    pub fn next(&mut self, input: &[u8]) -> Option<(Kind, usize)> {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            if self.sequence.is_text() {
                let Some(escape) = memchr::memchr(0x1b, rest) else { break };
                at += escape;
            }
            let byte = input[at];
            at += 1;
            match self.sequence.step(byte) {
                Byte::Inside => {
                    if byte == 0x1b {
                        self.head.clear();
                    } else if byte >= 0x20 && self.head.len() < HEAD {
                        self.head.push(byte);
                    }
                }
                Byte::Last => {
                    let kind = kind(&self.head, byte);
                    if kind != Kind::Line {
                        self.offset += u64::try_from(at).unwrap_or(u64::MAX);
                        self.note(kind);
                        return Some((kind, at));
                    }
                }
                Byte::Text | Byte::Broke => {}
            }
        }
        self.offset += u64::try_from(input.len()).unwrap_or(u64::MAX);
        None
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Just behind the first sequence that is more than colour; none while there was none.
    #[must_use]
    pub fn first_moved(&self) -> Option<u64> {
        self.moved
    }

    /// Just behind the last sequence that is more than colour.
    #[must_use]
    pub fn last_moved(&self) -> Option<u64> {
        self.last_moved
    }

    /// Just behind the last sequence that cleared the screen or changed to another: from there on parsing is right,
    /// colours and what stood on the main screen excepted.
    #[must_use]
    pub fn clear(&self) -> Option<u64> {
        self.clear
    }

    /// Whether the alternate screen (of editors, pagers, monitors) is shown.
    #[must_use]
    pub fn alternate(&self) -> bool {
        self.alternate
    }

    fn note(&mut self, kind: Kind) {
        let end = self.offset;
        self.moved.get_or_insert(end);
        self.last_moved = Some(end);
        match kind {
            Kind::Enters => self.alternate = true,
            Kind::Leaves => self.alternate = false,
            _ => {}
        }
        if kind != Kind::Moves {
            self.clear = Some(end);
        }
    }
}

/// Whether these bytes hold an escape sequence that is more than colour.
#[must_use]
pub fn moves(bytes: &[u8]) -> bool {
    Scan::new().push(bytes)
}

/// `head` is what stands between ESC and the last byte.
fn kind(head: &[u8], last: u8) -> Kind {
    match (head, last) {
        ([b'[', parameters @ ..], _) => control_kind(parameters, last),
        ([], b'c') => Kind::Clears,
        // Strings; choosing a character set; keypad modes, end of a string; broken off by CAN or SUB.
        ([b']' | b'P' | b'X' | b'^' | b'_' | b'(' | b')' | b'*' | b'+' | b'%', ..], _)
        | ([], b'=' | b'>' | b'\\')
        | (_, 0x18 | 0x1a) => Kind::Line,
        _ => Kind::Moves,
    }
}

fn control_kind(parameters: &[u8], last: u8) -> Kind {
    match (parameters, last) {
        ([b'2'], b'J') => Kind::Clears,
        ([b'?', modes @ ..], b'h' | b'l') if modes.len() + 2 < HEAD => mode_kind(modes, last == b'h'),
        ([b'?', ..], b'h' | b'l') => Kind::Moves,
        // Colour and other renditions, within the line, reports, tab stops, cursor shape, keyboard modes; broken off.
        // Forgetting what scrolled out, which is not shown.
        ([b'3'], b'J')
        | (
            _,
            b'm' | b'K' | b'G' | b'C' | b'D' | b'P' | b'X' | b'@' | b'`' | b'b' | b'n' | b'c' | b'g' | b'q' | b't'
            | b'h' | b'l' | 0x18 | 0x1a,
        )
        | ([b'>' | b'<' | b'=', ..], b'u') => Kind::Line,
        _ => Kind::Moves,
    }
}

fn mode_kind(modes: &[u8], on: bool) -> Kind {
    let mut kind = Kind::Line;
    for mode in modes.split(|byte| *byte == b';') {
        match mode {
            b"47" | b"1047" | b"1049" => return if on { Kind::Enters } else { Kind::Leaves },
            // Columns, origin, wrapping, saved cursor.
            b"3" | b"6" | b"7" | b"1048" => kind = Kind::Moves,
            _ => {}
        }
    }
    kind
}

#[cfg(test)]
mod tests;
