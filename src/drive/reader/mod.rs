//! Reading a run's output while it grows: for the judge, for the index of lines, and for the window that shows it.
//!
//! The file is the truth. A reader holds the index of its lines and one chunk of it, never the output itself.

mod page;
mod tail;
mod work;

pub(super) use work::{Reader, Wake};
