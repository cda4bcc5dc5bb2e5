//! What every subcommand that works a session needs from outside.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Local;

use crate::drive::{Chosen, Error, Kind, Result, Surroundings};
use crate::runbook::render::{Look, Source};
use crate::runbook::{Hook, PhaseName, parse};
use crate::session::entry::When;
use crate::session::walk;
use crate::session::when;
use crate::store::clock::{Clock as _, System};
use crate::store::config;
use crate::store::library::{Item, Library};
use crate::store::operator;
use crate::store::paths::Paths;

/// Who works, and where runbooks are.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Around {
    /// Who works this session, as it stands in the record (else `STANCH_OPERATOR`, `SUDO_USER`, the login name).
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Another folder of runbooks, looked through first.
    #[arg(long, value_name = "DIR")]
    runbooks: Vec<PathBuf>,
}

/// How a walk without a screen goes.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Alone {
    /// Walk without a screen, printing a line per event (times in UTC).
    #[arg(long)]
    pub(super) auto: bool,
    /// With --auto: where a sign points several ways, go this one.
    #[arg(long, value_enum, value_name = "PHASE", requires = "auto")]
    path: Option<Way>,
}

/// A way out of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Way {
    Revert,
    Fix,
}

impl Alone {
    /// As the walk takes it.
    pub(super) fn path(&self, yes: bool) -> walk::Path {
        let prefer = self.path.map(|way| match way {
            Way::Revert => PhaseName::Revert,
            Way::Fix => PhaseName::Fix,
        });
        walk::Path { prefer, yes, again: None }
    }
}

impl Around {
    /// The surroundings of a session on this machine, by its own clocks.
    pub(super) fn surroundings(&self) -> Result<Surroundings> {
        let paths = Paths::from_env()?.writable()?;
        if let Some(why) = &paths.in_memory {
            eprintln!("warning: {why}; sessions are kept in memory, in {}", paths.data.display());
        }
        if let Some(why) = paths.open_to_others() {
            eprintln!("warning: {}", why.escape_debug());
        }
        let hook = hook(&paths);
        let shapes = config::shapes(&paths);
        Ok(Surroundings {
            paths,
            by: operator::by(self.operator.as_deref()),
            clock: Arc::new(System),
            directory: None,
            program: None,
            hook,
            shapes,
        })
    }

    /// The runbooks there are.
    pub(super) fn library(&self, paths: &Paths) -> Library {
        self.library_with(paths, None)
    }

    /// The runbooks there are, those of another folder first.
    pub(super) fn library_with(&self, paths: &Paths, folder: Option<&Path>) -> Library {
        let extra: Vec<PathBuf> = folder.map(Path::to_owned).into_iter().chain(self.runbooks.iter().cloned()).collect();
        let library = Library::load(paths, &extra);
        for trouble in library.troubles() {
            eprintln!("warning: could not read {}: {}", trouble.path.display(), trouble.reason);
        }
        library
    }
}

/// The operator's hook, where one is configured. What is wrong with the configuration is on standard error; the work goes on without.
pub(super) fn hook(paths: &Paths) -> std::result::Result<Option<Arc<Hook>>, String> {
    config::load(paths).map(|config| config.hook.map(Arc::new)).map_err(|broken| {
        eprintln!("warning: the configuration is not used, and no hook is told of anything\n{}\n", broken.whole);
        broken.brief
    })
}

/// A runbook of the library, read and found to be sound; else its problems are on standard error.
pub(super) fn choose(item: &Item) -> Result<Chosen> {
    let text = item.text()?;
    let parsed = parse(&item.id, &text);
    let origin = item.origin.to_string();
    if let Some(runbook) = parsed.runbook {
        return Ok(Chosen { runbook: Arc::new(runbook), text, origin });
    }
    let source = Source::new(&origin, &text);
    for problem in parsed.problems.iter().filter(|problem| problem.is_error()) {
        eprintln!("{}\n", source.show(problem, Look::Plain));
    }
    Err(Error::new(Kind::Invalid, format!("could not use the runbook {}: it has errors", item.id))
        .hint(format!("`stanch check {origin}` shows them")))
}

/// A time as operators type it.
pub(super) fn time(text: &str) -> std::result::Result<When, String> {
    when::parse(text, System.now(), *Local::now().offset())
}

/// A screen needs a terminal; without one, what to do instead.
pub(super) fn terminal(instead: &str) -> Result<()> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Error::new(Kind::Person, "could not show a screen: this is no terminal").hint(instead))
}
