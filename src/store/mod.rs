//! Files: sessions and their journals, the library of runbooks, and where all that is.
//!
//! What an operator was shown as done is on disk: [`journal::Journal::append`] returns after the disk said so. Whether somebody
//! is at work is always asked of a lock of the kernel, never of a process number.

pub mod clock;
pub mod config;
mod error;
pub mod excerpt;
pub mod index;
pub mod journal;
pub mod library;
pub mod lock;
pub mod operator;
pub mod outputs;
pub mod pack;
pub mod paths;
pub(crate) mod private;
pub mod redact;
pub mod replay;
pub mod runs;
pub mod session;
pub mod slices;
pub mod spool;
pub mod storage;
pub mod times;
pub mod transcript;

pub use error::{Error, Result};

#[cfg(test)]
pub(crate) mod faulty;
