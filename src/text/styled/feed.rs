//! What a terminal emulator is given: the output, made safe for it.

use crate::text::sequence::{Byte, Sequence};

/// Ends whatever sequence the emulator believes to be in.
const CANCEL: u8 = 0x18;
/// Repeats of the last character that one sequence may ask for: a screen's row, not 65535 for eight bytes.
const REPEATS: usize = 3;

/// Prepares output for the emulator: what it would keep without bound is broken off, and it sees sequences begin and
/// end where everybody else here does.
#[derive(Debug, Default)]
pub(super) struct Feed {
    sequence: Sequence,
    /// Digits in the open sequence.
    digits: usize,
    /// A bare line feed also returns to the first column, because the kernel was told to leave output alone.
    returns: bool,
}

impl Feed {
    pub(super) fn new(returns: bool) -> Self {
        Self { returns, ..Self::default() }
    }

    /// Appends to `out` what the emulator is to read.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for byte in input {
            let was = self.sequence.step(*byte);
            match was {
                Byte::Inside => {
                    if *byte == 0x1b {
                        self.digits = 0;
                    } else if byte.is_ascii_digit() {
                        self.digits += 1;
                    }
                    out.push(*byte);
                }
                // A bell ends every string here, there only some.
                Byte::Last if *byte == 0x07 => out.extend([*byte, CANCEL]),
                Byte::Last if *byte == b'b' && self.digits > REPEATS => out.push(CANCEL),
                Byte::Last => out.push(*byte),
                Byte::Text | Byte::Broke => {
                    if was == Byte::Broke {
                        out.push(CANCEL);
                    }
                    if *byte == b'\n' && self.returns {
                        out.push(b'\r');
                    }
                    out.push(*byte);
                }
            }
        }
    }
}
