//! A command whose record cannot be written: only the operator may have it started all the same.

use crate::drive::Job;
use crate::tui::effect::Effect;
use crate::tui::model::{Choice, Item, Menu, Model, Overlay, SessionScreen};

/// The question's title.
const TITLE: &str = "Start it unrecorded?";

/// So many characters of a command are shown.
const COMMAND: usize = 120;

/// A command was not started, because its record is not on disk.
pub(super) fn withheld(model: &mut Model, command: String) {
    let Some(session) = model.session_mut() else { return };
    session.withheld.push(command);
    let overlay = question(session);
    if model.overlay.is_none() || is_asked(model) {
        model.overlay = Some(overlay);
    }
}

/// What is said before the operator decides.
pub(super) fn question(session: &SessionScreen) -> Overlay {
    let mut text: Vec<String> = session.withheld.iter().map(|command| format!("$ {}", brief(command))).collect();
    if let Some((error, _)) = &session.unwritten {
        let cause = error.split_once(": ").map_or(error.as_str(), |(_, cause)| cause);
        text.push(format!("Its record cannot be written: {cause}."));
    }
    text.push(
        "Until it can be, only this screen knows that it runs. If the screen or the machine ends before, no record says that it ever did."
            .to_owned(),
    );
    text.push("Output that the disk does not take is shown while it comes, counted, and not kept.".to_owned());
    // Enter takes the first.
    let items = vec![
        Item::new('n', "do not start it", Choice::Release(false)),
        Item::new('u', "start it unrecorded, because I say so", Choice::Release(true)),
    ];
    Overlay::Menu(Menu::new(TITLE, text, items))
}

/// The operator decided.
pub(super) fn decided(model: &mut Model, start: bool) -> Vec<Effect> {
    let Some(session) = model.session_mut() else { return Vec::new() };
    if session.withheld.is_empty() {
        return Vec::new();
    }
    session.withheld.clear();
    vec![Effect::job(Job::Release { start })]
}

/// The record is written again: there is nothing to decide any more.
pub(super) fn healed(model: &mut Model) {
    if is_asked(model) {
        model.overlay = None;
    }
    if let Some(session) = model.session_mut() {
        session.withheld.clear();
        session.unwritten = None;
    }
}

/// The beginning of a command, which was shown whole before: what is to be decided must be to be seen.
fn brief(command: &str) -> String {
    let line = command.lines().next().unwrap_or_default();
    let begins: String = line.chars().take(COMMAND).collect();
    if begins.len() < command.len() { format!("{begins} ...") } else { begins }
}

fn is_asked(model: &Model) -> bool {
    matches!(&model.overlay, Some(Overlay::Menu(menu)) if menu.title == TITLE)
}
