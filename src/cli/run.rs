//! `stanch run`: a session with a runbook.

use std::path::Path;

use super::alert::{Alerting, runbook_for};
use super::around::{Alone, Around, choose, terminal, time};
use super::{Exit, import, screen};
use crate::drive::auto::walk_alone;
use crate::drive::{Beginning, Error, Kind, begin, hosts, values};
use crate::runbook::VarName;
use crate::session::entry::When;
use crate::session::site::Machine;

/// What is run, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A runbook's id, `bundled:ID`, or a path; one in Markdown is imported. With --alert it may be left out: the one whose `alerts` name the alert is taken.
    #[arg(required_unless_present = "file")]
    runbook: Option<String>,
    #[command(flatten)]
    alerting: Alerting,
    /// Give a variable its value; may be repeated. Secrets are not taken here, but from `STANCH_VAR_NAME`.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = values::assignment)]
    vars: Vec<(VarName, String)>,
    /// Say where a host of the runbook is, instead of what it says; may be repeated. TARGET is `ssh://user@host:port`, an alias of the ssh
    /// configuration, or `local`.
    #[arg(long = "host", value_name = "NAME=TARGET", value_parser = hosts::assignment)]
    hosts: Vec<Machine>,
    /// When it was noticed (`20:37`, `-25m`, RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    detected: Option<When>,
    /// When users began to feel it.
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    impact_start: Option<When>,
    /// Planned work, not an incident.
    #[arg(long)]
    planned: bool,
    #[command(flatten)]
    alone: Alone,
    /// With --auto: changes may be made.
    #[arg(long, requires = "auto")]
    yes: bool,
    #[command(flatten)]
    around: Around,
}

/// Begins the session and works it, on a screen or alone.
pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let around = args.around.surroundings()?;
    let alert = args.alerting.read(!args.alone.auto)?;
    let chosen = match (&args.runbook, &alert) {
        (Some(asked), _) if import::is_markdown(Path::new(asked)) => import::chosen(Path::new(asked))?,
        (Some(asked), _) => choose(&args.around.library(&around.paths).find(asked)?)?,
        (None, Some(alert)) => choose(&runbook_for(alert, &args.around.library(&around.paths))?)?,
        (None, None) => {
            return Err(Error::new(Kind::Usage, "could not begin: neither a runbook nor an alert is given").into());
        }
    };
    if !args.alone.auto {
        let asked = args.runbook.as_deref().unwrap_or(&chosen.runbook.id);
        terminal(&format!("`stanch run {asked} --auto` walks it without a screen"))?;
    }
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let given = values::given(&chosen.runbook, &args.vars, environment)?;
    let hosts = hosts::given(Some(&chosen.runbook), &args.hosts)?;
    let beginning = Beginning {
        runbook: Some(chosen),
        given,
        hosts,
        detected: args.detected,
        impact_started: args.impact_start,
        planned: args.planned,
        auto: args.alone.auto,
        alert,
        ..Beginning::default()
    };
    let session = begin(&around, beginning)?;
    if !args.alone.auto {
        return screen::session(session, &around);
    }
    let ending = walk_alone(session, &around, args.alone.path(args.yes), &mut std::io::stdout())?;
    Ok(Exit::of(&ending))
}
