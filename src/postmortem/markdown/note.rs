//! Notes as the Markdown they were written in, for our own typesetting.

use super::clean;

/// The info string of a fenced block that holds a whole note.
pub(in crate::postmortem) const INFO: &str = "stanch-note";

/// A note in one line. What would begin a block of its own stays words: it stands in a list or a table.
pub(super) fn line(raw: &str) -> String {
    let line = clean::line(raw.trim());
    let block = ["#", ">", "```", "~~~", "* ", "***", "___", "<"].iter().any(|begins| line.starts_with(begins));
    // `[name]: address` would vanish.
    let definition = line.starts_with('[') && line.contains("]:");
    if block || definition { format!("\\{line}") } else { line }
}
