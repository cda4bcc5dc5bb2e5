//! Steps on many hosts: what would be ambiguous there, and what means something only there.

use std::collections::{BTreeMap, BTreeSet};

use super::hosts::{ALL, LOCAL};
use crate::runbook::decode::Built;
use crate::runbook::model::{Host, Mode, Step};
use crate::runbook::problem::{Problem, Problems, Spot};
use crate::runbook::rules;

/// How many hosts a step runs on, as far as the file tells.
#[derive(Debug, Default)]
struct Reach<'a> {
    /// Names of single hosts.
    names: BTreeSet<&'a str>,
    /// Names whose machines a command tells.
    open: BTreeSet<&'a str>,
    /// Names that were looked at: groups may hold each other.
    seen: BTreeSet<&'a str>,
}

impl<'a> Reach<'a> {
    fn of(on: &'a [String], hosts: &'a BTreeMap<String, Host>) -> Self {
        let mut reach = Self::default();
        let mut left: Vec<&str> = on.iter().map(String::as_str).collect();
        while let Some(name) = left.pop() {
            if !reach.seen.insert(name) {
                continue;
            }
            match hosts.get(name) {
                Some(Host::Group(members)) => left.extend(members.iter().map(String::as_str)),
                Some(Host::From(_)) => drop(reach.open.insert(name)),
                None if name == ALL => left.extend(hosts.keys().map(String::as_str)),
                Some(Host::One(_)) | None => drop(reach.names.insert(name)),
            }
        }
        reach
    }

    fn is_many(&self) -> bool {
        self.names.len() > 1 || (!self.open.is_empty() && !self.names.is_empty()) || self.open.len() > 1
    }

    fn may_be_many(&self) -> bool {
        self.is_many() || !self.open.is_empty()
    }

    /// Whether it is this machine and no other.
    fn is_here(&self, hosts: &BTreeMap<String, Host>) -> bool {
        let local = |name: &&str| match hosts.get(*name) {
            Some(Host::One(target)) => target == LOCAL,
            _ => *name == LOCAL,
        };
        self.open.is_empty() && self.names.iter().all(local)
    }
}

/// Checks every step that runs a command.
pub(super) fn many(built: &Built, problems: &mut Problems) {
    let hosts = &built.runbook.hosts;
    for (spot, (_, step)) in built.steps.iter().zip(built.runbook.steps()) {
        if step.command().is_some() {
            self::step(step, &spot.id.with(()), hosts, problems);
        }
    }
}

fn step(step: &Step, at: &Spot, hosts: &BTreeMap<String, Host>, problems: &mut Problems) {
    let Some(command) = step.command() else { return };
    let reach = Reach::of(&command.on, hosts);
    if let Some((name, _)) = step.capture.first().filter(|_| reach.may_be_many()) {
        let where_ = if reach.is_many() { "runs on many hosts" } else { "may run on many hosts" };
        let message = format!("`capture` of {name} in a step that {where_}: whose value would it be?");
        let help = "capture it in a step on one host; `signs` find a pattern on any";
        problems.add(Problem::new(&rules::AMBIGUOUS_CAPTURE, at, message).help(help));
    }
    if let Some(undo) = step.undo.as_deref() {
        let back = Reach::of(&undo.on, hosts);
        // Where it names the hosts of its step too, each change is taken back where it was made.
        let own = reach.seen.is_subset(&back.seen) || reach.names.is_subset(&back.names);
        if back.may_be_many() && !own {
            let message = "the `undo` names many hosts, and not those of its step";
            let help = "leave `on` out: each change is taken back where it was made";
            problems.add(Problem::new(&rules::MANY_HOSTS, at, message).help(help));
        }
    }
    let mut without = |key: &str, why: &str, help: &str| {
        let problem = Problem::new(&rules::NO_EFFECT, at, format!("`{key}` has no effect: {why}"));
        problems.add(problem.help(help));
    };
    for (key, written) in [("rolling", step.rolling.is_some()), ("limit", step.limit.is_some())] {
        if !written {
            continue;
        }
        if !reach.may_be_many() {
            without(key, "the step runs on one host", "name more hosts, or take it out");
        } else if command.mode == Mode::Follow {
            without(key, "what is followed is followed on every host at once", "take it out");
        }
    }
    if step.rolling.is_some() && step.limit.is_some() {
        without("limit", "`rolling` says how many at a time", "keep one of them");
    }
    if !step.detach {
        return;
    }
    if reach.is_here(hosts) {
        without("detach", "on this machine every command outlives the screen", "take it out");
    } else if matches!(command.mode, Mode::Interactive | Mode::Follow) {
        let word = if command.mode == Mode::Follow { "follow" } else { "interactive" };
        let message = format!("`detach` does not go with `mode: {word}`: that needs the connection");
        problems.add(Problem::new(&rules::MODE_CONFLICT, at, message).help("take one of them out"));
    }
}
