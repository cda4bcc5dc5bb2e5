//! Places inside a scalar: which character of the file a character of the text is.

use serde_yaml::granit_parser::ScalarStyle;

use super::limits::place_of;
use super::node::{Data, Node};
use crate::runbook::model::Place;
use crate::runbook::problem::Spot;

impl Node<'_> {
    /// The spot of `length` characters at this character of a scalar's text; the whole scalar where that cannot be told
    /// (text over several lines, unusual escapes).
    pub(crate) fn within(&self, source: &str, offset: usize, length: usize) -> Spot {
        self.column_within(source, offset).map_or(self.at, |columns| {
            let place = Place { line: self.at.place.line, column: self.at.place.column + columns };
            Spot { place, length: length.max(1), value: () }
        })
    }

    /// How many characters of the file stand between the scalar's start and this character of its text.
    fn column_within(&self, source: &str, offset: usize) -> Option<usize> {
        let Data::Scalar(scalar) = &self.data else { return None };
        let raw = source.get(self.range.clone())?;
        if raw.contains(['\n', '\r']) {
            return None;
        }
        match scalar.style {
            ScalarStyle::Plain => (raw.chars().count() >= offset).then_some(offset),
            ScalarStyle::SingleQuoted => quoted(raw, offset, |rest| if rest.starts_with("''") { 2 } else { 1 }),
            ScalarStyle::DoubleQuoted => quoted(raw, offset, |rest| {
                let mut chars = rest.chars();
                match (chars.next(), chars.next()) {
                    (Some('\\'), Some('x')) => 4,
                    (Some('\\'), Some('u')) => 6,
                    (Some('\\'), Some('U')) => 10,
                    (Some('\\'), Some(_)) => 2,
                    _ => 1,
                }
            }),
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        }
    }

    /// The scalar as it stands in the file, quotes and escapes included.
    pub(crate) fn raw<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.range.clone()).unwrap_or_default()
    }

    /// The places of ascending byte offsets of the raw text.
    pub(crate) fn places_in_raw(&self, raw: &str, offsets: impl Iterator<Item = usize>) -> impl Iterator<Item = Place> {
        let mut place = self.at.place;
        let mut done = 0;
        offsets.map(move |offset| {
            // Each from the one before: a text may show a great many names.
            let step = place_of(raw.get(done..offset).unwrap_or_default(), offset - done);
            place = if step.line == 1 {
                Place { line: place.line, column: place.column + step.column - 1 }
            } else {
                Place { line: place.line + step.line - 1, column: step.column }
            };
            done = offset;
            place
        })
    }
}

/// Walks over the raw text after the opening quote; `width` tells how many characters the next one of the text takes.
fn quoted(raw: &str, offset: usize, width: impl Fn(&str) -> usize) -> Option<usize> {
    let mut column = 1;
    let mut rest = raw.get(1..)?;
    for _ in 0..offset {
        let wide = width(rest);
        let (end, last) = rest.char_indices().nth(wide - 1)?;
        rest = rest.get(end + last.len_utf8()..)?;
        column += wide;
    }
    Some(column)
}
