//! `stanch start`: a session without a runbook.

use super::alert::Alerting;
use super::around::{Around, terminal, time};
use super::{Exit, screen};
use crate::drive::{Beginning, begin};
use crate::session::entry::When;

/// What it is about.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The incident's title. With --alert it may be left out: the alert's summary is taken.
    #[arg(required_unless_present = "file")]
    title: Option<String>,
    #[command(flatten)]
    alerting: Alerting,
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
    around: Around,
}

/// Begins the session on a screen.
pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let alert = args.alerting.read(true)?;
    terminal("a session without a runbook is worked by hand; start it in a terminal")?;
    let around = args.around.surroundings()?;
    let beginning = Beginning {
        title: args.title,
        detected: args.detected,
        impact_started: args.impact_start,
        planned: args.planned,
        alert,
        ..Beginning::default()
    };
    screen::session(begin(&around, beginning)?, &around)
}
