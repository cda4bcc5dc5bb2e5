//! No secret in the journal: every text of an event is redacted before it is written.

use crate::session::event::{Event, RunEnded, RunStarted, Update, Verdict};
use crate::session::run::Exit;
use crate::text::redact::Secrets;

/// Replaces the values of secrets in every text of an event.
pub(super) fn veil(secrets: &Secrets, event: &mut Event) {
    let hide = |text: &mut String| *text = secrets.redact_str(text);
    let hide_some = |text: &mut Option<String>| {
        if let Some(text) = text {
            hide(text);
        }
    };
    match event {
        Event::Opened(opened) => {
            hide(&mut opened.title);
            opened.services.iter_mut().for_each(hide);
            opened.alert.iter_mut().flat_map(|alert| alert.texts()).for_each(hide);
        }
        Event::VariableSet { value, .. } => hide_some(value),
        Event::RunStarted(started) => veil_start(secrets, started),
        Event::RunEnded(ended) => veil_end(secrets, ended),
        Event::SignSeen { finding, text, .. } => {
            hide_some(finding);
            hide(text);
        }
        Event::Flagged { says, text, .. } => {
            hide_some(says);
            hide(text);
        }
        Event::Skipped { reason, .. } | Event::Overridden { reason, .. } | Event::TimeBoxAnswered { reason, .. } => {
            hide(reason);
        }
        Event::Answered { answer, .. } => hide(answer),
        Event::Left { note } | Event::Closed { note } | Event::Paused { note } => hide_some(note),
        Event::Note { text, .. } | Event::Pinned { text, .. } | Event::FindingOpened { text } => hide(text),
        Event::RunSettled { because, .. } | Event::FindingSettled { because, .. } => hide(because),
        Event::HandedOver { to, note } => {
            hide(to);
            hide_some(note);
        }
        Event::Joined { who, role } => {
            hide(who);
            hide_some(role);
        }
        Event::Departed { who } => hide(who),
        Event::DetectedBy { text, .. } => hide_some(text),
        Event::Updated(update) => {
            let Update { conditions, actions, needs, next_ms: _ } = update;
            [conditions, actions, needs].into_iter().for_each(hide);
        }
        Event::Declared { reason } => hide(reason),
        // Nothing in these is anybody's text.
        Event::Attached { .. }
        | Event::VariableUnset { .. }
        | Event::HostSet { .. }
        | Event::AttemptBegun(_)
        | Event::LaneOpened { .. }
        | Event::RunInterrupted { .. }
        | Event::StopAsked { .. }
        | Event::Moved { .. }
        | Event::Marked { .. }
        | Event::StatusChanged { .. }
        | Event::SeverityChanged { .. }
        | Event::TailSetAside { .. }
        | Event::Reopened
        | Event::Resumed
        | Event::LookedAgain { .. }
        | Event::RunbookChanged { .. }
        | Event::Redacted(_)
        | Event::Unknown => {}
    }
}

fn veil_start(secrets: &Secrets, started: &mut RunStarted) {
    started.command = secrets.redact_str(&started.command);
    started.cwd = started.cwd.as_deref().map(|cwd| secrets.redact_str(cwd));
    for (_, value) in &mut started.values {
        *value = value.as_deref().map(|value| secrets.redact_str(value));
    }
}

fn veil_end(secrets: &Secrets, ended: &mut RunEnded) {
    if let Verdict::Unhealthy(reasons) = &mut ended.verdict {
        for reason in reasons {
            *reason = secrets.redact_str(reason);
        }
    }
    if let Exit::NotStarted(why) = &mut ended.end.exit {
        *why = secrets.redact_str(why);
    }
}
