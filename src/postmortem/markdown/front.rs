//! The front matter: YAML that programs read.

use std::fmt::Write as _;

use super::escape::yaml;
use crate::postmortem::document::Front;
use crate::postmortem::length::Length;
use crate::postmortem::spell;
use crate::session::event::Mark;

pub(super) fn front(out: &mut String, front: &Front) {
    out.push_str("---\n");
    let optional = |value: Option<&str>| value.map_or_else(|| "null".to_owned(), yaml);
    let severity = front.severity.map(|severity| severity.to_string());
    let mut put = |key: &str, value: &str| {
        let space = if value.is_empty() { "" } else { " " };
        let _ = writeln!(out, "{key}:{space}{value}");
    };
    put("postmortem", &front.postmortem.to_string());
    put("id", &yaml(&front.id));
    put("title", &yaml(&front.title));
    put("severity", &optional(severity.as_deref()));
    put("document_status", "draft");
    put("incident_status", front.status.as_str());
    put("planned", &front.planned.to_string());
    put("drill", &optional(front.drill.as_deref()));
    put("services", &list(&front.services));
    put("key_times", "");
    for mark in Mark::ALL {
        let time = front.key_times.iter().find(|(own, _)| *own == mark).map(|(_, time)| spell::data(time));
        put(&format!("  {}", mark.as_str().replace(' ', "_")), &optional(time.as_deref()));
    }
    put("durations", "");
    for metric in &front.metrics {
        put(&format!("  {}", metric.key), &length(&metric.value));
    }
    if let Some(runbook) = &front.runbook {
        put("runbook", "");
        put("  id", &yaml(&runbook.id));
        put("  origin", &yaml(&runbook.origin));
        put("  sha256", &yaml(&runbook.sha256));
    } else {
        put("runbook", "null");
    }
    put("hosts", &list(&front.hosts));
    put("responders", &list(&front.responders));
    put("journal", "");
    put("  entries", &front.entries.to_string());
    put("  head", &yaml(&front.head));
    put("stanch", &yaml(&front.version));
    out.push_str("---\n\n");
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| yaml(value)).collect();
    format!("[{}]", values.join(", "))
}

/// `{ iso: "PT18H25M22S", seconds: 66322 }`; null where unknown.
fn length(length: &Length) -> String {
    let one = |ms: i64| format!("iso: \"{}\", seconds: {}", spell::iso(ms), ms / 1000);
    match length {
        Length::Exact(ms) => format!("{{ {} }}", one(*ms)),
        Length::About(ms) => format!("{{ {}, approximate: true }}", one(*ms)),
        Length::Range(least, most) => format!("{{ least: {{ {} }}, most: {{ {} }} }}", one(*least), one(*most)),
        Length::Unknown(_) => "null".to_owned(),
    }
}
