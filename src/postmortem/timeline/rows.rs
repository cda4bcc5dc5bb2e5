//! From entries to rows: which runs stand together in one, and which moments are key moments.

use std::collections::BTreeMap;

use super::hosts;
use super::words::{Before, sentence};
use crate::postmortem::describe;
use crate::postmortem::document::{EventRow, Evidence, Marker};
use crate::postmortem::history::{History, healthy};
use crate::postmortem::prose::{Prose, brief};
use crate::runbook::{Effect, PhaseName, StepId};
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Mark, RunStarted};
use crate::session::run::{Purpose, RunNo};
use crate::session::spread::Attempt;
use crate::session::state::Run;

/// A row on its way.
pub(super) struct Draft<'a> {
    pub(super) row: EventRow,
    /// The runs it tells of, in order: tries of one step, or checks put together.
    pub(super) runs: Vec<&'a Run>,
    /// The attempts on many hosts it tells of.
    pub(super) attempts: Vec<&'a Attempt>,
    /// Who.
    pub(super) by: &'a str,
    /// A read-only check that was as expected: it may stand in one row with its neighbours.
    pub(super) check: bool,
    /// A readiness check of the revert, which nobody ran by hand.
    pub(super) ready: bool,
}

/// One row per entry that has one, in the order of the journal. T+ is filled in later.
pub(super) fn rows<'a>(history: &'a History<'a>) -> Vec<Draft<'a>> {
    let mut drafts: Vec<Draft<'a>> = Vec::new();
    let mut series = Series::default();
    let mut before = Before::default();
    let mut last_mark: Option<Mark> = None;
    let mut declared = false;
    let last_close = history.entries.iter().rposition(|entry| matches!(entry.event, Event::Closed { .. }));
    for (index, entry) in history.entries.iter().enumerate() {
        if let Event::RunStarted(started) = &entry.event {
            if let Some(run) = history.run(started.run) {
                add_run(history, entry, started, run, &mut drafts, &mut series);
            }
            continue;
        }
        if let Event::AttemptBegun(attempt) = &entry.event {
            series.begun.insert(&attempt.step, attempt);
        }
        before.superseded = match &entry.event {
            Event::Marked { mark } => history.marked(*mark).is_some_and(|counts| !std::ptr::eq(counts, entry)),
            _ => false,
        };
        before.implied = match &entry.event {
            Event::StatusChanged { status } => last_mark.is_some_and(|mark| mark.as_str() == status.as_str()),
            _ => false,
        };
        let marker = match &entry.event {
            Event::Marked { mark } if !before.superseded => marker_of(*mark),
            Event::Opened(opened) if !opened.planned && opened.drill.is_none() => {
                opened.severity.map(Marker::Declared).filter(|_| !declared)
            }
            Event::SeverityChanged { severity } if !declared => Some(Marker::Declared(*severity)),
            Event::Closed { .. } if last_close == Some(index) && history.state.closed => Some(Marker::Closed),
            _ => None,
        };
        declared |= matches!(entry.event, Event::SeverityChanged { .. })
            || matches!(&entry.event, Event::Opened(opened) if opened.severity.is_some());
        if let Some(event) = sentence(history, entry, before) {
            let time = entry.time();
            let row = EventRow {
                seq: entry.seq,
                t_plus_ms: 0,
                recorded: recorded(entry),
                phase: phase(history, entry, &time),
                time,
                marker,
                event,
                evidence: vec![Evidence::Entry(entry.seq)],
            };
            drafts.push(Draft {
                row,
                runs: Vec::new(),
                attempts: Vec::new(),
                by: &entry.by,
                check: false,
                ready: false,
            });
        }
        match &entry.event {
            Event::Attached { .. } => before.attached = true,
            Event::Moved { phase, .. } => before.phase = Some(*phase),
            _ => {}
        }
        last_mark = match &entry.event {
            Event::Marked { mark } => Some(*mark),
            _ => None,
        };
    }
    for draft in &mut drafts {
        tell(history, draft);
    }
    drafts
}

/// Rows that further runs may belong to.
#[derive(Default)]
struct Series<'a> {
    /// The latest row of each step that is repeated until it is healthy.
    tries: BTreeMap<&'a StepId, usize>,
    /// The latest attempt on many hosts of each step.
    begun: BTreeMap<&'a StepId, &'a Attempt>,
    /// The row of each attempt on many hosts.
    attempts: BTreeMap<(&'a StepId, u32), usize>,
}

fn add_run<'a>(
    history: &'a History<'a>,
    entry: &'a Entry,
    started: &'a RunStarted,
    run: &'a Run,
    drafts: &mut Vec<Draft<'a>>,
    series: &mut Series<'a>,
) {
    let mut attempts = Vec::new();
    if let Purpose::Step { step, attempt } = &started.purpose {
        let many = series.begun.get(step).copied().filter(|begun| begun.attempt == *attempt);
        let row = series.attempts.get(&(step, *attempt)).filter(|_| many.is_some());
        if let Some(draft) = row.and_then(|index| drafts.get_mut(*index)) {
            draft.runs.push(run);
            return;
        }
        if let Some(until) = history.step(step).and_then(|step| step.until) {
            let open = series.tries.get(step).copied().filter(|index| {
                drafts.get(*index).is_some_and(|draft| {
                    let first = draft.runs.first().map(|first| run.at.since(&first.at));
                    !is_healthy(history, draft) && first.is_some_and(|ms| u128::from(ms) <= until.for_.as_millis())
                })
            });
            if let Some(draft) = open.and_then(|index| drafts.get_mut(index)) {
                draft.runs.push(run);
                draft.attempts.extend(many);
                series.attempts.extend(many.and(open).map(|index| ((step, *attempt), index)));
                return;
            }
            series.tries.insert(step, drafts.len());
        }
        if many.is_some() {
            series.attempts.insert((step, *attempt), drafts.len());
        }
        attempts.extend(many);
    }
    let time = entry.time();
    let ready = history.is_ready_check(run);
    let phase = phase_of_run(history, run);
    let row = EventRow {
        seq: entry.seq,
        t_plus_ms: 0,
        recorded: recorded(entry),
        phase,
        time,
        marker: None,
        event: Prose::new(),
        evidence: Vec::new(),
    };
    drafts.push(Draft { row, runs: vec![run], attempts, by: &entry.by, check: false, ready });
}

/// Writes the sentence of a row that tells of runs.
fn tell(history: &History, draft: &mut Draft) {
    let Some(last) = draft.runs.last().copied() else { return };
    draft.check = last.started.effect == Effect::Read
        && match last.started.purpose {
            // A step of revert or fix is work, also where it alters nothing: a snapshot, a dump.
            Purpose::Step { .. } => draft.ready || is_looking(history.phase_of_run(last)),
            Purpose::Guard { .. } | Purpose::Variable { .. } | Purpose::Inventory { .. } => true,
            Purpose::AdHoc | Purpose::Shell | Purpose::Undo { .. } | Purpose::Probe { .. } => false,
        }
        && !last.started.edited
        && last.ended.as_ref().is_some_and(|ended| ended.verdict.is_healthy())
        && is_healthy(history, draft);
    draft.row.evidence = evidence(&draft.runs);
    if !draft.attempts.is_empty() {
        draft.row.event = hosts::tell(history, draft, last);
        return;
    }
    let tries = draft.runs.len();
    let head = if draft.ready {
        Prose::new().text("Readiness of the revert: ").then(describe::name(history, last))
    } else {
        Prose::new().text(format!("{} ", draft.by)).then(describe::deed(history, last))
    };
    let mut prose = head.text(" → ");
    if tries > 1 {
        prose = prose.text(if healthy(last) { format!("at try {tries}: ") } else { format!("up to try {tries}: ") });
    }
    draft.row.event = prose.then(describe::result(last));
}

/// Whether what a row tells of was as expected in the end: on every host, where there are many.
fn is_healthy(history: &History, draft: &Draft) -> bool {
    match draft.attempts.last() {
        Some(_) => hosts::outcomes(history, draft).iter().all(|(_, run)| run.is_some_and(healthy)),
        None => draft.runs.last().is_some_and(|last| healthy(last)),
    }
}

/// Whether steps of a phase look rather than act.
fn is_looking(phase: Option<PhaseName>) -> bool {
    phase.is_none_or(|phase| matches!(phase, PhaseName::Diagnose | PhaseName::Verify))
}

/// The row several checks stand in.
pub(super) fn checks(history: &History, drafts: &[Draft]) -> Option<EventRow> {
    let first = drafts.first()?;
    let runs: Vec<&Run> = drafts.iter().flat_map(|draft| draft.runs.iter().copied()).collect();
    let count = drafts.len();
    let mut prose = Prose::new().text(if first.ready {
        format!("Readiness of the revert, {count} checks, all as expected: ")
    } else {
        format!("{} ran {count} checks, all as expected: ", first.by)
    });
    for (place, draft) in drafts.iter().take(NAMED).enumerate() {
        let Some(run) = draft.runs.last() else { continue };
        prose = if place > 0 { prose.text(", ") } else { prose };
        prose = prose.then(match draft.attempts.first() {
            Some(first) => hosts::named(history, run, first),
            None => describe::name(history, run),
        });
    }
    if let Some(more) = drafts.len().checked_sub(NAMED).filter(|more| *more > 0) {
        prose = prose.text(format!(" and {more} more"));
    }
    Some(EventRow { event: prose, evidence: evidence(&runs), ..first.row.clone() })
}

/// Checks named in a row that stands for several.
const NAMED: usize = 6;

fn evidence(runs: &[&Run]) -> Vec<Evidence> {
    runs.iter().map(|run| Evidence::Run(run.started.run)).collect()
}

/// A readiness check stands in revert, and is run while the operator is elsewhere.
fn phase_of_run(history: &History, run: &Run) -> Option<PhaseName> {
    if history.is_ready_check(run) { history.phase_at(run.at.at) } else { history.phase_of_run(run) }
}

fn phase(history: &History, entry: &Entry, time: &When) -> Option<crate::runbook::PhaseName> {
    let of_run = |run: &RunNo| history.run(*run).and_then(|run| phase_of_run(history, run));
    match &entry.event {
        Event::RunInterrupted { run }
        | Event::RunSettled { run, .. }
        | Event::StopAsked { run, .. }
        | Event::SignSeen { run, .. }
        | Event::Flagged { run, .. }
        | Event::Pinned { run, .. } => of_run(run),
        Event::Skipped { step, .. } | Event::Answered { step, .. } => history.phase_of_step(step),
        Event::Moved { phase, .. } | Event::TimeBoxAnswered { phase, .. } => Some(*phase),
        _ => None,
    }
    .or_else(|| history.phase_at(time.sort_key()))
}

fn marker_of(mark: Mark) -> Option<Marker> {
    match mark {
        Mark::ImpactStarted => Some(Marker::ImpactBegins),
        Mark::Detected => Some(Marker::Detected),
        Mark::Acknowledged => None,
        Mark::Mitigated => Some(Marker::Mitigated),
        Mark::Resolved => Some(Marker::Resolved),
    }
}

/// When an entry was recorded, where that is another second than the one it happened in.
fn recorded(entry: &Entry) -> Option<chrono::DateTime<chrono::Utc>> {
    let happened = entry.happened.as_ref()?;
    let same = happened.is_exact() && happened.sort_key().timestamp() == entry.at.timestamp();
    (!same).then_some(entry.at)
}

/// The last run before a mark that was as expected and tells why the mark was set: for mitigated the step that mitigates or the
/// last change, for resolved the last run of verify.
pub(in crate::postmortem) fn last_proof(history: &History, entry: &Entry) -> Option<RunNo> {
    let mitigated = matches!(entry.event, Event::Marked { mark: Mark::Mitigated });
    let time = entry.time().sort_key();
    let fits = |run: &&Run| {
        let ended = History::end_of(run).is_some_and(|end| end <= time || entry.happened.is_none());
        run.end_seq.is_some_and(|end| end < entry.seq) && ended && healthy(run)
    };
    let runs = || history.state.runs.values().rev().filter(fits);
    let of_step = |run: &&Run| match &run.started.purpose {
        Purpose::Step { step, .. } => history.step(step).is_some_and(|step| step.mitigates),
        _ => false,
    };
    let run = if mitigated {
        runs().find(of_step).or_else(|| runs().find(|run| run.started.counts_as_change()))
    } else {
        runs().find(|run| history.phase_of_run(run) == Some(crate::runbook::PhaseName::Verify))
    };
    run.map(|run| run.started.run)
}

/// Texts of an entry that its row has not room for.
pub(in crate::postmortem) fn long_text(entry: &Entry) -> Option<&str> {
    let text = match &entry.event {
        Event::Note { text, .. } | Event::FindingOpened { text } => text,
        Event::Answered { answer, .. } => answer,
        Event::Skipped { reason, .. } | Event::Overridden { reason, .. } | Event::TimeBoxAnswered { reason, .. } => {
            reason
        }
        Event::FindingSettled { because, .. } => because,
        Event::Declared { reason } => reason,
        Event::Left { note }
        | Event::Closed { note }
        | Event::Paused { note }
        | Event::HandedOver { note, .. }
        | Event::DetectedBy { text: note, .. } => note.as_ref()?,
        _ => return None,
    };
    brief(text, describe::CELL).1.then_some(text)
}
