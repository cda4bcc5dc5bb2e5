//! What may still become a pattern when more comes.

/// What every pattern has at least, in bytes.
const HEAD: usize = 4;
/// Bits for the hash of a head (their logarithm).
const BITS: u32 = 12;
/// Only a pattern longer than this can begin further from the end than this. Most are shorter: one long key must not make it slow.
const NEAR: usize = 64;

/// How the patterns begin.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    /// Numbers of the patterns, by their bytes.
    sorted: Vec<usize>,
    /// A bit for every hash that the head of a pattern has: of any, and of those that are longer than [`NEAR`].
    any: Heads,
    long: Heads,
}

#[derive(Debug)]
struct Heads([u64; 1 << (BITS - 6)]);

impl Beginnings {
    /// For patterns of at least four bytes.
    pub(super) fn new(patterns: &[(usize, Vec<u8>)]) -> Self {
        let mut this = Self { sorted: (0..patterns.len()).collect(), ..Self::default() };
        this.sorted.sort_by_key(|number| patterns.get(*number).map(|(_, pattern)| pattern));
        for (_, pattern) in patterns {
            if let Some(head) = pattern.first_chunk() {
                this.any.insert(*head);
                if pattern.len() > NEAR {
                    this.long.insert(*head);
                }
            }
        }
        this
    }

    /// Where the longest ending of `text` begins that is the beginning of a pattern, and not all of it.
    pub(super) fn first(&self, patterns: &[(usize, Vec<u8>)], text: &[u8]) -> Option<usize> {
        let near = text.len().saturating_sub(NEAR);
        let rest = text.len().saturating_sub(HEAD - 1);
        let may = |index: &usize| text.get(*index..).is_some_and(|ending| self.is_begun(patterns, ending));
        let heads = |heads: &Heads, from: usize, to: usize| {
            let windows = text.get(from..to.min(rest) + HEAD - 1).unwrap_or_default().windows(HEAD);
            let candidates =
                windows.enumerate().filter(|(_, head)| head.first_chunk().is_some_and(|head| heads.has(*head)));
            candidates.map(|(index, _)| from + index).find(may)
        };
        heads(&self.long, 0, near).or_else(|| heads(&self.any, near, rest)).or_else(|| (rest..text.len()).find(may))
    }

    fn is_begun(&self, patterns: &[(usize, Vec<u8>)], ending: &[u8]) -> bool {
        let pattern = |number: &usize| patterns.get(*number).map_or(&[][..], |(_, pattern)| pattern);
        let at = self.sorted.partition_point(|number| pattern(number) <= ending);
        self.sorted.get(at).is_some_and(|number| pattern(number).starts_with(ending))
    }
}

impl Heads {
    fn insert(&mut self, head: [u8; HEAD]) {
        let (word, bit) = place(head);
        self.0[word] |= bit;
    }

    fn has(&self, head: [u8; HEAD]) -> bool {
        let (word, bit) = place(head);
        self.0[word] & bit != 0
    }
}

impl Default for Heads {
    fn default() -> Self {
        Self([0; 1 << (BITS - 6)])
    }
}

/// The word and the bit of a head.
fn place(head: [u8; HEAD]) -> (usize, u64) {
    let hash = u32::from_le_bytes(head).wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_longest_ending_that_may_become_a_pattern_is_found(
            patterns in prop::collection::vec("[ab]{4,9}|(abb){20,60}", 0..6), text in "[ab]{0,20}|(abb){0,50}a?",
        ) {
            let values: Vec<_> = patterns.iter().map(|pattern| (0, pattern.clone().into_bytes())).collect();
            let begun = |index: &usize| patterns.iter().any(|pattern| pattern.len() > text.len() - index && pattern.starts_with(&text[*index..]));
            let expected = (0..text.len()).find(begun);
            prop_assert_eq!(Beginnings::new(&values).first(&values, text.as_bytes()), expected);
        }
    }
}
