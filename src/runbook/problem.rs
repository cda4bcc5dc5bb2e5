//! What is wrong with a runbook, and where.

use serde::Serialize;

use super::model::Place;
use super::rules::Rule;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// The runbook cannot be worked with.
    Error,
    /// It can, but it says something its author hardly meant. `allow:` silences it.
    Warning,
}

impl ProblemSeverity {
    /// The word that is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong with a runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the rule it breaks, a word of [`super::rules::ALL`].
    pub rule: &'static str,
    /// Whether the runbook can be used in spite of it.
    pub severity: ProblemSeverity,
    /// Where it stands.
    pub place: Place,
    /// How many characters from there are concerned; at least 1, never beyond the end of the line.
    pub length: usize,
    /// What is wrong, in one clause.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What was probably meant: to be written instead of the characters concerned.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem at a spot; the rule gives its severity.
    #[must_use]
    pub fn new<T>(rule: &'static Rule, at: &Spot<T>, message: impl Into<String>) -> Self {
        Self {
            rule: rule.name,
            severity: rule.severity,
            place: at.place,
            length: at.length.max(1),
            message: message.into(),
            help: None,
            suggestion: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what was probably meant, where there is a guess.
    #[must_use]
    pub fn suggest(mut self, instead: Option<String>) -> Self {
        self.suggestion = instead;
        self
    }

    /// Whether it keeps the runbook from being used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == ProblemSeverity::Error
    }
}

/// A value and where it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot<T = ()> {
    /// Where it begins.
    pub place: Place,
    /// Its characters on that line.
    pub length: usize,
    /// What stands there.
    pub value: T,
}

impl<T> Spot<T> {
    /// The same place with another value.
    pub(crate) fn with<U>(&self, value: U) -> Spot<U> {
        Spot { place: self.place, length: self.length, value }
    }
}

/// Collects problems. Beyond [`Problems::KEPT`] they are only counted, so that a hostile file cannot fill the memory with
/// them; the count is said, as a problem of its own.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    more: usize,
    author: bool,
}

impl Problems {
    /// How many problems of one file are kept.
    pub(crate) const KEPT: usize = 1000;
    /// After this many nobody reads suggestions, and finding them costs time.
    const SUGGESTED: usize = 100;

    /// None yet, of a runbook that its author wants to better: what could be better is collected as well.
    pub(crate) fn for_the_author() -> Self {
        Self { author: true, ..Self::default() }
    }

    /// Whether what only an author wants to hear is collected.
    pub(crate) fn are_for_the_author(&self) -> bool {
        self.author
    }

    /// Adds one.
    pub(crate) fn add(&mut self, problem: Problem) {
        if self.list.len() < Self::KEPT {
            self.list.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Whether it is still worth looking for what was meant.
    pub(crate) fn want_suggestions(&self) -> bool {
        self.list.len() < Self::SUGGESTED
    }

    /// Silences the warnings of these rules.
    pub(crate) fn silence(&mut self, rules: &[&str]) {
        self.list.retain(|problem| problem.is_error() || !rules.contains(&problem.rule));
    }

    /// All of them in the order of the file.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.place);
        self.list.dedup();
        if self.more > 0 {
            let at = self.list.last().map_or(Place { line: 1, column: 1 }, |last| last.place);
            let spot = Spot { place: at, length: 1, value: () };
            let message = format!("{} more problems are not listed", self.more);
            self.list.push(Problem::new(&super::rules::TOO_MANY_PROBLEMS, &spot, message));
        }
        self.list
    }
}

/// A piece of the file as it can be shown in a message: short, and nothing in it moves a cursor or turns the reading direction.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() || is_direction(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that change the order in which others are shown.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
