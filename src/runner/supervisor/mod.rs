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

mod active;
mod carry;
mod clients;
mod clock;
mod control;
mod envelope;
mod keeper;
mod keys;
mod ladder;
mod launch;
mod main;
mod prelude;
mod processes;
mod recording;
mod relay;
mod sink;
mod sum;
mod terminal;
mod user;

pub use main::main;
