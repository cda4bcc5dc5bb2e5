//! How many lines of a long output match: ours, as the thread behind the screen counts them, and ripgrep.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use stanch::store::index::Writer;
use stanch::store::runs::RunDir;
use stanch::store::transcript::Reading;
use stanch::text::find::{Finder, LONGEST, Query, Search};

use super::Context;
use crate::made;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, ms, race};

/// What is looked for: what it is called, as it is typed on our screen, and what ripgrep is given.
const QUERIES: [(&str, &str, &[&str]); 3] = [
    ("a text", "SELECT 4242", &["-F", "SELECT 4242"]),
    ("a text, capitals or not", "select 4242", &["-F", "-i", "select 4242"]),
    ("a pattern", r"re:GET \d+4 took", &[r"GET \d+4 took"]),
];

/// Milliseconds, and the lines that match.
type Found = (f64, u64);

/// One table, a row for each query.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let run = RunDir::at(context.folder);
    let bytes = made::write_lines(&run.output(), 60, context.scale.much)?;
    indexed(&run)?;
    let mut rows = Vec::new();
    for (name, typed, given) in QUERIES {
        let mut contestants = vec![Contestant::new("**Stanch**", || ours(&run, typed))];
        if let Some(rg) = context.peers.get("rg") {
            contestants.push(Contestant::new("rg -c", || theirs(rg, given, &run.output())));
        }
        let taken = race(context.scale.times, &mut contestants)?;
        let lines = taken[0][0].1;
        anyhow::ensure!(taken.iter().flatten().all(|found| found.1 == lines), "{name}: they do not find the same");
        let times: Vec<Samples> = taken.iter().map(|of| of.iter().map(|found| found.0).collect()).collect();
        let (theirs, ratio) = match times.get(1) {
            Some(theirs) => (theirs.spread(), figure(times[0].median() / theirs.median())),
            None => ("-".to_owned(), "-".to_owned()),
        };
        rows.push(vec![name.to_owned(), format!("`{typed}`"), lines.to_string(), times[0].spread(), theirs, ratio]);
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let size = figure(bytes as f64 / 1e9);
    Ok(vec![Section {
        title: "Search".to_owned(),
        about: format!(
            "Milliseconds to count the matching lines of {size} GB of output, lines of 60 bytes, in the page cache. `rg` includes the start \
             of its process. The target is twice ripgrep's time."
        ),
        head: vec!["", "typed", "lines", "Stanch ms", "rg ms", "ratio"],
        rows,
    }])
}

/// The index that the supervisor leaves beside an output.
fn indexed(run: &RunDir) -> anyhow::Result<()> {
    let (mut file, mut index) = (File::open(run.output())?, Writer::begin(&run.index()));
    let mut buffer = vec![0; LONGEST];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => index.grew(&buffer[..count]),
        }
    }
}

/// As the thread behind the screen does it.
fn ours(run: &RunDir, typed: &str) -> anyhow::Result<Found> {
    let began = Instant::now();
    let mut search = Search::new(Finder::new(&Query::typed(typed)).map_err(anyhow::Error::msg)?);
    let mut reading = Reading::open(run)?.context("no output")?;
    let mut buffer = vec![0; LONGEST];
    loop {
        let more = reading.advance()?;
        while reading.search_slices(&mut search)? {}
        let count = reading.read_text(search.tally().bytes(), &mut buffer)?;
        if search.take(&buffer[..count], !more && count < buffer.len()) == 0 && !more {
            return Ok((ms(began.elapsed()), search.tally().matching()));
        }
    }
}

fn theirs(rg: &Path, given: &[&str], file: &Path) -> anyhow::Result<Found> {
    let began = Instant::now();
    let output = Command::new(rg).arg("-c").args(given).arg(file).stdin(Stdio::null()).output()?;
    let took = ms(began.elapsed());
    // It prints nothing where nothing is found.
    let lines = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
    Ok((took, lines))
}
