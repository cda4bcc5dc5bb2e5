//! Resident memory while much output passes, and whether all of it is on record.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use stanch::session::run::RunEnd;

use super::Context;
use crate::gate::Gate;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{figure, rate};
use crate::support::Terminal;
use crate::{made, process, screen};

/// The command is given this many bytes at a time.
const PART: u64 = 100_000_000;

/// One table: ours in both modes, and mprocs with as much as it carries in a bearable time.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let file = context.folder.join("lines");
    let part = made::write_lines(&file, 60, PART.min(context.scale.much))?;
    let times = (context.scale.much / part).max(1);
    let mut rows = vec![ours(context, &file, (part, times), "pty")?, ours(context, &file, (part, times), "pipe")?];
    if let Some(mprocs) = context.peers.get("mprocs") {
        rows.push(theirs(context, &file, part, mprocs)?);
    }
    Ok(vec![Section {
        title: "Memory while much output passes".to_owned(),
        about: "Peak resident memory (VmHWM) of the screen, on a terminal of 80x24 and showing the output, and of the supervisor, that \
                carries it. The sha-256 of the output on record is held against that of what was written. MB/s until the command's last \
                byte. mprocs keeps the last 1,000 rows. The target is under 40 MB."
            .to_owned(),
        head: vec!["", "GB", "screen MB", "supervisor MB", "MB/s", "on record"],
        rows,
    }])
}

fn cat(file: &Path, times: u64) -> String {
    format!("i=0; while [ $i -lt {times} ]; do cat {}; i=$((i + 1)); done", file.display())
}

fn ours(context: &Context<'_>, file: &Path, (part, times): (u64, u64), mode: &str) -> anyhow::Result<Vec<String>> {
    let place = Place::new();
    let mut gate = Gate::new(context.folder, "memory")?;
    let terminal = screen::open(&place, &gate.around(&cat(file, times), false), mode, (24, 80))?;
    terminal.send("<enter>");
    let began = gate.open()?;
    let took = gate.hear()? - began;
    terminal.wait("the end of the run", |screen| screen.contents().contains("healthy, exit 0"));
    let supervisor = process::supervisor(terminal.pid())?;
    let peaks = [process::peak_resident(terminal.pid())?, process::peak_resident(supervisor)?];

    let run = screen::first_run(&place)?;
    let end: RunEnd = serde_json::from_slice(&std::fs::read(run.join("exit.json"))?)?;
    let (source, kept) = (sum(file, times)?, sum(&run.join("output"), 1)?);
    anyhow::ensure!(end.bytes == part * times, "{} bytes of {} are on record", end.bytes, part * times);
    anyhow::ensure!(source == kept && kept == end.sha256, "the output on record is not what was written");
    Ok(row(&format!("**Stanch**, {mode}"), part * times, took, &peaks, "all of it, the same sha-256"))
}

fn theirs(context: &Context<'_>, file: &Path, part: u64, mprocs: &Path) -> anyhow::Result<Vec<String>> {
    let place = Place::new();
    let mut gate = Gate::new(context.folder, "memory")?;
    let mut command = place.command(mprocs);
    command.arg(gate.around(&cat(file, 1), true));
    let terminal = Terminal::start(&command, 24, 80);
    let began = gate.open()?;
    let took = gate.hear()? - began;
    Ok(row("mprocs", part, took, &[process::peak_resident(terminal.pid())?], "the last 1,000 rows, in memory"))
}

fn row(name: &str, bytes: u64, took: Duration, peaks: &[u64], record: &str) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let millions = |bytes: u64| bytes as f64 / 1e6;
    let peak = |at: usize| peaks.get(at).map_or_else(|| "-".to_owned(), |&peak| figure(millions(peak)));
    vec![name.to_owned(), figure(millions(bytes) / 1e3), peak(0), peak(1), figure(rate(bytes, took)), record.to_owned()]
}

/// The sha-256 of the file's bytes, so many times over.
fn sum(file: &Path, times: u64) -> io::Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    for _ in 0..times {
        let mut file = File::open(file)?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => hash.update(&buffer[..count]),
            }
        }
    }
    Ok(hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}
