//! The output of a pipe: ours with and without secrets, and `tee`.

use std::cell::RefCell;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use stanch::runbook::Mode;

use super::Context;
use crate::gate::Gate;
use crate::lane::OurLane;
use crate::made;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, race, rate};

/// Bytes that pass each time.
const SIZE: u64 = 200_000_000;

/// What it is compared with.
const TEE: &str = "tee";
const TEE_SYNC: &str = "tee, then sync";
/// What keeps a sum of it beside it, as a record must.
const TEE_SUM: &str = "tee and sha256sum, then sync";

/// One table, a row for each length of line and contestant.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let mut rows = Vec::new();
    for length in [2, 60] {
        rows.extend(lines(context, length)?);
    }
    Ok(vec![Section {
        title: "Output of a pipe".to_owned(),
        about: "`cat FILE` into a pipe, MB/s from the moment the command is let go: until its last byte is written, and until everything \
                is on record (for Stanch: redacted, hashed, and its end synced in `exit.json`; on ext4 that waits for the output, too). Beside it `cat FILE | tee COPY \
                >/dev/null`, alone and with `sync COPY` after it: what a disk takes a second is then in both; and with a sum of it, which a record has too. Ratios: written, to `tee`; \
                on record, to `tee` and `sync`. The target is as fast as `tee`."
            .to_owned(),
        head: vec!["lines of", "", "written MB/s", "ratio", "on record MB/s", "ratio"],
        rows,
    }])
}

/// When the command had written its last byte, and when all of it was on record.
struct Passed {
    written: Duration,
    recorded: Duration,
}

fn lines(context: &Context<'_>, length: usize) -> anyhow::Result<Vec<Vec<String>>> {
    let file = context.folder.join("lines");
    let bytes = made::write_lines(&file, length, context.scale.bytes(SIZE))?;
    let place = Place::new();
    // A lane looks for every secret it ever had: each number of them has one of its own.
    let lanes = [0, 33, 250].map(|secrets| OurLane::open(&place.root().join(secrets.to_string())).map(RefCell::new));
    let [none, some, many] = lanes;
    let (none, some, many) = (none?, some?, many?);
    let ours = |lane: &RefCell<OurLane>, secrets: usize| -> anyhow::Result<Passed> {
        let (mut gate, mut lane) = (Gate::new(context.folder, "pipe")?, lane.borrow_mut());
        lane.start(&gate.around(&format!("cat {}", file.display()), false), Mode::Pipe, made::secrets(secrets))?;
        let began = gate.open()?;
        let written = gate.hear()? - began;
        let (at, end) = lane.ended()?;
        anyhow::ensure!(end.bytes == bytes, "{} bytes of {bytes} are on record", end.bytes);
        lane.forget()?;
        Ok(Passed { written, recorded: at - began })
    };
    let tee = |sync: bool, sink: &str| -> anyhow::Result<Passed> {
        let (mut gate, copy) = (Gate::new(context.folder, "tee")?, context.folder.join("copy"));
        let command = gate.around(&format!("cat {} | tee {} {sink}", file.display(), copy.display()), false);
        let mut shell = Command::new("sh").args(["-c", &command]).stdin(Stdio::null()).spawn()?;
        let began = gate.open()?;
        let written = gate.hear()? - began;
        anyhow::ensure!(shell.wait()?.success() && fs::metadata(&copy)?.len() == bytes, "tee did not copy it all");
        if sync {
            fs::File::open(&copy)?.sync_data()?;
        }
        let recorded = began.elapsed();
        fs::remove_file(&copy)?;
        Ok(Passed { written, recorded })
    };
    let mut contestants = vec![
        Contestant::new("**Stanch**", || ours(&none, 0)),
        Contestant::new("**Stanch**, 33 secrets", || ours(&some, 33)),
        Contestant::new("**Stanch**, 250 secrets", || ours(&many, 250)),
    ];
    if context.peers.get("tee").is_some() {
        contestants.push(Contestant::new(TEE, || tee(false, ">/dev/null")));
        contestants.push(Contestant::new(TEE_SYNC, || tee(true, ">/dev/null")));
        contestants.push(Contestant::new(TEE_SUM, || tee(true, "| sha256sum >/dev/null")));
    }
    let taken = race(context.scale.times, &mut contestants)?;
    let rates = |of: &[Passed], which: fn(&Passed) -> Duration| -> Samples {
        of.iter().map(which).map(|took| rate(bytes, took)).collect()
    };
    let cells = |of: &[Passed], which: fn(&Passed) -> Duration, base: &str| {
        let base = contestants.iter().position(|contestant| contestant.name == base);
        let samples = rates(of, which);
        let ratio = |at: usize| figure(samples.median() / rates(&taken[at], which).median());
        [samples.spread(), base.map_or_else(|| "-".to_owned(), ratio)]
    };
    let row = |(contestant, of): (&Contestant<'_, Passed>, &Vec<Passed>)| {
        let mut row = vec![format!("{length} B"), contestant.name.clone()];
        row.extend(cells(of, |passed| passed.written, TEE));
        row.extend(cells(of, |passed| passed.recorded, TEE_SYNC));
        row
    };
    Ok(contestants.iter().zip(&taken).map(row).collect())
}
