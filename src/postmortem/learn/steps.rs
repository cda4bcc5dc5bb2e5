//! Commands that stand in no step, and steps that were run with another command.

use std::collections::BTreeSet;

use super::signs::Signs;
use crate::postmortem::describe::CELL;
use crate::postmortem::history::{History, healthy};
use crate::postmortem::prose::brief;
use crate::runbook::learn::{Edit, Lesson, NewStep};
use crate::runbook::shell::alters;
use crate::runbook::{Effect, Mode, PhaseName, Runbook, Shell, StepId};
use crate::session::event::{Event, RunStarted};
use crate::session::run::{Purpose, RunNo};
use crate::session::state::Run;

/// Characters of a title that is made of a command.
const TITLE: usize = 60;

/// Steps for the commands that the operators ran on their own: what they ran in the walk and ended as expected; what they typed in a
/// shell only where it altered something or its output was pinned, because nobody else knows which of it helped.
pub(super) fn missing(history: &History, signs: &mut Signs) -> Vec<Lesson> {
    let mut seen: BTreeSet<&str> = known(history);
    let mut lessons: Vec<(PhaseName, Lesson)> = Vec::new();
    let mut typed = 0_u64;
    for (number, run) in &history.state.runs {
        let started = &run.started;
        let own = match started.purpose {
            Purpose::AdHoc => true,
            Purpose::Shell if signs.is_pinned(*number) || alters(&started.command).is_some() => true,
            Purpose::Shell => {
                typed += u64::from(healthy(run));
                false
            }
            _ => false,
        };
        if !own || !healthy(run) || !seen.insert(started.command.trim()) {
            continue;
        }
        let phase = phase_of(history, run);
        lessons.push((phase, lesson(history, *number, run, phase, signs)));
    }
    lessons.sort_by_key(|(phase, _)| *phase);
    let mut lessons: Vec<Lesson> = lessons.into_iter().map(|(_, lesson)| lesson).collect();
    if typed > 0 {
        let because = format!(
            "{} typed in a shell ended well; only what altered something and what was pinned becomes a step",
            crate::postmortem::spell::counted(typed, "further command")
        );
        lessons.push(Lesson { edit: Edit::Nothing, because });
    }
    lessons
}

/// Steps whose command was changed before it ran, and then did what it should.
pub(super) fn edited(history: &History) -> Vec<Lesson> {
    let mut latest: Vec<(&StepId, &Run)> = Vec::new();
    for run in history.state.runs.values().filter(|run| run.started.edited && healthy(run)) {
        if let Purpose::Step { step, .. } = &run.started.purpose {
            latest.retain(|(own, _)| *own != step);
            latest.push((step, run));
        }
    }
    let other = |(step, run): &(&StepId, &Run)| {
        let own = history.step(step).and_then(|step| step.command());
        own.is_some_and(|own| own.run.trim() != run.started.command.trim())
    };
    let lesson = |(step, run): (&StepId, &Run)| {
        let (step, command) = (step.clone(), run.started.command.clone());
        let because = "was run with this command instead, and ended as expected".to_owned();
        match unfit(&run.started) {
            Some(why) => Lesson { edit: Edit::Nothing, because: format!("{step} {because}, but {why}") },
            None => Lesson { edit: Edit::Command { step, run: command }, because },
        }
    };
    latest.into_iter().filter(other).map(lesson).collect()
}

/// The commands that the runbook has.
fn known<'a>(history: &History<'a>) -> BTreeSet<&'a str> {
    let steps = history.runbook.into_iter().flat_map(Runbook::steps);
    let commands = steps.flat_map(|(_, step)| step.command().into_iter().chain(step.undo.as_deref()));
    commands.map(|command| command.run.trim()).collect()
}

fn lesson(history: &History, number: RunNo, run: &Run, phase: PhaseName, signs: &mut Signs) -> Lesson {
    let started = &run.started;
    let shown = brief(&started.command, CELL).0;
    let by = if started.is_shells() { "typed in a shell" } else { "run by hand" };
    if let Some(why) = unfit(started) {
        return Lesson { edit: Edit::Nothing, because: format!("`{shown}` was {by}, but {why}") };
    }
    // In prose a dollar sign shows a value; here it would be one of that day.
    let title = brief(&started.command, TITLE).0.replace('$', "");
    let mut step = NewStep::new(title, started.command.trim_end().to_owned());
    let usual = if matches!(phase, PhaseName::Diagnose | PhaseName::Verify) { Effect::Read } else { Effect::Change };
    step.effect = Some(effect(run)).filter(|effect| *effect != usual);
    step.shell = Some(started.shell).filter(|shell| *shell != Shell::Sh);
    step.mode = Some(started.mode).filter(|mode| *mode != Mode::Pty && !started.is_shells());
    step.user.clone_from(&started.user);
    step.host.clone_from(&started.host);
    step.cwd.clone_from(&started.cwd);
    step.verify = verified(history, run);
    step.signs = signs.of(number);
    let red = if step.verify.is_empty() { "and ended as expected" } else { "and what it names held after it" };
    Lesson { because: format!("{by}, {red}"), edit: Edit::Add { phase, step: Box::new(step) } }
}

/// What it does to the world: what was run in the walk says so, of what was typed its words do.
fn effect(run: &Run) -> Effect {
    match &run.started {
        started if !started.is_shells() => started.effect,
        started if alters(&started.command).is_some() => Effect::Change,
        _ => Effect::Read,
    }
}

/// The phase a command belongs to: where it was run, as far as that phase allows what it does.
fn phase_of(history: &History, run: &Run) -> PhaseName {
    let reads = effect(run) == Effect::Read;
    let stood = history.runbook.and_then(|_| history.phase_of_run(run));
    match stood {
        None | Some(PhaseName::Diagnose | PhaseName::Verify) if !reads => PhaseName::Fix,
        Some(phase) => phase,
        None if history.state.altered > 0 && run.seq > history.state.altered => PhaseName::Verify,
        None => PhaseName::Diagnose,
    }
}

/// The verify steps that were healthy after a change, before the next one.
fn verified(history: &History, run: &Run) -> Vec<StepId> {
    if run.started.effect == Effect::Read || run.started.is_shells() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    for entry in history.entries.iter().filter(|entry| entry.seq > run.seq) {
        let Event::RunStarted(started) = &entry.event else { continue };
        if started.counts_as_change() {
            break;
        }
        let Purpose::Step { step, .. } = &started.purpose else { continue };
        let held = history.run(started.run).is_some_and(healthy);
        if held && history.phase_of_step(step) == Some(PhaseName::Verify) && !steps.contains(step) {
            steps.push(step.clone());
        }
    }
    steps
}

/// Why a command is not for a runbook as it was recorded.
fn unfit(started: &RunStarted) -> Option<&'static str> {
    if started.command.contains("[secret ") {
        Some("a secret stood in it: declare it as a variable")
    } else if started.shell == Shell::Zsh {
        Some("zsh was its shell, which no runbook runs under")
    } else {
        None
    }
}
