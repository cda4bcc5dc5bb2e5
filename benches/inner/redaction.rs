//! Taking secrets out of a stream, as the supervisor does with all output.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use stanch::text::redact::{Redactor, Secrets};

use crate::{made, scaled};

/// What one read of the supervisor gives.
const PIECE: usize = 64 * 1024;

/// Redaction with 0, 33 and 250 secrets, of lines of 2, 20, 60 and 180 bytes; and what is less usual.
pub(crate) fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redact");
    for length in [2, 20, 60, 180] {
        let input = made::lines(length, scaled(8_000_000));
        for count in [0, 33, 250] {
            let name = BenchmarkId::new(format!("{count} secrets"), format!("lines of {length}"));
            pass(&mut group, name, &input, made::secrets(count));
        }
    }
    let input = made::text(60, scaled(8_000_000));
    let one_more = |value: &str| {
        let mut secrets = made::secrets(33);
        secrets.push(("ONE_MORE".to_owned(), value.to_owned()));
        secrets
    };
    // Nothing of it is in the lines, though they begin alike.
    let key = made::text(64, 3000).replace("refused", "REFUSED");
    let coloured = input.replace("error:", "\x1b[31merror:\x1b[0m");
    let full = input.replace("error:", "SELECT-0011-nowhere");
    let unusual = [
        ("and one of 4 bytes", &input, one_more("p4ss")),
        ("and one of 8 bytes", &input, one_more("hunter22")),
        ("and a key of 3 kB", &input, one_more(&key)),
        ("lines in colour", &coloured, made::secrets(33)),
        ("one in four lines", &full, made::secrets(33)),
    ];
    for (name, input, secrets) in unusual {
        pass(&mut group, BenchmarkId::new("33 secrets", name), input.as_bytes(), secrets);
    }
    group.finish();
}

/// All of the input, as it would be read.
fn pass(group: &mut BenchmarkGroup<'_, WallTime>, name: BenchmarkId, input: &[u8], secrets: Vec<(String, String)>) {
    let (secrets, refused) = Secrets::new(secrets);
    assert_eq!(refused, [], "every secret is looked for");
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function(name, |bencher| {
        let mut out = Vec::with_capacity(input.len() + PIECE);
        bencher.iter(|| {
            out.clear();
            let mut redactor = Redactor::new(&secrets);
            for piece in input.chunks(PIECE) {
                redactor.push(piece, &mut out);
            }
            redactor.finish(&mut out);
            assert!(black_box(&out).len() == input.len() || redactor.count() > 0, "nothing is lost");
        });
    });
}
