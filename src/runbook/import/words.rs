//! A regular expression of the program's own, compiled when it is first asked for.

use std::sync::OnceLock;

use regex::{Captures, Regex};

/// A pattern that is written in the code; every one is compiled by the tests that reach it.
#[derive(Debug)]
pub(super) struct Words {
    pattern: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Words {
    /// A pattern; it is compiled on first use.
    pub(super) const fn new(pattern: &'static str) -> Self {
        Self { pattern, compiled: OnceLock::new() }
    }

    /// The expression.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.pattern).ok());
        debug_assert!(compiled.is_some(), "no regular expression: {}", self.pattern);
        compiled.as_ref()
    }

    /// Whether it is found in a text.
    pub(super) fn found(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Its first match with its groups.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// A text with every match replaced.
    pub(super) fn replace(&self, text: &str, with: &str) -> String {
        self.regex().map_or_else(|| text.to_owned(), |regex| regex.replace_all(text, with).into_owned())
    }
}
