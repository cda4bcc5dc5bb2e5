//! When actions of the table are possible; else a sentence that says why not and what would help.

use crate::runbook::Action as Kind;
use crate::session::run::RunNo;
use crate::session::walk::{Intent, Next, Refusal};
use crate::tui::model::{Model, Role, Screen, SessionScreen};

#[expect(clippy::unnecessary_wraps, reason = "one of several of this shape")]
pub(super) fn always(_: &Model) -> Result<(), String> {
    Ok(())
}

fn say<T>(text: &str) -> Result<T, String> {
    Err(text.to_owned())
}

fn session(model: &Model) -> Result<&SessionScreen, String> {
    model.session().ok_or_else(|| "There is no session on the screen.".to_owned())
}

/// The session, where this screen drives it and it is not closed.
fn driven(model: &Model) -> Result<&SessionScreen, String> {
    let session = session(model)?;
    if let Role::Follower(who) = &session.role {
        return Err(format!("{who} drives this session; here you may take notes (n) and mark times (m)."));
    }
    if session.walk.state().closed {
        return say("The session is closed; Enter opens it again.");
    }
    Ok(session)
}

pub(super) fn drives(model: &Model) -> Result<(), String> {
    driven(model).map(drop)
}

/// Also for whoever follows: a shell only adds to the record.
pub(super) fn beside(model: &Model) -> Result<(), String> {
    if session(model)?.walk.state().closed { say("The session is closed; Enter opens it again.") } else { Ok(()) }
}

pub(super) fn open(model: &Model) -> Result<(), String> {
    session(model).map(drop)
}

pub(super) fn edits(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    if session.walk.runbook().is_none() {
        say("There is no runbook; `stanch learn` makes one of the session.")
    } else {
        Ok(())
    }
}

pub(super) fn next(model: &Model) -> Result<(), String> {
    let session = session(model)?;
    if matches!(session.role, Role::Driver) && session.walk.state().closed {
        return Ok(());
    }
    let session = driven(model)?;
    if !session.is_at_cursor() {
        return Ok(());
    }
    match session.walk.next() {
        Next::Running(_) => say("It is running; x stops it."),
        Next::Waiting(_) => say("It waits for its next try; s skips it."),
        _ => Ok(()),
    }
}

pub(super) fn at_step(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    let Some((_, step)) = session.step() else { return say("There is no step here; g goes to one.") };
    let intent = Intent::Skip { step: step.id.clone(), reason: "-".to_owned() };
    // While the last action is being recorded, the next is possible in a moment: the footer must not flicker for it.
    match session.walk.can(&intent) {
        Err(refusal) if refusal != Refusal::NotYet => Err(refusal.to_string()),
        _ => Ok(()),
    }
}

pub(super) fn has_command(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    let Some((_, step)) = session.step() else { return say("There is no step here; g goes to one.") };
    if !matches!(step.action, Kind::Run(_)) {
        return say("This step runs no command.");
    }
    not_running(session, &step.id)
}

fn not_running(session: &SessionScreen, step: &str) -> Result<(), String> {
    let state = session.walk.state();
    let last = state.steps.get(step).and_then(|step| step.runs.last());
    let running = last.and_then(|run| state.runs.get(run)).is_some_and(crate::session::state::Run::is_running);
    if running { say("It is running; x stops it.") } else { Ok(()) }
}

pub(super) fn retry(model: &Model) -> Result<(), String> {
    has_command(model)?;
    let session = session(model)?;
    let ran = session.at().and_then(|id| session.walk.state().steps.get(id)).is_some_and(|step| !step.runs.is_empty());
    if ran { Ok(()) } else { say("It did not run yet; Enter runs it.") }
}

pub(super) fn has_runbook(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    if session.walk.runbook().is_some() { Ok(()) } else { say("This session has no runbook; : runs a command.") }
}

pub(super) fn revert(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    let empty = session.walk.runbook().is_none_or(|runbook| runbook.revert.steps.is_empty());
    if empty { say("The runbook has no revert.") } else { Ok(()) }
}

pub(super) fn time_is_over(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    if session.over.is_some() { Ok(()) } else { say("No time box is over, or it was answered.") }
}

pub(super) fn running(model: &Model) -> Result<(), String> {
    let session = session(model)?;
    if matches!(session.role, Role::Follower(_)) {
        driven(model)?;
    }
    if session.running().is_some() { Ok(()) } else { say("Nothing is running; q leaves.") }
}

/// Also before its first line came: what is typed for a search must not be taken for keys.
pub(super) fn shows_run(model: &Model) -> Result<(), String> {
    if session(model)?.output.run.is_some() { Ok(()) } else { say("Nothing ran so far.") }
}

pub(super) fn has_lines(model: &Model) -> Result<(), String> {
    match session(model)?.output.current() {
        Some(page) if page.total_lines > 0 => Ok(()),
        _ => say("There is no output."),
    }
}

pub(super) fn is_cut(model: &Model) -> Result<(), String> {
    if session(model)?.output.look.cut { Ok(()) } else { say("Lines are wrapped; w cuts them.") }
}

pub(super) fn has_output(model: &Model) -> Result<(), String> {
    let session = session(model)?;
    match session.output.current() {
        Some(page) if page.first_line == 0 => say("This is a screen of the command's own; PgUp shows its lines."),
        Some(page) if !page.lines.is_empty() => Ok(()),
        _ => say("There is no output to pick from."),
    }
}

pub(super) fn spread(model: &Model) -> Result<(), String> {
    if session(model)?.spread().is_some() { Ok(()) } else { say("This step did not run on several hosts.") }
}

pub(super) fn has_values(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    let none = session.walk.runbook().is_none_or(|runbook| runbook.vars.is_empty());
    if none { say("The runbook has no variables.") } else { Ok(()) }
}

pub(super) fn has_changes(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    if session.walk.state().changes.is_empty() { say("Nothing was changed so far.") } else { Ok(()) }
}

pub(super) fn has_runs(model: &Model) -> Result<(), String> {
    let session = session(model)?;
    if session.walk.state().runs.is_empty() { say("Nothing ran so far.") } else { Ok(()) }
}

pub(super) fn closable(model: &Model) -> Result<(), String> {
    let session = driven(model)?;
    // What is followed beside the walk is stopped by closing.
    let busy = session.walk.running().iter().any(|run: &RunNo| !session.walk.is_followed(*run));
    if busy { say("Something is still running; x stops it.") } else { Ok(()) }
}

pub(super) fn selected(model: &Model) -> Result<(), String> {
    match &model.screen {
        Screen::Library(library) if library.current().is_some() => Ok(()),
        Screen::Library(_) => say("Nothing is selected."),
        _ => say("One moment."),
    }
}
