//! The stream as somebody reads it: without escape sequences and line ends, each byte knowing where it came from.

use std::ops::Range;

use crate::text::sequence::{Byte, Sequence};

/// The bare bytes of a window of the stream.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where runs of neighbouring bytes begin: here, and in the window.
    pieces: Vec<(usize, usize)>,
    sequence: Sequence,
    /// Bytes of the window taken in so far.
    length: usize,
    /// The window holds, or held since it was last empty, a byte of an escape sequence.
    pub(super) saw_sequences: bool,
}

impl View {
    /// Takes in what was appended to the window.
    pub(super) fn extend(&mut self, input: &[u8]) {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            if self.sequence.is_text() {
                let run = text_run(rest);
                if run > 0 {
                    self.pieces.push((self.bytes.len(), self.length + at));
                    self.bytes.extend_from_slice(&rest[..run]);
                }
                let ends = rest[run..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                at += run + ends;
                if run + ends > 0 {
                    continue;
                }
            }
            let byte = rest[0];
            match self.sequence.step(byte) {
                Byte::Text | Byte::Broke => {
                    if !matches!(byte, b'\n' | b'\r') {
                        self.pieces.push((self.bytes.len(), self.length + at));
                        self.bytes.push(byte);
                    }
                }
                Byte::Inside | Byte::Last => self.saw_sequences = true,
            }
            at += 1;
        }
        self.length += input.len();
    }

    /// Where the byte at `index` stands in the window; the window's length for the end.
    pub(super) fn origin(&self, index: usize) -> usize {
        if index >= self.bytes.len() {
            return self.length;
        }
        let piece = self.pieces.partition_point(|(here, _)| *here <= index).saturating_sub(1);
        self.pieces.get(piece).map_or(self.length, |(here, there)| there + (index - here))
    }

    /// The first byte here that stands at `origin` in the window or after it.
    pub(super) fn index(&self, origin: usize) -> usize {
        let next = self.pieces.partition_point(|(_, there)| *there < origin);
        let end = self.pieces.get(next).map_or(self.bytes.len(), |(here, _)| *here);
        match next.checked_sub(1).and_then(|before| self.pieces.get(before)) {
            Some((here, there)) => end.min(here + (origin - there)),
            None => end,
        }
    }

    /// The ranges of the window that hold the bytes `start..end`.
    pub(super) fn origins(&self, start: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
        let first = self.pieces.partition_point(|(here, _)| *here <= start).saturating_sub(1);
        self.pieces.iter().enumerate().skip(first).map_while(move |(number, (here, there))| {
            let next = self.pieces.get(number + 1).map_or(self.bytes.len(), |(here, _)| *here);
            let (from, to) = (start.max(*here), end.min(next));
            (from < to).then(|| there + (from - here)..there + (to - here))
        })
    }

    /// Forgets the first bytes of the window.
    pub(super) fn forget(&mut self, origin: usize) {
        if origin >= self.length {
            self.bytes.clear();
            self.pieces.clear();
            self.length = 0;
            self.saw_sequences = !self.sequence.is_text();
            return;
        }
        let gone = self.index(origin);
        let split = self.pieces.partition_point(|(here, _)| *here <= gone).saturating_sub(1);
        let moved_on = self.origin(gone);
        self.pieces.drain(..split);
        if let Some(first) = self.pieces.first_mut() {
            *first = (gone, moved_on);
        }
        for (here, there) in &mut self.pieces {
            *here -= gone;
            *there -= origin;
        }
        self.bytes.drain(..gone);
        if self.bytes.is_empty() {
            self.pieces.clear();
        }
        self.length -= origin;
    }
}

/// Bytes before the first line end or escape. Most lines are short, and a search has its own cost to begin.
fn text_run(bytes: &[u8]) -> usize {
    const SHORT: usize = 24;
    let (near, far) = bytes.split_at(bytes.len().min(SHORT));
    match near.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0x1b)) {
        Some(run) => run,
        None => near.len() + memchr::memchr3(b'\n', b'\r', 0x1b, far).unwrap_or(far.len()),
    }
}
