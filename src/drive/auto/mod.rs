//! A session walked without a screen.
//!
//! The walk says what to do next, the drive does it, and a line is printed for each event, with its time in UTC.
//!
//! An interrupt (SIGINT, SIGTERM) stops what runs by its stop ladder, records that the operator left, and ends with 128 plus the
//! signal's number, as shells have it. A change that does not end on the ladder's first signal is never killed: it goes on, and that is
//! said. A second interrupt leaves at once. A hang-up (SIGHUP) leaves at once as well, and what runs goes on: the terminal is gone, the
//! work is not.

mod alone;
mod limits;
mod teller;

pub use alone::{Ending, end_drill, walk_alone};
pub use teller::line;
