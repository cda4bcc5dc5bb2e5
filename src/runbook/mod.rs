//! What should be done: the runbook, its phases and steps. Pure.
//!
//! A runbook is written in YAML (format version 1: diagnose, revert, fix, verify). This room turns its text into a typed
//! [`Runbook`] and reports everything that is wrong with it at once.

pub mod model;
mod prose;

pub use model::*;
pub use prose::{fill, mentions};
