//! What of a document is drawn, as times in milliseconds.

use chrono::{DateTime, Utc};

use crate::postmortem::document::{Command, Document, EventRow, Marker, Row, Section, Stay, Timeline};
use crate::postmortem::spell;
use crate::runbook::Effect;
use crate::session::entry::When;

/// What is drawn.
#[derive(Debug, Default)]
pub(super) struct Moments {
    pub(super) flags: Vec<Flag>,
    pub(super) stays: Vec<Stay>,
    pub(super) runs: Vec<Run>,
    /// From, to; in order, none inside another.
    pub(super) gaps: Vec<(i64, i64)>,
    /// Users felt it: from, to.
    pub(super) impact: Option<(i64, i64)>,
    /// All of it.
    pub(super) first: i64,
    pub(super) last: i64,
}

/// A key moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    /// When; from and to where it is a range.
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) title: String,
    pub(super) time: String,
    /// How it is shown.
    pub(super) class: &'static str,
}

/// A run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) change: bool,
}

/// A picture of less than this is stretched to it.
const LEAST: i64 = 1_000;

impl Moments {
    /// Takes what is drawn out of a document; none where nothing happened.
    pub(super) fn of(document: &Document) -> Option<Self> {
        let mut moments = Self::default();
        let mut impact = (None, None);
        for section in &document.sections {
            match section {
                Section::Timeline(timeline) => moments.rows(timeline),
                Section::Commands(commands) => moments.runs = commands.iter().map(run).collect(),
                Section::Impact(felt) => impact = (felt.from.as_ref().map(sort), felt.to.as_ref().map(sort)),
                _ => {}
            }
        }
        let times = || {
            let flags = moments.flags.iter().flat_map(|flag| [flag.from, flag.to]);
            let runs = moments.runs.iter().flat_map(|run| [run.from, run.to]);
            let stays = moments.stays.iter().flat_map(|stay| [ms(&stay.from), ms(&stay.to)]);
            let gaps = moments.gaps.iter().flat_map(|gap| [gap.0, gap.1]);
            flags.chain(runs).chain(stays).chain(gaps).chain(moments.rows_span())
        };
        let (first, last) = (times().min()?, times().max()?);
        moments.first = first;
        moments.last = last.max(first.saturating_add(LEAST));
        moments.impact = match impact {
            (Some(from), Some(to)) if from <= to => Some((from, to)),
            // It went on to the end of the record, as far as that knows.
            (Some(from), None) => Some((from, last)),
            _ => None,
        };
        Some(moments)
    }

    /// First and last row: kept while the rows are read.
    fn rows_span(&self) -> impl Iterator<Item = i64> {
        (self.first <= self.last && self.last != 0).then_some([self.first, self.last]).into_iter().flatten()
    }

    fn rows(&mut self, timeline: &Timeline) {
        self.stays.clone_from(&timeline.phases);
        let events = || {
            timeline.rows.iter().filter_map(|row| match row {
                Row::Event(row) => Some(row),
                Row::Gap(_) => None,
            })
        };
        let date = timeline.day.is_none();
        self.flags = events().filter_map(|row| flag(row, date)).collect();
        self.first = events().map(|row| sort(&row.time)).min().unwrap_or(0);
        self.last = events().map(|row| sort(&row.time)).max().unwrap_or(0);
        for row in &timeline.rows {
            if let Row::Gap(gap) = row {
                let before = self.gaps.last().map_or(i64::MIN, |gap| gap.1);
                let (from, to) = (ms(&gap.from).max(before), ms(&gap.to));
                if from < to {
                    self.gaps.push((from, to));
                }
            }
        }
    }
}

fn flag(row: &EventRow, date: bool) -> Option<Flag> {
    let (title, class) = match row.marker? {
        Marker::ImpactBegins => ("Impact begins".to_owned(), "impact"),
        Marker::Detected => ("Detected".to_owned(), "detected"),
        Marker::Declared(severity) => (format!("Declared {severity}"), "declared"),
        Marker::Mitigated => ("Mitigated".to_owned(), "mitigated"),
        Marker::Resolved => ("Resolved".to_owned(), "resolved"),
        Marker::Closed => ("Closed".to_owned(), "closed"),
    };
    let (from, to) = match &row.time {
        When::Exact(time) | When::About(time) => (ms(time), ms(time)),
        When::Between(from, to) => (ms(from).min(ms(to)), ms(to).max(ms(from))),
    };
    Some(Flag { from, to, title, time: spell::when(&row.time, date), class })
}

fn run(command: &Command) -> Run {
    let from = ms(&command.at);
    let took = command.took_ms.map_or(0, spell::signed);
    // Nothing runs for longer than a century.
    let to = from.saturating_add(took.min(100 * 365 * 86_400_000));
    Run { from, to, change: command.effect != Effect::Read }
}

fn sort(time: &When) -> i64 {
    ms(&time.sort_key())
}

fn ms(time: &DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}
