//! What was done: runs, events, entries, the state they add up to, and the walk (what is legal next). Pure.

pub mod alert;
pub mod entry;
pub mod event;
pub mod excerpt;
pub mod exit;
pub mod flags;
mod fold;
pub mod judge;
pub mod note;
pub mod run;
pub mod state;
pub mod walk;
pub mod when;
