//! A long record and a large runbook, on the command line.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Context;
use crate::made;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, ms, race};

/// Entries of the session.
const ENTRIES: usize = 100_000;

/// Steps of the runbook.
const STEPS: usize = 10_000;

/// Our session: its id in the data folder.
const SESSION: &str = "2022-04-30T1933Z-requests-answer-500-7f3a";

/// One table.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let place = Place::new();
    let entries = made::entries(context.scale.of(ENTRIES))?;
    let session = place.data().join("sessions").join(SESSION);
    std::fs::create_dir_all(&session)?;
    std::fs::write(session.join("journal.jsonl"), made::journal(&entries)?)?;
    made::outputs(&session.join("runs"), &entries)?;
    std::fs::write(place.work().join("large.yaml"), made::runbook(context.scale.of(STEPS)))?;

    let place = &place;
    let stanch = |arguments: &'static [&'static str]| {
        move || {
            let mut command: Command = place.stanch();
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
            let began = Instant::now();
            let status = command.status()?;
            let took = ms(began.elapsed());
            anyhow::ensure!(status.success(), "it ended with {status}");
            Ok(took)
        }
    };
    let replay = || {
        let path: PathBuf = session.join("journal.jsonl");
        let began = Instant::now();
        let read = stanch::store::journal::read(&path)?;
        let state = stanch::session::state::State::replay(&read.entries);
        let took = ms(began.elapsed());
        anyhow::ensure!(read.damage.is_none() && !state.runs.is_empty(), "the journal is not sound");
        Ok(took)
    };
    let mut contestants = vec![
        Contestant::new("replay, inside: read, check the chain, fold", replay),
        Contestant::new("`stanch show`", stanch(&["show", SESSION])),
        Contestant::new("`stanch audit`", stanch(&["audit", SESSION])),
        Contestant::new("`stanch export`, every output read and its hash checked", stanch(&["export", SESSION])),
        Contestant::new("`stanch check`, 10,000 steps", stanch(&["check", "large.yaml"])),
    ];
    let taken = race(context.scale.times, &mut contestants)?;
    let rows = (contestants.iter().zip(taken))
        .map(|(contestant, taken)| {
            let samples: Samples = taken.into_iter().collect();
            vec![contestant.name.clone(), samples.spread()]
        })
        .collect();
    Ok(vec![Section {
        title: "A long record and a large runbook".to_owned(),
        about: "Milliseconds, from the start of the process to its end; a session of 100,000 entries, 33,333 runs with an output of a line \
                each. Nobody else does this. The targets are 500 ms for replay and export, 300 ms for the check."
            .to_owned(),
        head: vec!["", "ms"],
        rows,
    }])
}
