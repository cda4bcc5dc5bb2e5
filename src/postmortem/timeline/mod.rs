//! The timeline: one row for everything of note, sorted by when it happened.

mod build;
mod gaps;
mod hosts;
mod rows;
mod words;

pub(super) use build::timeline;
pub(super) use gaps::gaps;
pub(super) use rows::{last_proof, long_text};
