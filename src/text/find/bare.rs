//! Lines of an output without their escapes, as bytes: what is searched.

use memchr::{memchr, memchr3, memrchr};

use crate::text::plain::Lines;
use crate::text::sequence::{Byte, Sequence};

/// Takes escapes, overwritten text and carriage returns out of whole lines, and leaves alone what has none.
///
/// It gives as many lines as it is given. Other control characters stay: they keep nothing from being found but what stands on both
/// of their sides.
#[derive(Debug, Clone, Default)]
pub struct Bare {
    scratch: Vec<u8>,
    lines: Lines,
}

impl Bare {
    /// A new one; it keeps room for what it cleans.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bare text of these lines; the very bytes where there is nothing to take out.
    pub fn of<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(first) = odd(bytes) else { return bytes };
        self.scratch.clear();
        let (mut rest, mut place) = (bytes, Some(first));
        while let Some(odd_at) = place {
            let start = memrchr(b'\n', &rest[..odd_at]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &rest[odd_at..]).map_or(rest.len(), |end| odd_at + end);
            self.scratch.extend_from_slice(&rest[..start]);
            self.line(&rest[start..end]);
            rest = &rest[end..];
            place = odd(rest);
        }
        self.scratch.extend_from_slice(rest);
        &self.scratch
    }

    /// One line, without its end.
    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if memchr::memchr2(b'\r', 0x08, line).is_some() {
            let scratch = &mut self.scratch;
            let mut keep = |_: u64, text: &str| scratch.extend_from_slice(text.as_bytes());
            self.lines.push(line, &mut keep);
            // The line's own end, which stands in the text that goes on behind it.
            self.lines.push(b"\n", &mut keep);
            return;
        }
        let mut sequence = Sequence::default();
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            if sequence.is_text() {
                let run = memchr(0x1b, rest).unwrap_or(rest.len());
                self.scratch.extend_from_slice(&rest[..run]);
                at += run;
            }
            let Some(byte) = line.get(at) else { break };
            if matches!(sequence.step(*byte), Byte::Text | Byte::Broke) {
                self.scratch.push(*byte);
            }
            at += 1;
        }
    }
}

/// Where the first byte stands that makes text differ from what a person reads.
fn odd(bytes: &[u8]) -> Option<usize> {
    memchr3(0x1b, b'\r', 0x08, bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::plain;

    fn bare(text: &[u8]) -> String {
        String::from_utf8_lossy(Bare::new().of(text)).into_owned()
    }

    #[test]
    fn what_is_bare_is_not_copied() {
        let text = b"one\ntwo\n".to_vec();
        assert!(std::ptr::eq(Bare::new().of(&text), text.as_slice()));
    }

    #[test]
    fn escapes_and_what_was_overwritten_are_gone() {
        assert_eq!(bare(b"a\n\x1b[31mred\x1b[0m\nb\n"), "a\nred\nb\n");
        assert_eq!(bare(b"10 %\r20 %\r\ndone\r\n"), "20 %\ndone\n");
        assert_eq!(bare(b"wrang\x08\x08\x08ong\n"), "wrong\n");
        assert_eq!(bare(b"\x1b]0;title\x07text"), "text");
        assert_eq!(bare(b"a\x1b[3\nb\n"), "a\nb\n", "a sequence ends with its line");
    }

    proptest! {
        #[test]
        fn it_reads_as_the_plain_text_does(
            lines in prop::collection::vec(prop::sample::select(vec![
                "text", "\x1b[1mbold\x1b[m", "a\rb", "c\r", "\x1b", "\x1b[", "é\x08e", "", "\x1b]8;;x\x1b\\link", "x\x1b[38;5;1my",
            ]), 0..12),
        ) {
            let text = lines.join("\n");
            prop_assert_eq!(bare(text.as_bytes()), plain::strip(text.as_bytes()));
        }
    }
}
