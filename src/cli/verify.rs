//! `stanch verify`: what was resolved, looked at again. Without a screen, for cron and timers too.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::Exit;
use super::around::Around;
use crate::drive::auto::walk_alone;
use crate::drive::{Surroundings, hosts, resume_on};
use crate::session::site::Machine;
use crate::session::walk::Path;
use crate::store::session::{self, SessionDir, Summary};

/// What is looked at.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, a unique prefix of it, or `last`.
    #[arg(value_name = "SESSION", required_unless_present = "due")]
    session: Option<String>,
    /// Only what is due by its runbook's `verify.again`; without SESSION, of all sessions.
    #[arg(long)]
    due: bool,
    /// Say where a host of the runbook is from here on; may be repeated. TARGET is `ssh://user@host:port`, an alias of the ssh configuration,
    /// or `local`.
    #[arg(long = "host", value_name = "NAME=TARGET", value_parser = hosts::assignment, requires = "session")]
    hosts: Vec<Machine>,
    #[command(flatten)]
    around: Around,
}

/// Runs verify steps again and records it; 1 where something does not hold.
pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let around = args.around.surroundings()?;
    let now = around.clock.now();
    if !args.due {
        let dir = session::find(&around.paths, args.session.as_deref().unwrap_or_default())?;
        return look(&around, dir, &args.hosts, now, out);
    }
    let mut worst = Exit::Fine;
    let mut any = false;
    for summary in wanted(&around, args.session.as_deref())? {
        let Some(since) = summary.facts.again.iter().rfind(|at| **at <= now).copied() else { continue };
        any = true;
        // One session that cannot be looked at keeps no other from being looked at.
        let exit =
            look(&around, summary.dir, &args.hosts, since, out).unwrap_or_else(|error| super::report::report(&error));
        worst = worst.max(exit);
    }
    if !any {
        writeln!(out, "nothing is due")?;
    }
    Ok(worst)
}

fn wanted(around: &Surroundings, asked: Option<&str>) -> anyhow::Result<Vec<Summary>> {
    match asked {
        Some(asked) => Ok(vec![Summary::of(session::find(&around.paths, asked)?)]),
        None => Ok(session::list(&around.paths)?),
    }
}

/// Runs the verify steps that were not run since a time.
fn look(
    around: &Surroundings,
    dir: SessionDir,
    hosts: &[Machine],
    since: DateTime<Utc>,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let session = resume_on(around, dir, hosts)?;
    let path = Path { again: Some(since), ..Path::default() };
    Ok(Exit::of(&walk_alone(session, around, path, out)?))
}
