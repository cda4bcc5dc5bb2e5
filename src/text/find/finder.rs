//! Finds what is looked for in bare lines.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, Look};

use super::fragment::Fragment;
use super::query::Query;

/// The most memory a pattern may take when it is compiled, in bytes.
const SIZE: usize = 4 << 20;
/// Lines in so many bytes that may hold the fragment and not match, before the pattern looks for itself.
const VAIN: usize = 256;

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
        /// What stands in every line that matches, where that is known and rare.
        fragment: Option<Fragment>,
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
        // What cannot be parsed was refused above.
        let parsed = parse(&pattern, sensitive);
        let alone = parsed.as_ref().is_some_and(looks_at_ends);
        let fragment = parsed.as_ref().and_then(Fragment::of);
        Ok(Self(How::Pattern { regex, alone, fragment }))
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
            let start = start_of(bare, place);
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
    fn next(&self, bare: &[u8], at: usize) -> Option<(usize, usize)> {
        match &self.0 {
            How::Literal(finder) => {
                let place = at + finder.find(bare.get(at..)?)?;
                Some((place, end_of(bare, place)))
            }
            How::Pattern { regex, alone, fragment: Some(fragment) } => with_fragment(fragment, regex, *alone, bare, at),
            How::Pattern { regex, alone, fragment: None } => with_pattern(regex, *alone, bare, at),
        }
    }
}

/// As [`Finder::next`]: only lines that hold the fragment are looked at, as long as few do that do not match.
fn with_fragment(fragment: &Fragment, regex: &Regex, alone: bool, bare: &[u8], from: usize) -> Option<(usize, usize)> {
    let (mut at, mut vain) = (from, 0);
    while vain * VAIN <= at - from + 16 * VAIN {
        let place = at + fragment.find(bare.get(at..)?)?;
        let (start, end) = (start_of(bare, place), end_of(bare, place));
        if let Some(found) = regex.find(&bare[start..end]) {
            return Some((start + found.start(), end));
        }
        at = end + 1;
        vain += 1;
    }
    with_pattern(regex, alone, bare, at)
}

/// As [`Finder::next`].
fn with_pattern(regex: &Regex, alone: bool, bare: &[u8], mut at: usize) -> Option<(usize, usize)> {
    // Nothing stands behind the last line feed.
    while at < bare.len() {
        if alone {
            let end = end_of(bare, at);
            if let Some(found) = regex.find(&bare[at..end]) {
                return Some((at + found.start(), end));
            }
            at = end + 1;
            continue;
        }
        let found = regex.find_at(bare, at)?;
        if found.start() >= bare.len() && bare.ends_with(b"\n") {
            return None;
        }
        let end = end_of(bare, found.start());
        if found.end() <= end {
            return Some((found.start(), end));
        }
        // It goes over the end of its line: the line alone decides.
        let start = start_of(bare, found.start());
        if let Some(found) = regex.find(&bare[start..end]) {
            return Some((start + found.start(), end));
        }
        at = end + 1;
    }
    None
}

/// Where the line starts in which a byte stands.
fn start_of(bare: &[u8], place: usize) -> usize {
    memrchr(b'\n', &bare[..place]).map_or(0, |end| end + 1)
}

/// Where the line feed of the line stands in which a byte does, or all ends.
fn end_of(bare: &[u8], place: usize) -> usize {
    memchr(b'\n', &bare[place..]).map_or(bare.len(), |end| place + end)
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

/// The syntax tree of a pattern, as [`Finder::new`] has it compiled.
fn parse(pattern: &str, sensitive: bool) -> Option<Hir> {
    let mut parser = regex_syntax::ParserBuilder::new();
    parser.multi_line(true).utf8(false).case_insensitive(!sensitive).build().parse(pattern).ok()
}

/// Whether a pattern speaks of the start or the end of the whole text.
fn looks_at_ends(pattern: &Hir) -> bool {
    let looks = pattern.properties().look_set();
    looks.contains(Look::Start) || looks.contains(Look::End)
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
