//! State from entries.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use stanch::session::state::State;

use crate::{made, scaled};

/// The fold of a session of 100,000 entries.
pub(crate) fn benches(criterion: &mut Criterion) {
    let entries = made::entries(scaled(100_000)).expect("entries");
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(entries.len() as u64));
    group.bench_function("fold", |bencher| bencher.iter(|| State::replay(black_box(&entries))));
    group.finish();
}
