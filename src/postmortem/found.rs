//! How it was noticed, and what was thought to be the cause.

use super::document::{Cause, Detected, Evidence};
use super::history::History;
use super::length::Length;
use super::metrics::between;
use super::prose::Prose;
use super::spell;
use crate::session::event::{Detection, Event, Mark};

/// How it was noticed.
pub(super) fn detected(history: &History) -> Detected {
    let mut sentences = Vec::new();
    let told = history.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::DetectedBy { source, text } => Some((entry, *source, text.as_ref())),
        _ => None,
    });
    let alert = history.opened().and_then(|opened| opened.alert.as_ref());
    let when = history.mark(Mark::Detected).map(|time| format!(" at {} UTC", spell::when(&time, true)));
    let when = when.unwrap_or_default();
    match told {
        Some((entry, source, text)) => {
            let prose = Prose::new().text(format!("It was detected{when} {}", source.as_str()));
            let prose = match text {
                Some(text) => prose.text(": ").text(super::prose::brief(text, super::describe::CELL).0),
                None => prose,
            };
            sentences.push(prose.text(format!(" (entry {}).", entry.seq)));
        }
        None if alert.is_some() => {
            let name = alert.map(|alert| alert.name.clone()).unwrap_or_default();
            let prose =
                Prose::new().text(format!("It was detected{when} {}: the alert ", Detection::Monitoring.as_str()));
            sentences.push(prose.code(name).text(" fired."));
        }
        None if when.is_empty() => sentences.push(Prose::new().text("When it was detected is unknown.")),
        None => sentences.push(Prose::new().text(format!("It was detected{when}; by whom or what is not recorded."))),
    }
    match between(history, Mark::ImpactStarted, Mark::Detected) {
        Length::Unknown(_) => {}
        length => {
            let length = length.relative_to("the impact started");
            sentences.push(Prose::new().text(format!("That was {length}.")));
        }
    }
    let source = told.map(|(_, source, _)| source).or_else(|| alert.map(|_| Detection::Monitoring));
    Detected { source, sentences }
}

/// Findings that were confirmed or are still open; those that were ruled out are dead ends.
pub(super) fn causes(history: &History) -> Vec<Cause> {
    let findings = history.state.findings.iter().filter(|finding| finding.is_confirmed() != Some(false));
    findings
        .map(|finding| {
            let confirmed = finding.settled.last();
            let (_, opened) = finding.opened;
            let mut evidence = vec![finding.run.map_or(Evidence::Entry(opened), Evidence::Run)];
            evidence.extend(confirmed.map(|settled| Evidence::Entry(settled.at.1)));
            Cause {
                text: finding.text.clone(),
                confirmed: confirmed.is_some(),
                because: confirmed.map(|settled| settled.because.clone()),
                evidence,
            }
        })
        .collect()
}
