//! `stanch check`: every problem of runbooks, at once, and what could be better in them.

mod files;
mod sarif;
mod tally;
mod told;
mod watch;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};

use self::tally::Tally;
use self::told::{Format, Teller};
use super::Exit;
use crate::drive::drill;
use crate::runbook::check_bytes;
use crate::store::library::id_of;

/// What is checked, and how it is told.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Runbooks, or folders of them (`*.yaml` and `*/runbook.yaml`).
    #[arg(required_unless_present = "rules", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For people, one JSON object per problem and line, or SARIF 2.1.0 for code scanning.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Warnings fail as errors do.
    #[arg(long)]
    strict: bool,
    /// Check again whenever something is saved, until stopped.
    #[arg(long, conflicts_with = "rules")]
    watch: bool,
    /// List the rules, each with what it asks for, instead of checking anything.
    #[arg(long, conflicts_with = "paths")]
    rules: bool,
}

/// Checks runbooks: 0 when there is no error among the problems, 1 when there is, 3 when something cannot be read.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    if args.rules {
        told::rules(args.format, out)?;
        return Ok(Exit::Fine);
    }
    if args.watch {
        if args.format == Format::Sarif {
            eprintln!("error: could not watch for SARIF: it is written once, at the end");
            eprintln!("hint: --format json tells each problem in a line of its own");
            return Ok(Exit::Usage);
        }
        return Err(watch::watch(&args.paths, &mut || once(args, out).map(|_| ())));
    }
    once(args, out)
}

/// Checks everything once.
fn once(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let today = Utc::now().date_naive();
    let mut teller = Teller::new(args.format);
    let mut tally = Tally::default();
    for path in &args.paths {
        match files::runbooks_of(path) {
            Ok(files) => {
                for file in files {
                    check(&file, today, out, &mut teller, &mut tally)?;
                }
            }
            Err(error) => unread(path, &error, &mut teller, &mut tally),
        }
    }
    teller.end(&tally, out)?;
    out.flush()?;
    Ok(tally.exit(args.strict))
}

fn check(
    path: &Path,
    today: NaiveDate,
    out: &mut impl Write,
    teller: &mut Teller,
    tally: &mut Tally,
) -> io::Result<()> {
    let bytes = match files::read_bounded(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            unread(path, &error, teller, tally);
            return Ok(());
        }
    };
    let parsed = check_bytes(&id_of(path), &bytes, today);
    let text = String::from_utf8_lossy(&bytes);
    teller.tell(path, &text, &parsed.problems, out)?;
    tally.read(&parsed);
    match drill::check(path, parsed.runbook.as_ref()) {
        Ok(beside) => {
            for file in beside {
                teller.tell(&file.path, &file.text, &file.problems, out)?;
                tally.beside(&file.problems);
            }
        }
        Err(error) => unread(&path.with_file_name("drill"), &error, teller, tally),
    }
    Ok(())
}

/// Tells that something cannot be read, and goes on.
fn unread(path: &Path, error: &io::Error, teller: &mut Teller, tally: &mut Tally) {
    tally.unread();
    // Debug quoting of the path: whatever bytes it has, none of them steers the terminal.
    let message = format!("could not read {}: {error}", path.to_string_lossy().escape_debug());
    eprintln!("error: {message}");
    teller.unread(path, &message);
}
