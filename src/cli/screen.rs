//! The way from the command line to the screen.

use std::io::Write as _;

use super::Exit;
use super::around::{Around, terminal};
use crate::drive::{Session, Surroundings};
use crate::tui::{self, Start};

/// Works a session on the screen.
pub(super) fn session(session: Session, around: &Surroundings) -> anyhow::Result<Exit> {
    show(Start::Session(Box::new(session)), around)
}

/// Shows the runbooks there are and the open sessions.
pub(super) fn library() -> anyhow::Result<Exit> {
    terminal("`stanch run RUNBOOK --auto` walks a runbook without a screen; `stanch --help` lists what there is")?;
    show(Start::Library { folders: Vec::new() }, &Around::default().surroundings()?)
}

fn show(start: Start, around: &Surroundings) -> anyhow::Result<Exit> {
    let farewell = tui::run(start, around)?;
    for word in farewell.words {
        // Where the terminal is gone there is nobody left to tell; `eprintln!` would break the program over it.
        drop(writeln!(std::io::stderr(), "{word}"));
    }
    Ok(match farewell.code {
        0 => Exit::Fine,
        code if code > 128 => Exit::Signal(code - 128),
        _ => Exit::Internal,
    })
}
