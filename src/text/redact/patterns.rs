//! The values looked for.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::beginnings::Beginnings;
use super::grams::{Grams, TooMuch};

/// Work that is always worth it, however short the text.
const LITTLE: usize = 64;

/// A place where a pattern stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of the name.
    pub(super) name: usize,
}

/// Patterns of at least four bytes each, with the names they stand for.
pub(super) struct Patterns {
    values: Vec<(usize, Vec<u8>)>,
    grams: Grams,
    /// For text that is made to look like patterns; none where there are more of these than it takes.
    automaton: Option<AhoCorasick>,
    beginnings: Beginnings,
    /// Bytes of the longest pattern.
    pub(super) longest: usize,
    /// Bytes of the shortest pattern.
    pub(super) shortest: usize,
}

impl Patterns {
    /// Takes them in.
    pub(super) fn new(patterns: Vec<(usize, Vec<u8>)>) -> Self {
        let longest = patterns.iter().map(|(_, pattern)| pattern.len()).max().unwrap_or(0);
        let shortest = patterns.iter().map(|(_, pattern)| pattern.len()).min().unwrap_or(0);
        Self {
            grams: Grams::new(&patterns),
            automaton: automaton(&patterns),
            beginnings: Beginnings::new(&patterns),
            values: patterns,
            longest,
            shortest,
        }
    }

    /// Adds every place where a pattern stands. Hits may overlap: a secret that starts inside another is a secret too.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let before = hits.len();
        // At about that much the automaton would have been through.
        let work = if self.automaton.is_some() { text.len() / 2 + LITTLE } else { usize::MAX };
        if let Err(TooMuch) = self.grams.find(&self.values, text, work, &mut |hit| hits.push(hit)) {
            hits.truncate(before);
            self.walk(text, hits);
        }
    }

    /// The same, byte by byte, whatever the text. Where several patterns start at one place it tells the longest only.
    fn walk(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let Some(automaton) = &self.automaton else { return };
        let mut from = 0;
        while let Some(found) = automaton.find(Input::new(text).range(from..)) {
            let name = self.values.get(found.pattern().as_usize()).map_or(0, |(name, _)| *name);
            hits.push(Hit { start: found.start(), end: found.end(), name });
            from = found.start() + 1;
        }
    }

    /// Where the longest ending of `text` begins that may still become a pattern; its length if none may.
    /// Endings that begin before `from` are not considered.
    pub(super) fn undecided(&self, text: &[u8], from: usize) -> usize {
        let from = from.max(text.len().saturating_sub(self.longest.saturating_sub(1)));
        let tail = text.get(from..).unwrap_or_default();
        self.beginnings.first(&self.values, tail).map_or(text.len(), |index| from + index)
    }
}

/// Without tables that grow with the square of the length.
fn automaton(patterns: &[(usize, Vec<u8>)]) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(patterns.iter().map(|(_, pattern)| pattern))
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn patterns(values: &[&str]) -> Patterns {
        Patterns::new(values.iter().enumerate().map(|(name, value)| (name, value.as_bytes().to_vec())).collect())
    }

    fn find(patterns: &Patterns, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        patterns.find(text, &mut hits);
        hits.sort_unstable();
        hits
    }

    /// Every place where one of them stands, without a thought for speed.
    fn by_definition(values: &[&str], text: &str) -> Vec<Hit> {
        let at = |start: usize| {
            let rest = &text[start..];
            let here = values.iter().enumerate().filter(move |(_, value)| rest.starts_with(**value));
            here.map(move |(name, value)| Hit { start, end: start + value.len(), name })
        };
        let mut hits: Vec<Hit> = (0..text.len()).flat_map(at).collect();
        hits.sort_unstable();
        hits
    }

    /// The longest at every place.
    fn longest(hits: &[Hit]) -> Vec<(usize, usize)> {
        hits.chunk_by(|a, b| a.start == b.start).filter_map(|at| at.last()).map(|hit| (hit.start, hit.end)).collect()
    }

    #[test]
    fn text_made_of_what_patterns_are_made_of_is_still_gone_through_at_once() {
        let values: Vec<String> = (0..100).map(|number| format!("the-same-beginning-{number:03}")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let text = format!("{}{}", "the-same-beginning-0the-same-".repeat(20_000), values[42]);
        assert_eq!(
            find(&patterns(&values), text.as_bytes()),
            by_definition(&values[42..43], &text).iter().map(|hit| Hit { name: 42, ..*hit }).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_stands_at_either_end_is_found_whatever_its_length() {
        let values: Vec<String> = (4..80).map(|length| "0123456789".repeat(8)[..length].to_owned()).collect();
        for value in &values {
            for text in [value.clone(), format!("-{value}"), format!("{value}-"), format!("---------{value}---------")]
            {
                assert_eq!(find(&patterns(&[value]), text.as_bytes()), by_definition(&[value], &text), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn they_are_found_wherever_they_stand(
            values in prop::collection::vec("[ab]{4,7}|[ab]{8,20}|[a-d]{4,40}|a{4,90}", 0..12), shortest in 0_usize..12,
            text in "[ab]{0,200}|[a-d]{0,200}|a{0,200}", which in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..4),
        ) {
            let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| value.len() >= shortest).collect();
            let mut text = text;
            for (place, value) in &which {
                if !values.is_empty() {
                    text.insert_str(place.index(text.len() + 1), values[value.index(values.len())]);
                }
            }
            let patterns = patterns(&values);
            let expected = by_definition(&values, &text);
            let mut hits = Vec::new();
            patterns.grams.find(&patterns.values, text.as_bytes(), usize::MAX, &mut |hit| hits.push(hit)).unwrap();
            hits.sort_unstable();
            prop_assert_eq!(&hits, &expected);
            // And where that is too much work.
            let mut walked = Vec::new();
            patterns.walk(text.as_bytes(), &mut walked);
            prop_assert_eq!(longest(&walked), longest(&expected));
            prop_assert_eq!(longest(&find(&patterns, text.as_bytes())), longest(&expected));
        }
    }
}
