//! The way from the command line to the screen.

use super::Exit;
use super::around::terminal;
use crate::drive::{Error, Kind, Session, Surroundings};

/// Works a session on the screen.
pub(super) fn session(session: Session, around: &Surroundings) -> anyhow::Result<Exit> {
    drop((session, around));
    Err(Error::new(Kind::Person, "could not show the screen: this build has none yet")
        .hint("--auto walks without one")
        .into())
}

/// Shows the runbooks there are and the open sessions.
pub(super) fn library() -> anyhow::Result<Exit> {
    terminal("`stanch run RUNBOOK --auto` walks a runbook without a screen; `stanch --help` lists what there is")?;
    Err(Error::new(Kind::Person, "could not show the screen: this build has none yet")
        .hint("--auto walks without one")
        .into())
}
