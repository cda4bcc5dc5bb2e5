//! Where lines begin in an output that grows.

/// Bytes between two entries at first: 128 KiB of index for a gigabyte of output.
pub const STRIDE: u64 = 64 * 1024;
/// Most entries kept; beyond, every second one goes and the stride doubles.
const MOST: usize = 64 * 1024;

/// A sparse index of line ends. Lines count from 0 here, bytes from the start of the output.
#[derive(Debug, Clone)]
pub struct Index {
    /// How many line feeds stand before each multiple of the stride.
    before: Vec<u64>,
    stride: u64,
    bytes: u64,
    newlines: u64,
    ends_in_newline: bool,
}

/// Where to begin reading to come to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seek {
    /// Read from this byte.
    pub offset: u64,
    /// Pass over so many line feeds; what follows the last of them is the line.
    pub skip: u64,
}

impl Default for Index {
    fn default() -> Self {
        Self { before: vec![0], stride: STRIDE, bytes: 0, newlines: 0, ends_in_newline: true }
    }
}

impl Index {
    /// The index of an empty output.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what was appended to the output.
    pub fn push(&mut self, mut input: &[u8]) {
        while let Some(last) = input.last() {
            let room = usize::try_from(self.stride - self.bytes % self.stride).unwrap_or(usize::MAX);
            let (block, rest) = input.split_at(room.min(input.len()));
            self.newlines += as_u64(memchr::memchr_iter(b'\n', block).count());
            self.bytes += as_u64(block.len());
            if block.len() == room {
                self.before.push(self.newlines);
                if self.before.len() > MOST {
                    self.coarsen();
                }
            }
            self.ends_in_newline = *last == b'\n';
            input = rest;
        }
    }

    /// Passes over the next [`STRIDE`] bytes without seeing them: somebody who did counted so many line feeds from the start of the
    /// output to their end. For whole strides, counted from the start, that are followed by more output.
    pub fn pass(&mut self, newlines: u64) {
        self.bytes += STRIDE;
        self.newlines = newlines.max(self.newlines);
        self.ends_in_newline = false;
        if self.bytes.is_multiple_of(self.stride) {
            self.before.push(self.newlines);
            if self.before.len() > MOST {
                self.coarsen();
            }
        }
    }

    /// Lines, one that is not ended included.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.newlines + u64::from(!self.ends_in_newline)
    }

    /// Line feeds.
    #[must_use]
    pub fn newlines(&self) -> u64 {
        self.newlines
    }

    /// Bytes of output.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where to begin reading for `line`, which counts from 0; for one that is not there yet, for the end of the last
    /// line ended.
    #[must_use]
    pub fn seek(&self, line: u64) -> Seek {
        let line = line.min(self.newlines);
        let block = self.before.partition_point(|before| *before < line).saturating_sub(1);
        let before = self.before.get(block).copied().unwrap_or_default();
        Seek { offset: as_u64(block) * self.stride, skip: line - before }
    }

    /// The last place before a byte, or at it, for which line feeds were counted, and how many stand before that.
    #[must_use]
    pub fn before(&self, byte: u64) -> (u64, u64) {
        let entry = usize::try_from(byte / self.stride).unwrap_or(usize::MAX).min(self.before.len() - 1);
        (as_u64(entry) * self.stride, self.before.get(entry).copied().unwrap_or_default())
    }

    fn coarsen(&mut self) {
        let mut even = false;
        self.before.retain(|_| {
            even = !even;
            even
        });
        self.stride *= 2;
    }
}

/// Where the text after the `skip`th line feed of `bytes` begins; none when there are not so many.
#[must_use]
pub fn after(bytes: &[u8], skip: u64) -> Option<usize> {
    let Some(nth) = skip.checked_sub(1) else { return Some(0) };
    let nth = usize::try_from(nth).ok()?;
    memchr::memchr_iter(b'\n', bytes).nth(nth).map(|end| end + 1)
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
