//! `stanch unpack`: a session that was packed elsewhere, among those here.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;
use super::audit::head;
use crate::store::Error;
use crate::store::pack::{Limits, Unpacked, unpack};
use crate::store::paths::Paths;

/// Most files of a pack: four for each of a quarter of a million runs.
const FILES: u64 = 1_000_000;

/// What is unpacked.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What `stanch pack` wrote; `-` is standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The hash that was shown when it was packed: at least its first 8 digits. Proves that its journal is the one that was packed.
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Option<String>,
    /// The most that is unpacked.
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 30)]
    max_bytes: u64,
}

/// Unpacks it: 0 when done, or when it is there already; 1 when outputs are not what its journal says.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let from: Box<dyn Read> = if args.file == Path::new("-") {
        if io::stdin().is_terminal() {
            eprintln!("error: could not read a pack from a terminal");
            eprintln!("hint: name its file, or send it in: `ssh HOST stanch pack SESSION -o - | stanch unpack -`");
            return Ok(Exit::Usage);
        }
        Box::new(io::stdin().lock())
    } else {
        let cannot = |cause| Error::Io { what: format!("read {}", args.file.display()), cause };
        Box::new(File::open(&args.file).map_err(cannot)?)
    };
    // Broken off in order, so that nothing half unpacked is left.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // Where the pack does not come, nothing is asked: the second one ends it at once.
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let limits = Limits { bytes: args.max_bytes, files: FILES };
    let stopped = || stop.load(Ordering::Relaxed);
    let unpacked = unpack(BufReader::new(from), &Paths::from_env()?, limits, args.head.as_deref(), &stopped)?;
    write!(out, "{}", words(&unpacked))?;
    out.flush()?;
    Ok(if unpacked.differ == 0 { Exit::Fine } else { Exit::Failed })
}

fn words(unpacked: &Unpacked) -> String {
    let id = unpacked.dir.id();
    let done = if unpacked.already { "already there" } else { "unpacked" };
    let differ = match unpacked.differ {
        0 => String::new(),
        count => format!(", {count} NOT: `stanch audit {id}` says which"),
    };
    format!(
        "{done}: {id}\nentries  {}\nhead     {}\noutputs  {} as recorded{differ}\n`stanch show {id}` catches up, `stanch resume {id}` \
         takes it up; its commands begin in fresh lanes\n",
        unpacked.entries, unpacked.head, unpacked.held
    )
}
