//! Whether an edit did what it should, and nothing else.

use std::ops::RangeInclusive;

use similar::{ChangeTag, TextDiff};

use super::lesson::{Edit, NewStep};
use crate::runbook::{Action, Place, Runbook, Step, StepId};

/// What is wrong with an edit: how the runbook read from the new text differs from the old one, apart from the lesson.
pub(super) fn meant(old: &Runbook, new: &Runbook, edit: &Edit) -> Result<(), String> {
    let (old, mut new) = (bare(old.clone()), bare(new.clone()));
    let undone = match edit {
        Edit::Add { phase, step } => phase_mut(&mut new, *phase).pop().is_some_and(|added| is(&added, step)),
        Edit::Command { step, run } => command(&old, &mut new, step, run),
        Edit::Sign { step, sign } => step_mut(&mut new, step).is_some_and(|step| {
            step.signs.pop().is_some_and(|own| {
                own.matches.as_str() == sign.pattern && own.finding.as_deref() == Some(sign.finding.as_str())
            })
        }),
        Edit::Step(_) | Edit::Phase(_) | Edit::Nothing => true,
    };
    if undone && new == old { Ok(()) } else { Err("the edited file would not read as it should".to_owned()) }
}

/// What is wrong with an edit: it takes away or alters a line outside of what it may touch.
pub(super) fn untouched(old: &str, new: &str, may: Option<&RangeInclusive<usize>>) -> Result<(), String> {
    let diff = TextDiff::from_lines(old, new);
    let unterminated = old.split_inclusive('\n').count();
    for change in diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Delete) {
        let line = change.old_index().map_or(0, |index| index + 1);
        let own = may.is_some_and(|may| may.contains(&line));
        // What follows a last line without an end gives it one.
        let ended = line == unterminated && !old.ends_with('\n');
        if !own && !ended {
            return Err(format!("line {line} would have been touched, which is about something else"));
        }
    }
    Ok(())
}

fn is(added: &Step, wanted: &NewStep) -> bool {
    let Some(command) = added.command() else { return false };
    added.title == wanted.title
        && command.run.trim_end() == wanted.run.trim_end()
        && wanted.effect.is_none_or(|effect| effect == added.effect)
        && wanted.mode.is_none_or(|mode| mode == command.mode)
        && wanted.shell.is_none_or(|shell| shell == command.shell)
        && wanted.user == command.user
        && wanted.cwd == command.cwd
        && wanted.verify == added.verify
        && wanted.signs.len() == added.signs.len()
}

/// Puts the old command back where the new one is what was wanted.
fn command(old: &Runbook, new: &mut Runbook, id: &StepId, run: &str) -> bool {
    let was = old.step(id).and_then(|(_, step)| step.command().cloned());
    let own = step_mut(new, id).map(|step| &mut step.action);
    let (Some(was), Some(Action::Run(own))) = (was, own) else { return false };
    let right = own.run.trim_end() == run.trim_end();
    (own.run, own.strict) = (was.run, was.strict);
    right
}

pub(super) fn phase_mut(runbook: &mut Runbook, phase: crate::runbook::PhaseName) -> &mut Vec<Step> {
    use crate::runbook::PhaseName;
    match phase {
        PhaseName::Diagnose => &mut runbook.diagnose.steps,
        PhaseName::Revert => &mut runbook.revert.steps,
        PhaseName::Fix => &mut runbook.fix.steps,
        PhaseName::Verify => &mut runbook.verify.steps,
    }
}

fn steps_mut(runbook: &mut Runbook) -> impl Iterator<Item = &mut Step> {
    let Runbook { diagnose, ready, revert, fix, verify, .. } = runbook;
    let phases = [&mut diagnose.steps, ready, &mut revert.steps, &mut fix.steps, &mut verify.steps];
    phases.into_iter().flat_map(|steps| steps.iter_mut())
}

fn step_mut<'a>(runbook: &'a mut Runbook, id: &str) -> Option<&'a mut Step> {
    steps_mut(runbook).find(|step| step.id == id)
}

/// A runbook without the places of its parts.
fn bare(mut runbook: Runbook) -> Runbook {
    steps_mut(&mut runbook).for_each(|step| step.place = Place::default());
    runbook.vars.iter_mut().for_each(|(_, variable)| variable.place = Place::default());
    runbook
}
