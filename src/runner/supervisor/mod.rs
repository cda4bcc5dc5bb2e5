//! The supervisor of a lane: a plain threaded program without a terminal of its own, detached from the screen that started it.
//!
//! | thread | what it does |
//! |---|---|
//! | control | everything that decides ([`control`]) |
//! | terminal read | reads the terminal, blocking, and does nothing else ([`relay`]) |
//! | terminal | redacts, writes and sums what was read ([`sink`]) |
//! | pipe read, pipe | the same for each run with a pipe |
//! | sum | takes the sum of an output that became long, beside all that ([`sum`]) |
//! | keys | writes what was typed to the terminal, which may block |
//! | wait | one per run: sees the shell's end |
//! | door, client | take connections and their requests; one writer each, so that a slow client holds nobody up |
//! | signals | notes that children ended |
//!
//! How output is carried and kept is the recorded shell's way too ([`shell`](super::shell)).

mod active;
mod carry;
mod clients;
pub(in crate::runner) mod clock;
mod control;
pub(in crate::runner) mod envelope;
mod far;
mod keeper;
mod keys;
mod ladder;
mod launch;
mod main;
mod passed;
pub(in crate::runner) mod prelude;
mod processes;
pub(in crate::runner) mod recording;
pub(in crate::runner) mod relay;
mod sink;
mod sum;
pub(in crate::runner) mod terminal;
mod there;
pub(in crate::runner) mod typed;
pub(in crate::runner) mod user;

pub use main::main;
pub(in crate::runner) use main::nonce;
pub use processes::still_alive;
