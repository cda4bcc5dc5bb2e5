//! Shapes in a stream, however it is cut into pieces.

use super::Shapes;
use super::body::{Body, Rest, body};
use super::table::Kind;
use crate::text::sequence::{Byte, Sequence};

/// A prompt that ends with fewer bytes of a possible secret than these is shown.
const SHORT: usize = 4;

/// Leaves out what has the shape of a secret.
#[derive(Debug)]
pub(in crate::text::redact) struct Stream {
    shapes: Shapes,
    /// What is not decided.
    window: Vec<u8>,
    /// What is open where it begins.
    before: Sequence,
    /// The byte of text before it.
    last: Option<u8>,
    /// It begins behind an anchor.
    behind: Option<(Kind, usize)>,
    /// It begins inside a secret.
    inside: Option<Rest>,
    /// Bytes at the window's start that were let out in a quiet moment.
    out_already: usize,
    /// Bytes of it that are no secret whatever comes.
    harmless: usize,
    text: Vec<u8>,
    places: Vec<usize>,
    count: u64,
}

impl Stream {
    pub(in crate::text::redact) fn new(shapes: &Shapes) -> Self {
        Self {
            shapes: shapes.clone(),
            window: Vec::new(),
            before: Sequence::default(),
            last: None,
            behind: None,
            inside: None,
            out_already: 0,
            harmless: 0,
            text: Vec::new(),
            places: Vec::new(),
            count: 0,
        }
    }

    pub(in crate::text::redact) fn count(&self) -> u64 {
        self.count
    }

    pub(in crate::text::redact) fn held(&self) -> usize {
        self.window.len() - self.out_already
    }

    /// Takes the next piece and appends to `out` what is decided.
    pub(in crate::text::redact) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        // Almost always nothing is open, and nothing of a secret is in it: then it is looked at where it stands.
        if self.window.is_empty() && self.is_plain(input) {
            let (whole, rest) = input.split_at(self.shapes.undecided(input));
            out.extend_from_slice(whole);
            self.last = whole.last().copied().or(self.last);
            self.window.extend_from_slice(rest);
            self.harmless = rest.len();
            return;
        }
        self.window.extend_from_slice(input);
        if self.is_plain(&self.window) {
            let decided = self.shapes.undecided(&self.window);
            out.extend_from_slice(self.window.get(self.out_already..decided).unwrap_or_default());
            self.last = decided.checked_sub(1).and_then(|last| self.window.get(last)).copied().or(self.last);
            self.out_already = self.out_already.saturating_sub(decided);
            self.window.drain(..decided);
            self.harmless = self.window.len();
            return;
        }
        self.go(false, out);
    }

    /// Whether there is neither an escape sequence in it nor an anchor, and nothing open before it.
    fn is_plain(&self, text: &[u8]) -> bool {
        self.behind.is_none()
            && self.inside.is_none()
            && self.before.is_text()
            && memchr::memchr(0x1b, text).is_none()
            && self.shapes.find(text, 0).is_none()
    }

    /// Nothing came for a while: what is held is let out where no more of a secret than a few bytes can be in it.
    pub(in crate::text::redact) fn quiet(&mut self, out: &mut Vec<u8>) {
        let to = if self.window.len() - self.harmless < SHORT { self.window.len() } else { self.harmless };
        if to > self.out_already {
            out.extend_from_slice(&self.window[self.out_already..to]);
            self.out_already = to;
        }
    }

    /// The stream is over.
    pub(in crate::text::redact) fn finish(&mut self, out: &mut Vec<u8>) {
        self.go(true, out);
        let count = self.count;
        *self = Self { count, ..Self::new(&self.shapes) };
    }

    /// Goes on for as long as something is decided.
    fn go(&mut self, over: bool, out: &mut Vec<u8>) {
        self.look();
        let text = std::mem::take(&mut self.text);
        let places = std::mem::take(&mut self.places);
        // Without an escape sequence every byte stands where it is.
        let same = text.len() == self.window.len();
        let place = |index: usize| {
            let place = if same { Some(index) } else { places.get(index).copied() };
            place.unwrap_or(self.window.len())
        };
        let mut cuts: Vec<(usize, usize, String)> = Vec::new();
        let mut at = 0;
        let (mut inside, mut behind) = (self.inside.take(), self.behind.take());
        let mut harmless = 0;
        let decided = loop {
            if let Some(rest) = &mut inside {
                let begin = at;
                while text.get(at).is_some_and(|byte| rest.takes(*byte)) {
                    at += 1;
                }
                cuts.push((begin, at, String::new()));
                if at == text.len() {
                    break at;
                }
                inside = None;
            }
            if let Some((kind, shape)) = behind {
                match body(kind, text.get(at..).unwrap_or_default(), over) {
                    Body::Open { shown } => {
                        harmless = at + shown;
                        break at;
                    }
                    Body::None => behind = None,
                    Body::Secret { start, end, rest } => {
                        let placeholder = self.shapes.0.shapes.get(shape).map(|shape| shape.placeholder.clone());
                        cuts.push((at + start, at + end, placeholder.unwrap_or_default()));
                        self.count += 1;
                        at += end;
                        (inside, behind) = (rest, None);
                        if inside.is_some() {
                            break at;
                        }
                    }
                }
            }
            match self.shapes.find(&text, at) {
                Some((shape, start, end)) if start > 0 || !shape.kind.begins_a_word() || !self.goes_on() => {
                    let index = self.shapes.0.shapes.iter().position(|one| std::ptr::eq(one, shape)).unwrap_or(0);
                    behind = Some((shape.kind, index));
                    at = end;
                }
                // It only ends a word that was let out; another may begin inside it.
                Some((_, start, _)) => at = start + 1,
                None if over => break text.len(),
                None => {
                    let rest = self.shapes.undecided(text.get(at..).unwrap_or_default());
                    harmless = text.len();
                    break at + rest;
                }
            }
        };
        let to = place(decided);
        let harmless = place(harmless.max(decided)) - to;
        let mut written = self.out_already.min(to);
        for (start, end, placeholder) in cuts {
            let raw = place(start);
            if written < raw {
                out.extend_from_slice(&self.window[written..raw]);
                written = raw;
            }
            out.extend_from_slice(placeholder.as_bytes());
            // Escape sequences and line ends inside stay.
            for index in start..end {
                let (here, next) = (place(index), place(index + 1));
                let keep =
                    if text.get(index).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) { here } else { here + 1 };
                let next = next.min(to);
                if keep < next && next > written {
                    out.extend_from_slice(&self.window[keep.max(written)..next]);
                }
                written = written.max(next);
            }
        }
        if written < to {
            out.extend_from_slice(&self.window[written..to]);
        }
        if !same || !self.before.is_text() {
            let mut rest = &self.window[..to];
            while let Some((byte, more)) = rest[plain(self.before, rest)..].split_first() {
                self.before.step(*byte);
                rest = more;
            }
        }
        self.last = decided.checked_sub(1).and_then(|last| text.get(last)).copied().or(self.last);
        self.window.drain(..to);
        self.out_already = self.out_already.saturating_sub(to);
        self.harmless = harmless;
        (self.inside, self.behind) = (inside, behind);
        (self.text, self.places) = (text, places);
    }

    /// Whether the window goes on with a word that began before it.
    fn goes_on(&self) -> bool {
        self.last.is_some_and(|last| last.is_ascii_alphanumeric())
    }

    /// The window without escape sequences, and where each byte of that stands.
    fn look(&mut self) {
        self.text.clear();
        self.places.clear();
        if self.before.is_text() && memchr::memchr(0x1b, &self.window).is_none() {
            self.text.extend_from_slice(&self.window);
            return;
        }
        let mut sequence = self.before;
        let mut place = 0;
        while let Some(rest) = self.window.get(place..).filter(|rest| !rest.is_empty()) {
            let run = plain(sequence, rest);
            self.text.extend_from_slice(&rest[..run]);
            self.places.extend(place..place + run);
            place += run;
            if let Some(byte) = rest.get(run) {
                if matches!(sequence.step(*byte), Byte::Text | Byte::Broke) {
                    self.text.push(*byte);
                    self.places.push(place);
                }
                place += 1;
            }
        }
    }
}

/// Bytes of text before the next escape sequence; none inside one.
fn plain(sequence: Sequence, rest: &[u8]) -> usize {
    if sequence.is_text() { memchr::memchr(0x1b, rest).unwrap_or(rest.len()) } else { 0 }
}
