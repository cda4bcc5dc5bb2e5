//! Search in an output: what is looked for, in which lines it stands, and how many they are.
//!
//! A search is held against one line at a time, on the text without escapes. It keeps counts of parts of the output and no list of
//! matches, so that ten million of them cost no more than ten.

mod bare;
mod finder;
mod fragment;
mod query;
mod search;
mod tally;
#[cfg(test)]
mod tests;

pub use bare::Bare;
pub use finder::{Finder, Hit};
pub use query::Query;
pub use search::{LONGEST, Search};
pub use tally::{Part, Tally};
