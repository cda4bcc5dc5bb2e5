//! The ends of every run's output, held against what the journal recorded: many small files, read on several threads.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::{available_parallelism, scope};

use super::recorded::Recorded;
use crate::session::event::Event;
use crate::session::excerpt::{Excerpt, Excerpts};
use crate::session::run::{RunEnd, RunNo};
use crate::store::excerpt;
use crate::store::outputs::{self, Held};
use crate::store::runs::RunDir;

/// Lines shown of the beginning and of the end of an output.
const LINES: usize = 20;
/// The most threads: a machine in trouble has others to serve.
const THREADS: usize = 4;

/// A run's output.
struct Loaded {
    run: RunNo,
    /// How it differs from what was recorded.
    differs: Option<String>,
    /// None where nothing was printed and there is no file; else why there is no excerpt.
    excerpt: Option<Result<Excerpt, String>>,
}

/// The ends of every run's output. What differs from the record is said on standard error, too.
pub(super) fn excerpts(recorded: &Recorded) -> Excerpts {
    let mut runs: BTreeMap<RunNo, Option<&RunEnd>> = BTreeMap::new();
    for entry in &recorded.entries {
        match &entry.event {
            Event::RunStarted(started) => drop(runs.entry(started.run).or_insert(None)),
            Event::RunEnded(ended) => drop(runs.insert(ended.run, Some(&ended.end))),
            _ => {}
        }
    }
    let runs: Vec<(RunNo, Option<&RunEnd>)> = runs.into_iter().collect();
    let threads = available_parallelism().map_or(1, usize::from).min(THREADS);
    let each = runs.len().div_ceil(threads).max(1);
    let one = |part: &[(RunNo, Option<&RunEnd>)]| -> Vec<Loaded> {
        part.iter().map(|(run, end)| load(recorded, *run, *end)).collect()
    };
    let mut parts = runs.chunks(each);
    let own = parts.next().unwrap_or_default();
    let loaded: Vec<Loaded> = scope(|scope| {
        let others: Vec<_> = parts.map(|part| (part, scope.spawn(move || one(part)))).collect();
        let mut all = one(own);
        for (part, other) in others {
            // A thread that did not come through leaves its part to this one.
            all.extend(other.join().unwrap_or_else(|_| one(part)));
        }
        all
    });
    let mut excerpts = Excerpts::default();
    for Loaded { run, differs, excerpt } in loaded {
        if let Some(how) = differs {
            eprintln!("warning: the output of run {run} is not what the journal recorded: {}", how.escape_debug());
            excerpts.differ.insert(run, how);
        }
        match excerpt {
            Some(Ok(excerpt)) => drop(excerpts.of.insert(run, excerpt)),
            Some(Err(why)) => drop(excerpts.missing.insert(run, why)),
            None => {}
        }
    }
    excerpts
}

fn load(recorded: &Recorded, run: RunNo, end: Option<&RunEnd>) -> Loaded {
    let folder = RunDir::at(&recorded.dir.run(run));
    let path = folder.output();
    let differs = match end.map(|end| outputs::hold(&path, end)) {
        Some(Held::Differs(how)) => Some(how),
        _ => None,
    };
    // What the record counted speaks of another file then.
    let count = end.filter(|_| differs.is_none());
    let excerpt = match excerpt::load(&folder, LINES, LINES, count) {
        Ok(excerpt) => Some(Ok(excerpt)),
        // A run that printed nothing need not have a file.
        Err(_) if end.is_some_and(|end| end.bytes == 0) => None,
        Err(error) => Some(Err(reason(&error, &path))),
    };
    Loaded { run, differs, excerpt }
}

/// Why an output is not there, without the paths of this machine: the record is for others.
fn reason(error: &crate::store::Error, path: &Path) -> String {
    error.to_string().replace(&path.display().to_string(), "its output")
}
