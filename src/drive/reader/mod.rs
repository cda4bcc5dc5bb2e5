//! Reading a run's output while it grows: for the judge, for the index of lines, and for the window that shows it.
//!
//! The file is the truth. A reader holds the index of its lines and one chunk of it, never the output itself. Where no pattern is to be
//! held against its lines, it reads only what it shows: the rest is counted by who wrote it.

mod last;
mod page;
mod screen;
mod tail;
mod unkept;
mod work;

pub(super) use last::last_line;
pub(super) use unkept::Unkept;
pub(super) use work::{Looks, Reader, Wake};
