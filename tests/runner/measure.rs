//! Measurements, not tests: `cargo test --release --test runner measure -- --ignored --nocapture`.
//!
//! Each figure stands beside what `script` and `tee` do with the same bytes in the same run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use stanch::runbook::Mode;

use crate::lane::Bench;

const MEGABYTE: f64 = 1_000_000.0;

fn rate(bytes: u64, took: std::time::Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let bytes = bytes as f64;
    bytes / MEGABYTE / took.as_secs_f64()
}

/// A file of lines of this many bytes, newline included.
fn lines(folder: &Path, length: usize, size: usize) -> std::path::PathBuf {
    let path = folder.join(format!("lines-{length}"));
    let line = format!("{}\n", "x".repeat(length - 1));
    std::fs::write(&path, line.repeat(size / length)).unwrap();
    path
}

fn other(command: &str, bytes: u64) -> f64 {
    let began = Instant::now();
    let mut sh = Command::new("sh");
    let status = sh.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    rate(bytes, began.elapsed())
}

fn ours(bench: &mut Bench, file: &Path, mode: Mode, secrets: usize, bytes: u64) -> f64 {
    let mut spec = bench.spec(&format!("cat {}", file.display()));
    spec.mode = mode;
    let values =
        (0..secrets).map(|number| (format!("S{number}"), format!("{number:02}-a-value-that-is-not-there"))).collect();
    let began = Instant::now();
    bench.lane.start(&spec, values).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.bytes, end.dropped), (bytes, 0));
    std::fs::remove_file(bench.path(spec.run, "output")).unwrap();
    rate(bytes, began.elapsed())
}

fn bench() -> Bench {
    match std::env::var_os("STANCH_MEASURED") {
        Some(program) => Bench::with_program(Path::new(&program)),
        None => Bench::new(),
    }
}

#[test]
#[ignore = "a measurement"]
fn measure_rates() {
    for (length, size) in [(2, 40 << 20), (20, 200 << 20), (60, 200 << 20)] {
        let mut bench = bench();
        let folder = tempfile::tempdir().unwrap();
        let file = lines(folder.path(), length, size);
        let bytes = std::fs::metadata(&file).unwrap().len();
        let (from, to) = (file.display(), folder.path().join("copy"));
        let (pty, pipe) = [Mode::Pty, Mode::Pipe].map(|mode| ours(&mut bench, &file, mode, 0, bytes)).into();
        let (pty_secrets, pipe_secrets) =
            [Mode::Pty, Mode::Pipe].map(|mode| ours(&mut bench, &file, mode, 33, bytes)).into();
        let script = other(&format!("script -qfc 'cat {from}' {}", to.display()), bytes);
        let tee = other(&format!("cat {from} | tee {}", to.display()), bytes);
        println!(
            "lines of {length:>2}: pty {pty:.0} (33 secrets {pty_secrets:.0}), script {script:.1}; pipe {pipe:.0} (33 secrets {pipe_secrets:.0}), tee {tee:.0} MB/s"
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn measure_memory_while_a_gigabyte_passes() {
    let mut bench = bench();
    let folder = tempfile::tempdir().unwrap();
    let file = lines(folder.path(), 60, 1 << 30);
    let bytes = std::fs::metadata(&file).unwrap().len();
    for mode in [Mode::Pty, Mode::Pipe] {
        ours(&mut bench, &file, mode, 33, bytes);
        let status = std::fs::read_to_string(format!("/proc/{}/status", bench.lane.pid())).unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        println!("{mode:?}, 1 GB: {}", peak.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

#[test]
#[ignore = "a measurement"]
fn measure_small_runs() {
    let mut bench = bench();
    for mode in [Mode::Pty, Mode::Pipe] {
        let began = Instant::now();
        for _ in 0..200 {
            let mut spec = bench.spec("true");
            spec.mode = mode;
            bench.run_spec(&spec);
        }
        println!("{mode:?}: {:.1} ms a run", began.elapsed().as_secs_f64() * 5.0);
    }
}
