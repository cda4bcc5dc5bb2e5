//! `stanch import`: a Markdown runbook as one in YAML.

use std::fs::File;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Exit, save};
use crate::drive::{Chosen, Error, Kind, Result};
use crate::runbook::import::{Imported, MAX_SOURCE, import};
use crate::runbook::render::{Look, Source};
use crate::runbook::{PhaseName, Runbook, parse};

/// What is imported, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A runbook in Markdown.
    #[arg(value_name = "FILE.md")]
    file: PathBuf,
    /// Write the YAML into this file; without it, to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file, whatever is in it.
    #[arg(long, requires = "output")]
    force: bool,
}

/// Imports a runbook. What a person must look at is told on standard error, and stands in the YAML.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let done = read(&args.file)?;
    let runbook = sound(&args.file, &done)?;
    match &args.output {
        None => out.write_all(done.yaml.as_bytes())?,
        Some(file) => {
            let exit = save::replaced(file, &done.yaml, args.force, "runbook", |_| false);
            if exit != Exit::Fine {
                return Ok(exit);
            }
        }
    }
    out.flush()?;
    for note in &done.notes {
        eprintln!("note: {}", harmless(&note.told()));
    }
    eprintln!("imported {}: {}", named(&args.file), told(&runbook));
    Ok(Exit::Fine)
}

/// Whether a name is that of Markdown.
pub(super) fn is_markdown(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    [".md", ".markdown", ".md.erb", ".mdx"].iter().any(|end| name.ends_with(end))
}

/// Imports a file.
///
/// # Errors
/// Where it cannot be read, is too long, or is no text.
pub(super) fn read(path: &Path) -> Result<Imported> {
    let cannot = |cause: String| Error::new(Kind::Invalid, format!("could not import {}: {cause}", named(path)));
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(cannot("it is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_SOURCE as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| cannot(error.to_string()))?;
    if bytes.len() > MAX_SOURCE {
        return Err(cannot(format!("it is longer than {} KiB", MAX_SOURCE >> 10))
            .hint("import the part of it that is the runbook"));
    }
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8".to_owned()).hint("save it as UTF-8"))?;
    Ok(import(&path.file_name().unwrap_or_default().to_string_lossy(), &text))
}

/// The runbook that was made; it has no errors, whatever it was made of.
///
/// # Errors
/// Where the program made one that cannot be used; its problems are on standard error.
pub(super) fn sound(path: &Path, done: &Imported) -> Result<Runbook> {
    let parsed = parse(&id_of(path), &done.yaml);
    if let Some(runbook) = parsed.runbook {
        return Ok(runbook);
    }
    let source = Source::new("the imported runbook", &done.yaml);
    for problem in parsed.problems.iter().filter(|problem| problem.is_error()) {
        eprintln!("{}\n", source.show(problem, Look::Plain));
    }
    let error = format!("could not import {}: what was made of it cannot be used", named(path));
    Err(Error::new(Kind::Internal, error).hint("this is a fault of stanch: please report it, with the file"))
}

/// A runbook in Markdown, imported to be worked with at once. What a person should know of that is on standard error.
///
/// # Errors
/// Where it cannot be imported.
pub(super) fn chosen(path: &Path) -> Result<Chosen> {
    let done = read(path)?;
    let runbook = sound(path, &done)?;
    let count = done.notes.len();
    eprintln!("imported {} for this session: {}", named(path), told(&runbook));
    if count > 0 {
        let what = if count == 1 { "1 place needs".to_owned() } else { format!("{count} places need") };
        eprintln!("note: {what} a look, `stanch import {}` lists them", named(path));
    }
    Ok(Chosen { runbook: Arc::new(runbook), text: done.yaml, origin: format!("{}, imported", path.display()) })
}

/// What was imported, in numbers.
pub(super) fn told(runbook: &Runbook) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let phases: Vec<String> =
        PhaseName::ALL.into_iter().map(|phase| format!("{} {phase}", runbook.phase(phase).steps.len())).collect();
    let (steps, vars) = (runbook.steps().count(), runbook.vars.len());
    format!("{} ({}), {}", plural(steps, "step"), phases.join(", "), plural(vars, "variable"))
}

/// A runbook's id: the name of its file.
pub(super) fn id_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or(&name).to_owned()
}

fn named(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

/// Words of the source, without what would steer the terminal.
fn harmless(text: &str) -> String {
    crate::text::plain::strip(text.as_bytes())
}
