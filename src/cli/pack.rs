//! `stanch pack`: a session in one file.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::Exit;
use crate::store::Error;
use crate::store::pack::{Packed, pack};
use crate::store::paths::Paths;
use crate::store::session;

/// Which session, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`. It may be worked meanwhile.
    #[arg(value_name = "SESSION")]
    session: String,
    /// Where to; `-` is standard output. Without it, `SESSION.tar.gz` here. A file that is there is not overwritten.
    #[arg(short, long, value_name = "FILE|-")]
    output: Option<PathBuf>,
}

/// Packs it: the file appears whole, or not at all.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let dir = session::find(&Paths::from_env()?, &args.session)?;
    if args.output.as_deref() == Some(Path::new("-")) {
        let out = io::stdout();
        if out.is_terminal() {
            eprintln!("error: could not write a pack to a terminal");
            eprintln!("hint: send it on: `stanch pack {} -o - | ssh HOST stanch unpack -`", args.session);
            return Ok(Exit::Usage);
        }
        let mut out = BufWriter::new(out.lock());
        let packed = pack(&dir, &mut out)?;
        out.flush()?;
        // Standard output is the pack.
        eprint!("{}", words(dir.id(), "-", &packed));
        return Ok(Exit::Fine);
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.tar.gz", dir.id())));
    if path.symlink_metadata().is_ok() {
        eprintln!("error: could not write {}: it is there already", path.display().to_string().escape_debug());
        eprintln!("hint: name another file with -o, or move it away");
        return Ok(Exit::Failed);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let cannot = |cause: io::Error| Error::Io { what: format!("write {}", path.display()), cause };
    // Readable by this operator alone: an incident is not everybody's.
    let mut file = tempfile::Builder::new().prefix(".stanch-").tempfile_in(folder).map_err(cannot)?;
    let packed = pack(&dir, BufWriter::new(&mut file))?;
    file.as_file().sync_all().map_err(cannot)?;
    file.persist_noclobber(&path).map_err(|error| cannot(error.error))?;
    print!("{}", words(dir.id(), &path.display().to_string(), &packed));
    Ok(Exit::Fine)
}

fn words(id: &str, file: &str, packed: &Packed) -> String {
    let count = |count: u64, word: &str| match (count, word) {
        (1, word) => format!("1 {word}"),
        (count, "entry") => format!("{count} entries"),
        (count, word) => format!("{count} {word}s"),
    };
    let (entries, runs) = (count(packed.entries, "entry"), count(packed.runs, "run"));
    let going_on: Vec<String> = packed.going_on.iter().map(ToString::to_string).collect();
    let without_end = match going_on.join(", ") {
        runs if runs.is_empty() => String::new(),
        runs => format!("without an end: run {runs}; for whoever unpacks it, that was interrupted, outcome unknown\n"),
    };
    format!(
        "packed {}: {entries}, {runs}\n{without_end}head {2}\n`stanch unpack {1} --head {2}` takes it up elsewhere\n",
        id.escape_debug(),
        file.escape_debug(),
        packed.head
    )
}
