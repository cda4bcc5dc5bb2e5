//! Finds many patterns at once by looking at few bytes.
//!
//! Every pattern is at least `shortest` bytes long. So text that is looked at every `stride` bytes, `width` bytes each time, is looked at
//! inside every pattern in it, as long as `stride + width - 1` is not more than `shortest`. Of each pattern it is noted what there is to
//! be seen then: `stride` neighbouring pieces of `width` bytes. Almost all text holds none of these, and a small set of bits says so; how
//! many patterns there are does not matter much. (The idea is that of Wu and Manber, turned to fixed strides: there is nothing to decide
//! between two looks, so many are under way at once.) An automaton must walk over every byte, one after the other.
//!
//! Text that is full of such pieces without being full of patterns would make this slow. Who calls sets a limit to the work.

use std::collections::HashMap;

use super::patterns::Hit;

/// The widest piece, in bytes: what one number holds.
const WIDEST: usize = 8;
/// The narrowest piece, in bytes.
const NARROWEST: usize = 3;
/// Bits for every piece noted, and the least and the most (their logarithm): sparse, and within the nearest cache.
const BITS_PER_PIECE: usize = 32;
const BITS: std::ops::RangeInclusive<u32> = 12..=17;
/// The first bytes of a pattern, among which the pieces are chosen.
const CHOICE: usize = 512;
/// A piece of one or two bytes again and again is worse than so many patterns that share one: rulers and padding are everywhere.
const RULER: usize = 64;
/// So is one of letters alone, that may be (part of) a word.
const WORD: usize = 2;
/// So many bytes compared are work like a piece looked up.
const COMPARED: usize = 32;

/// What is known of the patterns.
#[derive(Debug, Default)]
pub(super) struct Grams {
    /// Bytes of a piece.
    width: usize,
    /// Bytes from one look to the next.
    stride: usize,
    /// A bit for the hash of every piece.
    bits: Vec<u64>,
    bits_shift: u32,
    /// Where in `notes` those of one hash begin; one more for the end.
    buckets: Vec<u32>,
    buckets_shift: u32,
    notes: Vec<Note>,
}

/// A piece of a pattern.
#[derive(Debug, Clone, Copy)]
struct Note {
    piece: u64,
    /// Number of the pattern, and where in it the piece stands.
    pattern: usize,
    offset: usize,
}

/// The text holds more that looks like a pattern than it pays to look at.
#[derive(Debug)]
pub(super) struct TooMuch;

impl Grams {
    /// For patterns of at least four bytes.
    pub(super) fn new(patterns: &[(usize, Vec<u8>)]) -> Self {
        let Some(shortest) = patterns.iter().map(|(_, pattern)| pattern.len()).min() else { return Self::default() };
        let width = (shortest / 2 + 1).clamp(NARROWEST, WIDEST);
        let stride = shortest + 1 - width;
        let mut shared: HashMap<u64, usize> = HashMap::new();
        for (_, pattern) in patterns {
            for piece in pieces(pattern, width) {
                *shared.entry(piece).or_default() += 1;
            }
        }
        let mut notes: Vec<Note> = Vec::new();
        for (number, (_, pattern)) in patterns.iter().enumerate() {
            let costs: Vec<usize> = pieces(pattern, width)
                .map(|piece| shared.get(&piece).copied().unwrap_or_default() + common(piece, width))
                .collect();
            let cost = |(_, costs): &(usize, &[usize])| costs.iter().sum::<usize>();
            let best = costs.windows(stride).enumerate().min_by_key(cost).map_or(0, |(offset, _)| offset);
            let chosen = pieces(pattern, width).enumerate().skip(best).take(stride);
            notes.extend(chosen.map(|(offset, piece)| Note { piece, pattern: number, offset }));
        }
        let log = (notes.len() * BITS_PER_PIECE).next_power_of_two().trailing_zeros().clamp(*BITS.start(), *BITS.end());
        let (bits_shift, buckets_shift) = (u64::BITS - log, u64::BITS - (log - 3));
        let mut bits = vec![0; 1 << (log - 6)];
        for note in &notes {
            let hash = hash(note.piece) >> bits_shift;
            if let Some(word) = bits.get_mut(word_of(hash)) {
                *word |= 1 << (hash & 63);
            }
        }
        notes.sort_by_key(|note| hash(note.piece));
        let of = |bucket: u64| notes.partition_point(|note| hash(note.piece) >> buckets_shift < bucket);
        let buckets = (0..=1 << (log - 3)).map(|bucket| u32::try_from(of(bucket)).unwrap_or(u32::MAX)).collect();
        Self { width, stride, bits, bits_shift, buckets, buckets_shift, notes }
    }

    /// Every place in the text where one of the patterns stands, at the price of so much work.
    pub(super) fn find(
        &self,
        patterns: &[(usize, Vec<u8>)],
        text: &[u8],
        work: usize,
        hit: &mut impl FnMut(Hit),
    ) -> Result<(), TooMuch> {
        let Some(mask) = mask(self.width) else { return Ok(()) };
        let (bits, shift, stride) = (self.bits.as_slice(), self.bits_shift, self.stride);
        let mut left = work;
        let mut at = 0;
        while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk()) {
            let piece = u64::from_le_bytes(*bytes) & mask;
            let hash = hash(piece);
            let bit = hash >> shift;
            if bits.get(word_of(bit)).is_some_and(|word| word >> (bit & 63) & 1 == 1) {
                self.check(patterns, text, (at, piece, hash), &mut left, hit)?;
            }
            at += stride;
        }
        while let Some(bytes) = text.get(at..).filter(|rest| rest.len() >= self.width) {
            let piece = number(bytes) & mask;
            self.check(patterns, text, (at, piece, hash(piece)), &mut left, hit)?;
            at += stride;
        }
        Ok(())
    }

    /// Looks up a piece with its place and its hash.
    #[cold]
    fn check(
        &self,
        patterns: &[(usize, Vec<u8>)],
        text: &[u8],
        (at, piece, hash): (usize, u64, u64),
        left: &mut usize,
        hit: &mut impl FnMut(Hit),
    ) -> Result<(), TooMuch> {
        let bucket = usize::try_from(hash >> self.buckets_shift).unwrap_or(usize::MAX);
        let bound = |bucket: usize| self.buckets.get(bucket).map_or(0, |bound| *bound as usize);
        let notes = self.notes.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        let mut spend = |cost: usize| left.checked_sub(cost).map(|rest| *left = rest).ok_or(TooMuch);
        spend(1)?;
        for note in notes.iter().filter(|note| note.piece == piece) {
            spend(1)?;
            let Some((name, pattern)) = patterns.get(note.pattern) else { continue };
            let Some(start) = at.checked_sub(note.offset) else { continue };
            let end = start + pattern.len();
            let Some(found) = text.get(start..end) else { continue };
            let head = pattern.len().min(2 * COMPARED);
            if found[..head] != pattern[..head] {
                continue;
            }
            spend(pattern.len() / COMPARED)?;
            if found == pattern {
                hit(Hit { start, end, name: *name });
            }
        }
        Ok(())
    }
}

/// The pieces of a pattern that may be chosen, in order.
fn pieces(pattern: &[u8], width: usize) -> impl Iterator<Item = u64> {
    pattern[..pattern.len().min(CHOICE)].windows(width).map(number)
}

/// The first bytes as a number.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(WIDEST).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// For so many bytes of a number; none for none.
fn mask(width: usize) -> Option<u64> {
    (1..=WIDEST).contains(&width).then(|| u64::MAX >> (8 * (WIDEST - width)))
}

/// How much is to be expected of it in any text.
fn common(piece: u64, width: usize) -> usize {
    let bytes = piece.to_le_bytes();
    let bytes = bytes.get(..width).unwrap_or_default();
    let ruler = bytes.iter().zip(bytes.iter().skip(2)).all(|(byte, after)| byte == after);
    let word = bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b' ');
    usize::from(ruler) * RULER + usize::from(word) * WORD
}

/// Its upper bits depend on every byte.
fn hash(piece: u64) -> u64 {
    piece.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn word_of(bit: u64) -> usize {
    usize::try_from(bit >> 6).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(values: &[&str], text: &str) -> usize {
        let patterns: Vec<_> = values.iter().map(|value| (0, value.as_bytes().to_vec())).collect();
        let grams = Grams::new(&patterns);
        let enough = |work: &usize| grams.find(&patterns, text.as_bytes(), *work, &mut |_| {}).is_ok();
        (0..100_000).find(enough).unwrap()
    }

    #[test]
    fn what_is_in_every_text_is_not_what_is_looked_for() {
        let ruler = "-".repeat(10_000);
        assert!(work(&["-----BEGIN KEY 1234-----"], &ruler) < 10);
        let values = ["q8f3k2l1x0", "production-4k1x9-oa3n1w", "production-77ab0-3l9fq2"];
        assert!(work(&values, &"production-".repeat(1000)) < 1000);
    }

    #[test]
    fn work_has_a_limit() {
        let patterns = vec![(0, b"aaaaaaaab".to_vec())];
        let text = vec![b'a'; 10_000];
        assert!(Grams::new(&patterns).find(&patterns, &text, 1000, &mut |_| {}).is_err());
    }
}
