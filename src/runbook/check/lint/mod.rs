//! What only an author wants to hear: a runbook that can be worked, and that somebody will be sorry to have worked at 3 a.m.
//!
//! These are the warnings of `stanch check`; whoever works an incident is not told of them. What they know of shell commands is
//! in [`crate::runbook::shell`].

mod change;
mod command;
mod placeholder;
mod reach;
mod secret;
mod whole;

use crate::runbook::decode::{Fields, Seat, Value};
use crate::runbook::model::Host;
use crate::runbook::problem::{Problems, Spot};

pub(super) use secret::variable;
pub(super) use whole::whole;

/// Looks at a step while the place of every key is known.
pub(super) fn step(fields: &Fields, seat: Seat, problems: &mut Problems) {
    change::change(fields, seat, problems);
    command::command(fields, seat, problems);
    placeholder::step(fields, problems);
    secret::step(fields, problems);
}

/// Looks at what stands beside the phases.
pub(super) fn file(fields: &Fields, problems: &mut Problems) {
    for guard in guards(fields) {
        command::only_looks(guard, "a guard", problems);
        placeholder::command_text(guard, problems);
        secret::command_text(guard, problems);
    }
    for key in ["title", "summary"] {
        if let Some(prose) = text(fields, key) {
            placeholder::undone(prose, problems);
        }
    }
    if let Some(Value::Map(hosts)) = fields.get("hosts").map(|spot| &spot.value) {
        for (_, value) in hosts {
            match &value.value {
                Value::Host(Host::One(address)) => placeholder::command_text(value.with(address.as_str()), problems),
                Value::Host(Host::From(command)) => {
                    let command = value.with(command.as_str());
                    command::only_looks(command, "a list of machines", problems);
                    placeholder::command_text(command, problems);
                    secret::command_text(command, problems);
                }
                _ => {}
            }
        }
    }
}

/// The commands of a step, each with its place: its own, its undo's, its probe's and its guards'.
fn commands(fields: &Fields) -> Vec<Spot<&str>> {
    let undo = fields.get("undo").and_then(run_of);
    [text(fields, "run"), undo, text(fields, "done_if")].into_iter().flatten().chain(guards(fields)).collect()
}

/// The commands of guards.
fn guards(fields: &Fields) -> Vec<Spot<&str>> {
    let Some(Value::List(guards)) = fields.get("require").map(|spot| &spot.value) else { return Vec::new() };
    guards.iter().filter_map(run_of).collect()
}

/// The command of a mapping that has one.
fn run_of(spot: &Spot<Value>) -> Option<Spot<&str>> {
    if let Value::Fields(fields) = &spot.value { text(fields, "run") } else { None }
}

/// A key's text or command, and where it stands.
fn text<'f>(fields: &'f Fields, key: &str) -> Option<Spot<&'f str>> {
    let spot = fields.get(key)?;
    match &spot.value {
        Value::Text(text) | Value::Script { text, .. } => Some(spot.with(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
