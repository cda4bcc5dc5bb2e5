//! What is measured, and how much of it.

use std::path::PathBuf;

use clap::Parser;

use crate::compare::{COMPARISONS, Comparison};

/// Measures Stanch beside other programs.
#[derive(Debug, Parser)]
#[command(name = "cargo bench --bench beside --")]
pub(crate) struct Options {
    /// Only this comparison; may be given several times. The page is then printed and not written.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Lists the comparisons.
    #[arg(long)]
    pub(crate) list: bool,
    /// Everything once with tiny inputs: no figures worth anything, but a proof that it works.
    #[arg(long)]
    smoke: bool,
    /// How often each figure is taken.
    #[arg(long, value_name = "N", default_value_t = 5)]
    times: usize,
    /// Gigabytes that pass for the figures about much output.
    #[arg(long, value_name = "GB", default_value_t = 1)]
    size: u64,
    /// Where the page is written, also after a part.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Given by `cargo bench`; without it, as by `cargo test`, this is `--smoke`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// How often each figure is taken.
    pub(crate) times: usize,
    /// Bytes of "much output".
    pub(crate) much: u64,
    /// What other sizes and counts are divided by: 1, or a lot where it is only tried out.
    divisor: usize,
}

impl Scale {
    /// A count or a size, divided where this is only tried out.
    pub(crate) fn of(&self, count: usize) -> usize {
        (count / self.divisor).max(1)
    }

    /// A number of bytes, likewise.
    pub(crate) fn bytes(&self, count: u64) -> u64 {
        (count / u64::try_from(self.divisor).unwrap_or(1)).max(1)
    }
}

impl Options {
    /// Those given on the command line; what is wrong with them ends the program.
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    /// How much is measured.
    pub(crate) fn scale(&self) -> Scale {
        if self.is_smoke() {
            Scale { times: 1, much: 2_000_000, divisor: 100 }
        } else {
            Scale { times: self.times.max(1), much: self.size.max(1) * 1_000_000_000, divisor: 1 }
        }
    }

    /// The comparisons asked for, in their order.
    pub(crate) fn chosen(&self) -> anyhow::Result<Vec<&'static Comparison>> {
        if let Some(unknown) = self.only.iter().find(|name| COMPARISONS.iter().all(|known| known.name != **name)) {
            anyhow::bail!("could not measure `{unknown}`: there is no such comparison; `-- --list` names them");
        }
        let wanted = |known: &&Comparison| self.only.is_empty() || self.only.iter().any(|name| name == known.name);
        Ok(COMPARISONS.iter().filter(wanted).collect())
    }

    /// Where the page goes; nowhere after a part or a trial, unless that was asked for.
    pub(crate) fn page(&self) -> Option<PathBuf> {
        let whole = self.only.is_empty() && !self.is_smoke();
        let usual = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/RESULTS.md"));
        self.write.clone().or_else(|| whole.then(usual))
    }

    /// The command that gives this page.
    pub(crate) fn command(&self) -> String {
        if !self.bench {
            return "cargo test --bench beside".to_owned();
        }
        let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let options = if given.is_empty() { String::new() } else { format!(" -- {}", given.join(" ")) };
        format!("cargo bench --bench beside{options}")
    }

    fn is_smoke(&self) -> bool {
        self.smoke || !self.bench
    }
}
