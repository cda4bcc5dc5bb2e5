//! What things are called on the screen.

use chrono::{DateTime, FixedOffset, Utc};

use crate::runbook::{Lead, Runbook};
use crate::session::entry::When;
use crate::session::event::Verdict;
use crate::session::run::{Purpose, RunNo};
use crate::session::state::{Standing, State};
use crate::session::walk::Readiness;
use crate::session::when;
use crate::text::{human, visible, width};
use crate::tui::model::SessionScreen;
use crate::tui::theme::Role;

/// What a run is called: its step, or its command.
pub(crate) fn run_name(run: RunNo, state: &State) -> String {
    let Some(started) = state.runs.get(&run).map(|run| &run.started) else { return format!("run {run}") };
    let place = started.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    let name = match &started.purpose {
        Purpose::Step { step, .. } => step.clone(),
        Purpose::Undo { step, .. } => format!("undo of {step}"),
        Purpose::Guard { step, .. } => format!("guard of {step}"),
        Purpose::Probe { step, .. } => format!("probe of {step}"),
        Purpose::Variable { name } => format!("value of {name}"),
        Purpose::AdHoc => format!("$ {}", started.command.lines().next().unwrap_or_default()),
        Purpose::Inventory { host } => format!("machines of {host}"),
        Purpose::Shell => format!("shell $ {}", started.command.trim_start().lines().next().unwrap_or_default()),
    };
    format!("{name}{place}")
}

/// Why a guard's run keeps its step from starting: what its author says of it, and what was seen.
pub(crate) fn guard(session: &SessionScreen, run: RunNo) -> Option<String> {
    let run = session.walk.state().runs.get(&run)?;
    let Purpose::Guard { step, index } = &run.started.purpose else { return None };
    let Some(Verdict::Unhealthy(reasons)) = run.verdict() else { return None };
    let says = session.walk.guard(step, *index).and_then(|guard| guard.says.as_deref());
    let seen = reasons.join("; ");
    let why = says.map_or_else(|| seen.clone(), |says| format!("{} ({seen})", session.filled(says)));
    let place = run.started.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    Some(format!("A guard of {step} does not hold{place}: {why}"))
}

/// What a run meant.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Healthy => "healthy".to_owned(),
        Verdict::Unhealthy(reasons) => reasons.join("; "),
        Verdict::Stopped => "stopped".to_owned(),
        Verdict::Unknown => "outcome unknown".to_owned(),
    }
}

/// A step's glyph, word and role. The glyphs are ASCII: they are there on every terminal.
pub(crate) const fn standing(standing: Standing) -> (char, &'static str, Role) {
    match standing {
        Standing::Untouched => ('.', "", Role::Dim),
        Standing::Running => ('*', "running", Role::Running),
        Standing::Healthy => ('+', "healthy", Role::Good),
        Standing::Unhealthy => ('x', "unhealthy", Role::Bad),
        Standing::Skipped => ('-', "skipped", Role::Dim),
        Standing::Stopped => ('!', "stopped", Role::Warn),
        Standing::Unknown => ('?', "unknown", Role::Warn),
    }
}

/// Whether the revert is possible.
pub(crate) fn readiness(session: &SessionScreen) -> String {
    match session.walk.readiness() {
        Readiness::Ready => "ready".to_owned(),
        Readiness::NotReady(steps) => format!("not ready ({})", steps.join(", ")),
        Readiness::Unknown if session.walk.runbook().is_some_and(|runbook| runbook.ready.is_empty()) => {
            "nothing checks whether it is possible".to_owned()
        }
        Readiness::Unknown => "not yet checked".to_owned(),
    }
}

/// What stays on the screen until it is dealt with, each in at most two lines of this width.
pub(crate) fn stays(session: &SessionScreen, columns: u16) -> Vec<String> {
    let room = usize::from(columns).saturating_sub(2);
    let lines = |text: String| {
        let text = visible::clean(&text).into_owned();
        let (first, rest) = width::broken(&text, room);
        let lines = [first, &*width::fit(rest, room)].map(|line| format!(" {line} "));
        lines.into_iter().take(if rest.is_empty() { 1 } else { 2 }).collect::<Vec<_>>()
    };
    session.stays().into_iter().flat_map(lines).collect()
}

/// A time of day in a zone.
pub(crate) fn clock(time: DateTime<Utc>, zone: FixedOffset) -> String {
    time.with_timezone(&zone).format("%H:%M:%S").to_string()
}

/// A zone: `UTC`, or `+02:00`.
pub(crate) fn zone(zone: FixedOffset) -> String {
    if zone.local_minus_utc() == 0 { "UTC".to_owned() } else { zone.to_string() }
}

/// A time that may not be exact.
pub(crate) fn when(when: &When, zone: FixedOffset) -> String {
    match when {
        When::Exact(time) => clock(*time, zone),
        When::About(time) => format!("~{}", clock(*time, zone)),
        When::Between(from, to) => format!("{} - {}", clock(*from, zone), clock(*to, zone)),
    }
}

/// The time that the output of a step told, with its date where that is not today.
pub(crate) fn told(time: DateTime<Utc>, session: &SessionScreen) -> String {
    let (zone, exact) = (session.zone(), When::Exact(time));
    let now = session.walk.state().latest.map_or(time, |latest| latest.at);
    let day = when::other_day(&exact, now, zone).map(|day| format!("{day}, ")).unwrap_or_default();
    format!("{day}{}", clock(time, zone))
}

/// How long a run took.
pub(crate) fn took(ms: u64) -> String {
    if ms < 100 { "under 0.1 s".to_owned() } else { human::duration(ms) }
}

/// A span as `12:40`, or `1:02:40`.
pub(crate) fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// A count, in groups of three.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How long after its run began a line came, in at most nine columns: `+12.345s`, `+12:40.5`, `+1:02:40`.
pub(crate) fn since(ms: u64) -> String {
    match ms {
        0..60_000 => format!("+{}.{:03}s", ms / 1000, ms % 1000),
        60_000..3_600_000 => format!("+{}:{:02}.{}", ms / 60_000, ms / 1000 % 60, ms / 100 % 10),
        _ => format!("+{}", span(ms)),
    }
}

/// What a lead is called.
pub(crate) fn lead(lead: &Lead, runbook: Option<&Runbook>) -> String {
    match lead {
        Lead::Step(id) => {
            let title = runbook.and_then(|runbook| runbook.step(id)).map(|(_, step)| step.title.as_str());
            title.map_or_else(|| id.clone(), |title| format!("{id} ({title})"))
        }
        Lead::Phase(phase) => phase.to_string(),
        Lead::Next => "the next step".to_owned(),
        Lead::Stop => "the end of the walk".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_groups() {
        assert_eq!([0, 12, 999, 4711, 1_000_000].map(count), ["0", "12", "999", "4,711", "1,000,000"]);
    }

    #[test]
    fn the_time_of_a_line_fits_beside_it() {
        let times = [0, 12_345, 59_999, 60_000, 3_599_999, 3_723_000, 359_999_000].map(since);
        assert_eq!(times, ["+0.000s", "+12.345s", "+59.999s", "+1:00.0", "+59:59.9", "+1:02:03", "+99:59:59"]);
        assert!(times.iter().all(|time| time.len() <= 9));
    }
}
