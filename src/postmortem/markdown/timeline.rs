//! The timeline as a table.

use std::fmt::Write as _;

use super::table::Table;
use super::writer::Writer;
use crate::postmortem::document::{Anchor, EventRow, Gap, Marker, Row, Timeline};
use crate::postmortem::spell;

pub(super) fn timeline(writer: &mut Writer, timeline: &Timeline) {
    writer.heading(2, "Timeline");
    let day = timeline.day.map_or_else(String::new, |day| format!(" Everything happened on {day}."));
    let anchor = match timeline.anchor {
        Anchor::Impact => "T+ counts from the start of the impact.",
        Anchor::First => "T+ counts from the first event: when the impact started is unknown.",
    };
    writer.paragraph(&format!("All times in UTC.{day} {anchor}"));
    let mut table = Table::new(["Time (UTC)", "T+", "Phase", "Event", "Evidence"]);
    let date = timeline.day.is_none();
    for own in &timeline.rows {
        table.row(row(writer, own, date));
    }
    table.finish(&mut writer.out);
}

/// The cells of a row; each with its date where `date` says so.
pub(super) fn row(writer: &Writer, row: &Row, date: bool) -> [String; 5] {
    match row {
        Row::Event(row) => event(writer, row, date),
        Row::Gap(gap) => [String::new(), String::new(), String::new(), self::gap(gap), String::new()],
    }
}

fn event(writer: &Writer, row: &EventRow, date: bool) -> [String; 5] {
    let mut event = row.marker.map_or_else(String::new, |marker| format!("**{}** – ", words(marker)));
    event.push_str(&writer.prose(&row.event));
    if let Some(recorded) = &row.recorded {
        let same_day = spell::day(&row.time) == Some(recorded.date_naive());
        let time = if same_day { recorded.format("%T").to_string() } else { spell::stamp(recorded) };
        let _ = write!(event, " (recorded {time})");
    }
    [
        // A tilde opens struck-out text.
        spell::when(&row.time, date).replace('~', "\\~"),
        spell::t_plus(row.t_plus_ms, row.time.is_exact()),
        row.phase.map_or_else(|| "–".to_owned(), |phase| phase.to_string()),
        event,
        writer.evidence(&row.evidence),
    ]
}

/// `… 18 h 14 m with no recorded activity …`
fn gap(gap: &Gap) -> String {
    let paused = if gap.paused { ", while paused" } else { "" };
    format!("… {} with no recorded activity{paused} …", spell::at_least(gap.lasted_ms()))
}

fn words(marker: Marker) -> String {
    match marker {
        Marker::ImpactBegins => "IMPACT BEGINS".to_owned(),
        Marker::Detected => "DETECTED".to_owned(),
        Marker::Declared(severity) => format!("INCIDENT DECLARED {severity}"),
        Marker::Mitigated => "MITIGATED".to_owned(),
        Marker::Resolved => "RESOLVED".to_owned(),
        Marker::Closed => "INCIDENT CLOSED".to_owned(),
    }
}
