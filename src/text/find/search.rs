//! A search as it goes through an output from its start.

use memchr::{memchr, memrchr};

use super::bare::Bare;
use super::finder::Finder;
use super::tally::Tally;

/// Longest piece of one line that is searched at once, in bytes: what stands on both sides of such a cut is not found.
pub const LONGEST: usize = 256 * 1024;

/// How far a search has come.
#[derive(Debug, Clone)]
pub struct Search {
    finder: Finder,
    bare: Bare,
    tally: Tally,
    /// The last line taken goes on; whether it has matched already.
    inside: Option<bool>,
}

impl Search {
    /// At the start of an output.
    #[must_use]
    pub fn new(finder: Finder) -> Self {
        Self::with(finder, Tally::new())
    }

    pub(super) fn with(finder: Finder, tally: Tally) -> Self {
        Self { finder, bare: Bare::new(), tally, inside: None }
    }

    /// Takes what follows as far as its lines are whole, and says how many bytes that was. None are taken of a line that is not
    /// ended, unless it is [`LONGEST`], or `last` says that nothing comes after it.
    pub fn take(&mut self, bytes: &[u8], last: bool) -> usize {
        let cut = match memrchr(b'\n', bytes) {
            _ if last => bytes.len(),
            Some(end) => end + 1,
            None if bytes.len() >= LONGEST => bytes.len(),
            None => 0,
        };
        let part = &bytes[..cut];
        if part.is_empty() {
            return 0;
        }
        let bare = self.bare.of(part);
        let mut matching = self.finder.count(bare);
        if matching > 0 && self.inside == Some(true) {
            // Of a line that goes on here it is counted already.
            let first = &bare[..memchr(b'\n', bare).unwrap_or(bare.len())];
            matching -= u64::from(self.finder.is_match(first));
        }
        self.inside = if part.ends_with(b"\n") {
            None
        } else {
            let start = memrchr(b'\n', bare);
            let open = start.map_or(bare, |end| &bare[end + 1..]);
            Some(self.finder.is_match(open) || (start.is_none() && self.inside == Some(true)))
        };
        self.tally.push(as_u64(cut), matching, self.inside.is_some());
        cut
    }

    /// A search for the same, of lines that follow: what it takes can be [joined](Self::join). None while a line goes on.
    #[must_use]
    pub fn slice(&self) -> Option<Self> {
        self.inside.is_none().then(|| Self::with(self.finder.clone(), Tally::new()))
    }

    /// Takes what was counted of the lines that follow, all of them whole.
    pub fn join(&mut self, slice: &Self) {
        self.tally.push(slice.tally.bytes(), slice.tally.matching(), false);
    }

    /// What stood behind this byte is another text now: it is taken anew, from a line's start before it on.
    pub fn back_to(&mut self, bytes: u64) {
        if self.tally.bytes() > bytes {
            self.tally.back_to(bytes);
            self.inside = None;
        }
    }

    /// What was counted so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Calls `each` with the lines of a part that match, until it says false: the line feeds before it in the part, and its text before
    /// the match.
    pub fn hits(&mut self, part: &[u8], mut each: impl FnMut(u64, &[u8]) -> bool) {
        let bare = self.bare.of(part);
        self.finder.hits(bare, |hit| each(hit.line, hit.before));
    }
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
