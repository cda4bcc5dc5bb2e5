//! What shapes cannot tell: names that lead nowhere, and things that do not go together.

mod allow;
mod hosts;
mod leads;
mod step;
mod variables;

pub(crate) use step::step;
pub(crate) use variables::variable;

use super::decode::Built;
use super::names::Names;
use super::problem::Problems;

/// Checks that need the whole runbook.
pub(crate) fn whole(built: &Built, names: &Names, problems: &mut Problems) {
    leads::ids(built, problems);
    leads::phases(built, problems);
    leads::leads(built, names, problems);
    leads::verifies(built, names, problems);
    hosts::hosts(names, problems);
    variables::shown_names(names, problems);
    allow::allow(&built.allowed, problems);
}
