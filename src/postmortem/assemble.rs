//! The sections put together.

use super::document::{Document, Front, Lessons, Meta, NoteText, Section, VERSION};
use super::history::History;
use super::timeline::{gaps, timeline};
use super::{appendix, dead_ends, metrics, mitigation, provenance, summary};
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
        let mut sections = vec![
            Section::Summary(summary::summary(&history)),
            Section::Impact(metrics::impact(&history)),
            Section::KeyTimes(metrics::key_times(&history)),
            Section::Timeline(timeline(&history, &gaps)),
            Section::Mitigation(mitigation::mitigation(&history)),
            Section::DeadEnds(dead_ends::dead_ends(&history)),
        ];
        let lessons = Lessons {
            well: notes(entries, Tag::Good),
            badly: notes(entries, Tag::Bad),
            luck: notes(entries, Tag::Luck),
        };
        if lessons != Lessons::default() {
            sections.push(Section::Lessons(lessons));
        }
        let (actions, questions) = (notes(entries, Tag::Todo), notes(entries, Tag::Question));
        if !actions.is_empty() {
            sections.push(Section::Actions(actions));
        }
        if !questions.is_empty() {
            sections.push(Section::Questions(questions));
        }
        sections.push(Section::Commands(appendix::commands(&history)));
        sections.push(Section::Output(appendix::output(&history, excerpts)));
        sections.push(Section::Provenance(provenance::provenance(&history, meta, excerpts, gaps)));
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
        planned: opened.is_some_and(|opened| opened.planned),
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
