//! What looks like a secret though nobody declared it: keys, tokens, passwords in URLs and behind well-known names.
//!
//! A shape is what stands before a secret, its anchor, and what the secret is made of. The anchor stays and a placeholder follows it, so
//! that the record tells what was there. Colours inside are seen through. A secret that is broken over lines is found where it is a private
//! key, or a token that the line end cuts before it is as long as it must be; an anchor that is broken over two lines is not.

mod body;
mod stream;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

pub(super) use stream::Stream;
use table::{BUILT_IN, Kind};

/// One of them.
#[derive(Debug, Clone)]
struct Shape {
    /// `[secret GitHub token]`.
    placeholder: String,
    anchor: Vec<u8>,
    kind: Kind,
}

/// A shape that an operator adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// What stands in for it: `[secret NAME]`.
    pub name: String,
    /// What stands before it, to the letter: `acme_`, `ACME_PASSWORD=`.
    pub after: String,
    /// Characters that it has at least (letters, digits and `_-.+/=`); none where it is any value, to the next space or quote.
    pub least: Option<u16>,
}

/// All that are looked for.
#[derive(Clone)]
pub struct Shapes(Arc<Inner>);

struct Inner {
    shapes: Vec<Shape>,
    anchors: Option<AhoCorasick>,
    /// Bytes of the longest anchor.
    longest: usize,
}

static KNOWN: LazyLock<Shapes> = LazyLock::new(|| Shapes::new(&[]));

impl Shapes {
    /// Those that are known to this program.
    #[must_use]
    pub fn known() -> Self {
        KNOWN.clone()
    }

    /// Those that are known, and these.
    #[must_use]
    pub fn new(extra: &[Extra]) -> Self {
        let known = BUILT_IN.iter().map(|(name, anchor, kind)| (*name, *anchor, *kind));
        let extra = extra.iter().filter(|extra| !extra.after.is_empty()).map(|extra| {
            let kind = extra.least.map_or(Kind::Value, |least| Kind::Token { least: usize::from(least), dots: true });
            (extra.name.as_str(), extra.after.as_str(), kind)
        });
        let shapes: Vec<Shape> = known
            .chain(extra)
            .map(|(name, anchor, kind)| Shape {
                placeholder: format!("[secret {name}]"),
                anchor: anchor.as_bytes().to_vec(),
                kind,
            })
            .collect();
        let anchors = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(shapes.iter().map(|shape| &shape.anchor))
            .ok();
        let longest = shapes.iter().map(|shape| shape.anchor.len()).max().unwrap_or(0);
        Self(Arc::new(Inner { shapes, anchors, longest }))
    }

    /// The first anchor from `from` on: its shape, its start and its end.
    fn find(&self, text: &[u8], from: usize) -> Option<(&Shape, usize, usize)> {
        let mut from = from;
        loop {
            let found = self.0.anchors.as_ref()?.find(aho_corasick::Input::new(text).range(from..))?;
            let shape = self.0.shapes.get(found.pattern().as_usize())?;
            let exact = shape.kind.ignores_case() || text.get(found.range()) == Some(&shape.anchor[..]);
            // A word that only ends so is another word.
            let alone = !shape.kind.begins_a_word()
                || found
                    .start()
                    .checked_sub(1)
                    .and_then(|before| text.get(before))
                    .is_none_or(|byte| !byte.is_ascii_alphanumeric());
            if exact && alone {
                return Some((shape, found.start(), found.end()));
            }
            from = found.start() + 1;
        }
    }

    /// Where the longest ending begins that may still become an anchor; the length where none may.
    fn undecided(&self, text: &[u8]) -> usize {
        let from = text.len().saturating_sub(self.0.longest.saturating_sub(1));
        let begins = |start: &usize| {
            let ending = text.get(*start..).unwrap_or_default();
            self.0.shapes.iter().any(|shape| {
                shape.anchor.len() > ending.len()
                    && shape.anchor.get(..ending.len()).is_some_and(|head| head.eq_ignore_ascii_case(ending))
            })
        };
        (from..text.len()).find(begins).unwrap_or(text.len())
    }
}

impl fmt::Debug for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shapes({})", self.0.shapes.len())
    }
}
