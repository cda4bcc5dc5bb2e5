//! Reading and checking a runbook of 10,000 steps.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use stanch::runbook::parse;

use crate::{made, scaled};

/// From its text to the model, with every problem found.
pub(crate) fn benches(criterion: &mut Criterion) {
    let steps = scaled(10_000);
    let text = made::runbook(steps);
    let parsed = parse("large", &text);
    assert_eq!(parsed.problems, [], "it is sound");
    let mut group = criterion.benchmark_group("runbook");
    group.throughput(Throughput::Elements(steps as u64)).sample_size(10);
    group.bench_function("parse and check", |bencher| bencher.iter(|| parse("large", black_box(&text))));
    group.finish();
}
