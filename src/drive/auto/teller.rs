//! One line for each event.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::runbook::{Effect, PhaseName, Runbook};
use crate::session::entry::Entry;
use crate::session::event::{Event, RunEnded, RunStarted, Source, Verdict};
use crate::session::run::{Purpose, RunNo};
use crate::session::told::told;
use crate::session::walk::Walk;
use crate::text::visible::clean;

/// Prints lines. A reader that is gone does not end the walk: the journal is the record.
pub(super) struct Teller<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Teller<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    /// An entry's line, where it has one; after the walk has taken the entry in.
    pub(super) fn entry(&mut self, entry: &Entry, walk: &Walk) {
        if let Some(words) = line(entry, walk) {
            self.say(entry.at, &words);
        }
    }

    /// Any other words.
    pub(super) fn say(&mut self, at: DateTime<Utc>, words: &str) {
        let text = words.lines().map(clean).collect::<Vec<_>>().join(" / ");
        let written = writeln!(self.out, "{} {text}", at.format("%H:%M:%S"));
        drop(written.and_then(|()| self.out.flush()));
    }
}

/// What an entry says on one line, without its time; none where it says nothing that another line does not.
#[must_use]
pub fn line(entry: &Entry, walk: &Walk) -> Option<String> {
    let words = match &entry.event {
        Event::Opened(opened) => {
            let runbook = opened.runbook.as_ref().map(|book| format!(" (runbook {}, {})", book.id, book.origin));
            let alert = opened.alert.as_ref().map(|alert| format!(", on the alert {}", alert.name));
            let boxes = opened.time_boxes_in_words().map(|boxes| format!(", {boxes}")).unwrap_or_default();
            format!("begun: {}{}{}{boxes}", opened.title, runbook.unwrap_or_default(), alert.unwrap_or_default())
        }
        Event::Left { .. } => "left; the session stays open".to_owned(),
        Event::VariableSet { name, value, source: Source::From(_) | Source::Output(_) } => {
            let value = value.as_deref().map_or("(secret)".to_owned(), |value| format!("{value:?}"));
            format!("{name} is {value}")
        }
        Event::VariableUnset { name } => format!("{name} has no value any more"),
        Event::RunStarted(started) => begun(started, walk)?,
        Event::RunEnded(ended) => format!("{}: {}", label(ended.run, walk), ended_in_words(ended)),
        Event::RunInterrupted { run } => format!("{}: interrupted, outcome unknown", label(*run, walk)),
        Event::RunSettled { run, happened, because } => {
            let outcome = if *happened { "happened" } else { "did not happen" };
            format!("{}: {outcome} ({because})", label(*run, walk))
        }
        Event::StopAsked { run, .. } => format!("{}: asked to stop", label(*run, walk)),
        Event::SignSeen { run, finding, go, text, evidence, .. } => {
            let told = evidence.map(|told| format!("{} at {}: ", told.mark.as_str(), told.time.format("%FT%TZ")));
            let told = told.unwrap_or_default();
            let found = format!("{told}{}", finding.as_ref().unwrap_or(text));
            let ways: Vec<String> = go.iter().map(ToString::to_string).collect();
            let ways = if ways.is_empty() { String::new() } else { format!(" (points to {})", ways.join(" or ")) };
            format!("{}: found: {found}{ways}", label(*run, walk))
        }
        Event::Flagged { run, says, line, text, .. } => {
            let label = label(*run, walk);
            match says {
                Some(says) => format!("{label}: flag: {says} (line {line}: {text})"),
                None => format!("{label}: flag: line {line}: {text}"),
            }
        }
        Event::Moved { phase, .. } => {
            // A new phase is told; steps tell themselves.
            let stays = &walk.state().stays;
            let new =
                stays.last().is_some_and(|stay| stay.phase == *phase && stay.from.at == entry.at && stay.to.is_none());
            if !new {
                return None;
            }
            format!("{phase} begins")
        }
        Event::Skipped { step, reason } => format!("{}: skipped: {reason}", step_label(step, walk)),
        Event::Answered { step, answer, .. } => format!("{}: {answer}", step_label(step, walk)),
        Event::Overridden { rule, reason } => format!("set aside: {rule}: {reason}"),
        Event::Note { text, .. } => format!("note by {}: {text}", entry.by),
        Event::Marked { mark } => format!("mark: {}", mark.as_str()),
        Event::StatusChanged { status } => format!("status: {}", status.as_str()),
        Event::SeverityChanged { severity } => format!("severity: {severity}"),
        Event::TailSetAside { bytes, file } => {
            format!("the journal's last line was torn by a crash; its {bytes} bytes are kept in {file}")
        }
        Event::FindingOpened { .. }
        | Event::FindingSettled { .. }
        | Event::Paused { .. }
        | Event::Resumed
        | Event::HandedOver { .. }
        | Event::Joined { .. }
        | Event::Departed { .. }
        | Event::DetectedBy { .. }
        | Event::Updated(_)
        | Event::Declared { .. }
        | Event::RunbookChanged { .. }
        | Event::Redacted(_)
        | Event::HostSet { .. }
        | Event::AttemptBegun(_)
        | Event::LookedAgain { .. } => told(&entry.event, walk.state())?,
        Event::Closed { .. } => "closed".to_owned(),
        Event::Reopened => "opened again".to_owned(),
        Event::Attached { .. }
        | Event::VariableSet { .. }
        | Event::LaneOpened { .. }
        | Event::Pinned { .. }
        | Event::TimeBoxAnswered { .. }
        | Event::Unknown => return None,
    };
    Some(words)
}

/// Reads are told when they end; what changes something also when it begins.
fn begun(started: &RunStarted, walk: &Walk) -> Option<String> {
    (started.effect != Effect::Read).then(|| {
        let user = started.user.as_ref().map(|user| format!(" as {user}")).unwrap_or_default();
        // The target too: a name may lead anywhere.
        let site = walk.state().site(started.run).filter(|site| site.host.is_some());
        let user = site.map_or(user, |site| format!(" on {site}"));
        format!("{}: runs{user}: {}", label(started.run, walk), started.command)
    })
}

fn ended_in_words(ended: &RunEnded) -> String {
    let verdict = match &ended.verdict {
        Verdict::Healthy => "as expected".to_owned(),
        Verdict::Unhealthy(reasons) => reasons.join("; "),
        Verdict::Stopped => "stopped".to_owned(),
        Verdict::Unknown => "outcome unknown".to_owned(),
    };
    let mut words = vec![format!("{verdict} ({})", seconds(ended.end.took_ms))];
    if ended.unseen {
        words.push("ended while nobody watched".to_owned());
    }
    match ended.end.left_behind {
        0 => {}
        1 => words.push("left a process behind".to_owned()),
        many => words.push(format!("left {many} processes behind")),
    }
    if ended.end.dropped > 0 {
        words.push(format!("{} bytes of output not kept", ended.end.dropped));
    }
    words.join(", ")
}

/// `0.4 s`; whole words from a minute on.
pub(super) fn seconds(ms: u64) -> String {
    if ms < 60_000 {
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    } else {
        let (minutes, seconds) = (ms / 60_000, ms % 60_000 / 1000);
        if minutes < 60 { format!("{minutes} m {seconds} s") } else { format!("{} h {} m", minutes / 60, minutes % 60) }
    }
}

/// What a run is called: `diagnose http`, `undo of migrate`.
pub(super) fn label(run: RunNo, walk: &Walk) -> String {
    let number = run;
    let Some(run) = walk.state().runs.get(&run) else { return format!("run {run}") };
    let place = walk.state().site(number).filter(|site| site.host.is_some());
    let place = place.map(|site| format!(" on {}", site.name())).unwrap_or_default();
    let name = match &run.started.purpose {
        Purpose::Step { step, attempt: 1 } => step_label(step, walk),
        Purpose::Step { step, attempt } => format!("{}, try {attempt}", step_label(step, walk)),
        Purpose::Inventory { host } => format!("machines of {host}"),
        Purpose::Undo { step, .. } => format!("undo of {step}"),
        Purpose::Guard { step, .. } => format!("guard of {step}"),
        Purpose::Probe { step, .. } => format!("did {step} happen"),
        Purpose::Variable { name } => format!("value of {name}"),
        Purpose::AdHoc => format!("run {}", run.started.run),
        Purpose::Shell => format!("shell, run {}", run.started.run),
    };
    format!("{name}{place}")
}

fn step_label(step: &str, walk: &Walk) -> String {
    walk.runbook()
        .and_then(|book| phase_of(book, step))
        .map_or_else(|| step.to_owned(), |phase| format!("{phase} {step}"))
}

fn phase_of(book: &Runbook, step: &str) -> Option<PhaseName> {
    book.step(step).map(|(phase, _)| phase)
}
