//! Keys: who gets them.

use ratatui::crossterm::event::KeyCode;

use super::{act, overlay};
use crate::drive::Job;
use crate::tui::action::{self, Does, Place};
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::model::{Mode, Model, Screen};

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
    if let Some(effects) = in_mode(model, chord) {
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

/// Keys while lines are being picked, or a search is on: what starts something waits until that is over. None goes its usual way.
fn in_mode(model: &mut Model, chord: Chord) -> Option<Vec<Effect>> {
    let mode = model.mode()?;
    let action = action::of_key(chord, model);
    let own = action.is_some_and(|action| matches!(action.place, Place::Search | Place::Pick));
    let harmless = action.is_some_and(|action| match mode {
        Mode::Search => !action.weighty,
        Mode::Pick => action.place == Place::Everywhere,
    });
    let always = action.is_some_and(|action| matches!(action.does, Does::Help | Does::Stop));
    if own || harmless || always {
        return None;
    }
    // As in a list: letters that move.
    let moves = match chord.code {
        KeyCode::Char('k') if mode == Mode::Pick => Some(Does::Up),
        KeyCode::Char('j') if mode == Mode::Pick => Some(Does::Down),
        _ => None,
    };
    if let Some(does) = moves {
        return Some(act::act(model, does));
    }
    if action.is_some() {
        let what = if mode == Mode::Pick { "Lines are being picked" } else { "A search is on" };
        model.say(format!("{what}: Esc ends that, then {chord} does what it says."));
    }
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
