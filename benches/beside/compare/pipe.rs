//! The output of a pipe: ours with and without secrets, and `tee`.

use std::cell::RefCell;
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

/// One table, a row for each length of line and contestant.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let mut rows = Vec::new();
    for length in [2, 60] {
        rows.extend(lines(context, length)?);
    }
    Ok(vec![Section {
        title: "Output of a pipe".to_owned(),
        about: "`cat FILE` into a pipe, MB/s until everything is on record (for Stanch: redacted, hashed, and its end in `exit.json`), \
                from the moment the command is let go. Beside it `cat FILE | tee COPY >/dev/null`. The target is as fast as `tee`."
            .to_owned(),
        head: vec!["lines of", "", "MB/s", "ratio"],
        rows,
    }])
}

fn lines(context: &Context<'_>, length: usize) -> anyhow::Result<Vec<Vec<String>>> {
    let file = context.folder.join("lines");
    let bytes = made::write_lines(&file, length, context.scale.bytes(SIZE))?;
    let place = Place::new();
    let lane = RefCell::new(OurLane::open(place.root())?);
    let ours = |secrets: usize| -> anyhow::Result<Duration> {
        let (mut gate, mut lane) = (Gate::new(context.folder, "pipe")?, lane.borrow_mut());
        lane.start(&gate.around(&format!("cat {}", file.display()), false), Mode::Pipe, made::secrets(secrets))?;
        let began = gate.open()?;
        let (at, end) = lane.ended()?;
        anyhow::ensure!(end.bytes == bytes, "{} bytes of {bytes} are on record", end.bytes);
        lane.forget()?;
        Ok(at - began)
    };
    let tee = || -> anyhow::Result<Duration> {
        let (mut gate, copy) = (Gate::new(context.folder, "tee")?, context.folder.join("copy"));
        let command = gate.around(&format!("cat {} | tee {} >/dev/null", file.display(), copy.display()), false);
        let mut shell = Command::new("sh").args(["-c", &command]).stdin(Stdio::null()).spawn()?;
        let began = gate.open()?;
        let took = gate.hear()? - began;
        anyhow::ensure!(shell.wait()?.success() && std::fs::metadata(&copy)?.len() == bytes, "tee did not copy it all");
        std::fs::remove_file(&copy)?;
        Ok(took)
    };
    let mut contestants = vec![
        Contestant::new("**Stanch**", || ours(0)),
        Contestant::new("**Stanch**, 33 secrets", || ours(33)),
        Contestant::new("**Stanch**, 250 secrets", || ours(250)),
    ];
    if context.peers.get("tee").is_some() {
        contestants.push(Contestant::new("tee", tee));
    }
    let taken = race(context.scale.times, &mut contestants)?;
    let rates = |of: &Vec<Duration>| -> Samples { of.iter().map(|&took| rate(bytes, took)).collect() };
    let base = contestants.iter().position(|contestant| contestant.name == "tee").map(|at| rates(&taken[at]).median());
    Ok((contestants.iter().zip(&taken))
        .map(|(contestant, taken)| {
            let samples = rates(taken);
            let ratio = base.map_or_else(|| "-".to_owned(), |base| figure(samples.median() / base));
            vec![format!("{length} B"), contestant.name.clone(), samples.spread(), ratio]
        })
        .collect())
}
