//! What is compared. Each comparison is a file; it stands in the table, and nowhere else.

mod carriers;
mod carry;
mod floor;
mod hosts;
mod keys;
mod load;
mod memory;
mod open;
mod pipe;
mod record;
mod resume;
mod search;
mod small;

use std::path::Path;

use crate::options::Scale;
use crate::peers::Peers;
use crate::report::Section;

/// What a comparison is made with.
pub(crate) struct Context<'a> {
    /// Who there is to compare with.
    pub(crate) peers: &'a Peers,
    /// How much is measured.
    pub(crate) scale: Scale,
    /// Where its files go.
    pub(crate) folder: &'a Path,
}

/// One comparison.
pub(crate) struct Comparison {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// What it answers.
    pub(crate) about: &'static str,
    /// Makes it.
    pub(crate) run: fn(&Context<'_>) -> anyhow::Result<Vec<Section>>,
}

/// All of them, in the page's order.
pub(crate) const COMPARISONS: [Comparison; 11] = [
    Comparison { name: "carry", about: "How fast is the output of a terminal carried and recorded?", run: carry::run },
    Comparison { name: "pipe", about: "How fast is the output of a pipe carried and recorded?", run: pipe::run },
    Comparison { name: "small", about: "What does a run cost that does nothing?", run: small::run },
    Comparison { name: "memory", about: "How much memory is there while much output passes?", run: memory::run },
    Comparison { name: "keys", about: "How soon does a key show while a command floods the screen?", run: keys::run },
    Comparison { name: "open", about: "How soon is there something to see?", run: open::run },
    Comparison { name: "search", about: "How long does it take to look through a long output?", run: search::run },
    Comparison { name: "resume", about: "How soon is the end of a long output there again?", run: resume::run },
    Comparison { name: "hosts", about: "How long does a step take on many hosts?", run: hosts::run },
    Comparison { name: "load", about: "Is it usable with much at once?", run: load::run },
    Comparison { name: "record", about: "How long do a long record and a large runbook take?", run: record::run },
];
