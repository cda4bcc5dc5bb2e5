//! Keys: who gets them.

use ratatui::crossterm::event::KeyCode;

use super::{act, overlay};
use crate::drive::Job;
use crate::tui::action;
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::model::{Model, Screen};

/// The key that takes the keys back from a command.
pub(crate) const KEYS_BACK: &str = "Ctrl-]";

/// How long the keys must have paused before they are the screen's again.
pub(super) const PAUSE_MS: u64 = 1000;

/// A key was pressed by someone who could have seen this frame.
pub(super) fn pressed(model: &mut Model, chord: Chord, frame: u64) -> Vec<Effect> {
    if model.leaving.is_some() {
        return Vec::new();
    }
    model.notice = None;
    // A key that starts or stops something means what was on the screen when it was pressed.
    let fresh = frame >= model.settled;
    if model.overlay.is_some() {
        return overlay::pressed(model, chord, fresh);
    }
    if let Some(effects) = to_command(model, chord, frame) {
        return effects;
    }
    if still_typing(model) {
        return Vec::new();
    }
    if let Some(effects) = picking(model, chord) {
        return effects;
    }
    let Some(action) = action::of_key(chord, model) else {
        return typed(model, chord);
    };
    if action.weighty && !fresh {
        model.say(format!("The screen changed before {chord} came: press it again if you still mean it."));
        return Vec::new();
    }
    act::act(model, action.does)
}

/// Text was pasted: into a question, a search, or the command that has the keys. Never an action.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.overlay.is_some() {
        overlay::pasted(model, text);
        return Vec::new();
    }
    if let Some(session) = model.session() {
        let Some(run) = session.keys_to.filter(|_| model.frame >= session.keys_since) else {
            model.warn("Pasted text is not taken for keys; n writes a note, : runs a command.");
            return Vec::new();
        };
        return vec![Effect::job(Job::Input { run, bytes: text.as_bytes().to_vec() })];
    }
    if let Screen::Library(library) = &mut model.screen {
        library.query.extend(text.chars().filter(|character| !character.is_control()));
        library.search();
    }
    Vec::new()
}

/// Keys of a command that has them.
fn to_command(model: &mut Model, chord: Chord, frame: u64) -> Option<Vec<Effect>> {
    let session = model.session_mut()?;
    let run = session.keys_to?;
    if Chord::parse(KEYS_BACK) == Some(chord) || chord.bytes() == [0x1d] {
        session.keys_to = None;
        model.say("The keys are the screen's again; i gives them to the command.");
        return Some(Vec::new());
    }
    // What was typed before the screen said where the keys go was not meant for the command.
    let bytes = chord.bytes();
    if frame < session.keys_since || bytes.is_empty() {
        return Some(Vec::new());
    }
    Some(vec![Effect::job(Job::Input { run, bytes })])
}

/// Whether a key is the rest of what was typed for a command that ended by itself: until the keys pause, it is.
fn still_typing(model: &mut Model) -> bool {
    let now_ms = model.now.boot_ms;
    let Some(session) = model.session_mut() else { return false };
    let Some((_, last)) = &mut session.quiet else { return false };
    if now_ms.saturating_sub(*last) >= PAUSE_MS {
        session.quiet = None;
        return false;
    }
    *last = now_ms;
    true
}

/// Keys while lines are being picked.
fn picking(model: &mut Model, chord: Chord) -> Option<Vec<Effect>> {
    let session = model.session_mut()?;
    let mut pick = session.output.pick?;
    let first = session.output.current().map_or(1, |page| page.first_line.max(1));
    let last = session.output.last_line().unwrap_or(first);
    match chord.code {
        KeyCode::Up | KeyCode::Char('k') => pick.to = pick.to.saturating_sub(1).max(first),
        KeyCode::Down | KeyCode::Char('j') => pick.to = (pick.to + 1).min(last),
        KeyCode::Home => pick.to = first,
        KeyCode::End => pick.to = last,
        KeyCode::Char(' ' | 'v') => pick.from = pick.to,
        KeyCode::Enter | KeyCode::Char('p') => return Some(act::pin(model)),
        KeyCode::Esc | KeyCode::Char('q') => {
            session.output.pick = None;
            session.output.anchor = None;
            return Some(Vec::new());
        }
        _ => {}
    }
    session.output.pick = Some(pick);
    Some(Vec::new())
}

/// A key that is no action: in the library it is searched for.
fn typed(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if let Screen::Library(library) = &mut model.screen {
        if let Some(character) = chord.character() {
            library.query.push(character);
            library.search();
        } else if chord == Chord::plain(KeyCode::Backspace) {
            library.query.pop();
            library.search();
        }
        return Vec::new();
    }
    if model.session().is_some() && chord.character().is_some() {
        model.say(format!("{chord} does nothing here; ? shows all keys."));
    }
    Vec::new()
}
