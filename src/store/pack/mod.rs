//! A session in one file, for another user or another machine.
//!
//! A pack is a tar (plain ustar headers) in gzip. Every name begins with the session's id; first stands `ID/pack.json`, then the files
//! of the session in the order of their names. The same content makes the same bytes: no time, no owner.
//!
//! What is in it is the record: the journal, the runbook, torn ends that were set aside, and of each run its command, output, times,
//! and end. The index is made anew where it is unpacked: what says which lines there are is not taken from anybody. Locks, the summary,
//! and everything of the lanes stay behind: a lane lives on its machine, and its state holds an
//! environment. Whoever takes the session up has fresh lanes, and a run that was going on is interrupted for them.
//!
//! A session that is worked may be packed: the journal is taken first, up to the end of a line, and then of each run in it what there
//! is by then. An end is looked for before the output is measured, so that a run with an end has all of its output.

mod names;
mod read;
#[cfg(test)]
mod tests;
mod write;

use serde::{Deserialize, Serialize};

pub use read::{Limits, Unpacked, unpack};
pub use write::{Packed, pack};

/// The form of packs that is written here; one of a newer form is refused.
const FORM: u32 = 1;
/// The name of the pack's own entry.
const HEAD: &str = "pack.json";

/// The pack's own entry: what the rest must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Own {
    /// The form of the pack.
    stanch_pack: u32,
    /// The hash of the journal's last line.
    head: String,
    /// How many entries the journal has.
    entries: u64,
}
