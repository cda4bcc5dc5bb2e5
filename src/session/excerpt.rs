//! What is shown of a run's output where the whole would be too much: its first and its last lines, and exact counts of the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::run::RunNo;

/// One line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExcerptLine {
    /// Its text as it came, escapes and all, without the newline; invalid UTF-8 replaced. Not yet fit for anyone's terminal.
    pub text: String,
    /// Bytes of this line that were left out after `text`.
    pub cut: u64,
}

/// First and last lines of an output. Short output is all in `head`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Excerpt {
    /// The first lines.
    pub head: Vec<ExcerptLine>,
    /// The last lines; empty where nothing was left out between.
    pub tail: Vec<ExcerptLine>,
    /// Whole lines left out between the two.
    pub omitted_lines: u64,
    /// Bytes of those lines, newlines included.
    pub omitted_bytes: u64,
    /// Bytes of the whole output.
    pub bytes: u64,
    /// The output moved the cursor: lines and counts are of what was seen on its terminal, full-screen programs left out.
    #[serde(default)]
    pub drawn: bool,
}

/// Excerpts of the runs of a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Excerpts {
    /// By run.
    pub of: BTreeMap<RunNo, Excerpt>,
    /// Runs whose output is not to be had, and why.
    pub missing: BTreeMap<RunNo, String>,
    /// Runs whose output is not what the journal recorded (another length or sha-256, or gone), and how.
    #[serde(default)]
    pub differ: BTreeMap<RunNo, String>,
}
