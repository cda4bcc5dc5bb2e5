//! How many lines match, by parts of the output.

/// Bytes of a part at first.
const PART: u64 = 1 << 20;
/// Most parts kept: beyond, two become one and parts are twice as large.
const MOST: usize = 64 * 1024;

/// What stands before a place in the output; the start of a part, or the end of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Before {
    bytes: u64,
    matching: u64,
    /// A line goes on here.
    inside: bool,
}

/// A part of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its first byte.
    pub from: u64,
    /// The byte behind its last one.
    pub to: u64,
    /// Lines that match before it.
    pub before: u64,
    /// Lines that match in it.
    pub matching: u64,
}

/// Counts of an output that grows.
#[derive(Debug, Clone)]
pub struct Tally {
    starts: Vec<Before>,
    end: Before,
    size: u64,
    most: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self::of(PART, MOST)
    }
}

impl Tally {
    /// Of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn of(size: u64, most: usize) -> Self {
        Self { starts: Vec::new(), end: Before::default(), size, most }
    }

    /// Takes the counts of what follows; at its end a line goes on, or not.
    pub(super) fn push(&mut self, bytes: u64, matching: u64, inside: bool) {
        let full = self.starts.last().is_none_or(|start| self.end.bytes - start.bytes >= self.size);
        if full {
            if self.starts.len() >= self.most {
                self.coarsen();
            }
            self.starts.push(self.end);
        }
        self.end.bytes += bytes;
        self.end.matching += matching;
        self.end.inside = inside;
    }

    /// Forgets what was counted behind a byte, and some before it: it ends at a line's start then.
    pub(super) fn back_to(&mut self, bytes: u64) {
        while self.end.bytes > bytes || self.end.inside {
            let Some(start) = self.starts.pop() else { break };
            self.end = start;
        }
    }

    /// Bytes counted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.end.bytes
    }

    /// Lines that match.
    #[must_use]
    pub fn matching(&self) -> u64 {
        self.end.matching
    }

    /// The parts in which something matches, from the one on in which a line begins, at this byte.
    pub fn from(&self, start: u64) -> impl Iterator<Item = Part> {
        let first = self.starts.partition_point(|part| part.bytes <= start).saturating_sub(1);
        (first..self.starts.len()).filter_map(|place| self.part(place)).filter(|part| part.matching > 0)
    }

    /// The parts in which something matches, backwards from the one in which a line ends, before this byte.
    pub fn back(&self, end: u64) -> impl Iterator<Item = Part> {
        let last = self.starts.partition_point(|part| part.bytes < end);
        (0..last).rev().filter_map(|place| self.part(place)).filter(|part| part.matching > 0)
    }

    fn part(&self, place: usize) -> Option<Part> {
        let start = self.starts.get(place)?;
        let end = self.starts.get(place + 1).unwrap_or(&self.end);
        Some(Part { from: start.bytes, to: end.bytes, before: start.matching, matching: end.matching - start.matching })
    }

    fn coarsen(&mut self) {
        let mut odd = true;
        self.starts.retain(|_| {
            odd = !odd;
            !odd
        });
        self.size *= 2;
    }
}
