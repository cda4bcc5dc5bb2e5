//! What ended it, what is left altered, and what proves that it holds.

use super::describe;
use super::document::{Altered, Mitigation, Verified};
use super::history::{History, step_of};
use super::prose::Prose;
use super::spell;
use super::timeline::last_proof;
use crate::runbook::PhaseName;
use crate::session::event::Mark;
use crate::session::run::Purpose;
use crate::session::state::{Run, Standing};

pub(super) fn mitigation(history: &History) -> Mitigation {
    let mut sentences = vec![reverted(history)];
    sentences.extend([Mark::Mitigated, Mark::Resolved].into_iter().map(|mark| marked(history, mark)));
    Mitigation { sentences, changes: changes(history), verified: verified(history) }
}

fn reverted(history: &History) -> Prose {
    let mut stays = history.state.stays.iter().filter(|stay| stay.phase == PhaseName::Revert);
    let Some(first) = stays.next() else { return Prose::new().text("Revert was not entered.") };
    let runs =
        history.state.changes.iter().filter(|change| {
            change.step.as_ref().and_then(|step| history.phase_of_step(step)) == Some(PhaseName::Revert)
        });
    let runs = runs.count() as u64;
    Prose::new().text(format!(
        "Revert was entered at {} UTC; {} made in it.",
        spell::stamp(&first.from.at),
        if runs == 1 { "1 change was".to_owned() } else { format!("{} were", spell::counted(runs, "change")) }
    ))
}

fn marked(history: &History, mark: Mark) -> Prose {
    let mut word = mark.as_str().to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let Some(entry) = history.marked(mark) else { return Prose::new().text(format!("{word}: unknown, not marked.")) };
    let prose = Prose::new().text(format!("{word} at {} UTC by {}", spell::when(&entry.time(), true), entry.by));
    match last_proof(history, entry).and_then(|run| history.run(run)) {
        Some(run) => {
            let prose = prose.text(", after ").then(describe::name(history, run));
            prose.text(" (").run(run.started.run).text("): ").then(describe::result(run)).text(".")
        }
        None => prose.text("."),
    }
}

fn changes(history: &History) -> Vec<Altered> {
    let changes = history.state.changes.iter();
    changes
        .filter_map(|change| {
            let run = history.run(change.run)?;
            Some(Altered {
                run: change.run,
                at: run.at.at,
                what: describe::name(history, run),
                result: describe::result(run),
                undone: change.undone,
            })
        })
        .collect()
}

/// Every verify step of the runbook with its last result; without the runbook those that were run in verify.
fn verified(history: &History) -> Vec<Verified> {
    let last_of =
        |id: &str| history.state.steps.get(id).and_then(|step| step.runs.last()).and_then(|run| history.run(*run));
    if let Some(runbook) = history.runbook {
        return runbook
            .verify
            .steps
            .iter()
            .map(|step| {
                let said =
                    history.state.steps.get(&step.id).and_then(|state| answered(state.standing, state.said.as_deref()));
                let many = history.state.steps.get(&step.id).and_then(|state| state.spread.as_ref());
                let said = said.or_else(|| many.map(|spread| describe::hosts(history, spread)));
                verified_by(history.title_of(&step.id), last_of(&step.id), said)
            })
            .collect();
    }
    let mut steps = Vec::new();
    for (id, state) in &history.state.steps {
        let Some(run) = state.runs.last().and_then(|run| history.run(*run)) else { continue };
        let many = state.spread.as_ref().map(|spread| describe::hosts(history, spread));
        if history.phase_of_run(run) == Some(PhaseName::Verify) && step_of(&run.started.purpose) == Some(id) {
            steps.push(verified_by(id.clone(), Some(run), many));
        }
    }
    steps
}

fn verified_by(title: String, run: Option<&Run>, said: Option<Prose>) -> Verified {
    let run = run.filter(|run| matches!(run.started.purpose, Purpose::Step { .. }));
    Verified {
        title,
        result: said.or_else(|| run.map(describe::result)),
        at: run.map(|run| run.at.at),
        run: run.map(|run| run.started.run),
    }
}

/// A step that was answered or skipped rather than run.
fn answered(standing: Standing, said: Option<&str>) -> Option<Prose> {
    let word = match standing {
        Standing::Skipped => "skipped",
        Standing::Healthy => "answered, as expected",
        Standing::Unhealthy => "answered, not as expected",
        _ => return None,
    };
    let said = said?;
    Some(Prose::new().text(format!("{word}: {}", super::prose::brief(said, describe::CELL).0)))
}
