//! The shortest way through a runbook: what could be left out and it would still heal.

use std::collections::BTreeSet;

use super::rules::finds;
use crate::runbook::{Action, Effect, Lead, PhaseName, Runbook, Step, StepId, VarName, mentions};

/// The fewest steps by which a way out (revert or fix) can be walked: one look whose sign (or `on_pass`, `on_fail`, answer) points there, the
/// looks that find its values, its own steps with the verify steps of each change behind it, and verify. It is counted from the
/// runbook alone, as if everything went as expected: a diagnosis that takes more looks is no mistake.
#[must_use]
pub fn shortest(runbook: &Runbook, way: PhaseName) -> Vec<StepId> {
    let own = in_phase(runbook, way);
    let verify = in_phase(runbook, PhaseName::Verify);
    let mut looks: BTreeSet<usize> = BTreeSet::new();
    let pointing = runbook.diagnose.steps.iter().position(|step| points(runbook, step, way));
    looks.extend(pointing);
    let mut open: Vec<&Step> = own.iter().chain(&verify).copied().collect();
    open.extend(pointing.and_then(|place| runbook.diagnose.steps.get(place)));
    while let Some(step) = open.pop() {
        for name in needs(runbook, step) {
            let known = own.iter().any(|own| finds(own, &name))
                || looks.iter().any(|place| runbook.diagnose.steps.get(*place).is_some_and(|step| finds(step, &name)));
            let finder = runbook.diagnose.steps.iter().position(|step| finds(step, &name)).filter(|_| !known);
            if let Some(place) = finder
                && looks.insert(place)
            {
                open.extend(runbook.diagnose.steps.get(place));
            }
        }
    }
    let mut ids: Vec<StepId> =
        looks.into_iter().filter_map(|place| runbook.diagnose.steps.get(place)).map(|step| step.id.clone()).collect();
    for step in own {
        ids.push(step.id.clone());
        if step.effect != Effect::Read {
            ids.extend(step.verify.iter().cloned());
        }
    }
    ids.extend(verify.into_iter().map(|step| step.id.clone()));
    ids
}

/// The steps of a phase as they follow on each other where each goes well.
fn in_phase(runbook: &Runbook, phase: PhaseName) -> Vec<&Step> {
    let steps = &runbook.phase(phase).steps;
    let mut found: Vec<&Step> = Vec::new();
    let mut place = 0;
    while let Some(step) = steps.get(place) {
        // A circle is walked once.
        if found.iter().any(|own| own.id == step.id) {
            break;
        }
        found.push(step);
        place = match &step.on_pass {
            None | Some(Lead::Next) => place + 1,
            Some(Lead::Step(id)) => match steps.iter().position(|own| own.id == *id) {
                Some(place) => place,
                None => break,
            },
            Some(Lead::Phase(_) | Lead::Stop) => break,
        };
    }
    found
}

/// Whether a step can lead to a phase.
fn points(runbook: &Runbook, step: &Step, way: PhaseName) -> bool {
    let there = |lead: &Lead| match lead {
        Lead::Phase(phase) => *phase == way,
        Lead::Step(id) => runbook.step(id).is_some_and(|(phase, _)| phase == way),
        Lead::Next | Lead::Stop => false,
    };
    let answers = match &step.action {
        Action::Ask { options, .. } => options.iter().filter_map(|option| option.go.as_ref()).any(there),
        Action::Run(_) | Action::Manual { .. } => false,
    };
    answers
        || step.signs.iter().flat_map(|sign| &sign.go).any(there)
        || [&step.on_pass, &step.on_fail].into_iter().flatten().any(there)
}

/// The values a step needs that the runbook does not declare: a look has to find them.
fn needs(runbook: &Runbook, step: &Step) -> Vec<VarName> {
    let Some(command) = step.command() else { return Vec::new() };
    let texts = std::iter::once(command.run.as_str()).chain(step.confirm.as_deref());
    texts.flat_map(mentions).filter(|name| runbook.var(name).is_none()).collect()
}
