//! Times in which nothing was recorded and nothing ran: where an incident's time is lost.

use chrono::{DateTime, TimeDelta, Utc};

use crate::postmortem::document::Gap;
use crate::postmortem::history::History;
use crate::runbook::Mode;
use crate::session::event::{Event, Status};

/// A gap is longer than this.
const LEAST: TimeDelta = TimeDelta::minutes(10);

/// What a point in time says of the session from there on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    None,
    Closed,
    Open { paused: bool },
}

/// Gaps of more than ten minutes while the incident was open. Both the time something happened and the time it was recorded
/// count as activity, and so does a run; one that only follows beside the walk does not.
pub(in crate::postmortem) fn gaps(history: &History) -> Vec<Gap> {
    let mut points: Vec<(DateTime<Utc>, DateTime<Utc>, Turn)> = Vec::with_capacity(history.entries.len());
    let last = history.entries.iter().map(|entry| entry.at).max();
    for entry in history.entries {
        let turn = match &entry.event {
            Event::Closed { .. } => Turn::Closed,
            Event::Opened(_) | Event::Reopened | Event::Resumed => Turn::Open { paused: false },
            Event::Paused { .. } => Turn::Open { paused: true },
            Event::StatusChanged { status } => Turn::Open { paused: *status == Status::Paused },
            _ => Turn::None,
        };
        let mut until = entry.at;
        if let Event::RunStarted(started) = &entry.event
            && started.mode != Mode::Follow
            && let Some(run) = history.run(started.run)
        {
            let end = if run.is_running() { last } else { History::end_of(run) };
            until = until.max(end.unwrap_or(until));
        }
        points.push((entry.at, until, turn));
        if entry.happened.is_some() {
            // Of a range nobody knows when in it; none of it is a gap.
            let (from, to) = entry.time().bounds();
            points.push((from, to, Turn::None));
        }
    }
    points.sort_by_key(|(from, ..)| *from);

    let mut gaps = Vec::new();
    let mut busy_until: Option<DateTime<Utc>> = None;
    let (mut closed, mut paused) = (false, false);
    for (from, until, turn) in points {
        if let Some(busy) = busy_until.filter(|busy| !closed && from - *busy > LEAST) {
            gaps.push(Gap { from: busy, to: from, paused });
        }
        busy_until = busy_until.max(Some(until));
        match turn {
            Turn::None => {}
            Turn::Closed => closed = true,
            Turn::Open { paused: now } => (closed, paused) = (false, now),
        }
    }
    gaps
}
