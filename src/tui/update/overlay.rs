//! Keys while something lies over the screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{act, leave, submit, unrecorded, want};
use crate::runbook::Effect as Reach;
use crate::session::walk::{Confirmation, Intent};
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::model::{Ask, Choice, Menu, Model, Overlay, Picker, Screen};

/// A key for what lies over the screen. Only a fresh one, pressed when the question was to be seen, answers it.
pub(super) fn pressed(model: &mut Model, chord: Chord, fresh: bool) -> Vec<Effect> {
    let Some(mut overlay) = model.overlay.take() else { return Vec::new() };
    if chord == Chord::plain(KeyCode::Esc) || Chord::parse("Ctrl-C") == Some(chord) {
        if let Some(session) = model.session_mut() {
            session.pending = None;
        }
        return Vec::new();
    }
    match &mut overlay {
        Overlay::Help(scroll) => {
            if !scrolled(scroll, chord, true) {
                return Vec::new();
            }
        }
        Overlay::Picker(picker) => {
            if chord == Chord::plain(KeyCode::Enter) {
                if !fresh {
                    model.overlay = Some(overlay);
                    return Vec::new();
                }
                let does = picker.current().map(|item| item.does.clone());
                return does.map(|does| choose(model, does)).unwrap_or_default();
            }
            pick(picker, chord);
        }
        Overlay::Menu(menu) => {
            if let Some(does) = answer(menu, chord).filter(|_| fresh) {
                return choose(model, does);
            }
        }
        Overlay::Confirm(confirm) => {
            let all = confirm.typed.is_none();
            if scrolled(&mut confirm.scroll, chord, all) {
                // A long command is read first.
            } else if let Some(typed) = &mut confirm.typed {
                if chord == Chord::plain(KeyCode::Enter) {
                    if fresh {
                        let word = Confirmation::Typed(typed.lines().join(" "));
                        return want::want(
                            model,
                            want::confirmed(confirm.intent.clone(), word, &confirm.preview.sites),
                        );
                    }
                } else {
                    typed.input(event(chord));
                }
            } else if fresh {
                match chord.character() {
                    Some('y') => {
                        let sites = &confirm.preview.sites;
                        return want::want(model, want::confirmed(confirm.intent.clone(), Confirmation::Yes, sites));
                    }
                    Some('n') => return Vec::new(),
                    Some('r') => {
                        if let Intent::AdHoc { command, effect: Reach::Change, .. } = &confirm.intent {
                            let intent = Intent::AdHoc {
                                command: command.clone(),
                                effect: Reach::Read,
                                confirmed: Confirmation::None,
                            };
                            return want::want(model, intent);
                        }
                    }
                    Some('e') => {
                        if let Some(prompt) = submit::edit_again(&confirm.intent) {
                            model.overlay = Some(prompt);
                            return Vec::new();
                        }
                    }
                    _ => {}
                }
            }
        }
        Overlay::Prompt(prompt) => {
            if chord == Chord::plain(KeyCode::Enter) {
                // What is begun by an answer is begun by someone who saw the question. Notes and commands begin nothing yet.
                if !fresh && !matches!(prompt.ask, Ask::Note | Ask::Command | Ask::Search | Ask::Line) {
                    prompt.error = Some("The screen changed before Enter came: press it again.".to_owned());
                    model.overlay = Some(overlay);
                    return Vec::new();
                }
                let (ask, text) = (prompt.ask.clone(), prompt.typed());
                return submit::submit(model, overlay, ask, &text);
            }
            let newline = Chord::parse("Alt-Enter") == Some(chord);
            if newline {
                prompt.input.insert_newline();
            } else {
                prompt.input.input(event(chord));
            }
            prompt.error = None;
        }
    }
    model.overlay = Some(overlay);
    Vec::new()
}

/// Text was pasted into what lies over the screen; it answers nothing.
pub(super) fn pasted(model: &mut Model, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|character| !character.is_control() || *character == '\n').collect();
    match &mut model.overlay {
        Some(Overlay::Prompt(prompt)) => {
            prompt.input.insert_str(text.trim_end_matches('\n'));
        }
        Some(Overlay::Picker(picker)) => {
            picker.query.push_str(&text.replace('\n', " "));
            picker.search();
        }
        // A word that guards a destruction is typed, not pasted.
        Some(Overlay::Confirm(_) | Overlay::Menu(_) | Overlay::Help(_)) | None => {}
    }
}

fn event(chord: Chord) -> KeyEvent {
    KeyEvent::new(chord.code, chord.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT))
}

/// Scrolls where the key does that; with `all`, also by keys that otherwise move the cursor in what is typed.
fn scrolled(scroll: &mut u16, chord: Chord, all: bool) -> bool {
    match chord.code {
        KeyCode::Up => *scroll = scroll.saturating_sub(1),
        KeyCode::Down => *scroll = scroll.saturating_add(1),
        KeyCode::PageUp => *scroll = scroll.saturating_sub(10),
        KeyCode::PageDown => *scroll = scroll.saturating_add(10),
        KeyCode::Home if all => *scroll = 0,
        _ => return false,
    }
    true
}

fn pick(picker: &mut Picker, chord: Chord) {
    let last = picker.hits.len().saturating_sub(1);
    match chord.code {
        KeyCode::Up => picker.selected = picker.selected.saturating_sub(1),
        KeyCode::Down => picker.selected = (picker.selected + 1).min(last),
        KeyCode::PageUp => picker.selected = picker.selected.saturating_sub(10),
        KeyCode::PageDown => picker.selected = (picker.selected + 10).min(last),
        KeyCode::Backspace => {
            picker.query.pop();
            picker.search();
        }
        _ => {
            if let Some(character) = chord.character() {
                picker.query.push(character);
                picker.search();
            }
        }
    }
}

/// What a key answers, where it does.
fn answer(menu: &mut Menu, chord: Chord) -> Option<Choice> {
    let last = menu.items.len().saturating_sub(1);
    match chord.code {
        KeyCode::Up => menu.selected = menu.selected.saturating_sub(1),
        KeyCode::Down => menu.selected = (menu.selected + 1).min(last),
        KeyCode::Enter => return menu.items.get(menu.selected).map(|item| item.does.clone()),
        _ => {
            let key = chord.character()?;
            return menu.items.iter().find(|item| item.key == Some(key)).map(|item| item.does.clone());
        }
    }
    None
}

/// A choice was made.
fn choose(model: &mut Model, does: Choice) -> Vec<Effect> {
    match does {
        Choice::Want(intent) => want::want(model, intent),
        Choice::Act(does) => act::act(model, does),
        Choice::Ask(ask) => {
            model.overlay = Some(submit::question(model, ask));
            Vec::new()
        }
        Choice::Open(open) => {
            model.screen = Screen::Opening(submit::opening(&open));
            vec![Effect::Open(open)]
        }
        Choice::Show(run) => {
            act::show(model, run);
            Vec::new()
        }
        Choice::Release(start) => unrecorded::decided(model, start),
        Choice::Leave => leave(model, 0, None),
        Choice::Nothing => {
            if let Some(session) = model.session_mut() {
                session.pending = None;
            }
            Vec::new()
        }
    }
}
