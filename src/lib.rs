//! Stanch.

pub mod runbook;
pub mod session;
pub mod store;
