//! Warnings the author silenced.

use crate::runbook::problem::{Problem, ProblemSeverity, Problems, Spot, shown};
use crate::runbook::rules;
use crate::runbook::suggest::nearest;

/// Silences warnings, and reports what cannot be silenced. Runs last.
pub(super) fn allow(allowed: &[Spot<String>], problems: &mut Problems) {
    let mut silenced = Vec::new();
    for spot in allowed {
        match rules::find(&spot.value) {
            Some(rule) if rule.severity == ProblemSeverity::Warning => silenced.push(rule.name),
            Some(rule) => {
                let message = format!("`{}` cannot be silenced: it is an error", rule.name);
                problems.add(Problem::new(&rules::UNKNOWN_RULE, spot, message));
            }
            None => {
                let warnings =
                    rules::ALL.iter().filter(|rule| rule.severity == ProblemSeverity::Warning).map(|rule| rule.name);
                let guess = if problems.want_suggestions() { nearest(&spot.value, warnings) } else { None };
                let message = format!("there is no rule `{}`", shown(&spot.value));
                problems.add(Problem::new(&rules::UNKNOWN_RULE, spot, message).suggest(guess.map(str::to_owned)));
            }
        }
    }
    problems.silence(&silenced);
}
