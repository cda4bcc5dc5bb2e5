//! The figure: the picture on a sheet for each kind of screen, and what its colours mean.

use std::fmt::Write as _;

use super::draw::{BROAD, NARROW, draw};
use super::moments::Moments;
use super::scale;
use crate::postmortem::document::Document;
use crate::postmortem::spell;
use crate::runbook::PhaseName;

/// The picture of a document's timeline, with its legend; empty where nothing happened.
pub(in crate::postmortem::html) fn chart(document: &Document) -> String {
    let Some(moments) = Moments::of(document) else { return String::new() };
    let title = format!("Timeline of {}", document.front.title);
    let words = description(&moments);
    // The style shows one of them.
    let sheets: String = [BROAD, NARROW].iter().map(|sheet| draw(&moments, sheet, &title, &words)).collect();
    format!(
        "<figure id=\"chart\" class=\"chart\"><div class=\"scroll\">\n{sheets}</div>\n{}</figure>\n",
        legend(&moments)
    )
}

fn legend(moments: &Moments) -> String {
    let mut items: Vec<(&str, &str)> = Vec::new();
    if moments.impact.is_some() {
        items.push(("impact", "impact on users"));
    }
    for (phase, name) in [
        (PhaseName::Diagnose, "diagnose"),
        (PhaseName::Revert, "revert"),
        (PhaseName::Fix, "fix"),
        (PhaseName::Verify, "verify"),
    ] {
        if moments.stays.iter().any(|stay| stay.phase == phase) {
            items.push((name, name));
        }
    }
    let runs = |change| moments.runs.iter().any(|run| run.change == change);
    items.extend(runs(false).then_some(("read", "run that reads")));
    items.extend(runs(true).then_some(("change", "run that changes")));
    items.extend((!moments.gaps.is_empty()).then_some(("gap", "nothing recorded")));
    if items.is_empty() {
        return String::new();
    }
    let items = items.iter().fold(String::new(), |mut out, (class, words)| {
        let _ = write!(out, "<span><i class=\"{class}\"></i>{words}</span> ");
        out
    });
    format!("<figcaption>{}</figcaption>\n", items.trim_end())
}

/// The picture in words.
fn description(moments: &Moments) -> String {
    let stamp = |ms| chrono::DateTime::from_timestamp_millis(ms).map_or_else(String::new, |time| spell::stamp(&time));
    let mut words = format!("From {} to {} UTC.", stamp(moments.first), stamp(moments.last));
    for flag in &moments.flags {
        let _ = write!(words, " {}: {}.", flag.title, flag.time);
    }
    let phases: Vec<String> = moments.stays.iter().take(20).map(|stay| stay.phase.to_string()).collect();
    if !phases.is_empty() {
        let _ = write!(words, " Phases: {}.", phases.join(", "));
    }
    let changes = moments.runs.iter().filter(|run| run.change).count();
    let _ = write!(words, " {}, {changes} of them changes.", spell::counted(moments.runs.len() as u64, "run"));
    if !moments.gaps.is_empty() {
        let gaps: Vec<String> = moments.gaps.iter().take(20).map(|gap| scale::words(*gap)).collect();
        let _ = write!(words, " Nothing was recorded for {}.", gaps.join(", "));
    }
    words
}
