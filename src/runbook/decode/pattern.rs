//! Regular expressions: compiled once per spelling, and what is wrong with one shown at its character.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::shaper::Shaper;
use crate::runbook::model::Pattern;
use crate::runbook::names::bad_variable;
use crate::runbook::problem::{Problem, shown};
use crate::runbook::rules;
use crate::runbook::shape::PatternUse;
use crate::runbook::value::whole;
use crate::runbook::yaml::Node;

/// What all patterns of a file may cost together, in the units of [`cost`]. A unit is about 45 bytes and 0.2 µs once compiled.
const BUDGET: u64 = 4_000_000;
/// A pattern that costs more is far beyond the size that is taken: there is no need to try.
const TOO_BIG: u64 = 50_000;
/// What the smallest pattern costs.
const BASE_COST: u64 = 100;

/// Patterns compiled so far: many steps share theirs.
#[derive(Default)]
pub(super) struct Patterns {
    known: HashMap<String, Pattern>,
    spent: u64,
}

/// About how much there is to compile: the ranges of characters, counted as often as they are repeated.
fn cost(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 2 * class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            cost(&repetition.sub).saturating_mul(u64::from(times))
        }
        HirKind::Capture(capture) => cost(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum, part| cost(part).saturating_add(sum))
        }
    }
}

impl Shaper<'_, '_> {
    /// Reads a pattern and what its use needs of it.
    pub(super) fn pattern(&mut self, node: &Node, text: &str, usage: PatternUse) -> Option<Pattern> {
        let pattern = self.compiled(node, text, usage)?;
        match usage {
            PatternUse::Whole if whole(text).is_err() => {
                let problem =
                    Problem::new(&rules::BAD_PATTERN, &node.at, "this pattern cannot be held against a whole value");
                self.problems.add(problem.help("a comment (`(?x)` and `#`) must not be its end"));
            }
            PatternUse::Plain | PatternUse::Whole => {}
            PatternUse::Sign => {
                for name in pattern.regex().capture_names().flatten() {
                    if let Some(help) = bad_variable(name) {
                        let message = format!("the group `{}` cannot become a variable", shown(name));
                        let offset = text.find(&format!("<{name}>")).map_or(0, |at| text[..at].chars().count() + 1);
                        let at = node.within(self.source, offset, name.chars().count());
                        self.problems.add(Problem::new(&rules::BAD_VARIABLE_NAME, &at, message).help(help));
                    }
                    self.names.variables.insert(name.to_owned());
                }
            }
            PatternUse::Capture => {
                if pattern.regex().captures_len() < 2 {
                    let problem = Problem::new(
                        &rules::CAPTURE_WITHOUT_GROUP,
                        &node.at,
                        "the pattern has no group to take the value from",
                    );
                    self.problems.add(
                        problem.help("put parentheses around the part that is the value, as in `version ([0-9.]+)`"),
                    );
                }
            }
        }
        Some(pattern)
    }

    /// Compiles a pattern, or finds it among those compiled before.
    fn compiled(&mut self, node: &Node, text: &str, usage: PatternUse) -> Option<Pattern> {
        if let Some(pattern) = self.patterns.known.get(text) {
            return Some(pattern.clone());
        }
        if self.patterns.spent > BUDGET {
            return None;
        }
        // Most patterns are words with anchors and dots: no need to take those apart twice.
        let simple = !text.contains(['\\', '[', '{']) && !text.contains("(?");
        let more = if simple { 4 * text.len() as u64 } else { regex_syntax::parse(text).map_or(0, |hir| cost(&hir)) };
        if more > TOO_BIG {
            let problem = self.bad_pattern(node, text, true);
            self.problems.add(problem);
            return None;
        }
        self.patterns.spent = self.patterns.spent.saturating_add(more).saturating_add(BASE_COST);
        if self.patterns.spent > BUDGET {
            let problem =
                Problem::new(&rules::TOO_LARGE, &node.at, "the patterns of this file are too large taken together");
            self.problems.add(problem.help("from here on none is looked at; repeat less, and prefer [0-9] to \\d"));
            return None;
        }
        match Pattern::new(text) {
            Ok(pattern) => {
                self.patterns.known.insert(text.to_owned(), pattern.clone());
                Some(pattern)
            }
            Err(error) => {
                let problem = self.bad_pattern(node, text, matches!(error, regex::Error::CompiledTooBig(_)));
                self.problems.add(problem);
                if usage == PatternUse::Sign {
                    self.names.variables.extend(group_names(text));
                }
                None
            }
        }
    }

    fn bad_pattern(&self, node: &Node, text: &str, too_big: bool) -> Problem {
        let Some((offset, length, cause)) = syntax_error(text) else {
            let cause = if too_big { "it would need more than 1 MiB" } else { "it cannot be compiled" };
            return Problem::new(&rules::BAD_PATTERN, &node.at, format!("this pattern is not taken: {cause}"))
                .help("repeat less, and prefer [0-9] to \\d where digits of all scripts are not meant");
        };
        let column = text[..offset].chars().count();
        let at = node.within(self.source, column, text[offset..offset + length].chars().count());
        let message = format!("this is no regular expression: {cause} (at character {} of the pattern)", column + 1);
        let problem = Problem::new(&rules::BAD_PATTERN, &at, message);
        if cause.contains("look-around") || cause.contains("backreferences") {
            return problem.help("patterns take time in proportion to the text, which rules these out; match more and take a group of it");
        }
        problem
    }
}

/// The named groups of a pattern that is none, so that what shows them is not reported as well.
fn group_names(text: &str) -> impl Iterator<Item = String> {
    let heads = text.split("(?<").skip(1).chain(text.split("(?P<").skip(1));
    heads.filter_map(|rest| rest.split_once('>')).map(|(name, _)| name.to_owned())
}

/// Where a pattern stops being one: byte offset, length in bytes, and why.
fn syntax_error(text: &str) -> Option<(usize, usize, String)> {
    let (span, cause) = match regex_syntax::Parser::new().parse(text).err()? {
        regex_syntax::Error::Parse(error) => (*error.span(), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (*error.span(), error.kind().to_string()),
        _ => return None,
    };
    let start = span.start.offset.min(text.len());
    let end = span.end.offset.clamp(start, text.len());
    (text.is_char_boundary(start) && text.is_char_boundary(end)).then_some((start, end - start, cause))
}
