//! Output for a terminal that plays it again: what it drew, and nothing it did to the terminal beside.

use super::hostile::is_hostile;
use super::sequence::{Byte, LONGEST, Sequence};

/// Takes out of a stream what must not reach somebody else's terminal: titles, clipboard, links and other strings, questions that a
/// terminal would answer with keys, modes that change what keys and mouse send, control characters beyond those of lines, and
/// overrides of direction. Text, colours, movements of the cursor and the alternate screen stay. Gives whole characters; bytes that
/// are none become U+FFFD.
#[derive(Debug, Default)]
pub struct Replay {
    sequence: Sequence,
    /// The sequence that is open.
    open: Vec<u8>,
    /// The beginning of a character.
    half: Vec<u8>,
    /// A bare line feed also returns, because the kernel was told to leave output alone.
    returns: bool,
    /// The last character was a carriage return.
    returned: bool,
    alternate: bool,
}

impl Replay {
    /// At the start of a run's output; `interactive` output has passed through the kernel's output processing.
    #[must_use]
    pub fn new(interactive: bool) -> Self {
        Self { returns: !interactive, ..Self::default() }
    }

    /// Takes the next bytes and appends what may be played.
    pub fn push(&mut self, input: &[u8], out: &mut String) {
        for byte in input {
            match self.sequence.step(*byte) {
                Byte::Text => self.text(*byte, out),
                Byte::Inside => {
                    self.finish_character(out);
                    if *byte == 0x1b {
                        self.open.clear();
                    }
                    if self.open.len() < usize::from(LONGEST) {
                        self.open.push(*byte);
                    }
                }
                Byte::Last => {
                    self.open.push(*byte);
                    self.decide(out);
                    self.open.clear();
                }
                Byte::Broke => {
                    self.open.clear();
                    self.text(*byte, out);
                }
            }
        }
    }

    /// The output is over: gives the terminal back as the next one expects it.
    pub fn finish(&mut self, out: &mut String) {
        self.finish_character(out);
        if std::mem::take(&mut self.alternate) {
            out.push_str("\x1b[?1049l");
        }
        // Colours, margins, a hidden cursor.
        out.push_str("\x1b[!p\x1b[?25h");
        *self = Self::new(!self.returns);
    }

    fn text(&mut self, byte: u8, out: &mut String) {
        if byte >= 0x80 {
            self.half.push(byte);
            self.complete(out);
            return;
        }
        self.finish_character(out);
        match byte {
            b'\n' if self.returns && !self.returned => out.push_str("\r\n"),
            b'\n' | b'\r' | b'\t' | 0x08 | b' '..=b'~' => out.push(char::from(byte)),
            // Anything else would be heard, not seen.
            _ => {}
        }
        self.returned = byte == b'\r';
    }

    /// Gives the character that is begun, as soon as it is whole or cannot be any more.
    fn complete(&mut self, out: &mut String) {
        match std::str::from_utf8(&self.half) {
            Ok(text) => {
                out.extend(text.chars().filter(|character| !is_hostile(*character)));
                self.half.clear();
            }
            Err(error) => {
                if let Some(wrong) = error.error_len() {
                    out.push(char::REPLACEMENT_CHARACTER);
                    self.half.drain(..wrong);
                    self.complete(out);
                }
            }
        }
        self.returned = false;
    }

    fn finish_character(&mut self, out: &mut String) {
        if !self.half.is_empty() {
            self.half.clear();
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn decide(&mut self, out: &mut String) {
        if let Some(kept) = self.kept() {
            out.push_str(kept);
        }
        match self.open.as_slice() {
            b"\x1b[?1049h" | b"\x1b[?1047h" | b"\x1b[?47h" => self.alternate = true,
            b"\x1b[?1049l" | b"\x1b[?1047l" | b"\x1b[?47l" => self.alternate = false,
            _ => {}
        }
    }

    /// The sequence, where it may be played.
    fn kept(&self) -> Option<&str> {
        let plain = self.open.iter().all(|byte| matches!(byte, 0x1b | b' '..=b'~'));
        let text = std::str::from_utf8(&self.open).ok().filter(|_| plain)?;
        let (head, last) = text.strip_prefix('\x1b')?.split_at_checked(text.len() - 2)?;
        let keep = match (head.strip_prefix('['), last) {
            // Within the line, in the page, in colour.
            (
                Some(_),
                "m" | "K" | "J" | "H" | "f" | "r" | "s" | "u" | "S" | "T" | "@" | "`" | "b" | "A" | "B" | "C" | "D"
                | "E" | "F" | "G" | "L" | "M" | "P" | "X" | "d",
            ) => true,
            (Some(modes), "h" | "l") => {
                matches!(modes, "4" | "?6" | "?7" | "?25" | "?47" | "?1047" | "?1048" | "?1049")
            }
            // Saving the cursor, line by line, a character set.
            (None, "7" | "8" | "D" | "E" | "M") => head.is_empty(),
            (None, "0" | "A" | "B") => matches!(head, "(" | ")"),
            _ => false,
        };
        // `CSI > ... m` and its like set the keyboard.
        let private = head.starts_with("[>") || head.starts_with("[<") || head.starts_with("[=");
        (keep && !private).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn played(output: &[u8], interactive: bool) -> String {
        let (mut replay, mut out) = (Replay::new(interactive), String::new());
        replay.push(output, &mut out);
        out
    }

    #[test]
    fn what_was_drawn_is_kept() {
        for text in [
            "plain\r\n",
            "\x1b[1;31mred\x1b[m",
            "50%\r100%",
            "\x1b[?1049h\x1b[2J\x1b[5;1Hx\x1b[?1049l",
            "\x1b7\x1b[A\x1b8",
            "é中\t\x08",
        ] {
            assert_eq!(played(text.as_bytes(), true), text);
        }
        assert_eq!(played(b"a\nb\r\nc\n", false), "a\r\nb\r\nc\r\n");
    }

    #[test]
    fn what_does_something_to_the_terminal_is_not() {
        for text in [
            "\x1b]0;title\x07",
            "\x1b]52;c;aGk=\x07",
            "\x1b]8;;http://x\x1b\\",
            "\x1bP+q\x1b\\",
            "\x1b[6n",
            "\x1b[c",
            "\x1b[>c",
            "\x1b[?1000h",
            "\x1b[?2004h",
            "\x1b[8;1;1t",
            "\x1b[>4;2m",
            "\x1b[=1u",
            "\x1bc",
            "\x07",
            "\x0e",
            "\u{9b}31m",
            "\u{202e}",
            "\x1b[5i",
        ] {
            let rest = played(format!("a{text}b").as_bytes(), true);
            assert!(rest == "ab" || rest == "a31mb", "{text:?} became {rest:?}");
        }
    }

    #[test]
    fn what_a_run_left_behind_does_not_reach_the_next() {
        let (mut replay, mut out) = (Replay::new(true), String::new());
        replay.push(b"\x1b[?1049h\x1b[31m\x1b[?25lkilled \xc3", &mut out);
        replay.finish(&mut out);
        assert!(out.ends_with("killed \u{fffd}\x1b[?1049l\x1b[!p\x1b[?25h"), "{out:?}");
    }

    proptest! {
        #[test]
        fn the_same_is_played_however_it_is_cut(output in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\x1b[]m;h?1049\n\x07\xc3\xa9".to_vec())], 0..200), size in 1usize..7) {
            let (mut replay, mut out) = (Replay::new(false), String::new());
            output.chunks(size).for_each(|piece| replay.push(piece, &mut out));
            prop_assert_eq!(&out, &played(&output, false));
            prop_assert!(!out.chars().any(|character| is_hostile(character) && !matches!(character, '\x1b' | '\r' | '\n' | '\t' | '\x08')));
        }
    }
}
