//! `stanch drill`: a rehearsed incident.

mod all;
mod interrupt;
mod left;
mod walk;

use std::io::Write;
use std::sync::Arc;

use super::around::{Alone, Around, terminal};
use super::{Exit, screen};
use crate::drive::auto::end_drill;
use crate::drive::{Surroundings, begin, resume};
use crate::postmortem::{DrillReport, json};
use crate::session::practice::Practice;
use crate::session::walk::{Rules, Walk};
use crate::store::journal;
use crate::store::library::{Item, Library};
use crate::store::session::SessionDir;
use interrupt::Interrupt;
use walk::{Ready, Stage, Walked};

/// The drill that needs nothing.
const USUAL: &str = "status-500";

/// Which drill, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The runbook whose drill it is [default: status-500]; with --all a folder of runbooks, else the whole library.
    name: Option<String>,
    #[command(flatten)]
    alone: Alone,
    /// With --auto: every drill there is, by each of its ways out (or by --path), one after the other. What a drill needs and this machine
    /// lacks is an error.
    #[arg(long, requires = "auto")]
    all: bool,
    /// With --auto: what is written to standard output; the lines of JSON's walks go to standard error.
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "auto")]
    format: Format,
    #[command(flatten)]
    instead: Instead,
    /// Make the fix heal nothing, to test the drill.
    #[arg(long, hide = true)]
    sabotage: bool,
    #[command(flatten)]
    around: Around,
}

/// What is done instead of a drill.
#[derive(Debug, clap::Args)]
struct Instead {
    /// List the drills there are.
    #[arg(long, conflicts_with_all = ["all", "auto"])]
    list: bool,
    /// Clean up what drills left behind whose program was killed; those that are worked are not touched.
    #[arg(long, conflicts_with_all = ["all", "auto", "list", "name"])]
    clean: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line for each event.
    Text,
    /// One object: what came of each drill, for programs.
    Json,
}

/// Breaks a throwaway service, has its runbook followed, and cleans up.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let around = args.around.surroundings()?;
    if args.instead.clean {
        return left::clean(&around);
    }
    if args.all {
        return all::run(args, &around);
    }
    let library = args.around.library(&around.paths);
    if args.instead.list {
        return Ok(list(&library));
    }
    let item = library.find(args.name.as_deref().unwrap_or(USUAL))?;
    if !args.alone.auto {
        return on_screen(args, &around, &item);
    }
    let stage = Stage { around: &around, sabotage: args.sabotage, interrupt: &Interrupt::listen()? };
    left::offer(&around, false);
    let told = args.alone.path(true).prefer;
    let walked = match Ready::of(&item) {
        Ok(ready) => {
            let way = told.or_else(|| ready.plan.paths.first().copied());
            stage.walk(&item, &ready, way, &mut *lines(args.format))
        }
        Err(error) => Walked::not_begun(&item, told, &error.into()),
    };
    let exit = walked.exit;
    told_or(exit, if args.format == Format::Json { tell(&[walked], exit) } else { Ok(()) })
}

/// The exit of drills; that it could not be told is an error only where all is well otherwise: a reader that is gone makes nothing heal.
fn told_or(exit: Exit, told: std::io::Result<()>) -> anyhow::Result<Exit> {
    match (exit, told) {
        (Exit::Fine, Err(error)) => Err(error.into()),
        _ => Ok(exit),
    }
}

/// Where the lines of a walk go.
fn lines(format: Format) -> Box<dyn Write> {
    match format {
        Format::Text => Box::new(std::io::stdout()),
        Format::Json => Box::new(std::io::stderr()),
    }
}

/// Writes what came of drills, as data.
fn tell(walked: &[Walked], exit: Exit) -> std::io::Result<()> {
    let walks = walked.iter().map(|walked| walked.report.clone()).collect();
    let text = json::render_drills(&DrillReport { exit_code: exit.code(), walks });
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn on_screen(args: &Args, around: &Surroundings, item: &Item) -> anyhow::Result<Exit> {
    let ready = Ready::of(item)?;
    terminal(&format!("`stanch drill {} --auto` walks it without a screen", item.id))?;
    left::offer(around, true);
    let stage = Stage { around, sabotage: args.sabotage, interrupt: &Interrupt::listen()? };
    let rehearsed = stage.rehearse(item, &ready)?;
    let worked = (|| {
        let around = Surroundings { directory: Some(rehearsed.folder()), ..around.clone() };
        let session = begin(&around, walk::beginning(&ready, &rehearsed, false))?;
        let dir = session.dir.clone();
        rehearsed.belongs_to(dir.id())?;
        let exit = screen::session(session, &around)?;
        let left = resume(&around, dir.clone())?;
        if !left.walk.state().closed {
            end_drill(left, &around)?;
        }
        look_back(&dir, &ready)?;
        anyhow::Ok(exit)
    })();
    let cleaned = rehearsed.clean();
    let exit = worked?;
    cleaned?;
    Ok(exit)
}

/// Tells whoever worked it what it has taught.
fn look_back(dir: &SessionDir, ready: &Ready) -> anyhow::Result<()> {
    let read = journal::read(&dir.journal())?;
    let walk = Walk::replay(Some(Arc::clone(&ready.chosen.runbook)), Rules { drill: true }, &read.entries);
    let practice = Practice::new(&walk, &read.entries, ready.plan.paths.first().copied(), ready.plan.minutes);
    for line in practice.iter().flat_map(Practice::in_words) {
        // Where the terminal is gone there is nobody left to tell.
        drop(writeln!(std::io::stderr(), "{line}"));
    }
    Ok(())
}

fn list(library: &Library) -> Exit {
    for item in library.items().iter().filter(|item| item.has_drill) {
        println!("{:<28} {} ({})", item.id, item.facts.title, item.origin);
    }
    Exit::Fine
}
