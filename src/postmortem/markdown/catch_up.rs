//! "Catch me up": where a session stands, for whoever joins it.

use chrono::{DateTime, Utc};

use super::table::Table;
use super::timeline::row;
use super::writer::Writer;
use super::{escape, narrative};
use crate::postmortem::describe;
use crate::postmortem::history::History;
use crate::postmortem::prose::{Prose, brief};
use crate::postmortem::spell;
use crate::postmortem::timeline::{gaps, timeline};
use crate::session::entry::Entry;
use crate::session::event::{Event, Mark, Status, Tag};
use crate::session::state::Finding;
use crate::session::told::update_words;
use crate::session::walk::{Next, Walk};

/// Rows shown of the timeline's end.
const LATEST: usize = 10;

/// A session as it stands at `now`: status, clocks, where the walk is, changes, what runs, what is next, the latest rows.
/// `walk` is the replay of the same entries.
#[must_use]
pub fn catch_up(id: &str, entries: &[Entry], walk: &Walk, now: DateTime<Utc>) -> String {
    let history = History::new(entries, walk.runbook());
    let mut writer = Writer::plain();
    writer.heading(1, &format!("{} ({})", escape::text(history.title()), escape::text(id)));
    let mut items = vec![standing(&history)];
    items.extend(clocks(&history, now));
    items.extend(place(&history, now));
    items.push(format!("Next: {}", writer.prose(&next(&history, &walk.next()))));
    items.extend(verify(&history, walk));
    items.extend(again(&history, walk, now));
    let running = history.state.runs.values().filter(|run| run.is_running());
    items.extend(running.map(|run| {
        let since = elapsed(run.at.at, now);
        format!("Running for {since}: {} (run {})", writer.prose(&describe::name(&history, run)), run.started.run)
    }));
    writer.bullets(items);
    told(&mut writer, &history, now);
    findings(&mut writer, &history);
    changes(&mut writer, &history);
    let timeline = timeline(&history, &gaps(&history));
    writer.heading(2, "Latest");
    writer.paragraph("All times in UTC.");
    let mut table = Table::new(["Time (UTC)", "T+", "Phase", "Event", "Evidence"]);
    let skipped = timeline.rows.len().saturating_sub(LATEST);
    for latest in timeline.rows.iter().skip(skipped) {
        table.row(row(&writer, latest, timeline.day.is_none()));
    }
    table.finish(&mut writer.out);
    format!("{}\n", writer.out.trim_end())
}

fn standing(history: &History) -> String {
    let severity = history.state.severity.map_or_else(|| "no severity".to_owned(), |severity| severity.to_string());
    let status = history.state.status.map_or("unknown", Status::as_str);
    let opened = history.opened();
    let planned = if history.state.is_planned() { ", planned work" } else { "" };
    let drill = opened.and_then(|opened| opened.drill.as_ref());
    let drill = drill.map_or_else(String::new, |drill| format!(", drill {}", escape::code(drill)));
    let lead = history.state.lead.as_ref();
    let lead = lead.map_or_else(String::new, |lead| format!(", led by {}", escape::text(lead)));
    format!("**{severity}, {status}**{planned}{drill}{lead}")
}

/// When it is to be looked at again, and what did not hold the last time.
fn again(history: &History, walk: &Walk, now: DateTime<Utc>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    if let Some(again) = walk.again().first() {
        let due = if again.at <= now { "is due since" } else { "is due at" };
        items.push(format!("Looking again {due} {} UTC", spell::stamp(&again.at)));
    }
    let red: Vec<String> = history.state.looked.1.iter().map(|id| escape::text(&history.title_of(id))).collect();
    if !red.is_empty() {
        items.push(format!("Red when it was looked at again: {}", red.join("; ")));
    }
    items
}

/// What others were told last.
fn told(writer: &mut Writer, history: &History, now: DateTime<Utc>) {
    let Some((at, update)) = &history.state.update else { return };
    writer.heading(2, &format!("What others were told, {} ago", elapsed(at.at, now)));
    writer.paragraph(&escape::at_start(&escape::text(&update_words(update))));
}

/// What was thought to be the cause: open, confirmed, ruled out.
fn findings(writer: &mut Writer, history: &History) {
    let findings = &history.state.findings;
    let ruled_out = history.entries.iter().filter_map(|entry| match &entry.event {
        Event::Note { tag: Tag::DeadEnd, text } => {
            Some(format!("ruled out: {}", escape::text(&brief(text, describe::CELL).0)))
        }
        _ => None,
    });
    let one = |finding: &Finding| {
        let text = escape::text(&brief(&finding.text, describe::CELL).0);
        match finding.settled.last() {
            None => format!("**open**: {text}"),
            Some(settled) => {
                let word = if settled.confirmed { "**confirmed**" } else { "ruled out" };
                format!("{word}: {text}: {}", escape::text(&brief(&settled.because, describe::CELL).0))
            }
        }
    };
    let items: Vec<String> = findings.iter().map(one).chain(ruled_out).collect();
    if !items.is_empty() {
        writer.heading(2, "What it may be, and what it is not");
        writer.bullets(items);
    }
}

/// Key times, each with how long ago it was; where the impact has ended, how long it lasted.
fn clocks(history: &History, now: DateTime<Utc>) -> Vec<String> {
    let time = |mark| {
        let when = history.mark(mark)?;
        let ago = elapsed(when.sort_key(), now);
        Some(format!("{}: {} UTC, {ago} ago", capital(mark.as_str()), narrative::stamp(Some(&when))))
    };
    let mut clocks: Vec<String> = Mark::ALL.into_iter().filter_map(time).collect();
    if history.mark(Mark::ImpactStarted).is_none() {
        clocks.insert(0, "Impact started: unknown, not marked".to_owned());
    }
    clocks
}

fn place(history: &History, now: DateTime<Utc>) -> Option<String> {
    let phase = history.state.phase?;
    let stays = history.state.stays.iter().filter(|stay| stay.phase == phase);
    let spent = |stay: &crate::session::state::Stay| match stay.to {
        Some(to) => spell::signed(to.since(&stay.from)),
        None => (now - stay.from.at).num_milliseconds().max(0),
    };
    let spent = spell::duration(stays.map(spent).fold(0, i64::saturating_add));
    let limit = history.state.time_box(history.runbook, phase);
    let limit = limit.map_or_else(String::new, |limit| {
        let ms = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
        format!(" of {}", spell::duration(ms))
    });
    let step = match &history.state.cursor {
        Some(step) => format!(", at {}", escape::text(&history.title_of(step))),
        None => ", past its last step".to_owned(),
    };
    Some(format!("In {phase} for {spent}{limit}{step}"))
}

/// Which verify steps do not hold since the last change.
fn verify(history: &History, walk: &Walk) -> Option<String> {
    if history.runbook.is_none_or(|runbook| runbook.verify.steps.is_empty()) {
        return None;
    }
    let red: Vec<String> = walk.not_holding().iter().map(|id| escape::text(&history.title_of(id))).collect();
    let red = if red.is_empty() { "holds".to_owned() } else { format!("does not hold yet: {}", red.join("; ")) };
    Some(format!("Verify, since the last change: {red}"))
}

fn next(history: &History, next: &Next) -> Prose {
    let step = |words: &str, step| Prose::new().text(format!("{words} ")).title(history.title_of(step));
    let list = |leads: Vec<String>| leads.join(" or ");
    match next {
        Next::Run(id) => step("run", id),
        Next::Ask(id) => step("decide", id),
        Next::Manual(id) => step("do by hand", id),
        Next::Running(run) => Prose::new().text("wait for ").run(*run),
        Next::Waiting(id) => step("wait for the next try of", id),
        Next::Offer { step: id, leads } => {
            let leads = list(leads.iter().map(ToString::to_string).collect());
            step("choose after", id).text(format!(": {leads}, or go on"))
        }
        Next::Failed(id) => step("decide what to do about", id).text(", which was not as expected"),
        Next::Settle(run) => Prose::new().text("find out whether ").run(*run).text(" happened: nobody saw its end"),
        Next::Crossing { from, to } => {
            let to = list(to.iter().map(ToString::to_string).collect());
            Prose::new().text(format!("{from} is over; go to {to}"))
        }
        Next::End if history.state.closed => Prose::new().text("nothing, the session is closed"),
        Next::End => Prose::new().text("nothing is left to walk"),
    }
}

/// Changes that are not taken back, the last one first.
fn changes(writer: &mut Writer, history: &History) {
    let open = history.state.changes.iter().rev().filter(|change| change.undone.is_none());
    let open: Vec<String> = open
        .filter_map(|change| {
            let run = history.run(change.run)?;
            let what = writer.prose(&describe::name(history, run));
            let result = writer.prose(&describe::result(run));
            Some(format!("{} UTC: {what} (run {}): {result}", spell::stamp(&run.at.at), change.run))
        })
        .collect();
    writer.heading(2, "Changes that are in force, or may be, the last one first");
    if open.is_empty() {
        writer.paragraph("None.");
    } else {
        writer.bullets(open);
    }
}

fn elapsed(from: DateTime<Utc>, now: DateTime<Utc>) -> String {
    spell::duration((now - from).num_milliseconds().max(0))
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
