//! The document as a whole.

use super::data::{Data, list, object};
use super::{KEY, VERSION, sections, spell};
use crate::postmortem::document::{Document, Front, Metric};
use crate::postmortem::markdown;
use crate::runbook::Severity;
use crate::session::event::Mark;

pub(super) fn document(document: &Document) -> Data {
    let Document { front, sections: parts } = document;
    let Front {
        // The format of the Markdown's front matter.
        postmortem: _,
        id,
        title,
        severity,
        status,
        planned,
        drill,
        services,
        key_times,
        metrics,
        runbook,
        hosts,
        responders,
        entries,
        head,
        version,
    } = front;
    let time = |mark: Mark| spell::when(key_times.iter().find(|(own, _)| *own == mark).map(|(_, time)| time));
    let runbook = runbook.as_ref().map(|runbook| {
        object! { "id": &runbook.id, "origin": &runbook.origin, "sha256": &runbook.sha256 }
    });
    let all = object! {
        "id": id,
        "title": title,
        "severity": severity.map(self::severity),
        "incident_status": status.as_str(),
        "document_status": "draft",
        "planned": *planned,
        "drill": drill.as_ref(),
        "services": list(services, |service| service),
        "responders": list(responders, |responder| responder),
        "hosts": list(hosts, |host| host),
        "runbook": runbook,
        "key_times": object! {
            "impact_started": time(Mark::ImpactStarted),
            "detected": time(Mark::Detected),
            "acknowledged": time(Mark::Acknowledged),
            "mitigated": time(Mark::Mitigated),
            "resolved": time(Mark::Resolved),
        },
        "metrics": list(metrics, metric),
        "todo": todo(document),
        "sections": list(parts, sections::section),
        "journal": object! { "entries": *entries, "head": head },
        "stanch": version,
    };
    match all {
        Data::Object(rest) => Data::Object([(KEY, Data::from(VERSION))].into_iter().chain(rest).collect()),
        other => other,
    }
}

pub(super) fn metric(metric: &Metric) -> Data {
    let Metric { name, key, value, formula } = metric;
    object! { "key": *key, "name": *name, "value": spell::length(value), "formula": formula }
}

pub(super) fn severity(severity: Severity) -> Data {
    object! { "level": u32::from(severity.0), "name": severity.to_string() }
}

/// What waits for a person, by the heading it stands under. The questions are those of the Markdown: they are asked in one place.
fn todo(document: &Document) -> Data {
    let text = markdown::render(document);
    let mut lines = markdown::open_prompts(&text).peekable();
    let mut heading = "";
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(words) = line.strip_prefix("## ") {
            heading = words;
        }
        if let Some((_, line)) = lines.next_if(|(number, _)| *number == index + 1) {
            let question = line.trim_start_matches(markdown::PROMPT).trim();
            found.push(object! { "heading": heading, "question": question });
        }
    }
    Data::List(found)
}
