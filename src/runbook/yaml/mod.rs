//! YAML as far as a runbook needs it: one document as a tree of nodes with their places.
//!
//! This is the only module that knows the YAML library. What it decides:
//!
//! - **YAML 1.2 core scalars**: plain `yes`, `no`, `on` and `off` are text, `0755` is text where text is asked for.
//! - **Anchors, aliases, tags and merge keys are refused**, each with its place. A runbook is read by a person under pressure,
//!   from top to bottom, on whatever screen is at hand: what a step does must stand in the step. It also leaves nothing to bomb.
//! - **Bounds** on the size of the text, the number of nodes and their depth; beyond them the file is refused at that place.
//! - Duplicate keys are kept, so that each can be reported.

mod limits;
mod node;
mod quote;
mod read;
mod within;
mod write;

pub use limits::MAX_BYTES;
pub(crate) use limits::place_of;
pub(crate) use node::{Data, Node, Scalar};
pub(crate) use read::read;
pub(crate) use write::write;
