//! The head of the page: what it was, how bad, and the figures that are asked for first.

use std::fmt::Write as _;

use super::escape;
use crate::postmortem::document::{Document, Front, Section};
use crate::postmortem::length::Length;

/// The title, badges, facts and key figures; `prompts` lines wait for a person.
pub(super) fn head(document: &Document, title: &str, prompts: usize) -> String {
    let front = &document.front;
    let mut out = String::from("<header>\n");
    let _ = writeln!(out, "<p class=\"kind\">{}</p>\n<h1>{}</h1>", kind(front), escape::text(title));
    out.push_str("<p class=\"badges\">");
    if let Some(severity) = front.severity {
        let _ = write!(out, "<span class=\"badge severity s{}\">{severity}</span> ", severity.0.min(5));
    }
    let status = front.status.as_str();
    let _ = write!(out, "<span class=\"badge {status}\">{status}</span>");
    if let Some(drill) = &front.drill {
        let _ = write!(out, " <span class=\"badge\">drill {}</span>", escape::text(drill));
    }
    if prompts > 0 {
        let lines = if prompts == 1 { "1 line needs".to_owned() } else { format!("{prompts} lines need") };
        let _ = write!(out, " <a class=\"badge draft\" href=\"#todo__1\">draft: {lines} a person</a>");
    }
    out.push_str("</p>\n<dl class=\"figures\">\n");
    for (name, value) in figures(document) {
        let (value, why) = words(value);
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{value}{why}</dd></div>", escape::text(name));
    }
    out.push_str("</dl>\n<dl class=\"facts\">\n");
    let facts = [
        ("Services", front.services.join(", ")),
        ("Responders", front.responders.join(", ")),
        ("Hosts", front.hosts.join(", ")),
        ("Runbook", front.runbook.as_ref().map(|runbook| runbook.id.clone()).unwrap_or_default()),
        ("Session", front.id.clone()),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escape::text(value));
    }
    out.push_str("</dl>\n</header>\n");
    out
}

/// Where it comes from, and what proves it.
pub(super) fn foot(front: &Front) -> String {
    let (id, head) = (escape::text(&front.id), escape::text(&front.head));
    format!(
        "<footer><p>Made by stanch {} from the journal of session {id}: {} entries, head <code>{head}</code>. \
         <code>stanch audit {id} --head {head}</code> proves it untouched.</p></footer>\n",
        escape::text(&front.version),
        front.entries,
    )
}

fn kind(front: &Front) -> &'static str {
    match (&front.drill, front.planned) {
        (Some(_), _) => "Drill record",
        (None, true) => "Record of planned work",
        (None, false) => "Incident postmortem",
    }
}

fn figures(document: &Document) -> Vec<(&str, &Length)> {
    let impact = document.sections.iter().find_map(|section| match section {
        Section::Impact(impact) => Some(("Impact duration", &impact.lasted)),
        _ => None,
    });
    // How long the impact lasted is what it took to mitigate it.
    let metrics = document
        .front
        .metrics
        .iter()
        .filter(|metric| matches!(metric.key, "time_to_detect" | "time_to_acknowledge" | "time_to_resolve"));
    impact.into_iter().chain(metrics.map(|metric| (metric.name, &metric.value))).collect()
}

/// The figure, and why there is none.
fn words(length: &Length) -> (String, String) {
    match length {
        Length::Unknown(_) => {
            let why = length.words();
            let why = why.strip_prefix("unknown (").and_then(|why| why.strip_suffix(')')).unwrap_or_default();
            ("<span class=\"unknown\">unknown</span>".to_owned(), format!("<small>{}</small>", escape::text(why)))
        }
        _ => (escape::text(&length.words()), String::new()),
    }
}
