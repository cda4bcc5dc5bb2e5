//! A document from top to bottom.

use super::writer::Writer;
use super::{appendix, escape, front, narrative, people, timeline};
use crate::postmortem::document::{Document, Section};
use crate::postmortem::merge;

/// The document as Markdown. The same document gives the same bytes.
#[must_use]
pub fn render(document: &Document) -> String {
    merge::seal(&write(document, Writer::new(document)), &document.front.id)
}

/// The same Markdown for what makes a page of it: notes are left as the Markdown their writers meant.
pub(in crate::postmortem) fn typesetting(document: &Document) -> String {
    let mut writer = Writer::new(document);
    writer.typesetting = true;
    write(document, writer)
}

fn write(document: &Document, mut writer: Writer) -> String {
    front::front(&mut writer.out, &document.front);
    let title = format!("{} ({})", escape::text(&document.front.title), escape::text(&document.front.id));
    writer.heading(1, &title);
    writer.paragraph(
        "> Draft, generated from the session's journal. Lines that begin with `TODO(postmortem)` need a person.",
    );
    if let Some(drill) = &document.front.drill {
        writer.paragraph(&format!("This was a drill: {}.", escape::code(drill)));
    }
    for section in &document.sections {
        match section {
            Section::Summary(summary) => narrative::summary(&mut writer, summary),
            Section::Impact(impact) => narrative::impact(&mut writer, impact),
            Section::KeyTimes(times) => narrative::key_times(&mut writer, times),
            Section::Timeline(rows) => timeline::timeline(&mut writer, rows),
            Section::Detection(detected) => people::detection(&mut writer, detected),
            Section::Mitigation(mitigation) => narrative::mitigation(&mut writer, mitigation),
            Section::DeadEnds(ends) => narrative::dead_ends(&mut writer, ends),
            Section::Contributing(causes) => people::contributing(&mut writer, causes),
            Section::Lessons(lessons) => narrative::lessons(&mut writer, lessons),
            Section::Actions(notes) => narrative::actions(&mut writer, notes),
            Section::Questions(notes) => narrative::questions(&mut writer, notes),
            Section::Responders(responders) => people::responders(&mut writer, responders),
            Section::Feedback(feedback) => people::feedback(&mut writer, feedback),
            Section::Commands(commands) => appendix::commands(&mut writer, commands),
            Section::Output(output) => appendix::output(&mut writer, output),
            Section::Provenance(provenance) => appendix::provenance(&mut writer, provenance),
        }
    }
    writer.out
}
