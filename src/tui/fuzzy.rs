//! Fuzzy search over short lists: the palette, the places to go, the sessions.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The places of the items that match, best first; all of them, in their order, where nothing is asked.
pub(crate) fn search<'a>(query: &str, items: impl Iterator<Item = &'a str>) -> Vec<usize> {
    if query.trim().is_empty() {
        return items.enumerate().map(|(place, _)| place).collect();
    }
    let items: Vec<&str> = items.collect();
    // What holds the words as they were typed is meant; letters scattered over a sentence only where nothing does.
    let whole = Pattern::new(query, CaseMatching::Smart, Normalization::Smart, AtomKind::Substring);
    let found = matching(&whole, &items);
    if found.is_empty() {
        return matching(&Pattern::parse(query, CaseMatching::Smart, Normalization::Smart), &items);
    }
    found
}

fn matching(pattern: &Pattern, items: &[&str]) -> Vec<usize> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, usize)> = items
        .iter()
        .enumerate()
        .filter_map(|(place, item)| {
            let score = pattern.score(Utf32Str::new(item, &mut buffer), &mut matcher)?;
            Some((score, place))
        })
        .collect();
    hits.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    hits.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_are_enough_and_the_best_comes_first() {
        let items = ["go to a step", "revert now", "run"];
        assert_eq!(search("rvnw", items.iter().copied()).first(), Some(&1));
        assert_eq!(search("rev", ["run every one", "revert"].into_iter()), [1], "the word itself is enough");
        assert_eq!(search("", items.iter().copied()), [0, 1, 2]);
        assert!(search("zzz", items.iter().copied()).is_empty());
    }
}
