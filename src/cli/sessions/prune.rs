//! `stanch sessions prune`: old sessions go, after it was shown which.

use std::io::Write;

use chrono::TimeDelta;

use super::one_line;
use crate::cli::Exit;
use crate::store::clock::{Clock as _, System};
use crate::store::operator;
use crate::store::paths::Paths;
use crate::store::session::{Old, Plan, plan, remove, sweep};
use crate::text::human;

/// Which sessions go.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only sessions whose last entry is older than this: 30d, 12w, 1y.
    #[arg(long, value_name = "AGE", default_value = "90d", value_parser = humantime::parse_duration)]
    older_than: std::time::Duration,
    /// Only sessions that take at least this much: 500K, 100M, 2G.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    larger_than: Option<u64>,
    /// Only rehearsals.
    #[arg(long)]
    drills: bool,
    /// Take them away. Without it they are only listed.
    #[arg(long)]
    yes: bool,
}

/// Lists them, and takes them away where that is asked for. Open sessions, and those still to be looked at again, never go.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let paths = Paths::from_env()?;
    let than = TimeDelta::from_std(args.older_than).unwrap_or(TimeDelta::MAX);
    let old = Old { than, bytes: args.larger_than.unwrap_or(0), drills: args.drills };
    let now = System.now();
    let plan = plan(&paths, old, now)?;
    write!(out, "{}", words(&plan, args.yes))?;
    out.flush()?;
    if !args.yes {
        return Ok(Exit::Fine);
    }
    sweep(&paths)?;
    let by = operator::by(None);
    let mut exit = Exit::Fine;
    for (summary, _) in &plan.go {
        // One that cannot go keeps no other one.
        if let Err(error) = remove(&summary.dir, &by, now) {
            eprintln!("error: {}", one_line(&error.to_string()));
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

fn words(plan: &Plan, yes: bool) -> String {
    let mut text = String::new();
    let mut line = |line: String| text = format!("{text}{line}\n");
    for (summary, bytes) in &plan.go {
        let last = summary.facts.last.map_or_else(|| "-".to_owned(), |last| last.format("%Y-%m-%d").to_string());
        let (id, title) = (one_line(summary.dir.id()), one_line(&summary.facts.title));
        line(format!("{id}  last entry {last}  {:>9}  {title}", human::bytes(*bytes)));
    }
    for (summary, why) in &plan.stay {
        line(format!("{}  stays: {why}", one_line(summary.dir.id())));
    }
    let bytes = human::bytes(plan.go.iter().map(|(_, bytes)| bytes).sum());
    let count = if plan.go.len() == 1 { "1 session".to_owned() } else { format!("{} sessions", plan.go.len()) };
    line(match (plan.go.is_empty(), yes) {
        (true, _) => "no session is to go".to_owned(),
        (false, true) => format!("{count} go, {bytes}"),
        (false, false) => format!("{count} would go, {bytes}; `--yes` takes them away for good"),
    });
    text
}

/// Bytes, as people write them.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match &text[digits.len()..] {
        "" | "B" => 1,
        "K" | "KB" | "KiB" => 1 << 10,
        "M" | "MB" | "MiB" => 1 << 20,
        "G" | "GB" | "GiB" => 1 << 30,
        unit => return Err(format!("{unit:?} is no unit; K, M and G are")),
    };
    let number: u64 = digits.parse().map_err(|_| "a size is a whole number and K, M or G: 100M".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "no disk is that large".to_owned())
}
