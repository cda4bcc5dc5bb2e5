//! `stanch check`: every problem of runbooks, at once.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use super::Exit;
use crate::drive::drill::{self, Checked};
use crate::runbook::render::{Look, Source};
use crate::runbook::{MAX_BYTES, parse_bytes};

/// What is checked, and how it is told.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Runbooks, or folders of them (`*.yaml` and `*/runbook.yaml`).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For people, or one JSON object per problem and line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Checks runbooks: 0 when there is no error among the problems, 1 when there is, 3 when something cannot be read.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let look = if colour { Look::Styled } else { Look::Plain };
    let mut tally = Tally::default();
    for path in &args.paths {
        match runbooks_of(path) {
            Ok(files) => {
                for file in files {
                    check(&file, args.format, look, out, &mut tally)?;
                }
            }
            Err(error) => tally.unread(path, &error),
        }
    }
    if args.format == Format::Text {
        writeln!(out, "{}", tally.summary())?;
    }
    out.flush()?;
    Ok(tally.exit())
}

/// What was found so far.
#[derive(Default)]
struct Tally {
    files: usize,
    errors: usize,
    warnings: usize,
    unreadable: usize,
}

impl Tally {
    fn unread(&mut self, path: &Path, error: &io::Error) {
        self.unreadable += 1;
        // Debug quoting of the path: whatever bytes it has, none of them steers the terminal.
        eprintln!("error: could not read {}: {error}", path.to_string_lossy().escape_debug());
    }

    fn summary(&self) -> String {
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let unread = if self.unreadable > 0 { format!(", {} unreadable", self.unreadable) } else { String::new() };
        format!(
            "{} checked: {}, {}{unread}",
            plural(self.files, "runbook"),
            plural(self.errors, "error"),
            plural(self.warnings, "warning")
        )
    }

    fn exit(&self) -> Exit {
        if self.unreadable > 0 {
            Exit::Input
        } else if self.errors > 0 {
            Exit::Failed
        } else {
            Exit::Fine
        }
    }
}

fn check(path: &Path, format: Format, look: Look, out: &mut impl Write, tally: &mut Tally) -> io::Result<()> {
    let bytes = match read_bounded(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            tally.unread(path, &error);
            return Ok(());
        }
    };
    let parsed = parse_bytes(&id_of(path), &bytes);
    let text = String::from_utf8_lossy(&bytes);
    let source = Source::new(&path.to_string_lossy(), &text);
    for problem in &parsed.problems {
        match format {
            Format::Text => writeln!(out, "{}\n", source.show(problem, look))?,
            Format::Json => writeln!(out, "{}", source.json(problem))?,
        }
    }
    let errors = parsed.errors();
    tally.files += 1;
    tally.errors += errors;
    tally.warnings += parsed.problems.len() - errors;
    tally.unreadable += usize::from(!parsed.readable);
    match drill::check(path, parsed.runbook.as_ref()) {
        Ok(files) => files.iter().try_for_each(|file| tell(file, format, look, out, tally)),
        Err(error) => {
            tally.unread(&path.with_file_name("drill"), &error);
            Ok(())
        }
    }
}

/// What is wrong with a file of a drill.
fn tell(file: &Checked, format: Format, look: Look, out: &mut impl Write, tally: &mut Tally) -> io::Result<()> {
    let source = Source::new(&file.path.to_string_lossy(), &file.text);
    for problem in &file.problems {
        match format {
            Format::Text => writeln!(out, "{}\n", source.show(problem, look))?,
            Format::Json => writeln!(out, "{}", source.json(problem))?,
        }
    }
    let errors = file.problems.iter().filter(|problem| problem.is_error()).count();
    tally.errors += errors;
    tally.warnings += file.problems.len() - errors;
    Ok(())
}

/// Reads a file as far as a runbook may go. What is no file (a pipe, a device) is refused: it may never end.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is neither a file nor a folder"));
    }
    let mut bytes = Vec::new();
    // One character more than is taken, so that the parser sees that it is too long.
    File::open(path)?.take(MAX_BYTES as u64 + 4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The runbooks a path stands for: itself, or those in the folder.
fn runbooks_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let own = path.join("runbook.yaml");
    if own.is_file() {
        return Ok(vec![own]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?.path();
        let inside = entry.join("runbook.yaml");
        let yaml = entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if entry.is_dir() && inside.is_file() {
            found.push(inside);
        } else if yaml && !entry.is_dir() {
            found.push(entry);
        }
    }
    if found.is_empty() {
        return Err(io::Error::other("the folder holds no runbooks (`*.yaml` or `*/runbook.yaml`)"));
    }
    found.sort();
    Ok(found)
}

/// A runbook's id: the name of its file, or of its folder where the file is called `runbook.yaml`.
fn id_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    let name = if stem == "runbook" { folder.unwrap_or(stem) } else { stem };
    name.to_string_lossy().into_owned()
}
