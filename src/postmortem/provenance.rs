//! How far the record can be trusted, and where not.

use super::document::{BackDated, Gap, Meta, Provenance};
use super::history::History;
use crate::session::event::Event;
use crate::session::excerpt::Excerpts;
use crate::session::run::Exit;
use crate::session::state::Run;

pub(super) fn provenance(history: &History, meta: &Meta, excerpts: &Excerpts, gaps: Vec<Gap>) -> Provenance {
    let runs = || history.state.runs.values();
    let ends = || runs().filter_map(|run| run.ended.as_ref());
    let mut found = Provenance {
        entries: history.entries.len() as u64,
        head: meta.head.clone(),
        trouble: meta.trouble.clone(),
        gaps,
        redacted: ends().map(|ended| (ended.run, ended.end.redacted)).filter(|(_, count)| *count > 0).collect(),
        dropped: ends().map(|ended| (ended.run, ended.end.dropped)).filter(|(_, bytes)| *bytes > 0).collect(),
        differ: excerpts.differ.keys().copied().collect(),
        unseen: ends().filter(|ended| ended.unseen).map(|ended| ended.run).collect(),
        unknown_ends: runs().filter(|run| end_unknown(run)).map(|run| run.started.run).collect(),
        reboots: history.state.boot.1,
        overrides: history.state.overrides.iter().map(|(rule, reason, _)| (rule.clone(), reason.clone())).collect(),
        // Entries are numbered without gaps.
        clock_steps: history.state.clock_steps.iter().map(|(seq, ms)| (seq - 1, *seq, *ms)).collect(),
        ..Provenance::default()
    };
    for entry in history.entries {
        match &entry.event {
            Event::TailSetAside { bytes, file } => found.torn.push((*bytes, file.clone())),
            Event::Redacted(taken) => found.taken_out.push((entry.seq, taken.in_words())),
            Event::Unknown => found.unread += 1,
            _ => {}
        }
        if let Some(happened) = &entry.happened {
            found.back_dated.push(BackDated { seq: entry.seq, happened: happened.clone(), recorded: entry.at });
        }
    }
    found
}

fn end_unknown(run: &Run) -> bool {
    let unseen = run.ended.as_ref().is_some_and(|ended| ended.end.exit == Exit::Unknown);
    (run.interrupted || unseen) && run.settled.is_none()
}
