//! The secrets of a session.

use std::fmt;
use std::sync::Arc;

use super::patterns::Patterns;
use super::redactor::Redactor;
use super::shapes::Shapes;
use crate::text::sequence::{Byte, Sequence};

/// Shortest value that is looked for, in bytes: a shorter one would be found everywhere, and tell where it is.
pub const SHORTEST: usize = 4;
/// Longest value that is looked for, in bytes.
pub const LONGEST: usize = 128 * 1024;

/// Values that must never be written, and the names that stand in for them; beside them [`Shapes`], the known ones where nothing else is
/// said.
///
/// Cheap to clone. Its debug form shows names only.
#[derive(Clone)]
pub struct Secrets {
    pub(super) inner: Arc<Inner>,
}

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) placeholders: Vec<String>,
    /// The values as they are.
    pub(super) raw: Arc<Patterns>,
    /// The values without escape sequences and line ends, for the pass that sees through them.
    pub(super) bare: Arc<Patterns>,
    /// A value holds something that the second pass cannot see: both passes are always needed.
    pub(super) always_raw: bool,
    /// What is looked for by its shape; none where only the values are.
    pub(super) shapes: Option<Shapes>,
}

/// A value that cannot be redacted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not protect {name}: {why}")]
pub struct Refused {
    /// The variable's name.
    pub name: String,
    /// Why not.
    pub why: Why,
}

/// Why a value cannot be redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It would be found everywhere.
    #[error("its value is shorter than {SHORTEST} bytes and would be taken out of every second word; use a longer one")]
    TooShort,
    /// It would cost too much memory.
    #[error("its value is longer than {LONGEST} bytes; keep it in a file and give the command the file's name")]
    TooLong,
}

impl Secrets {
    /// Takes names and values. Line ends around a value do not count. An empty value is no secret and is passed over;
    /// a value that is too short or too long is refused, and the caller must tell the operator.
    pub fn new<N: Into<String>, V: AsRef<[u8]>>(values: impl IntoIterator<Item = (N, V)>) -> (Self, Vec<Refused>) {
        let mut refused = Vec::new();
        let mut names = Vec::new();
        let mut raw: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut bare: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut always_raw = false;
        for (name, value) in values {
            let (name, value) = (name.into(), without_line_ends_around(value.as_ref()));
            match value.len() {
                0 => {}
                1..SHORTEST => refused.push(Refused { name, why: Why::TooShort }),
                SHORTEST..=LONGEST => {
                    let seen = bared(value);
                    always_raw = always_raw || value.contains(&0x1b) || seen.len() < SHORTEST;
                    if seen.len() >= SHORTEST {
                        bare.push((names.len(), seen));
                    }
                    raw.push((names.len(), value.to_vec()));
                    names.push(name);
                }
                _ => refused.push(Refused { name, why: Why::TooLong }),
            }
        }
        let (raw, bare) = (Arc::new(Patterns::new(raw)), Arc::new(Patterns::new(bare)));
        let placeholders = names.iter().map(|name| format!("[secret {name}]")).collect();
        (
            Self { inner: Arc::new(Inner { placeholders, raw, bare, always_raw, shapes: Some(Shapes::known()) }) },
            refused,
        )
    }

    /// No values: only what has the shape of a secret is looked for.
    #[must_use]
    pub fn none() -> Self {
        Self::new(std::iter::empty::<(String, String)>()).0
    }

    /// The same, with placeholders in parentheses: `(secret NAME)`.
    #[must_use]
    pub fn in_parentheses(&self) -> Self {
        let names = self.inner.placeholders.iter().map(|name| name.trim_matches(['[', ']']));
        let placeholders = names.map(|name| format!("({name})")).collect();
        self.but(|inner| inner.placeholders = placeholders)
    }

    /// The same, and what is looked for by its shape is this.
    #[must_use]
    pub fn with_shapes(&self, shapes: &Shapes) -> Self {
        self.but(|inner| inner.shapes = Some(shapes.clone()))
    }

    /// The same values, and nothing is looked for by its shape.
    #[must_use]
    pub fn without_shapes(&self) -> Self {
        self.but(|inner| inner.shapes = None)
    }

    fn but(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        Self { inner: Arc::new(inner) }
    }

    /// Bytes of the shortest value; 0 where there is none.
    pub(super) fn shortest(&self) -> usize {
        self.inner.raw.shortest
    }

    /// Whether there is no value to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.placeholders.is_empty()
    }

    /// The text with a placeholder for every secret; for everything that is not a stream.
    #[must_use]
    pub fn redact_str(&self, text: &str) -> String {
        self.redact_counted(text).0
    }

    /// The same, and how many placeholders there are.
    #[must_use]
    pub fn redact_counted(&self, text: &str) -> (String, u64) {
        let mut out = Vec::with_capacity(text.len());
        let mut redactor = Redactor::new(self);
        redactor.push(text.as_bytes(), &mut out);
        redactor.finish(&mut out);
        let text =
            String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        (text, redactor.count())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.inner.placeholders).finish()
    }
}

fn without_line_ends_around(value: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = value.iter().position(|byte| !is_end(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_end(byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// The value as the second pass sees the stream.
fn bared(value: &[u8]) -> Vec<u8> {
    let mut sequence = Sequence::default();
    let text = |byte: &u8| matches!(sequence.step(*byte), Byte::Text | Byte::Broke) && !matches!(byte, b'\r' | b'\n');
    let mut text = text;
    value.iter().copied().filter(|byte| text(byte)).collect()
}
