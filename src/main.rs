//! Stanch, the terminal incident runbook assistant.

fn main() {}
