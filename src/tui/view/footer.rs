//! What to do next, and the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::rows;
use crate::runbook::Effect;
use crate::session::run::RunNo;
use crate::session::state::Standing;
use crate::session::walk::Next;
use crate::text::{visible, width};
use crate::tui::action::{self, Action, Does, Place};
use crate::tui::model::{Mode, Model, Role as Wheel, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::update::KEYS_BACK;
use crate::tui::words;

/// Draws what is to be said, else what to do next.
pub(super) fn next(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let (text, role) = match &model.notice {
        Some(notice) => (notice.text.clone(), if notice.bad { Role::Warn } else { Role::Strong }),
        None => (mode(model).map_or_else(|| sentence(session), ToOwned::to_owned), Role::Strong),
    };
    let text = visible::clean(&text.replace('\n', " ")).into_owned();
    rows(
        frame,
        area,
        vec![Line::styled(width::fit(&format!(" {text}"), usize::from(area.width)).into_owned(), theme.style(role))],
    );
}

/// What Enter does while the keys are for the output.
fn mode(model: &Model) -> Option<&'static str> {
    match model.mode()? {
        Mode::Search => Some("Enter goes to the next match; Esc ends the search and gives the keys back."),
        Mode::Pick => Some("Enter pins the picked lines as evidence, y copies them; Esc picks nothing."),
    }
}

/// What to do next, in one sentence.
fn sentence(session: &SessionScreen) -> String {
    if let Wheel::Follower(who) = &session.role {
        return format!("{who} drives; you follow. n writes a note, m marks a time.");
    }
    if session.unwritten.is_some() {
        return format!("Not recorded now, see the top. {}", what_next(session));
    }
    if let Some((run, _)) = session.quiet {
        let name = words::run_name(run, session.walk.state());
        return format!("{name} is over. What is still typed for it goes nowhere; pause a second.");
    }
    if session.walk.state().closed {
        return "The session is closed. q leaves; Enter asks whether to open it again.".to_owned();
    }
    if let Some(run) = session.keys_to {
        return format!("The keys go to {}; Ctrl-] takes them back.", words::run_name(run, session.walk.state()));
    }
    if let Some(proposal) = session.walk.proposed_mark() {
        let mark = proposal.mark.as_str();
        let why = match &proposal.told {
            Some((time, step)) => format!("{step} tells of {mark}: {}", words::told(*time, session)),
            None => format!("It looks {mark}"),
        };
        return format!("{why} (m, then Enter, marks it). {}", what_next(session));
    }
    what_next(session)
}

fn what_next(session: &SessionScreen) -> String {
    if !session.is_at_cursor() {
        let at = session.at().unwrap_or_default();
        return format!("Enter goes to {at}; Esc looks at the present step again.");
    }
    match session.walk.next() {
        Next::Run(id) if session.walk.held_back().is_some() => {
            format!("A guard keeps {id} from starting: Enter shows what can be done.")
        }
        Next::Run(id) => {
            let effect = session.walk.runbook().and_then(|runbook| runbook.step(&id)).map(|(_, step)| step.effect);
            let what = match effect {
                Some(Effect::Change) => "it changes something, so it is shown and asked first",
                Some(Effect::Destroy) => "it destroys something, so a word is asked for first",
                _ => "it only reads",
            };
            format!("Enter runs {id}: {what}.")
        }
        Next::Ask(id) => format!("{id} is a decision: Enter shows the answers."),
        Next::Manual(id) => format!("{id} is done by hand: do it, then Enter says how it went."),
        Next::Running(run) if session.live.get(&run).is_some_and(|live| live.prompt) => {
            format!("{} waits for a password: i gives it the keys.", words::run_name(run, session.walk.state()))
        }
        Next::Running(run) => running(session, run),
        Next::Waiting(id) => format!("{id} waits for its next try; s passes it over."),
        Next::Offer { step, leads } => {
            let leads: Vec<String> = leads.iter().map(|lead| super::overlay::place(session, lead)).collect();
            format!("{step} points to {}: Enter chooses.", leads.join(" or "))
        }
        Next::Failed(id) => format!("{id} did not go well: Enter shows what can be done."),
        Next::Settle(run) => {
            let name = words::run_name(run, session.walk.state());
            format!("{name} was interrupted, outcome unknown: Enter finds out.")
        }
        Next::Crossing { from, .. } => format!("{from} is over: Enter chooses the next phase."),
        Next::End if session.walk.runbook().is_none() => {
            "Enter or : runs a command, n writes a note, c closes.".to_owned()
        }
        Next::End => "The walk is at its end: Enter shows what is left to do.".to_owned(),
    }
}

/// What is under way; a key means one run, and on many hosts that is the one whose output is shown.
fn running(session: &SessionScreen, run: RunNo) -> String {
    let name = words::run_name(run, session.walk.state());
    let step = session.walk.step_of(run);
    let hosts =
        step.as_ref().and_then(|step| session.walk.hosts_now(step)).map(|now| now.those(Standing::Running).len());
    match (step, hosts, session.running()) {
        (Some(step), Some(hosts @ 2..), Some(shown)) => {
            let shown = words::run_name(shown, session.walk.state());
            format!("{step} is running on {hosts} hosts; x stops {shown}.")
        }
        _ => format!("{name} is running; x stops it."),
    }
}

/// Draws the keys: those that are not possible now are dim.
pub(super) fn keys(model: &Model, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    if model.session().is_some_and(|session| session.keys_to.is_some()) {
        let spans = [Span::styled(format!(" {KEYS_BACK}"), theme.style(Role::Key)), Span::raw(" takes the keys back")];
        return rows(frame, area, vec![Line::from(spans.to_vec())]);
    }
    // While the keys are for the output, those are what must be seen.
    let mode = model.mode();
    let shown = |action: &&Action| {
        let own = matches!(action.place, Place::Search | Place::Pick) || action.does == Does::Help;
        let here = match mode {
            None => true,
            Some(Mode::Pick) => own,
            Some(Mode::Search) => own || matches!(action.does, Does::Pin | Does::Search),
        };
        action.footer > 0 && here
    };
    let mut actions: Vec<&Action> = action::here(model).filter(shown).collect();
    actions.sort_by_key(|action| action.footer);
    // Who follows learns what there is to do, not what there will never be.
    if model.session().is_some_and(|session| !session.drives()) {
        actions.retain(|action| (action.legal)(model).is_ok());
    }
    // The way to all keys is always there.
    let help = actions.pop();
    let room = usize::from(area.width).saturating_sub(1 + help.map_or(0, |help| length(help, model)));
    let taken = |actions: &[&Action]| actions.iter().map(|action| length(action, model)).sum::<usize>();
    // Where there is no room for all, what is possible now stays; then what comes first.
    while taken(&actions) > room {
        let last = actions.iter().rposition(|action| (action.legal)(model).is_err());
        if actions.is_empty() {
            break;
        }
        actions.remove(last.unwrap_or(actions.len() - 1));
    }
    let mut spans = vec![Span::raw(" ")];
    spans.extend(actions.into_iter().flat_map(|action| key(action, model, theme)));
    spans.extend(help.into_iter().flat_map(|help| key(help, model, theme)));
    rows(frame, area, vec![Line::from(spans)]);
}

fn length(action: &Action, model: &Model) -> usize {
    let key = action.keys.first().copied().unwrap_or_default();
    width::columns(key) + width::columns(action.label(model)) + 3
}

fn key(action: &Action, model: &Model, theme: Theme) -> [Span<'static>; 2] {
    let legal = (action.legal)(model).is_ok();
    let (strong, plain) = if legal { (Role::Key, Role::Plain) } else { (Role::Dim, Role::Dim) };
    let key = action.keys.first().copied().unwrap_or_default();
    [Span::styled(key, theme.style(strong)), Span::styled(format!(" {}  ", action.label(model)), theme.style(plain))]
}
