//! The library: every runbook there is, where it is from, and a search over them.
//!
//! Runbooks stand in a folder as `ID.yaml` or, with a drill beside it, as `ID/runbook.yaml`. They are looked for in the folders
//! of `--runbooks`, in `./runbooks`, in the operator's own folder, and in the program itself. None of these hides another: an
//! id that is found twice is reported, and asked about when it is used.

mod bundled;
mod cache;
mod drill;
mod item;
mod load;
mod search;
#[cfg(test)]
mod tests;

pub use drill::{extract, plan_text};
pub use item::{Item, Origin, id_of};
pub use load::{Library, Trouble};
pub use search::{Field, Highlight, Hit};
