//! What was done: runs, events, entries, the state they add up to, and the walk (what is legal next). Pure.

pub mod entry;
pub mod event;
pub mod run;
