//! What shapes cannot tell: names that lead nowhere, and things that do not go together.

mod allow;
mod hosts;
mod leads;
mod lint;
mod many;
mod step;
mod variables;

pub(crate) use step::step;
pub(crate) use variables::variable;

use chrono::NaiveDate;

use super::decode::{Built, Fields};
use super::names::Names;
use super::problem::{Problems, Spot};

/// Checks what stands beside the phases, while every key's place is known.
pub(crate) fn file(fields: &Fields, problems: &mut Problems) {
    if problems.are_for_the_author() {
        lint::file(fields, problems);
    }
}

/// Checks a variable as its author should hear of it, while every key's place is known.
pub(crate) fn author_variable(name: &Spot<String>, fields: &Fields, problems: &mut Problems) {
    if problems.are_for_the_author() {
        lint::variable(name, fields, problems);
    }
}

/// Checks that need the whole runbook.
///
/// `today` where they are for the author of the runbook.
pub(crate) fn whole(built: &Built, names: &Names, today: Option<NaiveDate>, problems: &mut Problems) {
    leads::ids(built, problems);
    leads::phases(built, problems);
    leads::leads(built, names, problems);
    leads::verifies(built, names, problems);
    hosts::hosts(names, problems);
    many::many(built, problems);
    variables::shown_names(names, problems);
    if let Some(today) = today {
        lint::whole(built, today, problems);
    }
    allow::allow(&built.allowed, problems);
}
