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

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind, Span, packed};

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
    /// A few bytes of every anchor, to be looked for many bytes at once; none where there are too many for that.
    hints: Option<packed::Searcher>,
    /// Bytes of the longest anchor.
    longest: usize,
}

/// Bytes of an anchor that are looked for first.
const HINT: usize = 4;

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
        let hints = packed::Searcher::new(hints(&shapes)).filter(|_| shapes.len() == BUILT_IN.len());
        Self(Arc::new(Inner { shapes, anchors, hints, longest }))
    }

    /// The first anchor from `from` on: its shape, its start and its end.
    fn find(&self, text: &[u8], from: usize) -> Option<(&Shape, usize, usize)> {
        let Some(hints) = &self.0.hints else { return self.within(text, from, text.len()) };
        let (mut from, mut at) = (from, from);
        loop {
            let hint = hints.find_in(text, Span { start: at, end: text.len() })?;
            from = from.max(hint.start().saturating_sub(self.0.longest));
            let to = text.len().min(hint.end() + self.0.longest);
            if let Some(found) = self.within(text, from, to) {
                return Some(found);
            }
            at = hint.start() + 1;
        }
    }

    fn within(&self, text: &[u8], from: usize, to: usize) -> Option<(&Shape, usize, usize)> {
        let mut from = from;
        loop {
            let found = self.0.anchors.as_ref()?.find(Input::new(text).range(from..to))?;
            let shape = self.0.shapes.get(found.pattern().as_usize())?;
            let exact = shape.kind.ignores_case() || text.get(found.range()) == Some(&shape.anchor[..]);
            // A word that only ends so is another word.
            let before = found.start().checked_sub(1).and_then(|before| text.get(before));
            let alone = !shape.kind.begins_a_word() || before.is_none_or(|byte| !byte.is_ascii_alphanumeric());
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

/// For every anchor some bytes that it has: the first of a token, the last of a name, in small and in capital letters.
fn hints(shapes: &[Shape]) -> Vec<Vec<u8>> {
    let mut hints: Vec<Vec<u8>> = Vec::new();
    for shape in shapes {
        let anchor = shape.anchor.as_slice();
        let bare = anchor.iter().rposition(|byte| *byte != b'-').map_or(anchor.len(), |last| last + 1);
        let hint = match shape.kind {
            Kind::Token { .. } | Kind::Web => anchor.get(..anchor.len().min(HINT)).unwrap_or(anchor),
            Kind::Block => anchor.get(bare.saturating_sub(HINT - 1)..bare + 1).unwrap_or(anchor),
            _ => anchor.get(anchor.len().saturating_sub(HINT)..).unwrap_or(anchor),
        };
        hints.push(hint.to_vec());
        if shape.kind.ignores_case() && hint.ends_with(b"=") {
            hints.push(hint.to_ascii_uppercase());
        }
    }
    hints.sort();
    hints.dedup();
    // Those that begin alike are one: the search takes 64 at most.
    let alike = |hint: &Vec<u8>| hints.iter().filter(|other| other.get(..HINT - 1) == hint.get(..HINT - 1)).count() > 1;
    let mut hints: Vec<Vec<u8>> = hints
        .iter()
        .map(|hint| if alike(hint) { hint[..hint.len().min(HINT - 1)].to_vec() } else { hint.clone() })
        .collect();
    hints.dedup();
    // What is longer is found by its beginning.
    let short: Vec<Vec<u8>> = hints.iter().filter(|hint| hint.len() < HINT).cloned().collect();
    hints.retain(|hint| hint.len() < HINT || !short.iter().any(|short| hint.starts_with(short)));
    hints
}

impl fmt::Debug for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shapes({})", self.0.shapes.len())
    }
}
