//! The sections put together.

use super::document::{Document, Front, Lessons, Meta, NoteText, Section, VERSION};
use super::history::History;
use super::timeline::{gaps, timeline};
use super::{appendix, dead_ends, feedback, found, metrics, mitigation, people, provenance, summary};
use crate::runbook::Runbook;
use crate::session::entry::Entry;
use crate::session::event::{Event, Mark, Status, Tag};
use crate::session::excerpt::Excerpts;

impl Document {
    /// The postmortem of a session. The same entries, runbook, excerpts and meta give the same document.
    #[must_use]
    pub fn new(entries: &[Entry], runbook: Option<&Runbook>, excerpts: &Excerpts, meta: &Meta) -> Self {
        let history = History::new(entries, runbook);
        let gaps = gaps(&history);
        let sections = vec![
            Section::Summary(summary::summary(&history)),
            Section::Impact(metrics::impact(&history)),
            Section::KeyTimes(metrics::key_times(&history)),
            Section::Timeline(timeline(&history, &gaps)),
            Section::Detection(found::detected(&history)),
            Section::Mitigation(mitigation::mitigation(&history)),
            Section::DeadEnds(dead_ends::dead_ends(&history)),
            Section::Contributing(found::causes(&history)),
            Section::Lessons(Lessons {
                well: notes(entries, Tag::Good),
                badly: notes(entries, Tag::Bad),
                luck: notes(entries, Tag::Luck),
            }),
            Section::Actions(notes(entries, Tag::Todo)),
            Section::Questions(notes(entries, Tag::Question)),
            Section::Responders(people::responders(&history)),
            Section::Feedback(feedback::feedback(&history)),
            Section::Commands(appendix::commands(&history)),
            Section::Output(appendix::output(&history, excerpts)),
            Section::Provenance(provenance::provenance(&history, meta, excerpts, gaps)),
        ];
        Self { front: front(&history, meta), sections }
    }
}

fn front(history: &History, meta: &Meta) -> Front {
    let opened = history.opened();
    let mut hosts: Vec<String> = Vec::new();
    let mut responders: Vec<String> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for entry in history.entries {
        if let Event::Attached { host, .. } = &entry.event
            && !hosts.contains(host)
        {
            hosts.push(host.clone());
        }
        if known.insert(entry.by.as_str()) {
            responders.push(entry.by.clone());
        }
    }
    Front {
        postmortem: VERSION,
        id: meta.session.clone(),
        title: history.title().to_owned(),
        severity: history.state.severity,
        status: history.state.status.unwrap_or(Status::Investigating),
        planned: history.state.is_planned(),
        drill: opened.and_then(|opened| opened.drill.clone()),
        services: opened.map(|opened| opened.services.clone()).unwrap_or_default(),
        key_times: Mark::ALL.into_iter().filter_map(|mark| Some((mark, history.mark(mark)?))).collect(),
        metrics: metrics::metrics(history),
        runbook: opened.and_then(|opened| opened.runbook.clone()),
        hosts,
        responders,
        entries: history.entries.len() as u64,
        head: meta.head.clone(),
        version: meta.version.clone(),
    }
}

fn notes(entries: &[Entry], wanted: Tag) -> Vec<NoteText> {
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Note { tag, text } if *tag == wanted => {
                Some(NoteText { seq: entry.seq, time: entry.time(), by: entry.by.clone(), text: text.clone() })
            }
            _ => None,
        })
        .collect()
}
