//! What was done: runs, events, entries, the state they add up to, and the walk (what is legal next). Pure.

pub mod alert;
pub mod entry;
pub mod event;
pub mod evidence;
pub mod excerpt;
pub mod exit;
pub mod flags;
pub(crate) mod fold;
pub mod judge;
pub mod marks;
pub mod note;
pub mod numbers;
pub mod practice;
mod ran;
pub mod redacted;
pub mod run;
pub mod shell;
pub mod site;
pub mod spread;
pub mod state;
pub mod told;
pub mod update;
pub mod walk;
pub mod when;
mod work;
