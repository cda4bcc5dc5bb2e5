//! Sessions on disk: their folders, what is in them, and which one is meant.

mod create;
mod dir;
mod find;
mod prune;
mod summary;
#[cfg(test)]
mod tests;

pub use create::create;
pub use dir::SessionDir;
pub use find::{find, find_to_write, list};
pub use prune::{Old, Plan, plan, remove, sweep};
pub use summary::{Facts, Summary, entries_known};
