//! The journal: one entry per line, each holding the hash of the line before, append only.
//!
//! - A line is exactly the JSON of an [`Entry`](crate::session::entry::Entry) and a newline. Hashes are taken of the bytes as they
//!   stand in the file, so that entries of newer programs, with fields and events unknown here, keep their place in the chain.
//! - Readers take no lock. Writers take the append lock for each entry and first read what others wrote.
//! - A last line without newline, or one that is no entry, was torn by a crash: nobody was told that it is on disk. The next
//!   writer sets it aside. Anything wrong before the last line is damage: the journal is readable up to it, and never written again.

mod anchored;
mod append;
mod audit;
mod chain;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod power;
mod read;
#[cfg(test)]
mod tests;

pub use anchored::Anchored;
pub use append::Journal;
pub use audit::{Against, Audit, audit};
pub use chain::FIRST_PREV;
pub(in crate::store) use chain::{Chain, Rest, decode, hash, hexadecimal};
pub use read::{Damage, Read, read};
