//! An action of the table is carried out.

use super::{clock, hosts, leave, library, menus, output, want, work};
use crate::runbook::{Lead, PhaseName, StepId};
use crate::session::run::RunNo;
use crate::session::walk::{Confirmation, Intent, Next};
use crate::tui::action::{self, Does};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{Ask, Model, Overlay, Pane, Prompt, Screen, WhatFor, WorkAsk};
use crate::tui::words;

/// Carries an action out, or says why it is not possible now.
pub(super) fn act(model: &mut Model, does: Does) -> Vec<Effect> {
    let Some(action) = action::find(does, model) else { return Vec::new() };
    if let Err(why) = (action.legal)(model) {
        model.warn(why);
        return Vec::new();
    }
    match does {
        Does::Next => return next(model),
        Does::Edit => edit(model),
        Does::Retry => {
            let Some(step) = at(model) else { return Vec::new() };
            return want::want(model, run(step));
        }
        Does::Revert => return want::want(model, Intent::Go(Lead::Phase(PhaseName::Revert))),
        Does::Keys => keys_in(model),
        Does::Pin => output::pick(model),
        Does::Search => model.overlay = Some(output::prompt(model)),
        Does::NextMatch => output::seek(model, false),
        Does::MatchBefore => output::seek(model, true),
        Does::EndSearch => output::end_search(model),
        Does::PickFrom => output::pick_from(model),
        Does::PinPicked => return output::take(model, WhatFor::Pin),
        Does::MarkPicked => return output::take(model, WhatFor::Mark),
        Does::CopyPicked => return output::take(model, WhatFor::Copy),
        Does::EndPick => output::end_pick(model),
        Does::NextHost => hosts::step(model, 1),
        Does::HostBefore => hosts::step(model, -1),
        Does::BadHost => hosts::bad(model),
        Does::Times => output::times(model),
        Does::Wrap => output::wrap(model),
        Does::Left => output::sideways(model, -1),
        Does::Right => output::sideways(model, 1),
        Does::Pager => return output::pager(model),
        Does::Learn => return vec![Effect::Learn],
        Does::EditRunbook => {
            let step = model.session().and_then(|session| session.at().map(ToOwned::to_owned));
            return vec![Effect::EditRunbook { step }];
        }
        Does::Zoom => {
            if let Some(session) = model.session_mut() {
                session.zoom = !session.zoom;
            }
        }
        Does::Focus => focus(model, 1),
        Does::FocusBack => focus(model, Pane::ALL.len() - 1),
        Does::Up => step_by(model, -1),
        Does::Down => step_by(model, 1),
        Does::PageUp => page_by(model, -1),
        Does::PageDown => page_by(model, 1),
        Does::Home => to_edge(model, false),
        Does::End => to_edge(model, true),
        Does::Back => back(model),
        Does::Leave => return leaving(model),
        Does::Help => model.overlay = Some(Overlay::Help(0)),
        Does::Palette => model.overlay = Some(menus::palette(model)),
        Does::Redraw => return vec![Effect::Redraw],
        Does::Suspend => return vec![Effect::Suspend],
        Does::Shell => return vec![Effect::Shell],
        Does::Open => return library::open(model),
        Does::Untitled => model.overlay = Some(menus::title()),
        Does::Reload => return library::enter(model),
        Does::Skip
        | Does::Note
        | Does::Command
        | Does::Mark
        | Does::Goto
        | Does::Stop
        | Does::Values
        | Does::TimeBox
        | Does::Undo
        | Does::Runs
        | Does::Severity
        | Does::Status
        | Does::Findings
        | Does::Update
        | Does::Work
        | Does::Line
        | Does::Close => question(model, does),
    }
    Vec::new()
}

/// Actions that ask something first.
fn question(model: &mut Model, does: Does) {
    let step = at(model);
    let Some(session) = model.session() else { return };
    let prompt = |ask, title: &str| Some(Overlay::Prompt(Box::new(Prompt::new(ask, title))));
    let overlay = match does {
        Does::Skip => step.and_then(|step| {
            let title = format!("Why is {step} passed over?");
            prompt(Ask::Skip(step), &title)
        }),
        Does::Note => Some(note()),
        Does::Command => prompt(Ask::Command, "Which command? (asked before it runs)"),
        Does::Mark => Some(menus::mark(session, None)),
        Does::Goto => menus::places(session),
        Does::Stop => session.running().map(|run| menus::stop(session, run)),
        Does::Values => menus::values(session),
        Does::TimeBox => clock::question(model),
        Does::Undo => Some(menus::changes(session)),
        Does::Runs => Some(menus::runs(session)),
        Does::Severity => Some(menus::severity()),
        Does::Status => Some(menus::status(session)),
        Does::Findings => Some(work::findings(session)),
        Does::Update => Some(work::question(Some(session), &WorkAsk::Conditions)),
        Does::Work => Some(work::menu(session)),
        Does::Line => prompt(Ask::Line, "To which line? (1234, or 50%)"),
        Does::Close => {
            let state = session.walk.state();
            let mut prompt = Prompt::new(Ask::Close, "Close the session. Anything to say? (may be empty)");
            for run in session.walk.running() {
                prompt = prompt.hint(format!("{} is still running, and is stopped.", words::run_name(run, state)));
            }
            if let Some(in_force) = menus::in_force(session) {
                prompt = prompt.hint(in_force);
            }
            Some(Overlay::Prompt(Box::new(prompt)))
        }
        _ => None,
    };
    model.overlay = overlay;
}

fn note() -> Overlay {
    let prompt = Prompt::new(Ask::Note, "Note")
        .hint("+ went well   - went badly   ! lucky   ? open question   x ruled out   TODO to do")
        .hint("@20:37 before it: when it happened, if not now");
    Overlay::Prompt(Box::new(prompt))
}

fn at(model: &Model) -> Option<StepId> {
    model.session()?.at().map(ToOwned::to_owned)
}

/// A step's command is to run, as it stands in the runbook.
pub(super) fn run(step: StepId) -> Intent {
    Intent::Run { step, edited: None, confirmed: Confirmation::None, despite: None }
}

/// Enter: what comes next.
fn next(model: &mut Model) -> Vec<Effect> {
    let Some(session) = model.session() else { return Vec::new() };
    if session.walk.state().closed {
        model.overlay = Some(menus::closed(session));
        return Vec::new();
    }
    if let Some(step) = session.selected.clone().filter(|_| !session.is_at_cursor()) {
        return want::want(model, Intent::Go(Lead::Step(step)));
    }
    let overlay = match session.walk.next() {
        Next::Run(step) => match session.walk.held_back() {
            Some(guard) => Some(menus::held_back(session, &step, guard)),
            None => return want::want(model, run(step)),
        },
        Next::Ask(step) => menus::decide(session, &step),
        Next::Manual(step) => menus::manual(session, &step),
        Next::Running(_) | Next::Waiting(_) => None,
        Next::Offer { step, leads } => Some(menus::offer(session, &step, &leads)),
        Next::Failed(step) => Some(menus::failed(session, &step)),
        Next::Settle(run) => Some(menus::settle(model, run)),
        Next::Crossing { from, to } => Some(menus::crossing(session, from, &to)),
        Next::End if session.walk.runbook().is_none() => {
            question(model, Does::Command);
            return Vec::new();
        }
        Next::End => Some(menus::end(session)),
    };
    model.overlay = overlay;
    Vec::new()
}

fn edit(model: &mut Model) {
    let Some(session) = model.session() else { return };
    let Some((_, step)) = session.step() else { return };
    let Some(command) = step.command() else { return };
    let title = format!("{}: change the command, Enter goes on", session.title_of(step));
    let prompt = Prompt::new(Ask::Edit(step.id.clone()), title)
        .hint("Alt-Enter begins a new line. The change is recorded.")
        .text(&command.run);
    model.overlay = Some(Overlay::Prompt(Box::new(prompt)));
}

fn keys_in(model: &mut Model) {
    let (frame, size) = (model.frame, model.size);
    let Some(session) = model.session_mut() else { return };
    let Some(run) = session.running() else { return };
    session.give_keys(run, frame, size);
}

fn focus(model: &mut Model, by: usize) {
    let Some(session) = model.session_mut() else { return };
    let now = Pane::ALL.iter().position(|pane| *pane == session.focus).unwrap_or(0);
    let next = |now: usize| (now + by) % Pane::ALL.len();
    let to = next(now);
    // That pane is only there for a step on many hosts.
    let passed = Pane::ALL[to] == Pane::Hosts && session.spread().is_none();
    session.focus = Pane::ALL[if passed { next(to) } else { to }];
}

/// Up and down in the pane that has the keys.
fn step_by(model: &mut Model, by: i8) {
    if output::pick_by(model, i64::from(by)) {
        return;
    }
    if has_hosts(model) {
        return hosts::step(model, by.into());
    }
    let rows = layout::output_rows(model);
    match &mut model.screen {
        Screen::Library(library) => {
            let last = library.hits.len().saturating_sub(1);
            library.selected = library.selected.saturating_add_signed(isize::from(by)).min(last);
            library.scroll = 0;
        }
        Screen::Opening(_) => {}
        Screen::Session(session) => match session.focus {
            Pane::Steps => select(session, by),
            Pane::Step => session.scroll = session.scroll.saturating_add_signed(i16::from(by)),
            Pane::Hosts | Pane::Output => session.output.scroll(i64::from(by), rows),
            Pane::Timeline => {
                let rows = session.timeline.rows.len();
                session.timeline.scroll = session.timeline.scroll.saturating_add_signed(isize::from(-by)).min(rows);
            }
        },
    }
}

/// Whether the keys for moving about are the list of hosts'.
fn has_hosts(model: &Model) -> bool {
    model.session().is_some_and(|session| session.focus == Pane::Hosts && session.spread().is_some())
}

fn select(session: &mut crate::tui::model::SessionScreen, by: i8) {
    let Some(runbook) = session.walk.runbook() else { return };
    let steps: Vec<&StepId> = runbook.steps().map(|(_, step)| &step.id).collect();
    let now = session.at().and_then(|id| steps.iter().position(|step| *step == id));
    let to = match now {
        Some(now) => now.saturating_add_signed(isize::from(by)).min(steps.len().saturating_sub(1)),
        None => 0,
    };
    session.selected = steps.get(to).map(|id| (*id).clone());
    session.scroll = 0;
    if let Some(run) = session.run_to_show() {
        session.output.show(run);
    }
}

fn page_by(model: &mut Model, by: i8) {
    let rows = layout::output_rows(model);
    if output::pick_by(model, i64::from(by) * i64::from(rows.saturating_sub(1).max(1))) {
        return;
    }
    if has_hosts(model) {
        return hosts::step(model, isize::from(by) * 10);
    }
    match &mut model.screen {
        Screen::Library(library) => {
            library.scroll = library.scroll.saturating_add_signed(i16::from(by) * 5);
        }
        Screen::Opening(_) => {}
        Screen::Session(session) => match session.focus {
            Pane::Step => session.scroll = session.scroll.saturating_add_signed(i16::from(by) * 5),
            Pane::Timeline => {
                let rows = session.timeline.rows.len();
                session.timeline.scroll = session.timeline.scroll.saturating_add_signed(isize::from(-by) * 5).min(rows);
            }
            Pane::Steps | Pane::Hosts | Pane::Output => {
                let page = i64::from(rows.saturating_sub(1).max(1));
                session.output.scroll(i64::from(by) * page, rows);
            }
        },
    }
}

fn to_edge(model: &mut Model, end: bool) {
    if output::pick_by(model, if end { i64::MAX } else { i64::MIN }) {
        return;
    }
    if has_hosts(model) {
        let all = isize::MAX;
        return hosts::step(model, if end { all } else { -all });
    }
    match &mut model.screen {
        Screen::Library(library) => library.selected = if end { library.hits.len().saturating_sub(1) } else { 0 },
        Screen::Opening(_) => {}
        Screen::Session(session) => match session.focus {
            Pane::Step => session.scroll = if end { session.scroll.saturating_add(20) } else { 0 },
            Pane::Timeline => session.timeline.scroll = if end { 0 } else { session.timeline.rows.len() },
            Pane::Steps | Pane::Hosts | Pane::Output if end => session.output.anchor = None,
            Pane::Steps | Pane::Hosts | Pane::Output => {
                session.output.seen = session.output.current().map_or(0, |page| page.total_lines);
                session.output.anchor = session.output.current().map(|_| 1);
            }
        },
    }
}

fn back(model: &mut Model) {
    match &mut model.screen {
        Screen::Library(library) => {
            library.query.clear();
            library.search();
        }
        Screen::Opening(_) => {}
        Screen::Session(session) => {
            session.selected = None;
            session.zoom = false;
            session.scroll = 0;
            session.focus = Pane::Steps;
            session.timeline.scroll = 0;
            session.output.anchor = None;
        }
    }
}

fn leaving(model: &mut Model) -> Vec<Effect> {
    if let Some(overlay) = model.session().filter(|session| session.drives()).and_then(menus::leave) {
        model.overlay = Some(overlay);
        return Vec::new();
    }
    leave(model, 0, None)
}

/// Shows the output of a run.
pub(super) fn show(model: &mut Model, run: RunNo) {
    if let Some(session) = model.session_mut() {
        session.output.show(run);
        session.focus = Pane::Output;
    }
}
