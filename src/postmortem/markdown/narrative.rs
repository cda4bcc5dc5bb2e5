//! The sections that are read first.

use super::escape;
use super::table::Table;
use super::writer::Writer;
use crate::postmortem::document::{
    DeadEnd, Impact, KeyTimes, Lessons, Metric, Mitigation, NoteText, PhaseTime, Summary,
};
use crate::postmortem::length::Length;
use crate::postmortem::spell;
use crate::session::entry::When;

const UNKNOWN: &str = "unknown";

pub(super) fn summary(writer: &mut Writer, summary: &Summary) {
    writer.heading(2, "Summary");
    writer.sentences(&summary.sentences);
    writer.prompt("In one or two sentences: what broke, and why?");
}

pub(super) fn impact(writer: &mut Writer, impact: &Impact) {
    writer.heading(2, "Impact");
    let services: Vec<String> = impact.services.iter().map(|service| escape::text(service)).collect();
    let services = if services.is_empty() { UNKNOWN.to_owned() } else { services.join(", ") };
    let budget = impact.budget.as_ref().map(|budget| format!("That is {budget}"));
    writer.bullets(
        [
            format!("From: {}", utc(impact.from.as_ref())),
            format!("To: {}", utc(impact.to.as_ref())),
            format!("Impact duration: {} (mitigated − impact started)", length(&impact.lasted)),
            format!("Services: {services}"),
        ]
        .into_iter()
        .chain(budget),
    );
    writer.prompt("Who was affected, and how: users, requests, data lost, whether the loss was total or partial?");
}

pub(super) fn key_times(writer: &mut Writer, times: &KeyTimes) {
    writer.heading(2, "Key times and metrics");
    let mut table = Table::new(["Key time", "Time (UTC)", "Set by"]);
    for time in &times.times {
        table.row([time.name.clone(), stamp(time.time.as_ref()), escape::text(&time.set)]);
    }
    table.finish(&mut writer.out);
    if !times.contradictions.is_empty() {
        let contradictions = escape::text(&times.contradictions.join("; "));
        writer.paragraph(&format!("Marks that contradict each other: {contradictions}."));
    }

    let mut table = Table::new(["Metric", "Value", "Formula"]);
    for Metric { name, value, formula, .. } in &times.metrics {
        table.row([(*name).to_owned(), length(value), formula.clone()]);
    }
    table.finish(&mut writer.out);

    if !times.phases.is_empty() {
        let mut table = Table::new(["Phase", "Time in it", "Time box"]);
        for phase in &times.phases {
            table.row(in_phase(phase));
        }
        table.finish(&mut writer.out);
    }
    let severities = times.severities.iter();
    let severities: Vec<String> =
        severities.map(|(time, severity)| format!("{severity} from {}", stamp(Some(time)))).collect();
    if !severities.is_empty() {
        writer.paragraph(&format!("Severity: {}.", severities.join(", ")));
    }
    if let Some(zone) = &times.zone {
        writer.paragraph(&format!("The responders' local zone was UTC{}.", escape::text(zone)));
    }
}

fn in_phase(phase: &PhaseTime) -> [String; 3] {
    let spent = spell::duration(spell::signed(phase.spent_ms));
    let spent = if phase.open { format!("{spent}, still in it at the end of the record") } else { spent };
    let time_box = phase.box_ms.map_or_else(
        || "none".to_owned(),
        |limit| {
            let over = phase.spent_ms.saturating_sub(limit);
            let limit = spell::duration(spell::signed(limit));
            if over > 0 { format!("{limit}, over by {}", spell::duration(spell::signed(over))) } else { limit }
        },
    );
    [phase.phase.to_string(), spent, time_box]
}

pub(super) fn mitigation(writer: &mut Writer, mitigation: &Mitigation) {
    writer.heading(2, "Mitigation and resolution");
    let sentences: Vec<String> = mitigation.sentences.iter().map(|sentence| writer.prose(sentence)).collect();
    writer.bullets(sentences);
    if !mitigation.changes.is_empty() {
        writer.paragraph("What was altered:");
        let mut table = Table::new(["Time (UTC)", "Change", "Result", "Taken back by"]);
        for change in &mitigation.changes {
            let what = format!("{} ({})", writer.prose(&change.what), writer.run(change.run));
            let undone = change.undone.map_or_else(|| "–".to_owned(), |run| writer.run(run));
            table.row([spell::stamp(&change.at), what, writer.prose(&change.result), undone]);
        }
        table.finish(&mut writer.out);
    }
    if !mitigation.verified.is_empty() {
        writer.paragraph("The last result of every verify step:");
        let mut table = Table::new(["Verify step", "Result", "Time (UTC)", "Evidence"]);
        for step in &mitigation.verified {
            table.row([
                escape::text(&step.title),
                step.result.as_ref().map_or_else(|| "not run".to_owned(), |result| writer.prose(result)),
                step.at.as_ref().map_or_else(|| "–".to_owned(), spell::stamp),
                step.run.map_or_else(|| "–".to_owned(), |run| writer.run(run)),
            ]);
        }
        table.finish(&mut writer.out);
    }
    if !mitigation.changes.is_empty() {
        writer.prompt("Which of these changes last, and which are temporary?");
    }
}

pub(super) fn dead_ends(writer: &mut Writer, ends: &[DeadEnd]) {
    writer.heading(2, "Dead ends and ruled-out hypotheses");
    if ends.is_empty() {
        writer.paragraph("None is recorded.");
        return;
    }
    let mut table = Table::new(["Time (UTC)", "Took", "Tried", "Seen", "Evidence"]);
    for end in ends {
        let took = end.took_ms.map_or_else(|| "–".to_owned(), spell::took);
        let time = stamp(Some(&end.time));
        table.row([time, took, writer.prose(&end.what), writer.prose(&end.seen), writer.evidence(&end.evidence)]);
    }
    table.finish(&mut writer.out);
    writer.prompt("For each of these: why did it look right at the time?");
}

pub(super) fn lessons(writer: &mut Writer, lessons: &Lessons) {
    let parts = [
        ("What went well", &lessons.well, "What went well?"),
        ("What went poorly", &lessons.badly, "What went poorly, without blaming anybody?"),
        ("Where we got lucky", &lessons.luck, "Where was luck on our side?"),
    ];
    for (heading, notes, question) in parts {
        writer.heading(2, heading);
        if notes.is_empty() {
            writer.prompt(question);
        } else {
            list(writer, notes);
        }
    }
}

pub(super) fn actions(writer: &mut Writer, notes: &[NoteText]) {
    writer.heading(2, "Action items");
    if notes.is_empty() {
        writer.prompt(
            "What is to be done: prevent, detect, mitigate, process; each with one owner, a due date and a ticket?",
        );
        return;
    }
    let mut table = Table::new(["Action", "Type", "Owner", "Priority", "Due", "Ticket", "Noted"]);
    for note in notes {
        let blank = String::new;
        table.row([writer.cell_note(&note.text), blank(), blank(), blank(), blank(), blank(), noted(note)]);
    }
    table.finish(&mut writer.out);
    writer.prompt("Give every action a type (prevent, detect, mitigate, process), one owner, a due date and a ticket.");
}

pub(super) fn questions(writer: &mut Writer, notes: &[NoteText]) {
    writer.heading(2, "Open questions");
    if notes.is_empty() {
        writer.paragraph("None is recorded.");
    } else {
        list(writer, notes);
    }
}

fn list(writer: &mut Writer, notes: &[NoteText]) {
    let items: Vec<String> =
        notes.iter().map(|note| format!("{} ({})", writer.note(&note.text), noted(note))).collect();
    writer.bullets(items);
}

fn noted(note: &NoteText) -> String {
    format!("{}, {}", escape::text(&note.by), stamp(Some(&note.time)))
}

pub(super) fn stamp(time: Option<&When>) -> String {
    time.map_or_else(|| UNKNOWN.to_owned(), |time| spell::when(time, true).replace('~', "\\~"))
}

fn utc(time: Option<&When>) -> String {
    time.map_or_else(|| UNKNOWN.to_owned(), |_| format!("{} UTC", stamp(time)))
}

fn length(length: &Length) -> String {
    length.words().replace('~', "\\~")
}
