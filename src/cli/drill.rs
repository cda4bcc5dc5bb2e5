//! `stanch drill`: a rehearsed incident.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::around::{Alone, Around, choose, terminal};
use super::{Exit, screen};
use crate::drive::auto::{end_drill, walk_alone};
use crate::drive::drill::{Rehearsal, Rehearsed};
use crate::drive::{Beginning, Chosen, Error, Surroundings, begin, resume};
use crate::session::walk::Path;
use crate::store::library::{Item, Library, extract};

/// The drill that needs nothing.
const USUAL: &str = "status-500";

/// Which drill, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The runbook whose drill it is.
    #[arg(default_value = USUAL)]
    name: String,
    #[command(flatten)]
    alone: Alone,
    /// List the drills there are.
    #[arg(long)]
    list: bool,
    /// Make the fix heal nothing, to test the drill.
    #[arg(long, hide = true)]
    sabotage: bool,
    #[command(flatten)]
    around: Around,
}

/// Breaks a throwaway service, has its runbook followed, and cleans up.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let around = args.around.surroundings()?;
    let library = args.around.library(&around.paths);
    if args.list {
        return Ok(list(&library));
    }
    let item = library.find(&args.name)?;
    let chosen = choose(&item)?;
    if !item.has_drill {
        return Err(crate::store::Error::NoDrill { id: item.id }.into());
    }
    if !args.alone.auto {
        terminal(&format!("`stanch drill {} --auto` walks it without a screen", args.name))?;
    }
    let interrupt = Interrupt::listen()?;
    eprintln!("breaking a throwaway service for the drill {} ...", item.id);
    let rehearsed = rehearse(args, &around, &item, &chosen, &interrupt)?;
    let worked = work(args, &around, chosen, &rehearsed);
    let cleaned = rehearsed.clean();
    let exit = worked?;
    cleaned?;
    Ok(exit)
}

fn rehearse(
    args: &Args,
    around: &Surroundings,
    item: &Item,
    chosen: &Chosen,
    interrupt: &Interrupt,
) -> crate::drive::Result<Rehearsed> {
    let drills = around.paths.data.join("drills");
    let rehearsal = Rehearsal { runbook: &chosen.runbook, drills: &drills, sabotage: args.sabotage };
    rehearsal.begin(|to| Ok(extract(item, to)?), &|| interrupt.came(), &mut |words| eprintln!("{words}"))
}

fn work(args: &Args, around: &Surroundings, chosen: Chosen, rehearsed: &Rehearsed) -> anyhow::Result<Exit> {
    let beginning = Beginning {
        drill: Some(chosen.runbook.id.clone()),
        runbook: Some(chosen),
        given: rehearsed.given().to_vec(),
        auto: args.alone.auto,
        ..Beginning::default()
    };
    let around = Surroundings { directory: Some(rehearsed.folder()), ..around.clone() };
    let session = begin(&around, beginning)?;
    if !args.alone.auto {
        let dir = session.dir.clone();
        let exit = screen::session(session, &around)?;
        let left = resume(&around, dir)?;
        if !left.walk.state().closed {
            end_drill(left, &around)?;
        }
        return Ok(exit);
    }
    let told = args.alone.path(true);
    let path = Path { prefer: told.prefer.or_else(|| rehearsed.plan().paths.first().copied()), ..told };
    let ending = walk_alone(session, &around, path, &mut std::io::stdout())?;
    Ok(Exit::of(&ending))
}

fn list(library: &Library) -> Exit {
    for item in library.items().iter().filter(|item| item.has_drill) {
        println!("{:<28} {} ({})", item.id, item.facts.title, item.origin);
    }
    Exit::Fine
}

/// Whether the operator asked to end it while the scripts run; from here on an interrupt no longer ends the program by itself, so
/// that what was broken is cleaned up.
struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    fn listen() -> crate::drive::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(Error::io("listen to signals"))?;
        }
        Ok(Self(flag))
    }

    fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
