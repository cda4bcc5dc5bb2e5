//! Stanch beside the programs people use today, in one run on one machine: `cargo bench --bench beside`.
//!
//! Every figure is taken interleaved with those it is compared with, so that whatever else the machine does hits all alike. The result
//! is a page of Markdown: printed, and after a whole run written to `benches/RESULTS.md`. `-- --help` says what can be chosen.
//!
//! `cargo test --bench beside` does everything once with tiny inputs, to see that it still works. The programs compared with are
//! installed by `benches/peers`; the page names those that are missing. Whatever is started here is ended here, also by Ctrl-C.

mod compare;
mod gate;
mod lane;
mod litter;
mod machine;
#[path = "../made/mod.rs"]
mod made;
mod options;
mod peers;
mod place;
mod process;
mod report;
mod samples;
mod screen;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use anyhow::Context as _;

use compare::{COMPARISONS, Context};
use options::Options;
use peers::Peers;
use report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::read();
    if options.list {
        for comparison in COMPARISONS {
            println!("{:<8} {}", comparison.name, comparison.about);
        }
        return Ok(());
    }
    let chosen = options.chosen()?;
    // Everything is below this folder, and goes with it.
    let folder = tempfile::Builder::new().prefix("beside").tempdir().context("could not make a folder")?;
    litter::mind(folder.path())?;
    tempfile::env::override_temp_dir(folder.path())
        .map_err(|_| anyhow::anyhow!("the temporary folder was set before"))?;

    let peers = Peers::find();
    let mut report = Report::begin(&options, &peers, folder.path());
    print!("{}", report.text());
    let context = Context { peers: &peers, scale: options.scale(), folder: folder.path() };
    for comparison in chosen {
        eprintln!("... {}: {}", comparison.name, comparison.about);
        let sections = (comparison.run)(&context).with_context(|| format!("could not measure {}", comparison.name))?;
        for section in &sections {
            print!("{}", report.add(section));
        }
    }
    if let Some(path) = options.page() {
        std::fs::write(&path, report.text()).with_context(|| format!("could not write {}", path.display()))?;
        eprintln!("written to {}", path.display());
    }
    Ok(())
}
