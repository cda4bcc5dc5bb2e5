//! How long the inner paths take, room by room: `cargo bench --bench inner [-- FILTER]`.
//!
//! `cargo test --bench inner` does each once with small inputs, to see that they still work.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so")]

#[path = "../made/mod.rs"]
mod made;
mod postmortem;
mod redaction;
mod runbook;
mod session;
mod store;
mod text;

use criterion::{criterion_group, criterion_main};

/// Of what is measured with: all of it, or a hundredth where it is only tried out.
fn scaled(size: usize) -> usize {
    if std::env::args().any(|argument| argument == "--bench") { size } else { size / 100 }
}

criterion_group! {
    name = inner;
    // Without plots and long warm-ups: a figure per path, in a minute or two for all of them.
    config = criterion::Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2));
    targets = redaction::benches, text::benches, session::benches, postmortem::benches, runbook::benches, store::benches
}
criterion_main!(inner);
