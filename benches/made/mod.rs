//! What is measured with: made anew each time, and always the same.
#![allow(dead_code, unused_imports, reason = "each benchmark uses another part")]

mod journal;
mod lines;
mod runbook;

pub(crate) use journal::{entries, journal, outputs};
pub(crate) use lines::{lines, secrets, text, write_lines};
pub(crate) use runbook::{runbook, sound_runbooks};
