//! Stanch.

pub mod cli;
pub mod drive;
pub mod postmortem;
pub mod runbook;
pub mod runner;
pub mod session;
pub mod store;
pub mod text;
pub mod tui;
