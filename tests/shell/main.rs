//! The recorded second terminal: the real binary, the operator's own bash and zsh, in a real terminal.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper may fail as its test may")]

#[path = "../support/mod.rs"]
mod support;

mod beside;
mod commands;
mod desk;
mod hook;
mod own;
#[path = "../screen/play.rs"]
#[expect(dead_code, reason = "shared with the tests of the screen, which use more of it")]
mod play;
mod refused;
#[path = "../auto/stage.rs"]
#[expect(dead_code, reason = "shared with the sessions walked without a screen, which use more of it")]
mod stage;
mod trouble;
