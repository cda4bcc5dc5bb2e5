//! What came of drills as data. The format is versioned by its first key, as a postmortem is.

use super::data::{self, Data, list, object};
use super::spell::{key, stamp, took, when};
use crate::postmortem::drill::{DrillRecord, DrillReport, DrillStep, DrillWalk};
use crate::runbook::PhaseName;
use crate::session::event::Mark;
use crate::session::state::Standing;

/// The version of the format: the value of the first key.
const VERSION: u32 = 1;

/// What came of drills, as JSON.
#[must_use]
pub fn render_drills(report: &DrillReport) -> String {
    let DrillReport { exit_code, walks } = report;
    let data = object! {
        "stanch_drill": VERSION,
        "healed": report.healed(),
        "exit_code": u32::from(*exit_code),
        "walks": list(walks, walk),
    };
    let mut text = data::pretty(&data);
    text.push('\n');
    text
}

fn walk(walk: &DrillWalk) -> Data {
    let DrillWalk { drill, origin, path, outcome, why, hint, lacks, exit_code, took_ms, record } = walk;
    let lack = |(command, package): &(String, Option<String>)| {
        object! { "command": command, "package": package.as_ref() }
    };
    object! {
        "drill": drill,
        "origin": origin,
        "path": path.map(PhaseName::as_str),
        "outcome": key(outcome.as_str()),
        "why": why,
        "hint": hint.as_ref(),
        "lacks": list(lacks, lack),
        "exit_code": u32::from(*exit_code),
        "took": took(*took_ms),
        "session": record.as_ref().map(|record| &record.session),
        "journal": record.as_ref().map(|record| object! { "entries": record.entries, "head": &record.head }),
        "key_times": record.as_ref().map(key_times),
        "steps": record.as_ref().map(|record| list(&record.steps, step)),
    }
}

fn key_times(record: &DrillRecord) -> Data {
    let time = |mark: Mark| when(record.key_times.iter().find(|(own, _)| *own == mark).map(|(_, time)| time));
    object! {
        "impact_started": time(Mark::ImpactStarted),
        "detected": time(Mark::Detected),
        "acknowledged": time(Mark::Acknowledged),
        "mitigated": time(Mark::Mitigated),
        "resolved": time(Mark::Resolved),
    }
}

fn step(step: &DrillStep) -> Data {
    let DrillStep { id, title, phase, ready_check, standing, result, began, took_ms, runs, unhealthy } = step;
    object! {
        "id": id,
        "title": title,
        "phase": phase.map(PhaseName::as_str),
        "ready_check": *ready_check,
        "outcome": outcome(*standing),
        "result": result,
        "began": began.as_ref().map(stamp),
        "took": took(*took_ms),
        "runs": list(runs, |run| run.0),
        "unhealthy_runs": *unhealthy,
    }
}

fn outcome(standing: Standing) -> &'static str {
    match standing {
        Standing::Untouched => "untouched",
        Standing::Running => "running",
        Standing::Healthy => "healthy",
        Standing::Unhealthy => "unhealthy",
        Standing::Skipped => "skipped",
        Standing::Stopped => "stopped",
        Standing::Unknown => "unknown",
    }
}
