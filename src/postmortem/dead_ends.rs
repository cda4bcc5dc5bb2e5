//! What was tried and led nowhere. No template has it, and it is the lesson.
//!
//! A dead end is a change that was not as expected and never became so, a change that was taken back, a diagnose step that was
//! given up, a finding that was ruled out, or a note saying that something is. A check that finds something wrong is no dead end: it is the diagnosis.

use std::collections::BTreeMap;

use super::describe;
use super::document::{DeadEnd, Evidence};
use super::history::{History, healthy};
use super::prose::{Prose, brief};
use crate::runbook::{Effect, StepId};
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Tag, Verdict};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::{Finding, Run};

pub(super) fn dead_ends(history: &History) -> Vec<DeadEnd> {
    let undone: BTreeMap<RunNo, RunNo> =
        history.state.changes.iter().filter_map(|change| Some((change.run, change.undone?))).collect();
    let mut ends: Vec<(u64, DeadEnd)> = Vec::new();
    let mut add = |seq, end: Option<DeadEnd>| ends.extend(end.map(|end| (seq, end)));
    // Each host on its own: what went well on another does not make up for it.
    let mut by_step: BTreeMap<(&StepId, Option<&String>), Vec<&Run>> = BTreeMap::new();
    for run in history.state.runs.values() {
        let Purpose::Step { step, .. } = &run.started.purpose else {
            if matches!(run.started.purpose, Purpose::AdHoc)
                && (led_nowhere(run) || undone.contains_key(&run.started.run))
            {
                add(run.seq, tried(history, &[run], undone.get(&run.started.run)));
            }
            continue;
        };
        by_step.entry((step, run.started.host.as_ref())).or_default().push(run);
    }
    for runs in by_step.values() {
        let taken_back: Vec<&Run> = runs.iter().copied().filter(|run| undone.contains_key(&run.started.run)).collect();
        for run in &taken_back {
            add(run.seq, tried(history, &[run], undone.get(&run.started.run)));
        }
        let ended_well = runs.last().is_some_and(|last| healthy(last));
        let failed: Vec<&Run> =
            runs.iter().copied().filter(|run| led_nowhere(run) && !undone.contains_key(&run.started.run)).collect();
        if let Some(first) = failed.first().filter(|_| !ended_well) {
            add(first.seq, tried(history, &failed, None));
        }
    }
    ends.extend(history.entries.iter().filter_map(|entry| match &entry.event {
        Event::Note { tag: Tag::DeadEnd, text } => {
            let end = DeadEnd {
                time: entry.time(),
                took_ms: None,
                what: Prose::new().note(brief(text, describe::CELL).0),
                seen: Prose::new().text(format!("ruled out by {}", entry.by)),
                evidence: vec![Evidence::Entry(entry.seq)],
            };
            Some((entry.seq, end))
        }
        _ => None,
    }));
    ends.extend(ruled_out(history));
    ends.sort_by_key(|(seq, end)| (end.time.sort_key(), *seq));
    ends.into_iter().map(|(_, end)| end).collect()
}

/// Findings that were ruled out in the end, also where they had been confirmed before.
fn ruled_out(history: &History) -> Vec<(u64, DeadEnd)> {
    let findings = history.state.findings.iter().filter(|finding| finding.is_confirmed() == Some(false));
    let end = |finding: &Finding| {
        let last = finding.settled.last()?;
        let (opened, seq) = finding.opened;
        let entry = |seq| history.entries.iter().find(|entry| entry.seq == seq);
        let before = finding.settled.iter().rev().skip(1).any(|settled| settled.confirmed);
        let word = if before { "confirmed first, then ruled out: " } else { "ruled out: " };
        let mut evidence = vec![finding.run.map_or(Evidence::Entry(seq), Evidence::Run)];
        evidence.push(Evidence::Entry(last.at.1));
        let from = entry(seq).map_or(When::Exact(opened.at), Entry::time);
        let back_dated = [seq, last.at.1].iter().any(|seq| entry(*seq).is_some_and(|entry| entry.happened.is_some()));
        let to = entry(last.at.1).map_or(When::Exact(last.at.0.at), Entry::time);
        let took_ms = if !back_dated {
            Some(last.at.0.since(&opened))
        } else if from.is_exact() && to.is_exact() {
            u64::try_from((to.sort_key() - from.sort_key()).num_milliseconds()).ok()
        } else {
            None
        };
        let what = Prose::new().text("Thought: ").text(brief(&finding.text, describe::CELL).0);
        let seen = Prose::new().text(word).text(brief(&last.because, describe::CELL).0);
        Some((seq, DeadEnd { time: from, took_ms, what, seen, evidence }))
    };
    findings.filter_map(end).collect()
}

/// A change that was not as expected, or anything that was stopped or never started.
fn led_nowhere(run: &Run) -> bool {
    let Some(ended) = &run.ended else { return run.interrupted && run.settled == Some(false) };
    match ended.verdict {
        Verdict::Healthy => false,
        // A follow run ends by being stopped: that is its healthy end.
        Verdict::Stopped => run.started.mode != crate::runbook::Mode::Follow,
        Verdict::Unhealthy(_) | Verdict::Unknown => run.started.effect != Effect::Read,
    }
}

fn tried(history: &History, runs: &[&Run], undone: Option<&RunNo>) -> Option<DeadEnd> {
    let took = runs.iter().filter_map(|run| run.ended.as_ref()).map(|ended| ended.end.took_ms);
    let took = took.reduce(u64::saturating_add);
    let evidence = |run: &&Run| Evidence::Run(run.started.run);
    let (first, last) = (runs.first()?, runs.last()?);
    let what = describe::name(history, last);
    let what = if runs.len() > 1 { what.text(format!(", {} times", runs.len())) } else { what };
    let seen = match undone {
        Some(by) => describe::result(last).text("; taken back by ").run(*by),
        None => describe::result(last),
    };
    let evidence = runs.iter().map(evidence).collect();
    Some(DeadEnd { time: When::Exact(first.at.at), took_ms: took, what, seen, evidence })
}
