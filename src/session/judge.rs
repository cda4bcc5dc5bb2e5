//! The judge: a run's output and exit held against what the step expects.
//!
//! Lines come in as they are read, so that ten gigabytes are judged in the memory of one line. Patterns are held against one line
//! at a time: `^` and `$` are the ends of a line.

use crate::runbook::VarName;
use crate::session::event::Verdict;

/// What a run's output and exit say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Held against `expect`.
    pub verdict: Verdict,
    /// Signs seen.
    pub signs: Vec<SignFound>,
    /// Captured values; none where the pattern found nothing.
    pub captures: Vec<(VarName, Option<String>)>,
    /// The whole text, trimmed, for a variable's `from` (at most 64 KiB; none where it was longer).
    pub text: Option<String>,
}

/// A sign found in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignFound {
    /// Which of the step's signs, from 0.
    pub sign: u32,
    /// In which line, from 1.
    pub line: u64,
    /// That line, cut to 400 characters.
    pub text: String,
    /// Its named groups.
    pub groups: Vec<(VarName, String)>,
}
