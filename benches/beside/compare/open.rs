//! From the start of the program to its first frame.

use std::path::Path;
use std::time::Instant;

use super::Context;
use crate::made;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, ms, race};
use crate::support::{Ended, Terminal};

/// Runbooks and sessions there are.
const MANY: usize = 1000;

/// Entries of a usual session.
const USUAL: usize = 20;

/// How much more often than others this figure is taken: it is small, and varies.
const OFTEN: usize = 4;

/// What Enter does where there are open sessions, and where there are only runbooks.
const TAKES_UP: &str = " Enter takes up ";
const BEGINS: &str = " Enter begins a session with ";

/// Milliseconds until there is a frame, and until what was to be loaded stands in it.
struct Shown {
    first: f64,
    whole: f64,
}

/// One table.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let (full, empty) = (Place::new(), Place::new());
    fill(&full, context.scale.of(MANY))?;
    let cold = library(&full, TAKES_UP)?;
    let mut contestants = vec![
        Contestant::new("**Stanch**, 1,000 runbooks and 1,000 sessions", || library(&full, TAKES_UP)),
        Contestant::new("**Stanch**, nothing but the bundled runbooks", || library(&empty, BEGINS)),
    ];
    if let Some(mprocs) = context.peers.get("mprocs") {
        let place = &empty;
        contestants.push(Contestant::new("mprocs, one process, nothing to load", move || Ok(theirs(place, mprocs))));
    }
    let taken = race(context.scale.times * OFTEN, &mut contestants)?;
    let mut rows = vec![vec![
        "**Stanch**, 1,000 of each, the very first time (nothing cached)".to_owned(),
        figure(cold.first),
        figure(cold.whole),
    ]];
    rows.extend((contestants.iter().zip(&taken)).map(|(contestant, taken)| {
        let of = |which: fn(&Shown) -> f64| taken.iter().map(which).collect::<Samples>().spread();
        vec![contestant.name.clone(), of(|shown| shown.first), of(|shown| shown.whole)]
    }));
    Ok(vec![Section {
        title: "The first frame".to_owned(),
        about: "Milliseconds from starting the program in a terminal of 80x24 until the bytes are read that show its first frame, and the \
                first with everything in it (for Stanch the library, with its runbooks and open sessions). The target is 20 ms."
            .to_owned(),
        head: vec!["", "first frame ms", "everything ms"],
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

/// The library: a frame has its keys in the last line; when everything is read it says what Enter does.
fn library(place: &Place, enter: &'static str) -> anyhow::Result<Shown> {
    let took = |text| {
        let (terminal, took) = shown(&place.stanch(), text);
        terminal.send("<c-q>");
        anyhow::ensure!(terminal.ended() == Ended::Code(0), "it did not leave well:\n{}", terminal.text());
        Ok(took)
    };
    Ok(Shown { first: took("Ctrl-Q")?, whole: took(enter)? })
}

fn theirs(place: &Place, mprocs: &Path) -> Shown {
    let first = shown(place.command(mprocs).arg("sleep 1000"), "q: Quit").1;
    Shown { first, whole: first }
}

/// Milliseconds until this text stands on the screen.
fn shown(command: &std::process::Command, text: &'static str) -> (Terminal, f64) {
    let began = Instant::now();
    let terminal = Terminal::start(command, 24, 80);
    terminal.look_out(move |screen| screen.contents().contains(text));
    let took = ms(terminal.moment(text).saturating_duration_since(began));
    (terminal, took)
}
