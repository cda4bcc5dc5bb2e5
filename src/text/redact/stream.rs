//! Redaction of declared values in a stream.

use std::cmp::Reverse;
use std::ops::Range;

use super::patterns::Hit;
use super::secrets::{SHORTEST, Secrets};
use super::view::View;
use crate::text::sequence::{self, Sequence};

/// Taken in at once, in bytes; keeps the working set in the cache and memory bounded however much is pushed.
const BLOCK: usize = 32 * 1024;
/// Escape sequences and line ends that may stand inside one secret, in bytes.
const GAPS: usize = sequence::LONGEST as usize;

/// Takes secrets out of a stream of bytes, however it is cut into pieces.
///
/// Every secret is found where it stands plainly, and where escape sequences (colours) or line ends (wraps) are strewn
/// into it, up to 4 KiB of them; these stay in the output behind the placeholder. Bytes without secrets come out as
/// they went in. Held back is only the longest ending that may still become a secret.
#[derive(Debug)]
pub(super) struct Named {
    secrets: Secrets,
    /// What is not decided.
    window: Vec<u8>,
    /// What is open where it begins.
    before: Sequence,
    /// Bytes of it that may still become a secret, line ends and escape sequences inside that not counted.
    possible: usize,
    /// Bytes at the window's start that were let out in a quiet moment.
    out_already: usize,
    /// End of a redacted stretch that began before the window.
    stretch: usize,
    /// Its parts that are left out.
    drops: Vec<Range<usize>>,
    view: View,
    hits: Vec<Hit>,
    found: Vec<Hit>,
    parts: Vec<Part>,
    count: u64,
}

/// A part of the window that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    start: usize,
    /// Where the secret begins that it is of; none for one that began before the window.
    of: Option<usize>,
    end: usize,
}

impl Named {
    /// One at the start of a stream.
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            secrets: secrets.clone(),
            window: Vec::new(),
            before: Sequence::default(),
            possible: 0,
            out_already: 0,
            stretch: 0,
            drops: Vec::new(),
            view: View::default(),
            hits: Vec::new(),
            found: Vec::new(),
            parts: Vec::new(),
            count: 0,
        }
    }

    /// Takes the next piece of the stream and appends to `out` what is decided.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        if self.secrets.is_empty() {
            out.extend_from_slice(input);
            return;
        }
        for block in input.chunks(BLOCK) {
            self.take(block, false, out);
        }
    }

    /// Takes a block, which may be the last. It is looked at where it stays if there is no secret in it, which is almost always so.
    fn take(&mut self, block: &[u8], last: bool, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.window);
        out.extend_from_slice(block);
        let window = out.get(start..).unwrap_or_default();
        self.view.look(window, self.before);
        let decided = if last { window.len() } else { self.decide(window) };
        if decided > 0 {
            self.find(window);
            self.before = self.view.sequence(window, decided);
            if !self.found.is_empty() || !self.drops.is_empty() {
                let window = out.split_off(start);
                self.leave_out(&window, decided, out);
                return;
            }
        }
        self.window.clear();
        self.window.extend_from_slice(window.get(decided..).unwrap_or_default());
        out.truncate(start + decided);
        let already = self.out_already.min(decided);
        out.drain(start..start + already);
        self.out_already -= already;
    }

    /// Nothing came for a while (50 ms): lets out what is held if it is shorter than 4 bytes, so that a prompt is seen.
    /// Should it turn out to be the beginning of a secret, the rest of that is still redacted.
    pub(super) fn quiet(&mut self, out: &mut Vec<u8>) {
        if self.possible < SHORTEST && self.stretch == 0 {
            out.extend_from_slice(self.window.get(self.out_already..).unwrap_or_default());
            self.out_already = self.window.len();
        }
    }

    /// The stream is over: lets out everything. The redactor is then ready for another stream.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.take(b"", true, out);
        self.before = Sequence::default();
        self.possible = 0;
        self.stretch = 0;
        self.drops.clear();
    }

    /// Placeholders written so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Bytes held back at present.
    pub(super) fn held(&self) -> usize {
        self.window.len() - self.out_already
    }

    /// Up to where the window is decided.
    fn decide(&mut self, window: &[u8]) -> usize {
        let inner = &self.secrets.inner;
        let length = window.len();
        let raw = if self.needs_raw() { inner.raw.undecided(window, 0) } else { length };
        let oldest = length.saturating_sub(inner.bare.longest + GAPS);
        let text = self.view.bytes();
        let bare = inner.bare.undecided(text, self.view.index(window, oldest));
        self.possible = (length - raw).max(text.len() - bare);
        raw.min(self.view.origin(window, bare))
    }

    /// Without an escape sequence around, the view shows everything the raw bytes do.
    fn needs_raw(&self) -> bool {
        self.view.sees_sequences || self.secrets.inner.always_raw
    }

    /// Writes the window up to `decided`, secrets left out.
    fn leave_out(&mut self, window: &[u8], decided: usize, out: &mut Vec<u8>) {
        self.parts.extend(self.drops.drain(..).map(|Range { start, end }| Part { start, of: None, end }));
        self.parts.sort_unstable();

        let mut written = self.out_already;
        let mut stretch = self.stretch;
        let mut left = Vec::new();
        let mut stretches = self.found.iter().peekable();
        for Part { start, of, end } in &self.parts {
            // Stretches are joined where secrets overlap; each gets the name of its first.
            while let Some(found) = stretches.next_if(|found| found.start <= *start && found.start < decided) {
                if found.start >= stretch {
                    copy(window, &mut written, found.start, out);
                    if let Some(placeholder) = self.secrets.inner.placeholders.get(found.name) {
                        out.extend_from_slice(placeholder.as_bytes());
                    }
                    self.count += 1;
                }
                stretch = stretch.max(found.end);
            }
            if *start < decided {
                copy(window, &mut written, *start, out);
                written = written.max(*end.min(&decided));
            }
            if *end > decided && of.is_none_or(|start| start < decided) {
                left.push(start.saturating_sub(decided)..end - decided);
            }
        }
        copy(window, &mut written, decided, out);
        self.window.clear();
        self.window.extend_from_slice(window.get(decided..).unwrap_or_default());
        self.out_already = self.out_already.saturating_sub(decided);
        self.stretch = stretch.saturating_sub(decided);
        self.drops = left;
    }

    /// All secrets in the window, by their place, the longest first where several start; and the parts that they are made of.
    fn find(&mut self, window: &[u8]) {
        let inner = &self.secrets.inner;
        self.found.clear();
        self.parts.clear();
        if self.needs_raw() {
            inner.raw.find(window, &mut self.found);
            self.parts.extend(self.found.iter().map(|hit| Part {
                start: hit.start,
                of: Some(hit.start),
                end: hit.end,
            }));
        }
        self.hits.clear();
        inner.bare.find(self.view.bytes(), &mut self.hits);
        self.hits.sort_unstable();
        let mut walk = self.view.walk(window);
        for Hit { start, end, name } in &self.hits {
            walk.go(*start);
            let (start, mut there) = (walk.place(), walk);
            let mut last = start;
            there.tell(*end, |Range { start: from, end }| {
                self.parts.push(Part { start: from, of: Some(start), end });
                last = end;
            });
            self.found.push(Hit { start, end: last, name: *name });
        }
        self.found.sort_unstable_by_key(|found| (found.start, Reverse(found.end), found.name));
    }
}

/// Copies the window from `written` to `end`, unless that is behind.
fn copy(window: &[u8], written: &mut usize, end: usize, out: &mut Vec<u8>) {
    if let Some(bytes) = window.get(*written..end) {
        out.extend_from_slice(bytes);
        *written = end;
    }
}
