//! A recorded shell: the operator's own bash or zsh, with this process between it and the terminal.
//!
//! Two hooks in the shell say where commands begin and end. The begin is told through a pipe, and the shell waits until the command is
//! on record ([`asks`]); both are marked on the terminal by words with a nonce, which are taken out of what is shown ([`tape`]). What
//! stands between the marks is the command's output. Nothing that a command prints can be such a mark, because it does not know the
//! nonce.
//!
//! | thread | what it does |
//! |---|---|
//! | main | signals, the size, the shell's end ([`mod@work`]) |
//! | terminal read | reads the shell's terminal, blocking, and does nothing else |
//! | terminal | shows what was read, and keeps it |
//! | keys | brings what is typed to the shell, and learns what is typed unseen |
//! | asks | reads what the hook tells |
//! | clerk | records, and waits for the disk ([`clerk`]) |
//! | wait, signals | see the shell's end, and signals to this process |

mod asks;
mod clerk;
mod hidden;
mod kind;
mod own;
mod place;
pub mod seat;
mod tape;
mod work;

use crate::session::run::{RunEnd, RunNo, RunSpec};

pub use hidden::Hidden;
pub use kind::Kind;
pub use work::{Ending, How, work};

/// The variable by which a shell, and what is started in it, knows that it is recorded: the session's id.
pub const VARIABLE: &str = "STANCH_SHELL";

/// A command that is about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The text, as the shell has it: lines that belong together are one.
    pub text: String,
    /// Where the shell is.
    pub directory: String,
    /// Columns of its terminal.
    pub columns: u16,
}

/// Where commands are recorded. All of it is called from one thread, and may wait for a disk.
pub trait Record: Send {
    /// A command is about to run: when this returns, that is on disk. What is to be known of its run, secrets by name only, and the
    /// folder its output goes to.
    ///
    /// # Errors
    /// Why it cannot be recorded, in words: then it runs only if the operator says so.
    fn begin(&mut self, typed: &Typed) -> Result<(RunSpec, std::path::PathBuf), String>;

    /// A command is over.
    ///
    /// # Errors
    /// Why that is not on disk (yet), in words.
    fn end(&mut self, run: RunNo, end: RunEnd) -> Result<(), String>;

    /// The operator had a command run that could not be recorded.
    fn unrecorded(&mut self, text: &str, why: &str);

    /// So many commands ran that the shell said nothing of.
    fn missed(&mut self, count: u64);

    /// Values that are not to be written. What is typed where nothing is shown becomes one of them.
    fn hidden(&self) -> Hidden;

    /// The shell is left: what could not be written so far is tried once more.
    ///
    /// # Errors
    /// What is lost, in words.
    fn leave(&mut self) -> Result<(), String>;

    /// The very last, after [`leave`](Self::leave): what else the operator is to be told, in words. May take a few seconds.
    fn farewell(&mut self) -> Option<String> {
        None
    }
}
