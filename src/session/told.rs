//! What entries about the work itself say on one line: findings, rests, people, updates.

use super::event::{Event, Source, Update};
use super::site::{Machine, Site};
use super::spread::Attempt;
use super::state::State;

/// The words for an entry about the work itself; none for any other. The state is the one after it.
#[must_use]
pub fn told(event: &Event, state: &State) -> Option<String> {
    let with = |words: &str, more: &Option<String>| match more {
        Some(more) => format!("{words}: {more}"),
        None => words.to_owned(),
    };
    Some(match event {
        Event::FindingOpened { text } => format!("finding: {text}"),
        Event::FindingSettled { finding, confirmed, because } => {
            let word = if *confirmed { "confirmed" } else { "ruled out" };
            format!("{word}: {}: {because}", finding_text(state, *finding))
        }
        Event::Paused { note } => with("paused", note),
        Event::Resumed => "the work goes on".to_owned(),
        Event::HandedOver { to, note } => with(&format!("handed over to {to}"), note),
        Event::Joined { who, role } => match role {
            Some(role) => format!("{who} joined as {role}"),
            None => format!("{who} joined"),
        },
        Event::Departed { who } => format!("{who} left"),
        Event::DetectedBy { source, text } => with(&format!("detected {}", source.as_str()), text),
        Event::Updated(update) => format!("update: {}", update_words(update)),
        Event::Declared { reason } => format!("the planned work is an incident now: {reason}"),
        Event::LookedAgain { red, .. } if red.is_empty() => "looked again: everything holds".to_owned(),
        Event::LookedAgain { red, .. } => format!("looked again: does not hold: {}", red.join(", ")),
        Event::HostSet { host, machines, source } => host_words(host, machines, source),
        Event::AttemptBegun(attempt) => attempt_words(attempt),
        Event::RunbookChanged { version, .. } => format!("the runbook was edited: version {version} from here on"),
        Event::Redacted(redacted) => {
            format!(
                "a value was taken out of the record, {} stands for it; {}",
                redacted.placeholder,
                redacted.in_words()
            )
        }
        _ => return None,
    })
}

/// The text of a finding by its number, from 1.
#[must_use]
pub fn finding_text(state: &State, finding: u32) -> String {
    let place = usize::try_from(finding).ok().and_then(|finding| finding.checked_sub(1));
    let found = place.and_then(|place| state.findings.get(place));
    found.map_or_else(|| format!("finding {finding}"), |finding| finding.text.clone())
}

/// An update as a paragraph that can be sent to anybody.
#[must_use]
pub fn update_words(update: &Update) -> String {
    let parts = [("Conditions", &update.conditions), ("Actions", &update.actions), ("Needs", &update.needs)];
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
    parts.map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>().join("; ")
}

/// Which machines a name of a host stands for, and who says so.
#[must_use]
pub fn host_words(host: &str, machines: &[Machine], source: &Source) -> String {
    let by = match source {
        Source::From(run) => format!("by run {run}"),
        Source::Flag => "by --host".to_owned(),
        Source::Drill => "by the drill".to_owned(),
        _ => "as given".to_owned(),
    };
    match machines {
        [Machine { name, target }] if name == host => format!("{host} is {target} ({by})"),
        many => {
            let each = |machine: &Machine| Site::on(machine, None).machine();
            format!("{host} is {} ({by})", many.iter().map(each).collect::<Vec<_>>().join(", "))
        }
    }
}

/// What an attempt on many hosts covers.
#[must_use]
pub fn attempt_words(attempt: &Attempt) -> String {
    let (held, left): (Vec<_>, Vec<_>) = attempt.hosts.iter().partition(|share| share.held.is_some());
    let names = left.iter().map(|share| share.site.to_string()).collect::<Vec<_>>().join(", ");
    let how = match (attempt.rolling, attempt.at_once) {
        (_, 1) => ", one after the other",
        (true, _) => ", some at a time",
        (false, _) => "",
    };
    let held = match held.as_slice() {
        [] => String::new(),
        held => {
            let names: Vec<&str> = held.iter().map(|share| share.site.name()).collect();
            format!("; healthy already: {}", names.join(", "))
        }
    };
    format!("{}: on {} hosts{how}: {names}{held}", attempt.step, left.len())
}
