//! Redaction of a stream: declared values first, because their names tell more, then what has the shape of a secret.

use super::secrets::Secrets;
use super::shapes;
use super::stream::Named;

/// Takes secrets out of a stream of bytes, however it is cut into pieces.
///
/// Bytes without secrets come out as they went in. Held back is only the longest ending that may still become a secret.
#[derive(Debug)]
pub struct Redactor {
    named: Named,
    shapes: Option<shapes::Stream>,
    between: Vec<u8>,
    /// Placeholders of values that are looked for no longer.
    count: u64,
}

impl Redactor {
    /// A redactor at the start of a stream.
    #[must_use]
    pub fn new(secrets: &Secrets) -> Self {
        let shapes = secrets.inner.shapes.as_ref().map(shapes::Stream::new);
        Self { named: Named::new(secrets), shapes, between: Vec::new(), count: 0 }
    }

    /// Takes the next piece of the stream and appends to `out` what is decided.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let Some(shapes) = &mut self.shapes else { return self.named.push(input, out) };
        self.between.clear();
        self.named.push(input, &mut self.between);
        shapes.push(&self.between, out);
    }

    /// Nothing came for a while (50 ms): lets out what is held if it is shorter than 4 bytes, so that a prompt is seen.
    /// Should it turn out to be the beginning of a secret, the rest of that is still redacted.
    pub fn quiet(&mut self, out: &mut Vec<u8>) {
        let Some(shapes) = &mut self.shapes else { return self.named.quiet(out) };
        self.between.clear();
        self.named.quiet(&mut self.between);
        shapes.push(&self.between, out);
        shapes.quiet(out);
    }

    /// The stream is over: lets out everything. The redactor is then ready for another stream.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(shapes) = &mut self.shapes else { return self.named.finish(out) };
        self.between.clear();
        self.named.finish(&mut self.between);
        shapes.push(&self.between, out);
        shapes.finish(out);
    }

    /// These values are looked for from here on. What was held back may still become one of them, or an old one's end; a shape that is
    /// under way goes on.
    pub fn hide(&mut self, secrets: &Secrets, out: &mut Vec<u8>) {
        let mut held = Vec::new();
        self.named.finish(&mut held);
        self.count += self.named.count();
        self.named = Named::new(secrets);
        self.push(&held, out);
    }

    /// Placeholders written so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count + self.named.count() + self.shapes.as_ref().map_or(0, shapes::Stream::count)
    }

    /// Bytes held back at present.
    #[must_use]
    pub fn held(&self) -> usize {
        self.named.held() + self.shapes.as_ref().map_or(0, shapes::Stream::held)
    }
}
