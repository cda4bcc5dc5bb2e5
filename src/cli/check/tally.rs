//! What was found, counted.

use crate::cli::Exit;
use crate::runbook::{Parsed, Problem};

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    files: usize,
    errors: usize,
    warnings: usize,
    unreadable: usize,
}

impl Tally {
    /// A runbook that was looked at.
    pub(super) fn read(&mut self, parsed: &Parsed) {
        self.files += 1;
        self.beside(&parsed.problems);
        self.unreadable += usize::from(!parsed.readable);
    }

    /// What was found in a file that belongs to a runbook.
    pub(super) fn beside(&mut self, problems: &[Problem]) {
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        self.errors += errors;
        self.warnings += problems.len() - errors;
    }

    /// Something that could not even be looked at.
    pub(super) fn unread(&mut self) {
        self.unreadable += 1;
    }

    /// All of it in one line.
    pub(super) fn summary(&self) -> String {
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let unread = if self.unreadable > 0 { format!(", {} unreadable", self.unreadable) } else { String::new() };
        format!(
            "{} checked: {}, {}{unread}",
            plural(self.files, "runbook"),
            plural(self.errors, "error"),
            plural(self.warnings, "warning")
        )
    }

    /// How it ends; `strict` where warnings fail too.
    pub(super) fn exit(&self, strict: bool) -> Exit {
        if self.unreadable > 0 {
            Exit::Input
        } else if self.errors > 0 || (strict && self.warnings > 0) {
            Exit::Failed
        } else {
            Exit::Fine
        }
    }
}
