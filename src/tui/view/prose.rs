//! Prose in lines of a width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text::width;

/// Wraps pieces of text between words; further lines begin with the indent. A word longer than a line is broken.
pub(super) fn wrap(pieces: &[(String, Style)], columns: usize, first: &str, indent: &str) -> Vec<Line<'static>> {
    let mut paragraph = Wrapped {
        columns: columns.max(1),
        indent,
        lines: Vec::new(),
        line: Vec::new(),
        used: 0,
        empty: true,
        blank: None,
    };
    paragraph.begin(first);
    for (text, style) in pieces {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('\n') {
                paragraph.end();
                paragraph.begin(indent);
                rest = after;
                continue;
            }
            let blank = rest.starts_with(' ');
            let end =
                rest.find(|character: char| character == '\n' || (character == ' ') != blank).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            if blank { paragraph.space(word, *style) } else { paragraph.word(word, *style) }
        }
    }
    paragraph.end();
    paragraph.lines
}

/// The same for one piece of one style.
pub(super) fn plain(text: &str, style: Style, columns: usize, indent: &str) -> Vec<Line<'static>> {
    wrap(&[(text.to_owned(), style)], columns, indent, indent)
}

struct Wrapped<'a> {
    columns: usize,
    indent: &'a str,
    lines: Vec<Line<'static>>,
    line: Vec<Span<'static>>,
    used: usize,
    /// No word stands in the line yet.
    empty: bool,
    /// Blanks before the next word.
    blank: Option<(String, Style)>,
}

impl Wrapped<'_> {
    fn begin(&mut self, with: &str) {
        self.line = Vec::new();
        self.used = 0;
        self.empty = true;
        self.blank = None;
        let with = width::cut(with, self.columns.saturating_sub(1));
        if !with.is_empty() {
            self.line.push(Span::raw(with.to_owned()));
            self.used = width::columns(with);
        }
    }

    /// Goes on in a line of its own, without the blanks that stood where it broke.
    fn broken(&mut self) {
        self.end();
        self.begin(self.indent);
    }

    fn end(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.line)));
    }

    /// Blanks wait for the word behind them; at the end of a line they are not drawn.
    fn space(&mut self, text: &str, style: Style) {
        self.blank = Some((text.to_owned(), style));
    }

    fn word(&mut self, word: &str, style: Style) {
        let mut word = word;
        if let Some((blank, style)) = self.blank.take() {
            let blank = width::cut(&blank, self.columns.saturating_sub(self.used + 1)).to_owned();
            self.used += width::columns(&blank);
            self.line.push(Span::styled(blank, style));
            if !self.empty && self.used + width::columns(word) > self.columns {
                self.line.pop();
                self.broken();
            }
        } else if !self.empty && self.used + width::columns(word) > self.columns {
            self.broken();
        }
        loop {
            let part = width::cut(word, self.columns.saturating_sub(self.used));
            let part = if part.is_empty() && self.empty { first(word) } else { part };
            if !part.is_empty() {
                self.used += width::columns(part);
                self.empty = false;
                self.line.push(Span::styled(part.to_owned(), style));
                word = &word[part.len()..];
            }
            if word.is_empty() {
                return;
            }
            self.broken();
        }
    }
}

/// The first character: what is taken where not even it fits.
fn first(text: &str) -> &str {
    text.char_indices().nth(1).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        plain(text, Style::new(), columns, "").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words_and_long_words_are_broken() {
        assert_eq!(wrapped("look for the first exception", 10), ["look for", "the first", "exception"]);
        assert_eq!(wrapped("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrapped("two\nlines", 20), ["two", "lines"]);
        assert_eq!(wrapped("", 20), [""]);
    }

    #[test]
    fn any_width_ends() {
        for columns in 0..5 {
            assert!(!wrapped("宽字 wide characters", columns).is_empty());
        }
    }
}
