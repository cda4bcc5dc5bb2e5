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
        if self.is_idle()
            && self.before.is_text()
            && memchr::memchr(0x1b, input).is_none()
            && self.shapes.find(input, 0).is_none()
        {
            // Almost always: nothing is open, and nothing of a secret is in it.
            let decided = self.shapes.undecided(input);
            let (whole, rest) = input.split_at(decided);
            out.extend_from_slice(whole);
            self.last = whole.last().copied().or(self.last);
            self.window.extend_from_slice(rest);
            self.harmless = rest.len();
            return;
        }
        self.window.extend_from_slice(input);
        self.go(false, out);
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

    fn is_idle(&self) -> bool {
        self.window.is_empty() && self.behind.is_none() && self.inside.is_none()
    }

    /// Goes on for as long as something is decided.
    fn go(&mut self, over: bool, out: &mut Vec<u8>) {
        self.look();
        let text = std::mem::take(&mut self.text);
        let places = std::mem::take(&mut self.places);
        let place = |index: usize| places.get(index).copied().unwrap_or(self.window.len());
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
                Some((_, _, end)) => at = end,
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
        for byte in &self.window[..to] {
            self.before.step(*byte);
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
        let mut sequence = self.before;
        for (place, byte) in self.window.iter().enumerate() {
            if matches!(sequence.step(*byte), Byte::Text | Byte::Broke) {
                self.text.push(*byte);
                self.places.push(place);
            }
        }
    }
}
