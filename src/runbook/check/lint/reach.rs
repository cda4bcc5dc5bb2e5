//! Steps that nothing leads to.

use std::collections::{HashMap, HashSet};

use crate::runbook::decode::{Built, StepSpot};
use crate::runbook::model::{Action, Lead, PhaseName, Step};
use crate::runbook::problem::{Problem, Problems};
use crate::runbook::rules;

/// A step is reached where its phase begins, from one before it that lets the walk go on, or by what leads to it. Steps that run
/// early and those that a change names are reached as well.
pub(super) fn reach(built: &Built, problems: &mut Problems) {
    let runbook = &built.runbook;
    let mut places: HashMap<&str, (PhaseName, usize)> = HashMap::new();
    for phase in PhaseName::ALL {
        for (at, step) in runbook.phase(phase).steps.iter().enumerate() {
            places.entry(&step.id).or_insert((phase, at));
        }
    }
    let mut open: Vec<(PhaseName, usize)> = PhaseName::ALL.into_iter().map(|phase| (phase, 0)).collect();
    let named = runbook.steps().flat_map(|(_, step)| &step.verify);
    open.extend(named.filter_map(|id| places.get(id.as_str()).copied()));
    // What may run early leads on as well.
    open.extend(runbook.ready.iter().flat_map(leads).filter_map(|lead| place(lead, &places)));
    let mut reached = HashSet::new();
    while let Some((phase, at)) = open.pop() {
        let Some(step) = runbook.phase(phase).steps.get(at) else { continue };
        if !reached.insert((phase, at)) {
            continue;
        }
        open.extend(leads(step).filter_map(|lead| place(lead, &places)));
        if goes_on(step) {
            open.push((phase, at + 1));
        }
    }
    for StepSpot { id, seat, .. } in built.steps.iter().filter(|spot| !spot.seat.ready) {
        if !reached.contains(&(seat.phase, seat.number - 1)) {
            let message = "nothing leads to this step, and the one before it leads elsewhere";
            let help = "lead to it by `go`, `on_pass` or `on_fail`, or let the step before it go on with `next`";
            problems.add(Problem::new(&rules::UNREACHABLE_STEP, id, message).help(help));
        }
    }
}

fn place(lead: &Lead, places: &HashMap<&str, (PhaseName, usize)>) -> Option<(PhaseName, usize)> {
    match lead {
        Lead::Step(id) => places.get(id.as_str()).copied(),
        // A phase is reached anyway.
        _ => None,
    }
}

/// All that a step may lead to.
fn leads(step: &Step) -> impl Iterator<Item = &Lead> {
    let options = if let Action::Ask { options, .. } = &step.action { options.as_slice() } else { &[] };
    let signs = step.signs.iter().flat_map(|sign| &sign.go);
    step.on_pass.iter().chain(&step.on_fail).chain(signs).chain(options.iter().filter_map(|option| option.go.as_ref()))
}

/// Whether the step after it comes next in some case.
fn goes_on(step: &Step) -> bool {
    let next = |lead: &Option<Lead>| lead.as_ref().is_none_or(|lead| *lead == Lead::Next);
    match &step.action {
        Action::Ask { options, .. } => options.is_empty() || options.iter().any(|option| next(&option.go)),
        _ => next(&step.on_pass) || next(&step.on_fail),
    }
}
