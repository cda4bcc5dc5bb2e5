//! Redaction of a stream.

use std::ops::Range;

use super::patterns::Hit;
use super::secrets::{SHORTEST, Secrets};
use super::view::View;
use crate::text::sequence;

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
pub struct Redactor {
    secrets: Secrets,
    /// What is not decided.
    window: Vec<u8>,
    view: View,
    /// Bytes at the window's start that were let out in a quiet moment.
    out_already: usize,
    /// End of a redacted stretch that began before the window.
    stretch: usize,
    /// Its parts that are left out.
    drops: Vec<Range<usize>>,
    hits: Vec<Hit>,
    found: Vec<Found>,
    count: u64,
}

/// A secret in the window.
#[derive(Debug, Clone, Copy)]
struct Found {
    start: usize,
    end: usize,
    name: usize,
    /// Where it stands in the view, when it was found there.
    seen: Option<(usize, usize)>,
}

impl Redactor {
    /// A redactor at the start of a stream.
    #[must_use]
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            secrets: secrets.clone(),
            window: Vec::new(),
            view: View::default(),
            out_already: 0,
            stretch: 0,
            drops: Vec::new(),
            hits: Vec::new(),
            found: Vec::new(),
            count: 0,
        }
    }

    /// Takes the next piece of the stream and appends to `out` what is decided.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        if self.secrets.is_empty() {
            out.extend_from_slice(input);
            return;
        }
        for block in input.chunks(BLOCK) {
            self.window.extend_from_slice(block);
            self.view.extend(block);
            let (decided, _) = self.undecided();
            self.release(decided, out);
        }
    }

    /// Nothing came for a while (50 ms): lets out what is held if it is shorter than 4 bytes, so that a prompt is seen.
    /// Should it turn out to be the beginning of a secret, the rest of that is still redacted.
    pub fn quiet(&mut self, out: &mut Vec<u8>) {
        let (_, held) = self.undecided();
        if held < SHORTEST && self.stretch == 0 {
            out.extend_from_slice(self.window.get(self.out_already..).unwrap_or_default());
            self.out_already = self.window.len();
        }
    }

    /// The stream is over: lets out everything. The redactor is then ready for another stream.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.release(self.window.len(), out);
        self.view = View::default();
        self.stretch = 0;
        self.drops.clear();
    }

    /// Placeholders written so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Bytes held back at present.
    #[must_use]
    pub fn held(&self) -> usize {
        self.window.len() - self.out_already
    }

    /// Up to where the window is decided, and how many bytes of a possible secret lie behind that.
    fn undecided(&self) -> (usize, usize) {
        let inner = &self.secrets.inner;
        let length = self.window.len();
        let raw = if self.needs_raw() { inner.raw.undecided(&self.window, 0) } else { length };
        let oldest = length.saturating_sub(inner.bare.longest + GAPS);
        let bare = inner.bare.undecided(&self.view.bytes, self.view.index(oldest));
        let held = (length - raw).max(self.view.bytes.len() - bare);
        (raw.min(self.view.origin(bare)), held)
    }

    /// Without an escape sequence around, the view shows everything the raw bytes do.
    fn needs_raw(&self) -> bool {
        self.view.saw_sequences || self.secrets.inner.always_raw
    }

    /// Writes the window up to `decided`, secrets left out, and forgets it.
    fn release(&mut self, decided: usize, out: &mut Vec<u8>) {
        if decided == 0 {
            return;
        }
        self.find();
        if self.found.is_empty() && self.drops.is_empty() {
            out.extend_from_slice(self.window.get(self.out_already..decided).unwrap_or_default());
            self.forget(decided, 0, Vec::new());
            return;
        }

        let mut drops: Vec<(Range<usize>, Option<usize>)> = self.drops.drain(..).map(|range| (range, None)).collect();
        for found in &self.found {
            match found.seen {
                Some((start, end)) => {
                    drops.extend(self.view.origins(start, end).map(|range| (range, Some(found.start))));
                }
                None => drops.push((found.start..found.end, Some(found.start))),
            }
        }
        drops.sort_by_key(|(range, of)| (range.start, *of));

        let mut written = self.out_already;
        let mut stretch = self.stretch;
        let mut left = Vec::new();
        let mut stretches = self.found.iter().peekable();
        for (range, of) in drops {
            // Stretches are joined where secrets overlap; each gets the name of its first.
            while let Some(found) = stretches.next_if(|found| found.start <= range.start && found.start < decided) {
                if found.start >= stretch {
                    copy(&self.window, &mut written, found.start, out);
                    if let Some(placeholder) = self.secrets.inner.placeholders.get(found.name) {
                        out.extend_from_slice(placeholder.as_bytes());
                    }
                    self.count += 1;
                }
                stretch = stretch.max(found.end);
            }
            if range.start < decided {
                copy(&self.window, &mut written, range.start, out);
                written = written.max(range.end.min(decided));
            }
            if range.end > decided && of.is_none_or(|start| start < decided) {
                left.push(range.start.saturating_sub(decided)..range.end - decided);
            }
        }
        copy(&self.window, &mut written, decided, out);
        self.forget(decided, stretch, left);
    }

    /// All secrets in the window, by their place, the longest first where several start.
    fn find(&mut self) {
        let inner = &self.secrets.inner;
        self.found.clear();
        if self.needs_raw() {
            let found = &mut self.found;
            inner.raw.find(&self.window, |Hit { start, end, name }| found.push(Found { start, end, name, seen: None }));
        }
        self.hits.clear();
        let hits = &mut self.hits;
        inner.bare.find(&self.view.bytes, |hit| hits.push(hit));
        for Hit { start, end, name } in &self.hits {
            self.found.push(Found {
                start: self.view.origin(*start),
                end: self.view.origin(end - 1) + 1,
                name: *name,
                seen: Some((*start, *end)),
            });
        }
        self.found.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end), found.name));
    }

    fn forget(&mut self, decided: usize, stretch: usize, drops: Vec<Range<usize>>) {
        self.window.drain(..decided);
        self.view.forget(decided);
        self.out_already = self.out_already.saturating_sub(decided);
        self.stretch = stretch.saturating_sub(decided);
        self.drops = drops;
    }
}

/// Copies the window from `written` to `end`, unless that is behind.
fn copy(window: &[u8], written: &mut usize, end: usize, out: &mut Vec<u8>) {
    if let Some(bytes) = window.get(*written..end) {
        out.extend_from_slice(bytes);
        *written = end;
    }
}
