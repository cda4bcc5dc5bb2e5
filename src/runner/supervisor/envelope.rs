//! Words of our own inside the command's output, taken out of it.
//!
//! The shell's exit trap and the supervisor itself write such words to the terminal, because the terminal is what passes through sudo and
//! keeps the order. A word is `ESC ] 7748 ; NONCE ; RUN ; TEXT BEL`; the nonce is the lane's own.

use memchr::memchr;
use memchr::memmem::Finder;

/// A word longer than this is no word of ours.
const LONGEST: usize = 4 << 20;

/// Takes words out of a stream that comes in pieces.
pub(in crate::runner) struct Envelope {
    opening: Finder<'static>,
    /// The end of the stream so far, where that may be the beginning of an opening.
    held: Vec<u8>,
    /// The word under way.
    word: Option<Vec<u8>>,
}

/// What comes out.
pub(in crate::runner) enum Piece<'a> {
    /// Output of the command.
    Plain(&'a [u8]),
    /// A word, without its ends.
    Word(&'a [u8]),
}

/// The beginning of every word with this nonce.
pub(in crate::runner) fn opening(nonce: &str) -> Vec<u8> {
    format!("\x1b]7748;{nonce};").into_bytes()
}

impl Envelope {
    /// For words with this nonce.
    pub(in crate::runner) fn new(nonce: &str) -> Self {
        Self { opening: Finder::new(&opening(nonce)).into_owned(), held: Vec::new(), word: None }
    }

    /// Takes the next bytes.
    pub(in crate::runner) fn push(&mut self, input: &[u8], out: &mut impl FnMut(Piece<'_>)) {
        let joined;
        let mut rest = if self.held.is_empty() {
            input
        } else {
            let mut bytes = std::mem::take(&mut self.held);
            bytes.extend_from_slice(input);
            joined = bytes;
            &joined
        };
        loop {
            if let Some(word) = &mut self.word {
                let end = memchr(7, rest);
                let part = end.map_or(rest, |end| &rest[..end]);
                // A shell that was killed in the middle of a word left it open; the next word begins inside it.
                let from = word.len().saturating_sub(self.opening.needle().len());
                word.extend_from_slice(part);
                if let Some(again) = self.opening.find(&word[from..]) {
                    let after = from + again + self.opening.needle().len();
                    word.drain(..after);
                }
                let Some(end) = end else {
                    if word.len() > LONGEST {
                        self.word = None;
                    }
                    return;
                };
                out(Piece::Word(word));
                self.word = None;
                rest = &rest[end + 1..];
            }
            if let Some(start) = self.opening.find(rest) {
                if start > 0 {
                    out(Piece::Plain(&rest[..start]));
                }
                rest = &rest[start + self.opening.needle().len()..];
                self.word = Some(Vec::new());
                continue;
            }
            let held = self.overlap(rest);
            let (plain, tail) = rest.split_at(rest.len() - held);
            if !plain.is_empty() {
                out(Piece::Plain(plain));
            }
            self.held.extend_from_slice(tail);
            return;
        }
    }

    /// Nothing came for a while: lets go of what only looked like a beginning. An open word stays.
    pub(in crate::runner) fn quiet(&mut self, out: &mut impl FnMut(Piece<'_>)) {
        if !self.held.is_empty() {
            out(Piece::Plain(&std::mem::take(&mut self.held)));
        }
    }

    /// The length of the longest end of `bytes` that is a beginning of the opening.
    fn overlap(&self, bytes: &[u8]) -> usize {
        let opening = self.opening.needle();
        let from = bytes.len().saturating_sub(opening.len() - 1);
        memchr::memchr_iter(opening[0], &bytes[from..])
            .find(|at| opening.starts_with(&bytes[from + at..]))
            .map_or(0, |at| bytes.len() - from - at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(pieces: &[&[u8]]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let (mut plain, mut words) = (Vec::new(), Vec::new());
        let mut envelope = Envelope::new("n0nce");
        let mut out = |piece: Piece<'_>| match piece {
            Piece::Plain(bytes) => plain.extend_from_slice(bytes),
            Piece::Word(word) => words.push(word.to_vec()),
        };
        for piece in pieces {
            envelope.push(piece, &mut out);
        }
        envelope.quiet(&mut out);
        (plain, words)
    }

    #[test]
    fn words_are_taken_out_however_the_stream_is_cut() {
        let stream = b"one\x1b]7748;n0nce;7;end\x07two\x1b]7748;other;x\x07\x1b[31mred\x1b]7748;n0nce;8;\x07";
        let whole = take(&[stream]);
        assert_eq!(whole.0, b"onetwo\x1b]7748;other;x\x07\x1b[31mred");
        assert_eq!(whole.1, vec![b"7;end".to_vec(), b"8;".to_vec()]);
        for cut in 0..stream.len() {
            assert_eq!(take(&[&stream[..cut], &stream[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(take(&bytes), whole);
    }

    #[test]
    fn a_word_left_open_ends_where_the_next_begins() {
        let (plain, words) = take(&[b"a\x1b]7748;n0nce;7;env;half", b"\x1b]7748;n0nce;7;end\x07b"]);
        assert_eq!(plain, b"ab");
        assert_eq!(words, vec![b"7;end".to_vec()]);
    }

    #[test]
    fn what_only_looked_like_a_beginning_is_let_go_when_it_is_quiet() {
        let (plain, words) = take(&[b"x\x1b]774"]);
        assert_eq!(plain, b"x\x1b]774");
        assert!(words.is_empty());
    }
}
