//! The window as somebody reads it: without escape sequences and line ends.
//!
//! Almost never does anybody ask where a byte of it came from, only where a secret stands. So that is not noted byte by byte or line by
//! line, but once for a stretch, and found by going over that stretch again.

use std::ops::Range;

use super::bare::{Bare, is_end};
use crate::text::sequence::{Byte, Sequence};

/// The longest stretch, in bytes: so many are gone over to find one place.
const STRETCH: usize = 1024;

/// The bare bytes of a window.
#[derive(Debug, Default)]
pub(super) struct View {
    bare: Bare,
    stretches: Vec<Stretch>,
    /// What is open where the window begins, and where it ends.
    before: Sequence,
    after: Sequence,
    /// Bytes of the window.
    length: usize,
    /// The window holds a byte of an escape sequence.
    pub(super) sees_sequences: bool,
}

/// A part of the window without a byte of an escape sequence.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Where its bytes begin in the view.
    here: usize,
    /// Where they stand in the window, line ends among them.
    from: usize,
    to: usize,
}

impl View {
    /// Looks at a window that begins where a sequence is open, or none.
    pub(super) fn look(&mut self, window: &[u8], before: Sequence) {
        self.bare.clear();
        self.stretches.clear();
        (self.before, self.length, self.sees_sequences) = (before, window.len(), false);
        let mut sequence = before;
        let mut at = 0;
        while let Some(rest) = window.get(at..).filter(|rest| !rest.is_empty()) {
            if sequence.is_text() {
                let text = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
                for part in rest[..text].chunks(STRETCH) {
                    self.add(part, at);
                    at += part.len();
                }
                if text > 0 {
                    continue;
                }
            }
            match sequence.step(rest[0]) {
                Byte::Text | Byte::Broke => self.add(&rest[..1], at),
                Byte::Inside | Byte::Last => self.sees_sequences = true,
            }
            at += 1;
        }
        self.after = sequence;
    }

    fn add(&mut self, part: &[u8], at: usize) {
        self.stretches.push(Stretch { here: self.bare.len(), from: at, to: at + part.len() });
        self.bare.add(part);
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bare.bytes()
    }

    /// Where the byte at `index` stands in the window; the window's length for the end.
    pub(super) fn origin(&self, window: &[u8], index: usize) -> usize {
        let mut walk = self.walk(window);
        walk.go(index);
        walk.place()
    }

    /// The first byte here that stands at `origin` in the window or after it.
    pub(super) fn index(&self, window: &[u8], origin: usize) -> usize {
        let next = self.stretches.partition_point(|stretch| stretch.from < origin);
        let end = self.stretches.get(next).map_or(self.bare.len(), |stretch| stretch.here);
        match next.checked_sub(1).and_then(|last| self.stretches.get(last)) {
            Some(stretch) if origin < stretch.to => {
                let before = window.get(stretch.from..origin).unwrap_or_default();
                stretch.here + before.iter().filter(|byte| !is_end(**byte)).count()
            }
            _ => end,
        }
    }

    /// What is open at `origin` in the window.
    pub(super) fn sequence(&self, window: &[u8], origin: usize) -> Sequence {
        if origin >= self.length {
            return self.after;
        }
        let next = self.stretches.partition_point(|stretch| stretch.from <= origin);
        let last = next.checked_sub(1).and_then(|last| self.stretches.get(last));
        let (mut sequence, from) = last.map_or((self.before, 0), |last| (Sequence::default(), last.to));
        for byte in window.get(from..origin).unwrap_or_default() {
            sequence.step(*byte);
        }
        sequence
    }

    /// A walk from the first byte on.
    pub(super) fn walk<'a>(&'a self, window: &'a [u8]) -> Walk<'a> {
        let (here, place) = self.stretches.first().map_or((0, self.length), |first| (first.here, first.from));
        Walk { view: self, window, stretch: 0, here, at: place }
    }
}

/// Goes over the view, and knows where in the window it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk<'a> {
    view: &'a View,
    window: &'a [u8],
    /// Number of the stretch.
    stretch: usize,
    /// So many bytes of the view are behind.
    here: usize,
    /// And so many of the window: line ends or an end of the stretch may come next.
    at: usize,
}

impl Walk<'_> {
    /// Goes on to the byte at `index`, which is not behind.
    pub(super) fn go(&mut self, index: usize) {
        let stretches = &self.view.stretches;
        // The last one that begins at it or before it holds it.
        let ahead = stretches.get(self.stretch + 1..).unwrap_or_default();
        let further = ahead.partition_point(|stretch| stretch.here <= index);
        if further > 0
            && let Some(stretch) = stretches.get(self.stretch + further)
        {
            self.stretch += further;
            (self.here, self.at) = (stretch.here, stretch.from);
        }
        self.tell(index, |_| {});
    }

    /// Where the next byte stands in the window.
    pub(super) fn place(mut self) -> usize {
        if self.here >= self.view.bare.len() {
            return self.view.length;
        }
        self.find_text();
        self.at
    }

    /// Goes on to `index` and tells the ranges of the window that hold the bytes on the way.
    pub(super) fn tell(&mut self, index: usize, mut passed: impl FnMut(Range<usize>)) {
        while self.here < index.min(self.view.bare.len()) {
            self.find_text();
            let to = self.view.stretches.get(self.stretch).map_or(self.at, |stretch| stretch.to);
            let rest = self.window.get(self.at..to.min(self.at + (index - self.here))).unwrap_or_default();
            let run = rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
            if run == 0 {
                return;
            }
            passed(self.at..self.at + run);
            self.here += run;
            self.at += run;
        }
    }

    /// Goes on over line ends and into the next stretch that has text.
    fn find_text(&mut self) {
        while let Some(stretch) = self.view.stretches.get(self.stretch) {
            let rest = self.window.get(self.at..stretch.to).unwrap_or_default();
            if let Some(ends) = rest.iter().position(|byte| !is_end(*byte)) {
                self.at += ends;
                return;
            }
            self.stretch += 1;
            if let Some(next) = self.view.stretches.get(self.stretch) {
                self.at = next.from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let fragment = prop_oneof![
            4 => "[a-z]{1,9}".prop_map(String::into_bytes),
            1 => (0_usize..3000).prop_map(|length| b"ab\n".repeat(length / 3)),
            4 => prop::sample::select(vec!["\x1b[31m", "\r\n", "\n", "\r", "\x1b]0;", "\x07", "\x1b", "\x1b\\", "\x18"])
                .prop_map(|escape| escape.as_bytes().to_vec()),
        ];
        prop::collection::vec(fragment, 0..20).prop_map(|fragments| fragments.concat())
    }

    proptest! {
        #[test]
        fn every_byte_knows_where_it_came_from(
            before in stream(), window in stream(), ask in prop::collection::vec(any::<prop::sample::Index>(), 1..9),
        ) {
            let mut sequence = Sequence::default();
            for byte in before {
                sequence.step(byte);
            }
            let mut view = View::default();
            view.look(&window, sequence);
            // What is seen, and what is open before each byte, byte by byte.
            let mut seen = Vec::new();
            let mut open = vec![sequence];
            for (place, byte) in window.iter().enumerate() {
                if matches!(sequence.step(*byte), Byte::Text | Byte::Broke) && !is_end(*byte) {
                    seen.push(place);
                }
                open.push(sequence);
            }
            prop_assert!(view.bytes().iter().eq(seen.iter().map(|place| &window[*place])));
            let mut indices: Vec<usize> = ask.iter().map(|index| index.index(seen.len() + 1)).collect();
            indices.sort_unstable();
            let mut walk = view.walk(&window);
            let mut passed = Vec::new();
            for index in indices {
                let origin = seen.get(index).copied().unwrap_or(window.len());
                prop_assert_eq!(view.origin(&window, index), origin);
                let mut there = walk;
                there.go(index);
                prop_assert_eq!(there.place(), origin);
                walk.tell(index, |range| passed.extend(range));
                prop_assert_eq!(&passed, &seen[..index]);
            }
            for index in ask {
                let place = index.index(window.len() + 1);
                prop_assert_eq!(view.index(&window, place), seen.partition_point(|seen| *seen < place));
                let (mut ours, mut theirs) = (view.sequence(&window, place), open[place]);
                let rest = b"\x1b[a;\x07b\x1b\\c";
                prop_assert!(rest.iter().all(|byte| ours.step(*byte) == theirs.step(*byte)));
            }
        }
    }
}
