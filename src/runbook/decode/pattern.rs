//! Regular expressions: compiled once per spelling, and what is wrong with one shown at its character.

use super::shaper::Shaper;
use crate::runbook::model::Pattern;
use crate::runbook::names::bad_variable;
use crate::runbook::problem::{Problem, shown};
use crate::runbook::rules;
use crate::runbook::shape::PatternUse;
use crate::runbook::value::whole;
use crate::runbook::yaml::Node;

impl Shaper<'_, '_> {
    /// Reads a pattern and what its use needs of it.
    pub(super) fn pattern(&mut self, node: &Node, text: &str, usage: PatternUse) -> Option<Pattern> {
        let pattern = match self.patterns.get(text) {
            Some(pattern) => pattern.clone(),
            None => match Pattern::new(text) {
                Ok(pattern) => {
                    self.patterns.insert(text.to_owned(), pattern.clone());
                    pattern
                }
                Err(error) => {
                    let problem = self.bad_pattern(node, text, &error);
                    self.problems.add(problem);
                    if usage == PatternUse::Sign {
                        self.names.variables.extend(group_names(text));
                    }
                    return None;
                }
            },
        };
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

    fn bad_pattern(&self, node: &Node, text: &str, error: &regex::Error) -> Problem {
        let Some((offset, length, cause)) = syntax_error(text) else {
            let too_big = matches!(error, regex::Error::CompiledTooBig(_));
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
