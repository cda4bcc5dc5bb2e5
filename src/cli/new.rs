//! `stanch new`: a runbook to start from.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::Exit;
use crate::runbook::starter;

/// What it is called, and where it goes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The runbook's id, as in `disk-full`; without it the runbook is written to standard output.
    id: Option<String>,
    /// Where it goes; `runbooks/ID.yaml` where there is such a folder, else `ID.yaml`. What is there is never overwritten.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes a runbook to start from.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let stem = args.output.as_ref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let Some(id) = args.id.clone().or(stem) else {
        out.write_all(starter("what-is-wrong", Utc::now().date_naive()).as_bytes())?;
        out.flush()?;
        return Ok(Exit::Fine);
    };
    if let Some(given) = &args.id
        && !starter_id(given)
    {
        eprintln!("error: could not call a runbook {}", given.escape_debug());
        eprintln!("hint: an id has the characters a-z, 0-9, - and _, as in `disk-full`");
        return Ok(Exit::Usage);
    }
    let path = args.output.clone().unwrap_or_else(|| {
        let folder = Path::new("runbooks");
        let file = format!("{id}.yaml");
        if folder.is_dir() { folder.join(file) } else { PathBuf::from(file) }
    });
    let shown = path.to_string_lossy().escape_debug().to_string();
    if let Err(error) = create(&path, &starter(&id, Utc::now().date_naive())) {
        let there = error.kind() == io::ErrorKind::AlreadyExists;
        eprintln!(
            "error: could not write {shown}: {}",
            if there { "it is there".to_owned() } else { error.to_string() }
        );
        eprintln!(
            "hint: {}",
            if there { "choose another id, or another file with -o" } else { "name a file in a folder that is there" }
        );
        return Ok(Exit::Input);
    }
    writeln!(out, "{shown}")?;
    out.flush()?;
    eprintln!("hint: `stanch check --watch {shown}` tells what is wrong or missing while you write");
    Ok(Exit::Fine)
}

fn starter_id(id: &str) -> bool {
    crate::runbook::is_runbook_id(id)
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
