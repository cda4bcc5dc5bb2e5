//! What a session taught of its runbook, as lessons that can be put into the file.
//!
//! Nothing is invented: a step is a command that was run and ended as expected, a sign is a line that was pinned, a remark is what the
//! journal says. Whether it belongs into the runbook is decided by who reads the patch.

mod remarks;
mod signs;
mod steps;

use super::history::History;
use crate::runbook::Runbook;
use crate::runbook::learn::Lesson;
use crate::session::entry::Entry;

/// The lessons of a session: steps in the order of the phases, then commands, signs and remarks. `runbook` is the one it was worked
/// with.
#[must_use]
pub fn lessons(entries: &[Entry], runbook: Option<&Runbook>) -> Vec<Lesson> {
    of(&History::new(entries, runbook))
}

/// The lessons of a session that was read.
pub(super) fn of(history: &History) -> Vec<Lesson> {
    let mut signs = signs::Signs::new(history);
    let mut lessons = steps::missing(history, &mut signs);
    lessons.extend(steps::edited(history));
    lessons.extend(signs.rest());
    lessons.extend(remarks::remarks(history));
    lessons
}
