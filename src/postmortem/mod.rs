//! The record for people: a session's entries made into a postmortem. Pure.
//!
//! [`Document::new`] makes the data, a renderer ([`markdown::render`]) writes it down. The same journal gives the same bytes.

mod appendix;
mod assemble;
pub mod cast;
mod dead_ends;
mod describe;
mod document;
mod drill;
mod feedback;
mod found;
mod history;
pub mod html;
pub mod json;
mod learn;
mod length;
pub mod markdown;
pub mod merge;
mod metrics;
mod mitigation;
mod people;
mod prose;
mod provenance;
mod slug;
mod spell;
mod summary;
mod timeline;

#[cfg(test)]
mod tests;

pub use document::*;
pub use drill::{DrillOutcome, DrillRecord, DrillReport, DrillStep, DrillWalk};
pub use learn::lessons;
pub use length::Length;
pub use prose::{Prose, Span};
