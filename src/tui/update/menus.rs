//! Questions with a few answers.

use chrono::{DateTime, Utc};

use crate::runbook::{Action, Lead, PhaseName};
use crate::session::event::{Mark, Status};
use crate::session::run::RunNo;
use crate::session::walk::{Confirmation, Intent};
use crate::tui::action::{self, Does};
use crate::tui::model::{Ask, Choice, Item, Menu, Model, Overlay, Picker, Prompt, SessionScreen};
use crate::tui::words;

/// A run whose outcome nobody knows.
pub(super) fn settle(model: &Model, run: RunNo) -> Overlay {
    let name = model.session().map_or_else(String::new, |session| words::run_name(run, session.walk.state()));
    let text = vec![format!("{name} was interrupted, and nobody saw how it ended. Did it do what it should?")];
    let mut items = Vec::new();
    let probe = Intent::Probe { run };
    if model.session().is_some_and(|session| session.walk.can(&probe).is_ok()) {
        items.push(Item::new('p', "find out: run its probe (it only reads)", Choice::Want(probe)));
    }
    let settle = |happened| Choice::Ask(Ask::Settle { run, happened });
    items.push(Item::new('h', "it happened", settle(true)));
    items.push(Item::new('d', "it did not happen", settle(false)));
    items.push(Item::new('o', "look at its output first", Choice::Show(run)));
    let mut menu = Menu::new("Outcome unknown", text, items);
    // A bare Enter claims nothing.
    menu.selected = menu.items.len().saturating_sub(1);
    Overlay::Menu(menu)
}

/// A session that is closed.
pub(super) fn closed(session: &SessionScreen) -> Overlay {
    let text = vec![format!("{} is closed. Its record stays as it is.", session.id)];
    let items = vec![
        Item::new('q', "leave", Choice::Leave),
        Item::new('L', "what it taught its runbook", Choice::Act(Does::Learn)),
        Item::new('o', "open it again; that is recorded", Choice::Want(Intent::Reopen)),
        Item::new('n', "look at it", Choice::Nothing),
    ];
    Overlay::Menu(Menu::new("The session is closed", text, items))
}

/// A guard keeps a step from starting.
pub(super) fn held_back(session: &SessionScreen, step: &str, guard: RunNo) -> Overlay {
    let text = words::guard(session, guard).into_iter().collect();
    let run = Intent::Run { step: step.to_owned(), edited: None, confirmed: Confirmation::None, despite: None };
    let mut items = vec![
        Item::new('r', "check again, and then run it", Choice::Want(run)),
        Item::new('s', "pass it over, and say why", Choice::Ask(Ask::Skip(step.to_owned()))),
    ];
    let revert = session.walk.runbook().is_some_and(|runbook| !runbook.revert.steps.is_empty());
    if revert && session.walk.state().phase != Some(PhaseName::Revert) {
        items.push(Item::new('R', "go to the revert", Choice::Act(Does::Revert)));
    }
    items.push(Item::new(':', "run another command first", Choice::Act(Does::Command)));
    items.push(Item::new('g', "go somewhere else", Choice::Act(Does::Goto)));
    Overlay::Menu(Menu::new(format!("{step} may not start"), text, items))
}

/// Where a sign may lead.
pub(super) fn offer(session: &SessionScreen, step: &str, leads: &[Lead]) -> Overlay {
    let state = session.walk.state();
    let run = state.steps.get(step).and_then(|step| step.runs.last());
    let seen = state.signs.iter().filter(|sign| Some(&sign.run) == run);
    let text: Vec<String> = seen.filter_map(|sign| sign.finding.clone()).collect();
    let mut items: Vec<Item> = leads
        .iter()
        .zip('1'..='8')
        .map(|(lead, key)| {
            let follow = Intent::FollowSign { step: step.to_owned(), to: lead.clone() };
            Item::new(
                key,
                format!("go to {}", session.filled(&words::lead(lead, session.walk.runbook()))),
                Choice::Want(follow),
            )
        })
        .collect();
    items.push(Item::new('n', "go on with the next step", Choice::Want(Intent::Go(Lead::Next))));
    if session.walk.runbook().and_then(|runbook| runbook.step(step)).is_some_and(|(_, step)| step.command().is_some()) {
        items.push(Item::new('r', "run it again", Choice::Act(Does::Retry)));
    }
    Overlay::Menu(Menu::new("A sign was found", text, items))
}

/// A step did not go well and nothing says what then.
pub(super) fn failed(session: &SessionScreen, step: &str) -> Overlay {
    let state = session.walk.state();
    let last = state.steps.get(step).and_then(|step| step.runs.last()).and_then(|run| state.runs.get(run));
    let reasons = last.and_then(|run| run.verdict()).map(words::verdict);
    let text = vec![format!("{step}: {}", reasons.unwrap_or_else(|| "it did not go well".to_owned()))];
    let mut items = Vec::new();
    let own = session.walk.runbook().and_then(|runbook| runbook.step(step)).map(|(_, step)| step);
    match own.map(|step| &step.action) {
        Some(Action::Run(_)) => {
            items.push(Item::new('r', "run it again", Choice::Act(Does::Retry)));
            items.push(Item::new('e', "change its command, then run it", Choice::Act(Does::Edit)));
        }
        _ => items.push(Item::new('a', "answer it again", Choice::Ask(seen(step, true)))),
    }
    items.push(Item::new('s', "pass it over, and say why", Choice::Ask(Ask::Skip(step.to_owned()))));
    let revert = session.walk.runbook().is_some_and(|runbook| !runbook.revert.steps.is_empty());
    if revert && state.phase != Some(PhaseName::Revert) {
        items.push(Item::new('R', "go to the revert", Choice::Act(Does::Revert)));
    }
    items.push(Item::new('g', "go somewhere else", Choice::Act(Does::Goto)));
    Overlay::Menu(Menu::new("What now?", text, items))
}

fn seen(step: &str, healthy: bool) -> Ask {
    Ask::Seen { step: step.to_owned(), healthy }
}

/// The end of a phase.
pub(super) fn crossing(session: &SessionScreen, from: PhaseName, to: &[PhaseName]) -> Overlay {
    let key = |phase: PhaseName| match phase {
        PhaseName::Diagnose => 'd',
        PhaseName::Revert => 'r',
        PhaseName::Fix => 'f',
        PhaseName::Verify => 'v',
    };
    let mut items: Vec<Item> = to
        .iter()
        .map(|phase| {
            let go = Choice::Want(Intent::Go(Lead::Phase(*phase)));
            Item::new(key(*phase), words::lead(&Lead::Phase(*phase), session.walk.runbook()), go)
        })
        .collect();
    items.push(Item::new('g', "somewhere else", Choice::Act(Does::Goto)));
    Overlay::Menu(Menu::new("Which phase now?", vec![format!("{from} is over.")], items))
}

/// The end of the walk.
pub(super) fn end(session: &SessionScreen) -> Overlay {
    let mut items = Vec::new();
    let open = session.walk.not_holding();
    let text = if session.walk.runbook().is_none() {
        vec!["There is no runbook; : runs a command, n writes a note.".to_owned()]
    } else if open.is_empty() {
        vec!["Every verify step holds.".to_owned()]
    } else {
        vec![format!("Not verified since the last change: {}.", open.join(", "))]
    };
    if let Some(proposal) = session.walk.proposed_mark() {
        let when = match &proposal.told {
            Some((time, step)) => format!("at {}, as {step} told", words::told(*time, session)),
            None => "now".to_owned(),
        };
        items.push(Item::new('m', format!("mark {} {when}", proposal.mark.as_str()), Choice::Want(proposal.intent())));
    }
    if let Some(first) = open.first() {
        let go = Choice::Want(Intent::Go(Lead::Step(first.clone())));
        items.push(Item::new('v', format!("verify: go to {first}"), go));
    }
    items.push(Item::new('c', "close the session", Choice::Act(Does::Close)));
    if !session.walk.state().runs.is_empty() {
        items.push(Item::new('L', "what it taught its runbook", Choice::Act(Does::Learn)));
    }
    if session.walk.runbook().is_some() {
        items.push(Item::new('g', "go somewhere else", Choice::Act(Does::Goto)));
    }
    Overlay::Menu(Menu::new("The end of the walk", text, items))
}

/// A decision of the runbook.
pub(super) fn decide(session: &SessionScreen, step: &str) -> Option<Overlay> {
    let (_, own) = session.walk.runbook()?.step(step)?;
    let Action::Ask { question, options } = &own.action else { return None };
    let keys = ('1'..='9').chain('a'..='z').map(Some).chain(std::iter::repeat(None));
    let items = options.iter().enumerate().zip(keys).map(|((option, choice), key)| {
        let lead = choice
            .go
            .as_ref()
            .map(|lead| format!("  (to {})", session.filled(&words::lead(lead, session.walk.runbook()))));
        let label = format!("{}{}", session.filled(&choice.say), lead.unwrap_or_default());
        Item { key, label, does: Choice::Want(Intent::Choose { step: step.to_owned(), option }) }
    });
    Some(Overlay::Menu(Menu::new(session.title_of(own), vec![session.filled(question)], items.collect())))
}

/// Something done by hand.
pub(super) fn manual(session: &SessionScreen, step: &str) -> Option<Overlay> {
    let (_, own) = session.walk.runbook()?.step(step)?;
    let Action::Manual { see } = &own.action else { return None };
    let question = session.filled(see.as_deref().unwrap_or("Do it by hand, then say how it went."));
    let done = Intent::Done { step: step.to_owned(), seen: String::new(), healthy: true };
    let mut items = vec![Item::new('y', "it went well, and this was seen", Choice::Ask(seen(step, true)))];
    if see.is_none() {
        items.push(Item::new('d', "done, nothing more to say", Choice::Want(done)));
    }
    items.push(Item::new('n', "it did not go well", Choice::Ask(seen(step, false))));
    items.push(Item::new('s', "pass it over, and say why", Choice::Ask(Ask::Skip(step.to_owned()))));
    Some(Overlay::Menu(Menu::new(session.title_of(own), vec![question], items)))
}

/// Which key time; with the time that picked lines tell of.
pub(super) fn mark(session: &SessionScreen, seen: Option<DateTime<Utc>>) -> Overlay {
    let marks = &session.walk.state().marks;
    let key = |mark: Mark| match mark {
        Mark::ImpactStarted => 'i',
        Mark::Detected => 'd',
        Mark::Acknowledged => 'a',
        Mark::Mitigated => 'm',
        Mark::Resolved => 'r',
    };
    let proposed = session.walk.proposed_mark();
    let told = proposed.as_ref().and_then(|proposal| Some((proposal.mark, proposal.told.as_ref()?.0)));
    let items = Mark::ALL.into_iter().map(|mark| {
        let seen = seen.or_else(|| told.filter(|(own, _)| *own == mark).map(|(_, time)| time));
        let was = marks.get(&mark).map_or_else(|| "not marked".to_owned(), |when| words::when(when, session.zone()));
        Item::new(key(mark), format!("{:<15} {was}", mark.as_str()), Choice::Ask(Ask::When(mark, seen)))
    });
    let mut menu = Menu::new(
        "Which key time?",
        vec!["A later mark replaces an earlier one; both are kept.".to_owned()],
        items.collect(),
    );
    let proposed = proposed.map(|proposal| proposal.mark);
    menu.selected = Mark::ALL.iter().position(|mark| Some(*mark) == proposed).unwrap_or(0);
    Overlay::Menu(menu)
}

/// Where the incident stands.
pub(super) fn status(session: &SessionScreen) -> Overlay {
    let statuses = [
        ('i', Status::Investigating),
        ('d', Status::Identified),
        ('m', Status::Mitigated),
        ('r', Status::Resolved),
        ('p', Status::Paused),
    ];
    let want = |status| match status {
        // The mark asks why where verify does not hold, and sets the status.
        Status::Resolved if !session.walk.is_verified() => {
            Intent::Mark { mark: Mark::Resolved, happened: None, despite: None }
        }
        status => Intent::Status(status),
    };
    let items = statuses.map(|(key, status)| Item::new(key, status.as_str(), Choice::Want(want(status)))).to_vec();
    Overlay::Menu(Menu::new("Where does the incident stand?", Vec::new(), items))
}

/// How bad it is.
pub(super) fn severity() -> Overlay {
    let items = ('1'..='5').zip(1..=5).map(|(key, level)| {
        let severity = crate::runbook::Severity(level);
        Item::new(key, severity.to_string(), Choice::Want(Intent::Severity(severity)))
    });
    Overlay::Menu(Menu::new("How bad is it?", Vec::new(), items.collect()))
}

/// Where to go.
pub(super) fn places(session: &SessionScreen) -> Option<Overlay> {
    let runbook = session.walk.runbook()?;
    let mut items = Vec::new();
    let mut last = None;
    for (phase, step) in runbook.steps() {
        if last != Some(phase) {
            last = Some(phase);
            let go = Choice::Want(Intent::Go(Lead::Phase(phase)));
            items.push(Item { key: None, label: format!("{phase} (phase)"), does: go });
        }
        let go = Choice::Want(Intent::Go(Lead::Step(step.id.clone())));
        items.push(Item {
            key: None,
            label: format!("{phase}  {}  {}", step.id, session.filled(&step.title)),
            does: go,
        });
    }
    Some(Overlay::Picker(Picker::new("Go to", items)))
}

/// The changes, and how to take them back.
pub(super) fn changes(session: &SessionScreen) -> Overlay {
    let state = session.walk.state();
    let changes = state.changes.iter().rev().map(|change| {
        let at = state.runs.get(&change.run).map(|run| words::clock(run.at.at, session.zone())).unwrap_or_default();
        let name = format!("{}  {at}  {}", change.run, words::run_name(change.run, state));
        let undo = session.walk.preview_undo(change.run);
        let (label, does) = match (change.undone, change.end_seq, undo) {
            (Some(by), ..) => (format!("{name}: taken back by run {by}"), Choice::Show(by)),
            (None, None, _) => (format!("{name}: still running"), Choice::Show(change.run)),
            (None, Some(_), None) => (format!("{name}: has no undo"), Choice::Show(change.run)),
            (None, Some(_), Some(_)) => {
                let undo = Intent::Undo { run: change.run, confirmed: Confirmation::None };
                (format!("{name}: take back"), Choice::Want(undo))
            }
        };
        Item { key: None, label, does }
    });
    Overlay::Picker(Picker::new("Changes, the latest first", changes.collect()))
}

/// The runs, and their output.
pub(super) fn runs(session: &SessionScreen) -> Overlay {
    let state = session.walk.state();
    let items = state.runs.iter().rev().map(|(number, run)| {
        let how = run.verdict().map_or_else(|| "running".to_owned(), words::verdict);
        let label = format!("{number}  {}: {how}", words::run_name(*number, state));
        Item { key: None, label, does: Choice::Show(*number) }
    });
    Overlay::Picker(Picker::new("Output of", items.collect()))
}

/// The values in force.
pub(super) fn values(session: &SessionScreen) -> Option<Overlay> {
    let runbook = session.walk.runbook()?;
    let state = session.walk.state();
    let items = runbook.vars.iter().map(|(name, variable)| {
        let value = match state.vars.get(name) {
            None => "not set".to_owned(),
            Some(_) if variable.secret => "(secret)".to_owned(),
            Some(value) => value.text.clone().unwrap_or_default(),
        };
        Item { key: None, label: format!("{name} = {value}"), does: Choice::Ask(Ask::Value(name.clone())) }
    });
    Some(Overlay::Picker(Picker::new("Values: Enter gives a new one", items.collect())))
}

/// Every action by name.
pub(super) fn palette(model: &Model) -> Overlay {
    let items = action::here(model).map(|action| {
        let key = action.keys.first().copied().unwrap_or_default();
        let label = format!("{}  ({key})  {}", action.label(model), action.doc);
        Item { key: None, label, does: Choice::Act(action.does) }
    });
    Overlay::Picker(Picker::new("Actions", items.collect()))
}

/// A time box that ran out.
pub(super) fn time_box(
    session: &SessionScreen,
    phase: PhaseName,
    spent: &str,
    limit: &str,
    who: Option<String>,
) -> Overlay {
    let mut text = vec![format!("{spent} of {limit} for {phase} are over.")];
    text.extend(who.map(|who| format!("Escalate to: {who}")));
    let answer = |decision: &str, go| Choice::Ask(Ask::TimeBox { decision: decision.to_owned(), go });
    let mut items = Vec::new();
    let has_revert = session.walk.runbook().is_some_and(|runbook| !runbook.revert.steps.is_empty());
    if phase != PhaseName::Revert && has_revert {
        text.push(format!("Revert: {}.", words::readiness(session)));
        items.push(Item::new('R', "revert", answer("revert", Some(Lead::Phase(PhaseName::Revert)))));
    }
    items.push(Item::new('e', "escalate, and go on; say to whom", answer("escalate", None)));
    items.push(Item::new('o', "go on; say why", answer("go on", None)));
    let mut menu = Menu::new(format!("The time for {phase} is over"), text, items);
    // What leads nowhere new is what a bare Enter takes.
    menu.selected = menu.items.len().saturating_sub(1);
    Overlay::Menu(menu)
}

/// Changes that stay as they are although they could be taken back.
pub(super) fn in_force(session: &SessionScreen) -> Option<String> {
    let state = session.walk.state();
    let changes = state.changes.iter().filter(|change| change.undone.is_none() && change.end_seq.is_some());
    let could = changes.filter(|change| session.walk.preview_undo(change.run).is_some());
    let names: Vec<String> = could.map(|change| words::run_name(change.run, state)).collect();
    (!names.is_empty()).then(|| format!("Stays in force, and could be taken back (U): {}.", names.join(", ")))
}

/// Leaving, where something must be said first.
pub(super) fn leave(session: &SessionScreen) -> Option<Overlay> {
    let unverified = session.walk.unverified();
    let running = session.walk.running();
    let state = session.walk.state();
    let drill = state.opened.as_ref().is_some_and(|opened| opened.drill.is_some()) && !state.closed;
    // A change without a list of its own is verified by the verify phase.
    let stands = state.changes.iter().any(|change| change.end_seq.is_some() && change.undone.is_none());
    let red = if stands && !state.closed { session.walk.not_holding() } else { Vec::new() };
    if unverified.is_empty() && red.is_empty() && running.is_empty() && !drill && session.unwritten.is_none() {
        return None;
    }
    let lost = session.unwritten.as_ref().map(|(_, kept)| match session.unsafely {
        0 => format!("{kept} entries are only in memory, and are lost if the disk does not take them now."),
        started => format!(
            "{kept} entries are only in memory, and are lost if the disk does not take them now: \
             also that {started} of the commands were started."
        ),
    });
    let mut text: Vec<String> = lost.into_iter().collect();
    text.extend(unverified.iter().map(|change| {
        format!("{} is not verified: {}.", words::run_name(change.run, state), change.verify.join(", "))
    }));
    if unverified.is_empty() && !red.is_empty() {
        text.push(format!("Not verified since the last change: {}.", red.join(", ")));
    }
    text.extend(in_force(session));
    let runs_on = if drill { "is still running, and is stopped" } else { "is still running, and runs on" };
    text.extend(running.iter().map(|run| format!("{} {runs_on}.", words::run_name(*run, state))));
    let leaves = if drill { "leave; the drill ends, its record stays" } else { "leave; the session stays open" };
    let mut items = vec![Item::new('q', leaves, Choice::Leave)];
    items.push(Item::new('s', "stay", Choice::Nothing));
    Some(Overlay::Menu(Menu::new("Leave?", text, items)))
}

/// Stopping: which run, and how hard.
pub(super) fn stop(session: &SessionScreen, run: RunNo) -> Overlay {
    let state = session.walk.state();
    let name = words::run_name(run, state);
    let known = state.runs.get(&run);
    let alters = known.is_some_and(|run| run.started.effect != crate::runbook::Effect::Read);
    let step = session.walk.step_of(run).and_then(|id| session.walk.runbook()?.step(id)).map(|(_, step)| step);
    let ladder = step.map(|step| step.stop.clone()).unwrap_or_default();
    let signal = format!("{:?}", ladder.signal).to_uppercase();
    let grace = crate::text::human::duration(u64::try_from(ladder.grace.as_millis()).unwrap_or(u64::MAX));
    let asked = known.is_some_and(|run| run.stop_asked);
    let mut text = vec![if alters {
        format!("It may alter something: {signal}, and after {grace} it is KILLed only if you say so.")
    } else {
        format!("It only reads: {signal}, and KILL after {grace}.")
    }];
    if asked {
        text.push("It was asked to stop already.".to_owned());
    }
    let want = |force| Choice::Want(Intent::Stop { run, force });
    let mut items = vec![
        Item::new('x', "stop it", want(false)),
        Item::new('K', "stop it, and KILL it if it does not end", want(true)),
    ];
    if asked {
        items.remove(0);
    }
    items.push(Item::new('n', "let it run", Choice::Nothing));
    let mut menu = Menu::new(format!("Stop {name}?"), text, items);
    // Where only force is left, a bare Enter does not use it.
    menu.selected = if asked { menu.items.len().saturating_sub(1) } else { 0 };
    Overlay::Menu(menu)
}

/// The question for a title of a session without a runbook.
pub(super) fn title() -> Overlay {
    Overlay::Prompt(Box::new(Prompt::new(Ask::Title, "What is wrong? (the session's title)")))
}
