//! `stanch run`: a session with a runbook.

use super::around::{Alone, Around, choose, terminal, time};
use super::{Exit, screen};
use crate::drive::auto::walk_alone;
use crate::drive::{Beginning, begin, values};
use crate::runbook::VarName;
use crate::session::entry::When;

/// What is run, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A runbook's id, `bundled:ID`, or a path.
    runbook: String,
    /// Give a variable its value; may be repeated. Secrets are not taken here, but from `STANCH_VAR_NAME`.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = values::assignment)]
    vars: Vec<(VarName, String)>,
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
    let chosen = choose(&args.around.library(&around.paths).find(&args.runbook)?)?;
    if !args.alone.auto {
        terminal(&format!("`stanch run {} --auto` walks it without a screen", args.runbook))?;
    }
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let given = values::given(&chosen.runbook, &args.vars, environment)?;
    let beginning = Beginning {
        runbook: Some(chosen),
        given,
        detected: args.detected,
        impact_started: args.impact_start,
        planned: args.planned,
        auto: args.alone.auto,
        ..Beginning::default()
    };
    let session = begin(&around, beginning)?;
    if !args.alone.auto {
        return screen::session(session, &around);
    }
    let ending = walk_alone(session, &around, args.alone.path(args.yes), &mut std::io::stdout())?;
    Ok(Exit::of(&ending))
}
