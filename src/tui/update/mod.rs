//! What follows from a message: the model moves, and effects are wanted. Synchronous, total; no file, no clock, no process.

mod act;
mod clock;
mod hosts;
mod keys;
mod library;
mod menus;
mod news;
mod output;
mod overlay;
mod show;
mod submit;
mod unrecorded;
mod want;
mod work;

pub(crate) use keys::KEYS_BACK;
pub(crate) use output::PIN_LINES;

use crate::drive::Job;
use crate::drive::edited::Edited;
use crate::session::walk::Intent;
use crate::tui::effect::Effect;
use crate::tui::message::{Message, Opened, Signal};
use crate::tui::model::{Model, Now, Screen, SessionScreen};

/// What follows from a message.
pub(crate) fn update(model: &mut Model, now: Now, message: Message) -> Vec<Effect> {
    model.now = now;
    let before = model.situation();
    let mut effects = match message {
        Message::Key { chord, frame } => keys::pressed(model, chord, frame),
        Message::Paste(text) => keys::pasted(model, &text),
        Message::Resize { columns, rows } => {
            model.size = (columns, rows);
            Vec::new()
        }
        Message::Tick => Vec::new(),
        Message::Drawn(frame) => {
            model.frame = frame;
            return Vec::new();
        }
        Message::News(news) => news::told(model, news),
        Message::Catalog(catalog) => {
            library::loaded(model, *catalog);
            Vec::new()
        }
        Message::Described { id, origin, details } => {
            library::described(model, &id, &origin, details);
            Vec::new()
        }
        Message::Opened(opened) => opened_session(model, *opened),
        Message::Edited(edited) => edited_runbook(model, edited),
        Message::Learned(Some(path)) => {
            model.say(format!("What the session taught is in {}", path.display()));
            vec![Effect::Read(path)]
        }
        Message::Learned(None) => {
            model.say("The session taught nothing that its runbook does not have.");
            Vec::new()
        }
        Message::Failed(why) => {
            let lost = matches!(model.screen, Screen::Opening(_));
            model.warn(why);
            if lost { library::enter(model) } else { Vec::new() }
        }
        Message::Signal(signal) => ended_by(model, signal),
        Message::Fatal(report) => {
            model.warn(report);
            leave(model, 4, Some("the program broke"))
        }
    };
    clock::passed(model);
    effects.extend(show::wanted(model));
    effects.extend(hosts::wanted(model));
    effects.extend(library::wanted(model));
    if model.situation() != before {
        model.settled = model.frame + 1;
    }
    effects
}

fn opened_session(model: &mut Model, opened: Opened) -> Vec<Effect> {
    let mut session = SessionScreen::new(opened.id, opened.walk, opened.role);
    session.banner = opened.banner;
    for entry in &opened.history {
        session.timeline.push(entry, session.walk.state());
    }
    session.take_up();
    model.overlay = None;
    model.screen = Screen::Session(Box::new(session));
    if opened.first.is_empty() { Vec::new() } else { vec![Effect::job(Job::Orders(opened.first))] }
}

/// The operator was in the editor.
fn edited_runbook(model: &mut Model, edited: Edited) -> Vec<Effect> {
    match edited {
        Edited::Unchanged => model.say("The runbook is as it was."),
        Edited::Broken(why) => model.warn(format!("{why}; the version before stays in force. E opens it again.")),
        Edited::Version { version, sha256 } => return want::want(model, Intent::Reload { version, sha256 }),
    }
    Vec::new()
}

fn ended_by(model: &mut Model, signal: Signal) -> Vec<Effect> {
    let note = match signal {
        Signal::Interrupt => "interrupted by a signal",
        Signal::Terminate => "ended by a signal",
        Signal::HangUp | Signal::TerminalGone => "the terminal is gone",
    };
    leave(model, signal.exit_code(), Some(note))
}

/// Leaves the program; the session stays open and commands run on.
fn leave(model: &mut Model, code: u8, note: Option<&str>) -> Vec<Effect> {
    let mut effects = Vec::new();
    model.leaving = Some(code);
    if let Some(session) = model.session_mut() {
        let intent = Intent::Leave { note: note.map(ToOwned::to_owned) };
        // Where it cannot be recorded now, leaving goes on: the record then ends with what was last done.
        if session.drives()
            && let Ok(orders) = session.walk.intend(&intent)
        {
            effects.push(Effect::job(Job::Orders(orders)));
        }
    }
    effects.push(Effect::Quit(code));
    effects
}
