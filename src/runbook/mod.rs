//! What should be done: the runbook, its phases and steps. Pure.
//!
//! A runbook is written in YAML (format version 1: diagnose, revert, fix, verify). This room turns its text into a typed
//! [`Runbook`] and reports everything that is wrong with it at once: [`parse()`].
//!
//! The way of a text: `yaml` reads it into a tree of nodes with places; `decode` holds each value against the tables of
//! [`keys`] and puts the [`model`] together; `check` looks at what only shows in the whole (names that lead nowhere); and each
//! of them reports [`problem`]s by the [`rules`] they break. [`learn`] puts what a session taught back into the text.

mod check;
mod config;
mod decode;
mod drill;
mod duration;
pub mod format;
pub mod import;
pub mod keys;
pub mod learn;
mod mark;
pub mod model;
mod names;
mod parse;
mod problem;
mod prose;
pub mod render;
pub mod rules;
pub mod schema;
pub mod shape;
pub mod shell;
mod starter;
mod suggest;
mod value;
mod yaml;

pub use config::{Config, Hook, ON, ReadConfig, parse_config};
pub use drill::{DRILL, DrillPlan, Need, ReadDrill, parse_drill};
pub use mark::Mark;
pub use model::*;
pub use names::{bad_address, is_host};
pub use parse::{Parsed, check, check_bytes, parse, parse_bytes};
pub use problem::{Problem, ProblemSeverity, Spot};
pub use prose::{fill, mentions};
pub use starter::{is_runbook_id, starter};
pub use yaml::MAX_BYTES;

#[cfg(test)]
mod tests;
