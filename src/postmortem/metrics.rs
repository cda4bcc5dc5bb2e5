//! Key times and the durations between them, each with its formula. What is not known is unknown, never nought.

use super::document::{Impact, KeyTime, KeyTimes, Metric, PhaseTime};
use super::history::History;
use super::length::Length;
use super::spell;
use crate::runbook::{PhaseName, Slo};
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Mark};

/// Name, name in data, from, to.
const METRICS: [(&str, &str, Mark, Mark); 5] = [
    ("Time to detect", "time_to_detect", Mark::ImpactStarted, Mark::Detected),
    ("Time to acknowledge", "time_to_acknowledge", Mark::Detected, Mark::Acknowledged),
    ("Time to mitigate", "time_to_mitigate", Mark::ImpactStarted, Mark::Mitigated),
    ("Time to mitigate, from acknowledgement", "acknowledged_to_mitigated", Mark::Acknowledged, Mark::Mitigated),
    ("Time to resolve", "time_to_resolve", Mark::ImpactStarted, Mark::Resolved),
];

pub(super) fn metrics(history: &History) -> Vec<Metric> {
    METRICS
        .iter()
        .map(|(name, key, from, to)| Metric {
            name,
            key,
            value: between(history, *from, *to),
            formula: format!("{} − {}", to.as_str(), from.as_str()),
        })
        .collect()
}

pub(super) fn impact(history: &History) -> Impact {
    let lasted = between(history, Mark::ImpactStarted, Mark::Mitigated);
    Impact {
        budget: history.runbook.and_then(|runbook| runbook.slo.as_ref()).and_then(|slo| budget(slo, &lasted)),
        from: history.mark(Mark::ImpactStarted),
        to: history.mark(Mark::Mitigated),
        lasted,
        services: history.opened().map(|opened| opened.services.clone()).unwrap_or_default(),
    }
}

/// `2,557 % of the error budget of 99.9 % over 30 days (43 m 12 s)`.
fn budget(slo: &Slo, lasted: &Length) -> Option<String> {
    let (Length::Exact(ms) | Length::About(ms)) = lasted else { return None };
    let ms = u32::try_from(*ms / 1000).ok()?;
    let window = slo.window.as_secs_f64();
    let allowed = window * (100.0 - slo.percent) / 100.0;
    if allowed < 1.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by u32 seconds over at least one"
    )]
    let (used, allowed_ms) = ((f64::from(ms) * 100.0 / allowed).round() as u64, (allowed * 1000.0).round() as i64);
    let days = slo.window.as_secs() / 86_400;
    Some(format!(
        "{} % of the error budget of {} % over {} ({})",
        spell::count(used),
        slo.percent,
        spell::counted(days, "day"),
        spell::duration(allowed_ms)
    ))
}

pub(super) fn key_times(history: &History) -> KeyTimes {
    KeyTimes {
        times: times(history),
        contradictions: contradictions(history),
        metrics: metrics(history),
        phases: phases(history),
        severities: severities(history),
        zone: history.opened().map(|opened| opened.zone.clone()).filter(|zone| !is_utc(zone)),
    }
}

/// Marks that come before one they follow from, and a resolution without a mitigation.
fn contradictions(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    for (place, earlier) in Mark::ALL.into_iter().enumerate() {
        for later in Mark::ALL.into_iter().skip(place + 1) {
            let length = between(history, earlier, later);
            if length.is_negative() {
                let (later, earlier) = (later.as_str(), earlier.as_str());
                found.push(format!("{later} is marked {} before {earlier}", length.reversed().words()));
            }
        }
    }
    if history.mark(Mark::Resolved).is_some() && history.mark(Mark::Mitigated).is_none() {
        found.push("resolved is marked, mitigated is not".to_owned());
    }
    found
}

/// From one mark to another. Within one boot by the clock that nobody can set, where both marks were set as it happened.
pub(super) fn between(history: &History, from: Mark, to: Mark) -> Length {
    let (Some(start), Some(end)) = (history.mark(from), history.mark(to)) else {
        return Length::Unknown([from, to].into_iter().filter(|mark| history.mark(*mark).is_none()).collect());
    };
    if let (Some(start), Some(end)) = (history.mark_moment(from), history.mark_moment(to))
        && start.boot == end.boot
        && start.boot_ms <= end.boot_ms
    {
        return Length::Exact(spell::signed(end.since(&start)));
    }
    length(&start, &end)
}

/// From one time to another by the wall clock, as well as both are known.
fn length(from: &When, to: &When) -> Length {
    let (start, end) = (from.bounds(), to.bounds());
    let (least, most) = ((end.0 - start.1).num_milliseconds(), (end.1 - start.0).num_milliseconds());
    match (least == most, from.is_exact() && to.is_exact()) {
        (false, _) => Length::Range(least, most),
        (true, true) => Length::Exact(least),
        (true, false) => Length::About(least),
    }
}

fn times(history: &History) -> Vec<KeyTime> {
    let mut times: Vec<KeyTime> = Mark::ALL
        .into_iter()
        .map(|mark| {
            let entry = history.marked(mark);
            let mut name = mark.as_str().to_owned();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            KeyTime { name, time: entry.map(Entry::time), set: entry.map_or_else(String::new, set) }
        })
        .collect();
    let ends = [
        ("Session opened", history.entries.iter().find(|entry| matches!(entry.event, Event::Opened(_)))),
        ("Session closed", history.entries.iter().rfind(|entry| matches!(entry.event, Event::Closed { .. }))),
    ];
    for (name, entry) in ends {
        // A session that was opened again is not closed.
        let entry = entry.filter(|_| name == "Session opened" || history.state.closed);
        let set = entry.map_or_else(String::new, set);
        times.push(KeyTime { name: name.to_owned(), time: entry.map(Entry::time), set });
    }
    times
}

fn set(entry: &Entry) -> String {
    match &entry.happened {
        Some(_) => format!("{}, recorded {}", entry.by, spell::stamp(&entry.at)),
        None => format!("{}, as it happened", entry.by),
    }
}

pub(super) fn phases(history: &History) -> Vec<PhaseTime> {
    let now = history.state.latest;
    PhaseName::ALL
        .into_iter()
        .filter_map(|phase| {
            let stays: Vec<_> = history.state.stays.iter().filter(|stay| stay.phase == phase).collect();
            let spent = stays.iter().filter_map(|stay| Some(stay.to.or(now)?.since(&stay.from))).sum();
            let time_box = history.state.time_box(history.runbook, phase);
            let box_ms = time_box.map(|time_box| u64::try_from(time_box.as_millis()).unwrap_or(u64::MAX));
            let open = stays.iter().any(|stay| stay.to.is_none());
            (!stays.is_empty()).then_some(PhaseTime { phase, spent_ms: spent, open, box_ms })
        })
        .collect()
}

fn severities(history: &History) -> Vec<(When, crate::runbook::Severity)> {
    history
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Opened(opened) => opened.severity.map(|severity| (entry.time(), severity)),
            Event::SeverityChanged { severity } => Some((entry.time(), *severity)),
            _ => None,
        })
        .collect()
}

fn is_utc(zone: &str) -> bool {
    matches!(zone.trim(), "" | "Z" | "UTC" | "+00:00" | "-00:00")
}
