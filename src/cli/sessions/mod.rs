//! `stanch sessions`: which sessions there are, and taking old ones away.

mod prune;

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::cli::Exit;
use crate::session::event::Status;
use crate::store::paths::Paths;
use crate::store::session::{self, Summary};
use crate::text::plain;

/// How they are told.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One JSON object per session and line.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List closed sessions that are old, and take them away with --yes.
    Prune(prune::Args),
}

/// Lists all sessions, newest first; damaged ones say what is broken.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    if let Some(What::Prune(args)) = &args.what {
        return prune::run(args, out);
    }
    let paths = Paths::from_env()?;
    let all = session::list(&paths)?;
    if args.json {
        for summary in &all {
            serde_json::to_writer(&mut *out, &Row::of(summary))?;
            writeln!(out)?;
        }
    } else if all.is_empty() {
        writeln!(out, "no sessions in {}", paths.sessions().to_string_lossy().escape_debug())?;
    } else {
        table(&all, out)?;
    }
    out.flush()?;
    Ok(Exit::Fine)
}

/// A session as data.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    runbook: Option<&'a str>,
    severity: Option<String>,
    status: Option<Status>,
    open: bool,
    opened: Option<String>,
    last_entry: Option<String>,
    entries: u64,
    planned: bool,
    drill: Option<&'a str>,
    again: Vec<String>,
    red: &'a [String],
    places: &'a [String],
    driven: bool,
    driver: Option<&'a str>,
    trouble: Option<&'a str>,
    path: String,
}

impl<'a> Row<'a> {
    fn of(summary: &'a Summary) -> Self {
        let facts = &summary.facts;
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self {
            id: summary.dir.id(),
            title: &facts.title,
            runbook: facts.runbook.as_deref(),
            severity: facts.severity.map(|severity| severity.to_string()),
            status: facts.status,
            open: summary.is_open(),
            opened: facts.opened.map(time),
            last_entry: facts.last.map(time),
            entries: facts.entries,
            planned: facts.planned,
            drill: facts.drill.as_deref(),
            again: facts.again.iter().copied().map(time).collect(),
            red: &facts.red,
            places: &facts.places,
            driven: summary.driver.is_some(),
            driver: summary.driver.as_ref().and_then(Option::as_ref).map(|holder| holder.by.as_str()),
            trouble: facts.trouble.as_deref(),
            path: summary.dir.path().to_string_lossy().into_owned(),
        }
    }
}

fn table(all: &[Summary], out: &mut impl Write) -> std::io::Result<()> {
    let width = all.iter().map(|summary| summary.dir.id().chars().count()).max().unwrap_or(0);
    for summary in all {
        let facts = &summary.facts;
        let severity = facts.severity.map_or_else(String::new, |severity| severity.to_string());
        let status = facts.status.map_or("unknown", Status::as_str);
        let last = facts.last.map_or_else(|| "-".to_owned(), |last| last.format("%Y-%m-%d %H:%MZ").to_string());
        writeln!(
            out,
            "{:width$}  {severity:5}  {status:13}  {last:17}  {}{}",
            one_line(summary.dir.id()),
            one_line(&facts.title),
            one_line(&remarks(summary))
        )?;
    }
    Ok(())
}

/// Places named in the remarks.
const PLACES: usize = 4;

/// What else must be known of a session, in brackets.
fn remarks(summary: &Summary) -> String {
    let facts = &summary.facts;
    let driver = summary.driver.as_ref().map(|holder| {
        let by = holder.as_ref().map_or("someone", |holder| holder.by.as_str());
        format!("driven by {by}")
    });
    let drill = facts.drill.as_ref().map(|drill| format!("drill {drill}"));
    let planned = facts.planned.then(|| "planned".to_owned());
    let trouble = facts.trouble.as_ref().map(|trouble| format!("damaged: {trouble}"));
    let again = facts.again.first().map(|at| format!("look again from {}", at.format("%Y-%m-%d %H:%MZ")));
    let red = (!facts.red.is_empty()).then(|| format!("red again: {}", facts.red.join(", ")));
    let places = (!facts.places.is_empty()).then(|| {
        let named: Vec<&str> = facts.places.iter().take(PLACES).map(String::as_str).collect();
        let more = facts.places.len().saturating_sub(PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("ran on {}{more}", named.join(", "))
    });
    let remarks: Vec<_> = [drill, planned, places, driver, again, red, trouble].into_iter().flatten().collect();
    if remarks.is_empty() { String::new() } else { format!("  ({})", remarks.join(", ")) }
}

/// Text from a session, harmless and without line ends.
fn one_line(text: &str) -> String {
    plain::strip(text.as_bytes()).replace(['\n', '\t'], " ")
}
