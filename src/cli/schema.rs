//! `stanch schema`: the format of runbooks, for editors and for people.

use std::io::Write;
use std::path::PathBuf;

use super::{Exit, save};
use crate::runbook::{format, schema};

/// What is written, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The reference for people, in Markdown, instead.
    #[arg(long)]
    reference: bool,
    /// Write to a file instead of standard output; an older one is replaced.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the JSON Schema of runbooks, or the reference.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let text = if args.reference { format::reference() } else { format!("{:#}\n", schema::json_schema()) };
    let Some(path) = &args.output else {
        out.write_all(text.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Fine);
    };
    let (what, ours): (&str, fn(&str) -> bool) = if args.reference {
        ("reference", |there| there.starts_with("# The format of runbooks"))
    } else {
        ("schema", |there| there.contains("A runbook of Stanch"))
    };
    Ok(save::replaced(path, &text, false, what, ours))
}
