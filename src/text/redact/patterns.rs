//! The values looked for, as automata.

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// Above 64 patterns an automaton loses its prefilter and most of its speed.
const PER_AUTOMATON: usize = 48;

/// A place where a pattern stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of the name.
    pub(super) name: usize,
}

struct Group {
    automaton: AhoCorasick,
    names: Vec<usize>,
}

/// Patterns of at least one byte each, with the names they stand for.
pub(super) struct Patterns {
    groups: Vec<Group>,
    sorted: Vec<Vec<u8>>,
    first: [bool; 256],
    /// Bytes of the longest pattern.
    pub(super) longest: usize,
}

impl Patterns {
    /// Builds the automata; the second part holds the names whose group would not build.
    pub(super) fn new(values: &[(usize, Vec<u8>)]) -> (Self, Vec<usize>) {
        let mut this = Self { groups: Vec::new(), sorted: Vec::new(), first: [false; 256], longest: 0 };
        let mut refused = Vec::new();
        for values in values.chunks(PER_AUTOMATON) {
            let names = values.iter().map(|(name, _)| *name).collect();
            let built = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(values.iter().map(|(_, value)| value.as_slice()));
            match built {
                Ok(automaton) => {
                    this.groups.push(Group { automaton, names });
                    for (_, value) in values {
                        this.longest = this.longest.max(value.len());
                        if let Some(first) = value.first() {
                            this.first[usize::from(*first)] = true;
                        }
                        this.sorted.push(value.clone());
                    }
                }
                Err(_) => refused.extend(names),
            }
        }
        this.sorted.sort();
        this.sorted.dedup();
        (this, refused)
    }

    /// Adds to `hits`, for every place where a pattern starts, the longest one there. Hits may overlap: a secret that
    /// starts inside another is a secret too.
    pub(super) fn find(&self, text: &[u8], mut hit: impl FnMut(Hit)) {
        for group in &self.groups {
            let mut from = 0;
            while let Some(found) = group.automaton.find(Input::new(text).range(from..)) {
                let name = group.names.get(found.pattern().as_usize()).copied().unwrap_or_default();
                hit(Hit { start: found.start(), end: found.end(), name });
                from = found.start() + 1;
            }
        }
    }

    /// Where the longest ending of `text` begins that may still become a pattern; its length if none may.
    /// Endings that begin before `from` are not considered.
    pub(super) fn undecided(&self, text: &[u8], from: usize) -> usize {
        let from = from.max(text.len().saturating_sub(self.longest.saturating_sub(1)));
        let tail = text.get(from..).unwrap_or_default();
        for (index, byte) in tail.iter().enumerate() {
            if self.first[usize::from(*byte)] && self.is_proper_prefix(&tail[index..]) {
                return from + index;
            }
        }
        text.len()
    }

    fn is_proper_prefix(&self, start: &[u8]) -> bool {
        let at = self.sorted.partition_point(|pattern| pattern.as_slice() <= start);
        self.sorted.get(at).is_some_and(|pattern| pattern.starts_with(start))
    }
}
