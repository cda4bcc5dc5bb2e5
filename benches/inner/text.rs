//! What reads output: lines without escapes, the index of lines, the scan for escapes, and a screenful with its colours.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use stanch::text::{escape, lines, plain, styled};

use crate::{made, scaled};

/// Columns of a run's terminal.
const COLUMNS: u16 = 240;

/// The four readers of output.
pub(crate) fn benches(criterion: &mut Criterion) {
    for length in [2, 60] {
        let input = made::lines(length, scaled(8_000_000));
        let mut group = criterion.benchmark_group("read");
        group.throughput(Throughput::Bytes(input.len() as u64));
        let name = |what: &str| BenchmarkId::new(what, format!("lines of {length}"));
        group.bench_function(name("plain lines"), |bencher| {
            bencher.iter(|| {
                let mut found = plain::Lines::new();
                found.push(&input, |number, line| {
                    black_box((number, line));
                });
                found.finish(|_, _| {});
                found.count()
            });
        });
        group.bench_function(name("index"), |bencher| {
            bencher.iter(|| {
                let mut index = lines::Index::new();
                index.push(&input);
                index.lines()
            });
        });
        group.bench_function(name("escape scan"), |bencher| {
            bencher.iter(|| escape::Scan::new().push(black_box(&input)));
        });
        group.finish();
    }
    screenful(criterion);
}

/// The end of an output as the screen shows it, 50 lines of it; plain, and every word in another colour.
fn screenful(criterion: &mut Criterion) {
    let plain = made::text(100, 64 * 1024);
    let coloured = plain.replace(' ', "\x1b[0m \x1b[38;5;114m");
    let mut group = criterion.benchmark_group("screenful");
    for (name, input) in [("plain", &plain), ("coloured", &coloured)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| styled::render_end(black_box(input.as_bytes()), COLUMNS, 50));
        });
    }
    group.finish();
}
