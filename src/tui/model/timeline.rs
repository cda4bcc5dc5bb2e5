//! The latest entries, in words.

use std::collections::VecDeque;

use crate::session::entry::{Entry, When};
use crate::session::event::{Event, MoveCause, RunEnded, RunStarted, Source, Tag, Verdict};
use crate::session::exit;
use crate::session::run::Purpose;
use crate::session::state::State;
use crate::session::told::told;
use crate::text::{human, visible};
use crate::tui::theme::Role;
use crate::tui::words;

/// How many rows are kept; older ones are in the record.
const KEPT: usize = 500;

/// The latest entries, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Timeline {
    /// The rows.
    pub(crate) rows: VecDeque<Row>,
    /// Rows scrolled up from the end.
    pub(crate) scroll: usize,
}

/// An entry in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// When it happened.
    pub(crate) when: When,
    /// What happened.
    pub(crate) text: String,
    /// What it means.
    pub(crate) role: Role,
}

impl Timeline {
    /// Adds an entry, where it has something to say. The state is the one after it.
    pub(crate) fn push(&mut self, entry: &Entry, state: &State) {
        if let Some(text) = clock_words(entry, state) {
            self.add(Row { when: When::Exact(entry.at), text, role: Role::Warn });
        }
        let Some((text, role)) = entry_words(&entry.event, state) else { return };
        let when = entry.time();
        // Several may type beside whoever drives.
        let typed = matches!(&entry.event, Event::RunStarted(started) if started.is_shells());
        let text = if typed { format!("{} in a {text}", entry.by) } else { text };
        let text = visible::clean(text.lines().next().unwrap_or_default()).into_owned();
        self.add(Row { when, text, role });
    }

    fn add(&mut self, row: Row) {
        self.rows.push_back(row);
        if self.rows.len() > KEPT {
            self.rows.pop_front();
        }
    }
}

/// That the wall clock was set just before an entry: its times are not to be compared with those before it, durations are.
pub(crate) fn clock_words(entry: &Entry, state: &State) -> Option<String> {
    let place = state.clock_steps.binary_search_by_key(&entry.seq, |(seq, _)| *seq).ok()?;
    let (_, step) = state.clock_steps.get(place)?;
    let way = if *step < 0 { "back" } else { "forward" };
    Some(format!("the wall clock was set {way} by {}", human::duration(step.unsigned_abs())))
}

/// What an entry says, where it says something of its own.
fn entry_words(event: &Event, state: &State) -> Option<(String, Role)> {
    let plain = |text: String| Some((text, Role::Plain));
    match event {
        Event::Opened(opened) => plain(format!("opened: {}", opened.title)),
        Event::Attached { host, .. } if state.seq > 2 => plain(format!("taken up again on {host}")),
        Event::Left { note } => plain(with("left", note.as_deref())),
        Event::VariableSet { source: Source::Default | Source::Drill, .. } => None,
        Event::VariableSet { name, value, .. } => match value {
            Some(value) => plain(format!("{name} = {value}")),
            None => plain(format!("{name} is set (secret)")),
        },
        Event::VariableUnset { name } => plain(format!("{name} was not found")),
        Event::RunStarted(started) => started_words(started).map(|text| (text, Role::Running)),
        Event::RunEnded(ended) => Some(ended_words(ended, state)),
        Event::RunInterrupted { run } => {
            Some((format!("{}: interrupted, outcome unknown", words::run_name(*run, state)), Role::Warn))
        }
        Event::RunSettled { run, happened, because } => {
            let did = if *happened { "it did happen" } else { "it did not happen" };
            plain(format!("{}: {did} ({because})", words::run_name(*run, state)))
        }
        Event::StopAsked { run, force } => {
            let how = if *force { "stop by force asked for" } else { "stop asked for" };
            Some((format!("{}: {how}", words::run_name(*run, state)), Role::Warn))
        }
        Event::SignSeen { step, finding, text, .. } => {
            Some((format!("{step}: sign: {}", finding.as_deref().unwrap_or(text)), Role::Warn))
        }
        Event::Flagged { step, says, text, .. } => {
            let says = says.as_ref().map(|says| format!("{says}: ")).unwrap_or_default();
            Some((format!("{step}: flag: {says}{text}"), Role::Warn))
        }
        Event::Moved { to, phase, because: MoveCause::Operator | MoveCause::Sign(_) } => {
            plain(format!("went to {}", to.as_deref().unwrap_or(phase.as_str())))
        }
        Event::Skipped { step, reason } => plain(format!("{step}: skipped: {reason}")),
        Event::Answered { step, answer, healthy, .. } => {
            Some((format!("{step}: {answer}"), if *healthy { Role::Good } else { Role::Bad }))
        }
        Event::Overridden { rule, reason } => Some((format!("set aside: {rule}: {reason}"), Role::Warn)),
        Event::Note { tag, text } => plain(format!("{}{text}", sign(*tag))),
        Event::Pinned { run, first, text, .. } => plain(format!(
            "pinned {}:{first} {}",
            words::run_name(*run, state),
            text.lines().next().unwrap_or_default()
        )),
        Event::Marked { mark } => Some((format!("mark: {}", mark.as_str()), Role::Strong)),
        Event::StatusChanged { status } => Some((format!("status: {}", status.as_str()), Role::Strong)),
        Event::SeverityChanged { severity } => Some((format!("severity: {severity}"), Role::Strong)),
        Event::TimeBoxAnswered { phase, decision, reason } => {
            let reason = Some(reason.as_str()).filter(|reason| !reason.is_empty());
            plain(with(&format!("time box of {phase}: {decision}"), reason))
        }
        Event::TailSetAside { bytes, file } => {
            Some((format!("a torn end of the record was set aside: {bytes} bytes in {file}"), Role::Warn))
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
        | Event::LookedAgain { .. } => told(event, state).map(|text| (text, Role::Strong)),
        Event::Closed { note } => Some((with("closed", note.as_deref()), Role::Strong)),
        Event::Reopened => Some(("opened again".to_owned(), Role::Strong)),
        Event::Attached { .. } | Event::LaneOpened { .. } | Event::Moved { .. } | Event::Unknown => None,
    }
}

fn with(text: &str, more: Option<&str>) -> String {
    more.map_or_else(|| text.to_owned(), |more| format!("{text}: {more}"))
}

fn sign(tag: Tag) -> &'static str {
    match tag {
        Tag::Plain => "note: ",
        Tag::Good => "+ ",
        Tag::Bad => "- ",
        Tag::Luck => "! ",
        Tag::Question => "? ",
        Tag::DeadEnd => "x ",
        Tag::Todo => "TODO ",
    }
}

fn started_words(started: &RunStarted) -> Option<String> {
    match &started.purpose {
        Purpose::Step { step, attempt: 1 } => Some(format!("{step}: started")),
        Purpose::Step { step, attempt } => Some(format!("{step}: started, try {attempt}")),
        Purpose::Undo { step, .. } => Some(format!("{step}: undo started")),
        Purpose::Probe { step, .. } => Some(format!("{step}: did it happen? (probe started)")),
        Purpose::AdHoc => Some(format!("$ {}", started.command)),
        Purpose::Shell => Some(format!("shell $ {}", started.command.trim_start())),
        Purpose::Guard { .. } | Purpose::Variable { .. } | Purpose::Inventory { .. } => None,
    }
}

fn ended_words(ended: &RunEnded, state: &State) -> (String, Role) {
    let name = words::run_name(ended.run, state);
    let (mut text, role) = match &ended.verdict {
        Verdict::Healthy => (format!("{name}: healthy ({})", words::took(ended.end.took_ms)), Role::Good),
        Verdict::Unhealthy(reasons) => (format!("{name}: {}", reasons.join("; ")), Role::Bad),
        Verdict::Stopped | Verdict::Unknown => (format!("{name}: {}", exit::of(&ended.end)), Role::Warn),
    };
    if ended.unseen {
        text.push_str(" (while no screen was there)");
    }
    if ended.end.left_behind > 0 {
        text = format!("{text}, {} processes left behind", ended.end.left_behind);
    }
    (text, role)
}
