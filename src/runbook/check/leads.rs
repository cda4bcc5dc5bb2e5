//! Ids, phases, and what leads to them.

use std::collections::{HashMap, HashSet};

use crate::runbook::decode::{Built, StepSpot};
use crate::runbook::model::{Lead, PhaseName, Place};
use crate::runbook::names::{Names, RESERVED_IDS};
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;
use crate::runbook::suggest::{list, nearest};

/// An id stands once, and one made of a title is no word of the format.
pub(super) fn ids(built: &Built, problems: &mut Problems) {
    let mut first: HashMap<&str, Place> = HashMap::new();
    for StepSpot { id, given, .. } in &built.steps {
        if id.value.is_empty() {
            continue;
        }
        if !given && RESERVED_IDS.contains(&id.value.as_str()) {
            let message = format!("this title makes the id `{}`, a word of the format", id.value);
            problems.add(Problem::new(&rules::BAD_ID, id, message).help("give the step an `id` of its own"));
        }
        if let Some(place) = first.get(id.value.as_str()) {
            let what = if *given { "the id" } else { "this title makes the id" };
            let message = format!("{what} `{}`, which another step has", id.value);
            let message = if *given { format!("another step has the id `{}`", id.value) } else { message };
            let help = format!("the other stands on line {}; give one of them an `id` of its own", place.line);
            problems.add(Problem::new(&rules::DUPLICATE_ID, id, message).help(help));
        } else {
            first.insert(&id.value, id.place);
        }
    }
}

/// A phase that is written has steps, and there is a step at all.
pub(super) fn phases(built: &Built, problems: &mut Problems) {
    for phase in built.phases.iter().filter(|phase| !phase.unreadable) {
        let name = phase.at.value;
        if built.runbook.phase(name).steps.is_empty() {
            // An importer that found no revert leaves it empty, and never invents one.
            if name == PhaseName::Revert {
                let problem = Problem::new(&rules::NO_REVERT, &phase.at, "`revert` has no steps");
                problems
                    .add(problem.help("write how to go back to what worked, and in `ready` whether that can be done"));
                continue;
            }
            let problem = Problem::new(&rules::EMPTY_PHASE, &phase.at, format!("`{name}` has no steps"));
            problems.add(problem.help("give it `steps`, or leave the phase out"));
        }
    }
    if built.phases.iter().all(|phase| phase.at.value == PhaseName::Revert && !phase.unreadable)
        && built.steps.is_empty()
    {
        let at = Spot { place: Place { line: 1, column: 1 }, length: 1, value: () };
        let problem = Problem::new(&rules::NO_STEPS, &at, "the runbook has no steps");
        problems.add(problem.help("write at least one of the phases diagnose, revert, fix and verify, with `steps`"));
    }
}

/// What leads somewhere leads to a step or a phase that is there.
pub(super) fn leads(built: &Built, names: &Names, problems: &mut Problems) {
    let ids: HashSet<&str> = built.steps.iter().map(|step| step.id.value.as_str()).collect();
    for spot in &names.leads {
        match &spot.value {
            Lead::Next | Lead::Stop => {}
            Lead::Phase(phase) => {
                if built.runbook.phase(*phase).steps.is_empty() {
                    let message = format!("this leads to `{phase}`, which has no steps");
                    problems.add(Problem::new(&rules::UNKNOWN_STEP, spot, message));
                }
            }
            Lead::Step(id) if ids.contains(id.as_str()) => {}
            Lead::Step(id) => {
                let mut problem = Problem::new(&rules::UNKNOWN_STEP, spot, format!("there is no step `{}`", shown(id)));
                if problems.want_suggestions() {
                    let words = ["next", "stop"].into_iter().chain(PhaseName::ALL.map(PhaseName::as_str));
                    let known = built.steps.iter().map(|step| step.id.value.as_str()).chain(words);
                    let guess = nearest(id, known).map(str::to_owned);
                    problem = if guess.is_some() {
                        problem.suggest(guess)
                    } else {
                        problem.help("it leads to a step's id, a phase, `next` or `stop`")
                    };
                }
                problems.add(problem);
            }
        }
    }
}

/// `verify` names steps of the verify phase.
pub(super) fn verifies(built: &Built, names: &Names, problems: &mut Problems) {
    let phases: HashMap<&str, PhaseName> =
        built.steps.iter().map(|step| (step.id.value.as_str(), step.seat.phase)).collect();
    for spot in &names.verifies {
        let known = || {
            let verify = built.steps.iter().filter(|step| step.seat.phase == PhaseName::Verify);
            verify.map(|step| step.id.value.as_str())
        };
        let problem = match phases.get(spot.value.as_str()) {
            Some(PhaseName::Verify) => continue,
            Some(phase) => {
                let message = format!("`{}` is a step of {phase}, not of verify", shown(&spot.value));
                Problem::new(&rules::NOT_A_VERIFY_STEP, spot, message)
            }
            None => {
                Problem::new(&rules::UNKNOWN_STEP, spot, format!("there is no verify step `{}`", shown(&spot.value)))
            }
        };
        problems.add(if problems.want_suggestions() {
            let guess = nearest(&spot.value, known()).map(str::to_owned);
            if guess.is_some() {
                problem.suggest(guess)
            } else if known().next().is_none() {
                problem.help("the runbook has no verify steps")
            } else {
                problem.help(format!("verify has {}", list(known())))
            }
        } else {
            problem
        });
    }
}
