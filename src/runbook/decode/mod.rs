//! From the tree of a file to the model.
//!
//! First every value is held against the shape its key takes (`shaper`), which reports all that has the wrong form; then the
//! model is put together from what is left (`file`, `step`). Putting together never fails: where something was wrong, a
//! default stands in its place, and the model is thrown away with the problems in hand.

mod fields;
mod file;
mod pattern;
mod scalar;
mod shaper;
mod step;

pub(crate) use fields::{Fields, Value};
pub(crate) use file::{Built, StepSpot, build};
pub(crate) use shaper::Shaper;
pub(crate) use step::Seat;
