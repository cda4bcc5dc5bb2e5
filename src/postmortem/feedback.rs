//! What the session says of its runbook: the documentation a responder should have had.

use std::collections::BTreeMap;

use super::describe;
use super::document::{Feedback, Patch, PatchStep};
use super::history::History;
use super::learn;
use super::metrics;
use super::prose::{Prose, brief};
use super::spell;
use crate::runbook::learn::Edit;
use crate::runbook::{PhaseName, StepId};
use crate::session::event::{Event, Verdict};
use crate::session::run::Purpose;
use crate::session::state::Run;

pub(super) fn feedback(history: &History) -> Feedback {
    let mut found = Feedback { runbook: history.runbook.is_some(), ..Feedback::default() };
    for entry in history.entries {
        if let Event::Skipped { step, reason } = &entry.event {
            let prose = Prose::new().title(history.title_of(step)).text(" was skipped: ");
            found.remarks.push(prose.text(brief(reason, describe::CELL).0));
        }
    }
    let mut steps: BTreeMap<&StepId, Vec<&Run>> = BTreeMap::new();
    for run in history.state.runs.values() {
        if let Purpose::Step { step, .. } = &run.started.purpose {
            steps.entry(step).or_default().push(run);
        }
    }
    let mut patches: BTreeMap<PhaseName, Vec<PatchStep>> = BTreeMap::new();
    let mut missing = 0;
    for lesson in learn::of(history) {
        match lesson.edit {
            Edit::Add { phase, step } => {
                missing += 1;
                patches.entry(phase).or_default().push(PatchStep { id: None, run: step.run, was: None });
            }
            Edit::Command { step, run } => {
                let was = history.step(&step).and_then(|own| own.command()).map(|command| command.run.clone());
                let phase = history.phase_of_step(&step).unwrap_or(PhaseName::Diagnose);
                patches.entry(phase).or_default().push(PatchStep { id: Some(step), run, was });
            }
            Edit::Sign { .. } | Edit::Step(_) | Edit::Phase(_) | Edit::Nothing => {}
        }
    }
    if missing > 0 {
        let outside = if found.runbook { "stand in no step of the runbook" } else { "were run; there was no runbook" };
        let text = format!("{} that ended as expected {outside}.", spell::counted(missing, "command"));
        found.remarks.push(Prose::new().text(text));
    }
    for (step, runs) in steps {
        found.remarks.extend(red(history, step, &runs));
        if let Some(edited) = runs.iter().rfind(|run| run.started.edited) {
            let prose = Prose::new().title(history.title_of(step)).text(" was run with another command (");
            found.remarks.push(prose.run(edited.started.run).text(")."));
        }
    }
    for phase in metrics::phases(history) {
        if let Some(over) = phase.box_ms.and_then(|limit| phase.spent_ms.checked_sub(limit)).filter(|over| *over > 0) {
            let over = spell::duration(spell::signed(over));
            found.remarks.push(Prose::new().text(format!("{} took {over} more than its time box.", phase.phase)));
        }
    }
    found.patches = patches.into_iter().map(|(phase, steps)| Patch { phase, steps }).collect();
    found
}

/// A step that acts or proves, and was not as expected.
fn red(history: &History, step: &StepId, runs: &[&Run]) -> Option<Prose> {
    let phase = history.phase_of_step(step)?;
    let looks = phase == PhaseName::Diagnose || history.step(step).is_some_and(|step| step.until.is_some());
    let red = runs.iter().filter(|run| matches!(run.verdict(), Some(Verdict::Unhealthy(_)))).count();
    (red > 0 && !looks).then(|| {
        let of = if runs.len() == 1 { String::new() } else { format!(" in {red} of {} runs", runs.len()) };
        Prose::new().title(history.title_of(step)).text(format!(" was not as expected{of}."))
    })
}
