//! Every command, and what it printed.

use std::collections::BTreeMap;

use super::describe::{self, CELL};
use super::document::{Command, Output, RunOutput};
use super::history::History;
use super::prose::brief;
use super::timeline::long_text;
use crate::session::event::Event;
use crate::session::excerpt::{Excerpt, Excerpts};
use crate::session::run::RunNo;

pub(super) fn commands(history: &History) -> Vec<Command> {
    let mut machine: Option<&String> = None;
    let mut started: BTreeMap<RunNo, (Option<&String>, &String)> = BTreeMap::new();
    for entry in history.entries {
        match &entry.event {
            Event::Attached { host, .. } => machine = Some(host),
            Event::RunStarted(run) => drop(started.insert(run.run, (machine, &entry.by))),
            _ => {}
        }
    }
    let at = |run: RunNo| started.get(&run).copied();
    let elsewhere = |run: RunNo| {
        let site = history.state.site(run).filter(|site| site.host.is_some())?;
        Some(site.machine())
    };
    history
        .state
        .runs
        .values()
        .map(|run| Command {
            run: run.started.run,
            at: run.at.at,
            took_ms: run.ended.as_ref().map(|ended| ended.end.took_ms),
            host: elsewhere(run.started.run).or_else(|| at(run.started.run)?.0.cloned()),
            by: at(run.started.run).map_or_else(String::new, |(_, by)| by.clone()),
            user: run.started.user.clone(),
            cwd: run.started.cwd.clone(),
            purpose: describe::purpose(&run.started.purpose),
            command: run.started.command.clone(),
            edited: run.started.edited,
            effect: run.started.effect,
            typed: run.started.is_shells(),
            exit: describe::exit(run),
        })
        .collect()
}

/// Output of every run that printed something, pinned lines, and whatever no table had room for.
pub(super) fn output(history: &History, excerpts: &Excerpts) -> Output {
    let mut pinned: BTreeMap<RunNo, Vec<(u64, u64, String)>> = BTreeMap::new();
    for entry in history.entries {
        if let Event::Pinned { run, first, last, text } = &entry.event {
            pinned.entry(*run).or_default().push((*first, *last, text.clone()));
        }
    }
    let mut runs = Vec::new();
    for (number, run) in &history.state.runs {
        let end = run.ended.as_ref().map(|ended| &ended.end);
        let said = end.map_or(0, |end| end.bytes);
        let excerpt = match (excerpts.of.get(number), excerpts.missing.get(number)) {
            (Some(excerpt), _) => Ok(excerpt.clone()),
            (None, Some(why)) => Err(why.clone()),
            (None, None) if said == 0 => Ok(Excerpt::default()),
            (None, None) => Err("it is not at hand".to_owned()),
        };
        let command = brief(&run.started.command, CELL).1.then(|| run.started.command.clone());
        let pinned = pinned.remove(number).unwrap_or_default();
        let printed = excerpt.as_ref().map_or(true, |excerpt| excerpt.bytes > 0);
        let dropped = end.map_or(0, |end| end.dropped);
        let differs = excerpts.differ.get(number);
        if !printed && command.is_none() && pinned.is_empty() && dropped == 0 && differs.is_none() {
            continue;
        }
        runs.push(RunOutput {
            run: *number,
            what: describe::name(history, run),
            command,
            pinned,
            lines: end.map(|end| end.lines),
            sha256: end.map(|end| end.sha256.clone()).filter(|sum| !sum.is_empty()),
            dropped,
            differs: differs.cloned(),
            excerpt,
        });
    }
    let texts = history.entries.iter().filter_map(|entry| Some((entry.seq, long_text(entry)?.to_owned())));
    Output { runs, texts: texts.collect() }
}
