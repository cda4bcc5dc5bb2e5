//! Problems for people, as a compiler shows them, and for programs, one JSON object each.
//!
//! Nothing of the file reaches the terminal as it is: of a line only a window around the problem is shown, and characters that
//! would move a cursor or turn the reading direction are replaced.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::problem::{Problem, ProblemSeverity, is_direction};

/// A file that was read: its name as it is shown, and its lines.
#[derive(Debug)]
pub struct Source<'a> {
    path: String,
    text: &'a str,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
}

/// How problems are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Text alone.
    Plain,
    /// With colours, for a terminal.
    Styled,
}

/// How many characters of a line are shown before and after the place of a problem.
const BEFORE: usize = 60;
const AFTER: usize = 100;

impl<'a> Source<'a> {
    /// A file's text under the name by which problems call it.
    #[must_use]
    pub fn new(path: &str, text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Self { path: harmless(path), text, starts }
    }

    /// A problem as a compiler shows it.
    #[must_use]
    pub fn show(&self, problem: &Problem, look: Look) -> String {
        let level = match problem.severity {
            ProblemSeverity::Error => Level::ERROR,
            ProblemSeverity::Warning => Level::WARNING,
        };
        let group = level.primary_title(harmless(&problem.message)).id(problem.rule);
        let (line, span, whole) = self.window(problem);
        let origin = Origin::path(self.path.as_str()).line(problem.place.line).char_column(problem.place.column);
        let snippet = Snippet::source(line.as_str()).line_start(problem.place.line);
        let snippet = snippet.annotation(AnnotationKind::Primary.span(span));
        let mut group: Group = match (line.is_empty(), whole) {
            (true, _) => group.element(origin),
            (false, true) => group.element(snippet.path(self.path.as_str())),
            // The column of a cut line is not the one it is shown at.
            (false, false) => group.element(origin).element(snippet),
        };
        if let Some(suggestion) = &problem.suggestion {
            group = group.element(Level::HELP.message(format!("did you mean `{}`?", harmless(suggestion))));
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(harmless(help)));
        }
        let renderer = match look {
            Look::Plain => Renderer::plain(),
            Look::Styled => Renderer::styled(),
        };
        renderer.term_width(2 * (BEFORE + AFTER)).render(&[group])
    }

    /// A problem as one line of JSON.
    #[must_use]
    pub fn json(&self, problem: &Problem) -> String {
        #[derive(Serialize)]
        struct Object<'p> {
            file: &'p str,
            line: usize,
            column: usize,
            length: usize,
            rule: &'p str,
            severity: ProblemSeverity,
            message: &'p str,
            help: Option<&'p str>,
            suggestion: Option<&'p str>,
        }
        let object = Object {
            file: &self.path,
            line: problem.place.line,
            column: problem.place.column,
            length: problem.length,
            rule: problem.rule,
            severity: problem.severity,
            message: &problem.message,
            help: problem.help.as_deref(),
            suggestion: problem.suggestion.as_deref(),
        };
        json_line(&object)
    }

    /// What is shown of the problem's line, the bytes of it that are concerned, and whether it begins where the line begins.
    fn window(&self, problem: &Problem) -> (String, std::ops::Range<usize>, bool) {
        let number = problem.place.line.saturating_sub(1);
        let start = self.starts.get(number).copied().unwrap_or(self.text.len());
        let end = self.starts.get(number + 1).copied().unwrap_or(self.text.len());
        let line = self.text[start..end].trim_end_matches(['\n', '\r']);
        let at = problem.place.column.saturating_sub(1);
        let skip = if at > BEFORE + AFTER { at - BEFORE } else { 0 };
        let mut shown = if skip > 0 { String::from("…") } else { String::new() };
        let (mut from, mut to) = (None, None);
        let mut rest = line.chars().skip(skip);
        for (column, c) in (skip..).zip(rest.by_ref()).take(BEFORE + 2 * AFTER) {
            if column == at {
                from = Some(shown.len());
            }
            if column == at + problem.length {
                to = Some(shown.len());
            }
            shown.push(if c == '\t' { ' ' } else { tame(c) });
        }
        let from = from.unwrap_or(shown.len());
        let to = to.unwrap_or(shown.len()).max(from);
        if rest.next().is_some() {
            shown.push('…');
        }
        (shown, from..to, skip == 0)
    }
}

/// Data as one line of JSON in which nothing steers a terminal.
#[must_use]
pub fn json_line(data: &impl Serialize) -> String {
    // Strings and numbers always serialise.
    let json = serde_json::to_string(data).unwrap_or_default();
    // JSON lets some characters through that a terminal must not see. All of them have four hexadecimal digits.
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if tame(c) == c { out.push(c) } else { out.extend(format!("\\u{:04x}", u32::from(c)).chars()) }
    }
    out
}

fn tame(c: char) -> char {
    if c.is_control() || is_direction(c) { '\u{fffd}' } else { c }
}

/// A text that cannot steer a terminal.
fn harmless(text: &str) -> String {
    text.chars().map(tame).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::{Place, Spot, parse, rules};

    fn show(text: &str, line: usize, column: usize, length: usize) -> String {
        let spot = Spot { place: Place { line, column }, length, value: () };
        let problem = Problem::new(&rules::SYNTAX, &spot, "wrong").help("do it right").suggest(Some("right".into()));
        Source::new("a.yaml", text).show(&problem, Look::Plain)
    }

    #[test]
    fn the_line_and_the_place_are_shown() {
        let shown = show("stanch: 1\r\ntïtle: wröng\r\n", 2, 8, 5);
        let expected = "error[syntax]: wrong\n --> a.yaml:2:8\n  |\n2 | tïtle: wröng\n  |        ^^^^^\n  |\n  \
                        = help: did you mean `right`?\n  = help: do it right";
        assert_eq!(shown, expected);
    }

    #[test]
    fn of_a_long_line_only_a_window_is_shown() {
        let text = format!("title: {}X{}", "a".repeat(5_000_000), "b".repeat(5_000_000));
        let shown = show(&text, 1, 5_000_008, 1);
        assert!(shown.len() < 2000, "{} bytes", shown.len());
        assert!(shown.contains("…aaa") && shown.contains("aXb") && shown.contains("bbb…"), "{shown}");
    }

    #[test]
    fn nothing_of_the_file_steers_the_terminal() {
        let text = "title: a\u{1b}]52;c;x\u{7}b\u{202e}c\u{9b}2J\td\n";
        let spot = Spot { place: Place { line: 1, column: 8 }, length: 3, value: () };
        let message = format!("bad {}", &text[7..18]);
        let problem = Problem::new(&rules::SYNTAX, &spot, message).help(text).suggest(Some(text.into()));
        let source = Source::new("\u{1b}[31m\n.yaml", text);
        for shown in [source.show(&problem, Look::Plain), source.json(&problem)] {
            assert!(!shown.chars().any(|c| c != '\n' && c.is_control() || is_direction(c)), "{shown:?}");
        }
    }

    #[test]
    fn a_place_beyond_the_end_is_no_panic() {
        for (line, column) in [(1, 1), (1, 99), (9, 1), (0, 0)] {
            assert!(show("", line, column, 3).contains("wrong"));
            assert!(show("a\n", line, column, 3).contains("wrong"));
        }
    }

    #[test]
    fn json_tells_the_same() {
        let parsed = parse("x", "stanch: 1\ntitel: x\n");
        let source = Source::new("x.yaml", "");
        let object: serde_json::Value =
            serde_json::from_str(&source.json(parsed.problems.iter().find(|p| p.rule == "unknown-key").unwrap()))
                .unwrap();
        assert_eq!(object["file"], "x.yaml");
        assert_eq!(
            (object["line"].as_u64(), object["column"].as_u64(), object["length"].as_u64()),
            (Some(2), Some(1), Some(5))
        );
        assert_eq!((&object["severity"], &object["suggestion"]), (&"error".into(), &"title".into()));
        assert!(object["help"].is_null());
    }
}
