//! What is only said of steps and phases.

use std::collections::BTreeMap;

use crate::postmortem::history::{History, step_of};
use crate::postmortem::prose::brief;
use crate::postmortem::{describe, metrics, spell};
use crate::runbook::learn::{Edit, Lesson};
use crate::runbook::{PhaseName, StepId};
use crate::session::event::{Event, Verdict};
use crate::session::run::Purpose;
use crate::session::state::Run;

/// Steps that were skipped or were not as expected, findings that were ruled out, time boxes that ran out.
pub(super) fn remarks(history: &History) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for entry in history.entries {
        if let Event::Skipped { step, reason } = &entry.event {
            let because = format!("was skipped: {}", brief(reason, describe::CELL).0);
            lessons.push(Lesson { edit: Edit::Step(step.clone()), because });
        }
    }
    lessons.extend(red(history));
    lessons.extend(ruled_out(history));
    for phase in metrics::phases(history) {
        if let Some(over) = phase.box_ms.and_then(|limit| phase.spent_ms.checked_sub(limit)).filter(|over| *over > 0) {
            let because = format!("took {} more than its time box", spell::duration(spell::signed(over)));
            lessons.push(Lesson { edit: Edit::Phase(phase.phase), because });
        }
    }
    lessons
}

/// Steps that act or prove and were not as expected; of those that look, only what could not even be run.
fn red(history: &History) -> Vec<Lesson> {
    let mut reds: BTreeMap<&StepId, (u64, u64, String)> = BTreeMap::new();
    for run in history.state.runs.values() {
        let Purpose::Step { step, .. } = &run.started.purpose else { continue };
        let (all, red, said) = reds.entry(step).or_default();
        *all += 1;
        if let Some(why) = why_red(history, step, run) {
            *red += 1;
            *said = why;
        }
    }
    let lesson = |(step, (all, red, why)): (&StepId, (u64, u64, String))| {
        let times = if all == 1 { String::new() } else { format!(" in {red} of {all} runs") };
        Lesson { edit: Edit::Step(step.clone()), because: format!("was not as expected{times}: {why}") }
    };
    reds.into_iter().filter(|(_, (_, red, _))| *red > 0).map(lesson).collect()
}

fn why_red(history: &History, step: &StepId, run: &Run) -> Option<String> {
    let Some(Verdict::Unhealthy(reasons)) = run.verdict() else { return None };
    let (phase, own) = (history.phase_of_step(step)?, history.step(step)?);
    let looks = phase == PhaseName::Diagnose || own.until.is_some();
    // What a shell answers where there is no such command, or it may not be run.
    let lacking = matches!(run.ended.as_ref()?.exit(), crate::session::run::Exit::Code(126 | 127));
    (!looks || lacking).then(|| brief(&reasons.join(", "), describe::CELL).0)
}

/// Signs that pointed to what was ruled out.
fn ruled_out(history: &History) -> Vec<Lesson> {
    let findings = history.state.findings.iter().filter(|finding| finding.is_confirmed() == Some(false));
    let lesson = |finding: &crate::session::state::Finding| {
        let run = history.run(finding.run?)?;
        let step = step_of(&run.started.purpose)?.clone();
        let why = finding.settled.last().map(|settled| settled.because.as_str()).unwrap_or_default();
        let why = brief(why, describe::CELL).0;
        let because = format!("its sign \"{}\" was ruled out: {why}", finding.text);
        Some(Lesson { edit: Edit::Step(step), because })
    };
    findings.filter_map(lesson).collect()
}
