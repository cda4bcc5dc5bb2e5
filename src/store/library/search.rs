//! Searching the library, tolerant of what is left out.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::item::Item;
use super::load::Library;

/// What the very name of an alert, or of a runbook, counts beyond any likeness.
const EXACT: u32 = 1 << 20;

/// A part of a runbook that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Its id.
    Id,
    /// Its title.
    Title,
    /// One of its alerts, from 0.
    Alert(usize),
    /// One of its services, from 0.
    Service(usize),
    /// One of its tags, from 0.
    Tag(usize),
    /// One of its symptoms, from 0.
    Symptom(usize),
}

/// Where a search met a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// The field.
    pub field: Field,
    /// Characters of it, counted from 0, ascending.
    pub chars: Vec<u32>,
}

/// A runbook that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place among [`Library::items`].
    pub item: usize,
    /// How well it fits; higher is better.
    pub score: u32,
    /// What fits.
    pub highlights: Vec<Highlight>,
}

impl Library {
    /// Runbooks that name this alert among theirs.
    #[must_use]
    pub fn for_alert(&self, name: &str) -> Vec<&Item> {
        let names = |item: &&Item| item.facts.alerts.iter().any(|alert| alert.eq_ignore_ascii_case(name));
        self.items().iter().filter(names).collect()
    }

    /// Runbooks in which every word of the query is found, the best first; all of them for an empty query. Case and accents do not
    /// matter unless the query has them. The exact name of an alert comes before everything else.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<Hit> {
        let query = query.trim();
        let words = words(query);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut hits: Vec<_> = self
            .items()
            .iter()
            .enumerate()
            .filter_map(|(index, item)| Some(Hit { item: index, ..found(item, query, &words, &mut matcher)? }))
            .collect();
        // Stable: equals stay in the order of the library.
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
        hits
    }
}

/// A word, matched letter by letter, and as it stands.
struct Word {
    fuzzy: Pattern,
    whole: Pattern,
}

fn words(query: &str) -> Vec<Word> {
    let pattern = |word: &str, kind| Pattern::new(word, CaseMatching::Smart, Normalization::Smart, kind);
    let word = |word| Word { fuzzy: pattern(word, AtomKind::Fuzzy), whole: pattern(word, AtomKind::Substring) };
    query.split_whitespace().map(word).collect()
}

fn found(item: &Item, query: &str, words: &[Word], matcher: &mut Matcher) -> Option<Hit> {
    let fields: Vec<(Field, &str, Vec<char>)> =
        fields(item).into_iter().map(|(field, text)| (field, text, text.chars().collect())).collect();
    let mut hit = Hit { item: 0, score: 0, highlights: Vec::new() };
    for word in words {
        let best = fields
            .iter()
            .filter_map(|(field, _, text)| {
                fits(word, *field, text, matcher).map(|(score, chars)| (score, *field, chars))
            })
            // The first of equals: fields stand in the order of what they say about a runbook.
            .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        hit.score += best.0;
        add(&mut hit.highlights, best.1, best.2);
    }
    let is_name = |field: Field| matches!(field, Field::Alert(_) | Field::Id);
    if let Some((field, ..)) =
        fields.iter().find(|(field, text, _)| is_name(*field) && text.eq_ignore_ascii_case(query))
    {
        hit.score += if matches!(field, Field::Id) { EXACT } else { 2 * EXACT };
    }
    hit.highlights.sort_by_key(|highlight| highlight.field);
    Some(hit)
}

fn fields(item: &Item) -> Vec<(Field, &str)> {
    fn many(of: &[String], field: fn(usize) -> Field) -> impl Iterator<Item = (Field, &str)> {
        of.iter().enumerate().map(move |(index, text)| (field(index), text.as_str()))
    }
    let facts = &item.facts;
    [(Field::Title, facts.title.as_str()), (Field::Id, item.id.as_str())]
        .into_iter()
        .chain(many(&facts.alerts, Field::Alert))
        .chain(many(&facts.services, Field::Service))
        .chain(many(&facts.tags, Field::Tag))
        .chain(many(&facts.symptoms, Field::Symptom))
        .collect()
}

/// How well a word fits a field. In sentences letters that stand far apart mean nothing: there the word must stand as it is.
fn fits(word: &Word, field: Field, text: &[char], matcher: &mut Matcher) -> Option<(u32, Vec<u32>)> {
    let pattern = if matches!(field, Field::Symptom(_)) { &word.whole } else { &word.fuzzy };
    let mut chars = Vec::new();
    let score = pattern.indices(Utf32Str::Unicode(text), matcher, &mut chars)?;
    chars.sort_unstable();
    chars.dedup();
    Some((score, chars))
}

fn add(highlights: &mut Vec<Highlight>, field: Field, chars: Vec<u32>) {
    match highlights.iter_mut().find(|highlight| highlight.field == field) {
        Some(highlight) => {
            highlight.chars.extend(chars);
            highlight.chars.sort_unstable();
            highlight.chars.dedup();
        }
        None => highlights.push(Highlight { field, chars }),
    }
}
