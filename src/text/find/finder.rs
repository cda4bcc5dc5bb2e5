//! Finds what is looked for in bare lines.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, Look};

use super::query::Query;

/// The most memory a pattern may take when it is compiled, in bytes.
const SIZE: usize = 4 << 20;

/// A query made ready. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Finder(How);

#[derive(Debug, Clone)]
enum How {
    Literal(Box<memmem::Finder<'static>>),
    Pattern {
        regex: Regex,
        /// It speaks of the text's start or end and has to see each line alone.
        alone: bool,
    },
}

/// A line in which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// Lines before it, of those that were searched.
    pub line: u64,
    /// The line's text before the first match.
    pub before: &'a [u8],
}

impl Finder {
    /// Makes a query ready.
    ///
    /// # Errors
    /// Where nothing or more than a line is looked for, or a pattern is none; in words for the operator.
    pub fn new(query: &Query) -> Result<Self, String> {
        if query.text().is_empty() {
            return Err("Say what to look for, or Esc.".to_owned());
        }
        if query.text().contains('\n') {
            return Err("A search looks into one line at a time: take the line break out.".to_owned());
        }
        if !query.is_pattern() && query.is_sensitive() {
            let finder = memmem::Finder::new(query.text().as_bytes()).into_owned();
            return Ok(Self(How::Literal(Box::new(finder))));
        }
        let pattern = if query.is_pattern() { query.text().to_owned() } else { regex::escape(query.text()) };
        if !query.is_sensitive() && !query.is_pattern() && !query.text().chars().any(char::is_alphabetic) {
            let finder = memmem::Finder::new(query.text().as_bytes()).into_owned();
            return Ok(Self(How::Literal(Box::new(finder))));
        }
        let sensitive = query.is_sensitive();
        let regex = RegexBuilder::new(&pattern)
            .multi_line(true)
            .case_insensitive(!sensitive)
            .size_limit(SIZE)
            .build()
            .map_err(|error| unusable(&error))?;
        let alone = looks_at_ends(&pattern);
        Ok(Self(How::Pattern { regex, alone }))
    }

    /// How many of these lines match.
    #[must_use]
    pub fn count(&self, bare: &[u8]) -> u64 {
        let (mut count, mut at) = (0, 0);
        while let Some((_, end)) = self.next(bare, at) {
            count += 1;
            at = end + 1;
        }
        count
    }

    /// Whether the text, of one line, matches.
    #[must_use]
    pub fn is_match(&self, line: &[u8]) -> bool {
        match &self.0 {
            How::Literal(finder) => finder.find(line).is_some(),
            How::Pattern { regex, .. } => regex.is_match(line),
        }
    }

    /// Calls `each` with the lines that match, in order, until it says false.
    pub fn hits<'a>(&self, bare: &'a [u8], mut each: impl FnMut(Hit<'a>) -> bool) {
        let (mut line, mut counted, mut at) = (0, 0, 0);
        while let Some((place, end)) = self.next(bare, at) {
            let start = memrchr(b'\n', &bare[..place]).map_or(0, |end| end + 1);
            line += as_u64(memchr_iter(b'\n', &bare[counted..start]).count());
            counted = start;
            if !each(Hit { line, before: &bare[start..place] }) {
                return;
            }
            at = end + 1;
        }
    }

    /// Where it stands in a text of one line, what is empty left out.
    #[must_use]
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let all: Vec<Range<usize>> = match &self.0 {
            How::Literal(finder) => {
                let length = finder.needle().len();
                finder.find_iter(text.as_bytes()).map(|start| start..start + length).collect()
            }
            How::Pattern { regex, .. } => regex.find_iter(text.as_bytes()).map(|found| found.range()).collect(),
        };
        all.into_iter().filter(|range| !range.is_empty() && text.get(range.clone()).is_some()).collect()
    }

    /// The first match from `at`, a line's start: its place, and where its line ends.
    fn next(&self, bare: &[u8], mut at: usize) -> Option<(usize, usize)> {
        let end_of = |place: usize| memchr(b'\n', &bare[place..]).map_or(bare.len(), |end| place + end);
        // Nothing stands behind the last line feed.
        while at < bare.len() {
            match &self.0 {
                How::Literal(finder) => {
                    let place = at + finder.find(&bare[at..])?;
                    return Some((place, end_of(place)));
                }
                How::Pattern { regex, alone: true } => {
                    let end = end_of(at);
                    if let Some(found) = regex.find(&bare[at..end]) {
                        return Some((at + found.start(), end));
                    }
                    at = end + 1;
                }
                How::Pattern { regex, alone: false } => {
                    let found = regex.find_at(bare, at)?;
                    if found.start() >= bare.len() && bare.ends_with(b"\n") {
                        return None;
                    }
                    let end = end_of(found.start());
                    if found.end() <= end {
                        return Some((found.start(), end));
                    }
                    // It goes over the end of its line: the line alone decides.
                    let start = memrchr(b'\n', &bare[..found.start()]).map_or(0, |end| end + 1);
                    if let Some(found) = regex.find(&bare[start..end]) {
                        return Some((start + found.start(), end));
                    }
                    at = end + 1;
                }
            }
        }
        None
    }
}

/// Why a pattern cannot be used, without the picture of it.
fn unusable(error: &regex::Error) -> String {
    let cause = match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    };
    format!("could not use this pattern: {cause}. Without re: it is looked for as it stands.")
}

/// Whether a pattern speaks of the start or the end of the whole text.
fn looks_at_ends(pattern: &str) -> bool {
    let parsed = regex_syntax::ParserBuilder::new().multi_line(true).utf8(false).build().parse(pattern);
    let ends = |hir: Hir| {
        let looks = hir.properties().look_set();
        looks.contains(Look::Start) || looks.contains(Look::End)
    };
    parsed.is_ok_and(ends)
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
