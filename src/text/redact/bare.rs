//! Text without its line ends.

/// After so many bytes it is decided anew how the next are copied.
const PART: usize = 1024;
/// Where lines are shorter than this on average, bytes are copied one by one: to look for the next line end has its own cost to begin.
const SHORT_LINES: usize = 20;
/// Bytes copied at once, whether that many are wanted or not: a copy of a known length needs no branch.
const STROKE: usize = 64;

/// A buffer that bytes are added to. It stays as large as it was, so that nothing is cleared before it is written.
#[derive(Debug, Default)]
pub(super) struct Bare {
    buffer: Vec<u8>,
    length: usize,
    /// Lines were short of late.
    short: bool,
}

impl Bare {
    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Adds what of this is no line end.
    pub(super) fn add(&mut self, text: &[u8]) {
        let room = self.length + text.len() + STROKE;
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        for part in text.chunks(PART) {
            let Some(out) = self.buffer.get_mut(self.length..) else { return };
            let kept = if self.short { one_by_one(part, out) } else { line_by_line(part, out) };
            self.short = (part.len() - kept) * SHORT_LINES > part.len();
            self.length += kept;
        }
    }
}

/// How many bytes of it are kept.
static KEPT: [u8; 256] = {
    let mut kept = [1; 256];
    kept[b'\n' as usize] = 0;
    kept[b'\r' as usize] = 0;
    kept
};

/// Whether a line ends here.
pub(super) fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// For short lines. Every byte is written, and the next one over it where it was a line end.
fn one_by_one(part: &[u8], out: &mut [u8]) -> usize {
    let (words, rest) = part.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let Some(out) = out.get_mut(length..).and_then(|out| out.first_chunk_mut::<8>()) else { break };
        let mut kept = 0;
        for byte in word {
            out[kept & 7] = *byte;
            kept += usize::from(KEPT[usize::from(*byte)]);
        }
        length += kept;
    }
    for byte in rest.iter().filter(|byte| !is_end(**byte)) {
        if let Some(out) = out.get_mut(length) {
            *out = *byte;
            length += 1;
        }
    }
    length
}

/// For long lines.
fn line_by_line(mut part: &[u8], out: &mut [u8]) -> usize {
    let mut length = 0;
    while !part.is_empty() {
        let line = memchr::memchr2(b'\n', b'\r', part).unwrap_or(part.len());
        let out = out.get_mut(length..).unwrap_or_default();
        if line <= STROKE
            && let (Some(from), Some(to)) = (part.first_chunk::<STROKE>(), out.first_chunk_mut::<STROKE>())
        {
            *to = *from;
        } else if let (Some(from), Some(to)) = (part.get(..line), out.get_mut(..line)) {
            to.copy_from_slice(from);
        }
        length += line;
        let ends = part.iter().skip(line).take_while(|byte| is_end(**byte)).count();
        part = part.get(line + ends..).unwrap_or_default();
    }
    length
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_buffer_that_was_used_holds_nothing_of_before() {
        let mut bare = Bare::default();
        bare.add(&[b'x'; 3000]);
        bare.clear();
        assert_eq!((bare.bytes(), bare.len()), (&b""[..], 0));
        bare.add(b"a\nb");
        assert_eq!(bare.bytes(), b"ab");
    }

    proptest! {
        #[test]
        fn everything_but_line_ends_is_kept_in_order(
            pieces in prop::collection::vec(("[a-z]{0,3}|[a-z]{20,90}|[a-z]{300}|\x1b", "\n|\r|\r\n|\n\n\n|", 1_usize..60), 0..8),
        ) {
            let mut bare = Bare::default();
            let mut expected = Vec::new();
            for (line, end, times) in pieces {
                let text = format!("{line}{end}").repeat(times);
                bare.add(text.as_bytes());
                expected.extend(text.bytes().filter(|byte| !is_end(*byte)));
            }
            prop_assert_eq!(bare.len(), expected.len());
            prop_assert!(bare.bytes() == expected);
        }
    }
}
