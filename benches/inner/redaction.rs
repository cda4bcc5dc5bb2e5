//! Taking secrets out of a stream, as the supervisor does with all output.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use stanch::text::redact::{Redactor, Secrets};

use crate::{made, scaled};

/// What one read of the supervisor gives.
const PIECE: usize = 64 * 1024;

/// Redaction with 0, 33 and 250 secrets, of lines of 2, 20, 60 and 180 bytes.
pub(crate) fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redact");
    for length in [2, 20, 60, 180] {
        let input = made::lines(length, scaled(8_000_000));
        group.throughput(Throughput::Bytes(input.len() as u64));
        for count in [0, 33, 250] {
            let (secrets, refused) = Secrets::new(made::secrets(count));
            assert_eq!(refused, [], "every secret is looked for");
            group.bench_function(
                BenchmarkId::new(format!("{count} secrets"), format!("lines of {length}")),
                |bencher| {
                    let mut out = Vec::with_capacity(input.len() + PIECE);
                    bencher.iter(|| {
                        out.clear();
                        let mut redactor = Redactor::new(&secrets);
                        for piece in input.chunks(PIECE) {
                            redactor.push(piece, &mut out);
                        }
                        redactor.finish(&mut out);
                        assert_eq!(black_box(&out).len(), input.len());
                    });
                },
            );
        }
    }
    group.finish();
}
