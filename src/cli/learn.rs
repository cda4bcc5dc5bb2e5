//! `stanch learn`: what a session taught, as a patch of its runbook.

use std::io::Write;
use std::path::PathBuf;

use super::recorded::Recorded;
use super::{Exit, save};
use crate::drive::learn::{is_learned, learn};

/// Which session, and which file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`.
    #[arg(value_name = "SESSION")]
    session: String,
    /// The runbook's file, where it is not the one that the session began with.
    #[arg(long, value_name = "FILE")]
    runbook: Option<PathBuf>,
    /// Write the patch into a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite FILE, whatever is in it.
    #[arg(long, requires = "output")]
    force: bool,
}

/// Prints a patch. What could not be put into it without doubt stands above it, with the reason.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let recorded = Recorded::read(&args.session)?;
    let learned = learn(&recorded.dir, &recorded.entries, recorded.runbook.as_ref(), args.runbook.as_deref())?;
    for note in &learned.notes {
        eprintln!("note: {note}");
    }
    if learned.patch.is_empty() {
        eprintln!("the session taught nothing that {} does not have", learned.path.escape_debug());
        return Ok(Exit::Fine);
    }
    if let Some(path) = &args.output {
        return Ok(save::replaced(path, &learned.patch, args.force, "patch", is_learned));
    }
    out.write_all(learned.patch.as_bytes())?;
    out.flush()?;
    Ok(Exit::Fine)
}
