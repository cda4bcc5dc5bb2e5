//! Stanch.

pub mod runbook;
pub mod session;
