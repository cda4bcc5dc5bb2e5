//! A lane on another machine, through the system's OpenSSH.
//!
//! Two channels of one connection make it. The *keeper* is a shell on a terminal over there, held for as long as the lane lives: each run
//! is a job of its, in the foreground of that terminal, so that `sudo` asks once. Its `ssh` has the lane's own terminal, and so reaches
//! the operator with its questions, and the keys reach the far side. The *clerk* is a shell without a terminal: requests go in at its
//! standard input (what to run, with all values; signals), and what the keeper tells comes out. Output in pipe mode takes a third channel.
//!
//! A private folder over there holds pipes and what has no secret in it; values go through a pipe straight into the run's shell. The end
//! of a run is marked in its terminal by the same words as here, so that the order of output and end is right.
//!
//! Nobody takes the end of an `ssh` for the end of a command: where the connection is lost, the command's fate is not known.

mod link;
mod plan;
mod ssh;
mod text;

pub(super) use link::{Link, Phase, Told};
pub(super) use plan::plan;
