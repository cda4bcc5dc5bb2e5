//! From the start of the program to its first frame.

use std::path::Path;
use std::time::Instant;

use super::Context;
use crate::made;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, ms, race};
use crate::support::Terminal;

/// Runbooks and sessions there are.
const MANY: usize = 1000;

/// Entries of a usual session.
const USUAL: usize = 20;

/// How much more often than others this figure is taken: it is small, and varies.
const OFTEN: usize = 4;

/// One table.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let (full, empty) = (Place::new(), Place::new());
    fill(&full, context.scale.of(MANY))?;
    let first = frame(&full)?;
    let mut contestants = vec![
        Contestant::new("**Stanch**, 1,000 runbooks and 1,000 sessions", || frame(&full)),
        Contestant::new("**Stanch**, nothing but the bundled runbooks", || frame(&empty)),
    ];
    if let Some(mprocs) = context.peers.get("mprocs") {
        let place = &empty;
        contestants.push(Contestant::new("mprocs, one process, nothing to load", move || Ok(theirs(place, mprocs))));
    }
    let taken = race(context.scale.times * OFTEN, &mut contestants)?;
    let mut rows: Vec<Vec<String>> = (contestants.iter().zip(taken))
        .map(|(contestant, taken)| {
            let samples: Samples = taken.into_iter().collect();
            vec![contestant.name.clone(), samples.spread()]
        })
        .collect();
    rows.insert(0, vec!["**Stanch**, 1,000 of each, the very first time (nothing cached)".to_owned(), figure(first)]);
    Ok(vec![Section {
        title: "The first frame".to_owned(),
        about: "Milliseconds from starting the program in a terminal of 80x24 until the bytes are read that show its first whole frame: \
                the library with its runbooks and open sessions. The target is 20 ms."
            .to_owned(),
        head: vec!["", "ms"],
        rows,
    }])
}

/// Puts so many runbooks and sessions there.
fn fill(place: &Place, many: usize) -> anyhow::Result<()> {
    made::sound_runbooks(&place.config().join("runbooks"), many)?;
    let journal = made::journal(&made::entries(USUAL)?)?;
    for number in 0..many {
        let folder = place.data().join("sessions").join(format!("2022-04-30T1933Z-requests-answer-500-{number:04x}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("journal.jsonl"), &journal)?;
    }
    Ok(())
}

/// The library, until its footer is there.
fn frame(place: &Place) -> anyhow::Result<f64> {
    let (terminal, took) = shown(&place.stanch(), "Ctrl-Q");
    terminal.send("<c-q>");
    anyhow::ensure!(terminal.ended() == crate::support::Ended::Code(0), "it did not leave well:\n{}", terminal.text());
    Ok(took)
}

fn theirs(place: &Place, mprocs: &Path) -> f64 {
    shown(place.command(mprocs).arg("sleep 1000"), "q: Quit").1
}

/// Milliseconds until this text stands on the screen; it is in the last line of a frame.
fn shown(command: &std::process::Command, text: &'static str) -> (Terminal, f64) {
    let began = Instant::now();
    let terminal = Terminal::start(command, 24, 80);
    terminal.look_out(move |screen| screen.contents().contains(text));
    let took = ms(terminal.moment(text).saturating_duration_since(began));
    (terminal, took)
}
