//! How it was noticed, what is thought to be behind it, who took part, and what the runbook can learn.

use super::escape;
use super::narrative::stamp;
use super::table::Table;
use super::writer::Writer;
use crate::postmortem::document::{Cause, Detected, Feedback, HandOver, PatchStep, Responders};

pub(super) fn detection(writer: &mut Writer, detected: &Detected) {
    writer.heading(2, "Detection");
    writer.sentences(&detected.sentences);
    writer.prompt("Would monitoring have found it, and sooner?");
}

pub(super) fn contributing(writer: &mut Writer, causes: &[Cause]) {
    writer.heading(2, "Contributing factors");
    let item = |cause: &Cause| {
        let how = if cause.confirmed { "confirmed" } else { "neither confirmed nor ruled out" };
        let because = cause.because.as_ref().map(|because| format!(": {}", escape::text(because)));
        let evidence = writer.evidence(&cause.evidence);
        format!("{} ({how}{}; {evidence})", writer.note(&cause.text), because.unwrap_or_default())
    };
    let items: Vec<String> = causes.iter().map(item).collect();
    if !items.is_empty() {
        writer.paragraph("Findings of the session:");
        writer.bullets(items);
    }
    writer.prompt("What triggered it, which causes lie behind that, and what in the way of working let it through?");
}

pub(super) fn responders(writer: &mut Writer, responders: &Responders) {
    writer.heading(2, "Responders");
    let mut table = Table::new(["Who", "As", "Joined (UTC)", "Left (UTC)", "Entries"]);
    for person in &responders.people {
        let role = person.role.as_deref().unwrap_or_default();
        let left = match &person.left {
            Some(left) => stamp(Some(left)),
            None if person.entries > 0 => format!("last entry {}", stamp(Some(&person.last))),
            None => "–".to_owned(),
        };
        let joined = stamp(Some(&person.joined));
        table.row([escape::text(&person.name), escape::text(role), joined, left, person.entries.to_string()]);
    }
    table.finish(&mut writer.out);
    let hand_over = |over: &HandOver| {
        let note = over.note.as_ref().map(|note| format!(": {}", escape::text(note)));
        let (from, to) = (escape::text(&over.from), escape::text(&over.to));
        let entry = writer.entry(over.seq);
        format!("{} UTC: {from} handed over to {to}{} ({entry})", stamp(Some(&over.time)), note.unwrap_or_default())
    };
    let hand_overs: Vec<String> = responders.hand_overs.iter().map(hand_over).collect();
    if !hand_overs.is_empty() {
        writer.bullets(hand_overs);
    }
}

pub(super) fn feedback(writer: &mut Writer, feedback: &Feedback) {
    writer.heading(2, "Runbook feedback");
    if feedback.remarks.is_empty() {
        let none = if feedback.runbook { "It was walked as it is written." } else { "There was no runbook." };
        writer.paragraph(none);
    } else {
        let remarks: Vec<String> = feedback.remarks.iter().map(|remark| writer.prose(remark)).collect();
        writer.bullets(remarks);
    }
    if feedback.patches.is_empty() {
        return;
    }
    writer.paragraph("What was run, as steps:");
    let mut lines = Vec::new();
    for patch in &feedback.patches {
        lines.push(format!("{}:", patch.phase));
        lines.push("  steps:".to_owned());
        patch.steps.iter().for_each(|step| put(step, &mut lines));
    }
    escape::fence(&mut writer.out, "yaml", lines);
    writer.out.push('\n');
    writer.prompt("Which of these belong into the runbook, and under which title?");
}

fn put(step: &PatchStep, lines: &mut Vec<String>) {
    if let Some(was) = &step.was {
        lines.push(format!("    # was: {}", escape::yaml(was)));
    }
    let first = match &step.id {
        Some(id) => format!("id: {id}"),
        None => "title: \"\"".to_owned(),
    };
    lines.push(format!("    - {first}"));
    lines.push(format!("      run: {}", escape::yaml(&step.run)));
}
