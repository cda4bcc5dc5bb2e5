//! `stanch resume`: a session taken up again.

use super::around::{Alone, Around, terminal};
use super::{Exit, screen};
use crate::drive::auto::walk_alone;
use crate::drive::{hosts, resume_on};
use crate::session::site::Machine;
use crate::store;
use crate::store::session::find_to_write;

/// Which session.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its id, a unique prefix of it, or `last`.
    #[arg(default_value = "last")]
    session: String,
    #[command(flatten)]
    alone: Alone,
    /// With --auto: changes may be made.
    #[arg(long, requires = "auto")]
    yes: bool,
    /// Say where a host of the runbook is from here on; may be repeated. TARGET is `ssh://user@host:port`, an alias of the ssh configuration,
    /// or `local`.
    #[arg(long = "host", value_name = "NAME=TARGET", value_parser = hosts::assignment)]
    hosts: Vec<Machine>,
    #[command(flatten)]
    around: Around,
}

/// Takes it up, on a screen or alone.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    if !args.alone.auto {
        terminal(&format!("`stanch resume {} --auto` walks on without a screen", args.session))?;
    }
    let around = args.around.surroundings()?;
    let found = find_to_write(&around.paths, &args.session);
    if let (Err(store::Error::SeveralOpen { .. }), false) = (&found, args.alone.auto) {
        // There is a screen, and it can ask which one.
        return screen::library();
    }
    let session = resume_on(&around, found?, &args.hosts)?;
    if !args.alone.auto {
        return screen::session(session, &around);
    }
    let ending = walk_alone(session, &around, args.alone.path(args.yes), &mut std::io::stdout())?;
    Ok(Exit::of(&ending))
}
