//! Real commands in real lanes: the supervisor is the real binary, the processes are real, and every wait is for a state.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

#[path = "../support/mod.rs"]
mod support;

mod carry;
mod clients;
mod doors;
mod lane;
mod modes;
mod output;
mod remote;
mod remote_detach;
mod remote_modes;
mod remote_net;
mod stop;
mod users;
