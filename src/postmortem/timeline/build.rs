//! The rows put in order, checks put together, gaps put in.

use super::rows::{Draft, checks, rows};
use crate::postmortem::document::{Anchor, EventRow, Gap, Row, Stay, Timeline};
use crate::postmortem::history::History;
use crate::postmortem::spell;
use crate::session::event::Mark;

/// The timeline of a session.
pub(in crate::postmortem) fn timeline(history: &History, gaps: &[Gap]) -> Timeline {
    let mut drafts = rows(history);
    drafts.sort_by_key(|draft| (draft.row.time.sort_key(), draft.row.seq));
    let mut gaps = gaps.iter().peekable();

    let mut rows: Vec<Row> = Vec::with_capacity(drafts.len());
    let mut start = 0;
    while let Some(first) = drafts.get(start) {
        while let Some(gap) = gaps.next_if(|gap| gap.to <= first.row.time.sort_key()) {
            rows.push(Row::Gap(gap.clone()));
        }
        let end = start + together(&drafts[start..], gaps.peek().copied());
        let group = &drafts[start..end];
        let row = if group.len() > 1 { checks(history, group) } else { None };
        rows.push(Row::Event(row.unwrap_or_else(|| first.row.clone())));
        start = end;
    }
    rows.extend(gaps.cloned().map(Row::Gap));

    let impact = history.mark(Mark::ImpactStarted).map(|when| when.sort_key());
    let first = || events(&rows).next().map(|row| row.time.sort_key());
    let anchor = if impact.is_some() { Anchor::Impact } else { Anchor::First };
    let zero = impact.or_else(first);
    for row in &mut rows {
        if let (Row::Event(row), Some(zero)) = (row, zero) {
            // Times are written cut to the second; counted from what is written, T+ agrees with them.
            row.t_plus_ms = row.time.sort_key().timestamp().saturating_sub(zero.timestamp()).saturating_mul(1_000);
        }
    }
    Timeline { day: one_day(&rows), anchor, rows, phases: stays(history) }
}

/// The stays in phases. One that was not left lasts to the end of the record.
fn stays(history: &History) -> Vec<Stay> {
    let last = history.entries.iter().map(|entry| entry.at).max();
    let stays = history.state.stays.iter().map(|stay| {
        let from = stay.from.at;
        let to = stay.to.map(|to| to.at).or(last).unwrap_or(from);
        Stay { phase: stay.phase, from, to }
    });
    // Where the clock was set back, a stay ends before it begins.
    stays.filter(|stay| stay.from <= stay.to).collect()
}

/// How many rows from here on stand in one: checks of one person in one phase, with no gap between them.
fn together(drafts: &[Draft], gap: Option<&Gap>) -> usize {
    let Some(first) = drafts.first().filter(|first| first.check) else { return 1 };
    let alike = |draft: &&Draft| {
        draft.check
            && draft.row.phase == first.row.phase
            && draft.by == first.by
            && draft.ready == first.ready
            && spell::day(&draft.row.time) == spell::day(&first.row.time)
            && gap.is_none_or(|gap| draft.row.time.sort_key() < gap.to)
    };
    drafts.iter().take_while(alike).count().max(1)
}

/// The day all rows happened on, where it is one.
fn one_day(rows: &[Row]) -> Option<chrono::NaiveDate> {
    let mut days = events(rows).map(|row| spell::day(&row.time));
    let day = days.next().flatten();
    day.filter(|_| days.all(|other| other == day))
}

fn events(rows: &[Row]) -> impl Iterator<Item = &EventRow> {
    rows.iter().filter_map(|row| match row {
        Row::Event(row) => Some(row),
        Row::Gap(_) => None,
    })
}
