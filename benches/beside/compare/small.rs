//! Runs that do nothing: what a run costs.

use std::cell::RefCell;
use std::process::{Command, Stdio};
use std::time::Instant;

use stanch::runbook::Mode;

use super::Context;
use crate::lane::OurLane;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, ms, race};

/// Runs in a row.
const RUNS: usize = 50;

/// One table.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let place = Place::new();
    let lane = RefCell::new(OurLane::open(place.root())?);
    let runs = context.scale.of(RUNS);
    let each = |began: Instant| {
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let runs = runs as f64;
        ms(began.elapsed()) / runs
    };
    let ours = |mode: Mode| {
        let mut lane = lane.borrow_mut();
        let began = Instant::now();
        for _ in 0..runs {
            lane.start("true", mode, Vec::new())?;
            lane.ended()?;
        }
        Ok(each(began))
    };
    let mut contestants = vec![
        Contestant::new("**Stanch**, terminal", || ours(Mode::Pty)),
        Contestant::new("**Stanch**, pipe", || ours(Mode::Pipe)),
    ];
    if let Some(script) = context.peers.get("script") {
        let record = context.folder.join("typescript");
        contestants.push(Contestant::new("script -qfc true", move || {
            let began = Instant::now();
            for _ in 0..runs {
                let mut command = Command::new(script);
                command.args(["-qfc", "true"]).arg(&record).stdin(Stdio::null()).stdout(Stdio::null());
                anyhow::ensure!(command.status()?.success(), "script failed");
            }
            Ok(each(began))
        }));
    }
    let taken = race(context.scale.times, &mut contestants)?;
    let medians: Vec<Samples> = taken.into_iter().map(|of| of.into_iter().collect()).collect();
    let base =
        contestants.iter().position(|contestant| contestant.name.starts_with("script")).map(|at| medians[at].median());
    let rows = (contestants.iter().zip(&medians))
        .map(|(contestant, samples)| {
            let ratio = base.map_or_else(|| "-".to_owned(), |base| figure(samples.median() / base));
            vec![contestant.name.clone(), samples.spread(), ratio]
        })
        .collect();
    Ok(vec![Section {
        title: "A run that does nothing".to_owned(),
        about: "`true`, one run after the other, milliseconds a run: started, ended, its environment carried over, and its end on disk."
            .to_owned(),
        head: vec!["", "ms", "ratio"],
        rows,
    }])
}
