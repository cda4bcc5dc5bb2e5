//! Questions about the work itself, and what the answers mean.

use super::submit::Meant;
use crate::session::event::{Detection, Update};
use crate::session::note;
use crate::session::told::update_words;
use crate::session::walk::{Intent, Work};
use crate::text::human;
use crate::tui::effect::Effect;
use crate::tui::model::{Ask, Choice, Item, Menu, Model, Overlay, Picker, Prompt, SessionScreen, WorkAsk};

/// What can be said about the work itself.
pub(super) fn menu(session: &SessionScreen) -> Overlay {
    let ask = |ask| Choice::Ask(Ask::Work(ask));
    let state = session.walk.state();
    let mut items = vec![if state.is_resting() {
        Item::new('p', "go on: the work does not rest any more", Choice::Want(Intent::work(Work::GoOn)))
    } else {
        Item::new('p', "pause: the clocks of phases stand still", ask(WorkAsk::Pause))
    }];
    items.push(Item::new('h', "hand over to somebody else", ask(WorkAsk::HandOver)));
    items.push(Item::new('j', "somebody takes part", ask(WorkAsk::Join)));
    items.push(Item::new('l', "somebody takes part no longer", ask(WorkAsk::Depart)));
    for (key, source) in ['m', 'u', 'r'].into_iter().zip(Detection::ALL) {
        items.push(Item::new(key, format!("it was detected {}", source.as_str()), ask(WorkAsk::Detected(source))));
    }
    if state.is_planned() {
        items.push(Item::new('i', "the planned work is an incident now", ask(WorkAsk::Declare)));
    }
    Overlay::Menu(Menu::new("About the work", Vec::new(), items))
}

/// Findings, and what can become of them.
pub(super) fn findings(session: &SessionScreen) -> Overlay {
    let ask = |ask| Choice::Ask(Ask::Work(ask));
    let item = |label: String, does| Item { key: None, label, does };
    let mut items = vec![item("something else: what could it be?".to_owned(), ask(WorkAsk::Find))];
    for (number, finding) in (1..).zip(&session.walk.state().findings) {
        let settle = |confirmed| ask(WorkAsk::Settle { finding: number, confirmed });
        let (word, ways) = match finding.is_confirmed() {
            None => ("open", &[("confirm", true), ("rule out", false)][..]),
            Some(true) => ("confirmed", &[("rule out after all", false)][..]),
            Some(false) => ("ruled out", &[("confirm after all", true)][..]),
        };
        for (way, confirmed) in ways {
            items.push(item(format!("{way} ({word}): {}", finding.text), settle(*confirmed)));
        }
    }
    Overlay::Picker(Picker::new("What is it? Findings", items))
}

/// The prompt for a line about the work itself.
pub(super) fn question(session: Option<&SessionScreen>, ask: &WorkAsk) -> Overlay {
    let title = match ask {
        WorkAsk::Find => "What is the cause, or a part of it?".to_owned(),
        WorkAsk::Settle { confirmed: true, .. } => "How is it known that it is so?".to_owned(),
        WorkAsk::Settle { confirmed: false, .. } => "How is it known that it is not so?".to_owned(),
        WorkAsk::Pause => "Pause. Why, and what is next? (may be empty)".to_owned(),
        WorkAsk::HandOver => "To whom is it handed over?".to_owned(),
        WorkAsk::HandOverNote { to } => format!("What does {to} have to know? (may be empty)"),
        WorkAsk::Join => "Who takes part? (name, or name: as what)".to_owned(),
        WorkAsk::Depart => "Who takes part no longer?".to_owned(),
        WorkAsk::Detected(source) => format!("Detected {}: in what way? (may be empty)", source.as_str()),
        WorkAsk::Declare => "Why is it an incident now?".to_owned(),
        WorkAsk::Conditions => "Update, 1 of 4. Conditions: how is it?".to_owned(),
        WorkAsk::Actions(_) => "Update, 2 of 4. Actions: what is being done? (may be empty)".to_owned(),
        WorkAsk::Needs(_) => "Update, 3 of 4. Needs: what is needed? (may be empty)".to_owned(),
        WorkAsk::Next(_) => "Update, 4 of 4. Remind of the next one in? (20m; may be empty)".to_owned(),
    };
    let mut prompt = Prompt::new(Ask::Work(ask.clone()), title);
    let dated = matches!(ask, WorkAsk::Find | WorkAsk::Settle { .. } | WorkAsk::Join | WorkAsk::Depart);
    if dated {
        prompt = prompt.hint("@20:37 before it: when it was, if not now");
    }
    let last = session.and_then(|session| session.walk.state().update.as_ref()).map(|(_, update)| update);
    let last = match (ask, last) {
        (WorkAsk::Conditions, Some(last)) => Some(&last.conditions),
        (WorkAsk::Actions(_), Some(last)) => Some(&last.actions),
        (WorkAsk::Needs(_), Some(last)) => Some(&last.needs),
        _ => None,
    };
    if let Some(last) = last.filter(|last| !last.is_empty()) {
        prompt = prompt.hint(format!("The last time: {last}"));
    }
    Overlay::Prompt(Box::new(prompt))
}

/// What a typed line means.
pub(super) fn meant(model: &Model, ask: WorkAsk, text: &str) -> Result<Meant, String> {
    let text = text.trim();
    let some = || Some(text.to_owned()).filter(|text| !text.is_empty());
    let needed = |what: &str| some().ok_or_else(|| format!("Say {what}, or Esc."));
    let one = |work| Ok(Meant::Wants(vec![Intent::work(work)]));
    let dated = |what: &str, make: &dyn Fn(String) -> Work| {
        let zone = model.session().map_or_else(|| chrono::Offset::fix(&chrono::Utc), SessionScreen::zone);
        let (happened, text) = note::dated(text, model.now.at, zone)?;
        if text.is_empty() {
            return Err(format!("Say {what}, or Esc."));
        }
        Ok(Meant::Wants(vec![Intent::Work { work: make(text.to_owned()), happened }]))
    };
    let more = |ask| Ok(Meant::Ask(Ask::Work(ask)));
    match ask {
        WorkAsk::Find => dated("what it could be", &|text| Work::Find { text }),
        WorkAsk::Settle { finding, confirmed } => {
            dated("how that is known", &|because| Work::Settle { finding, confirmed, because })
        }
        WorkAsk::Pause => one(Work::Pause { note: some() }),
        WorkAsk::HandOver => more(WorkAsk::HandOverNote { to: needed("to whom")? }),
        WorkAsk::HandOverNote { to } => one(Work::HandOver { to, note: some() }),
        WorkAsk::Join => dated("who", &|text| match text.split_once(':') {
            Some((who, role)) => Work::Join { who: who.trim().to_owned(), role: Some(role.trim().to_owned()) },
            None => Work::Join { who: text, role: None },
        }),
        WorkAsk::Depart => dated("who", &|who| Work::Depart { who }),
        WorkAsk::Detected(source) => one(Work::Detected { source, text: some() }),
        WorkAsk::Declare => one(Work::Declare { reason: needed("why")? }),
        WorkAsk::Conditions => more(WorkAsk::Actions(Update { conditions: needed("how it is")?, ..Update::default() })),
        WorkAsk::Actions(update) => more(WorkAsk::Needs(Update { actions: text.to_owned(), ..update })),
        WorkAsk::Needs(update) => more(WorkAsk::Next(Update { needs: text.to_owned(), ..update })),
        WorkAsk::Next(update) => {
            let next = some().map(|text| humantime::parse_duration(&text).map_err(|_| text)).transpose();
            let next = next.map_err(|text| format!("{text:?} is no duration: 20m, 1h, or nothing."))?;
            let next_ms = next.map(|next| u64::try_from(next.as_millis()).unwrap_or(u64::MAX));
            one(Work::Update(Update { next_ms, ..update }))
        }
    }
}

/// What else an update does: it goes to the clipboard, to be pasted where the others are.
pub(super) fn copied(model: &mut Model, intent: &Intent) -> Option<Effect> {
    let Intent::Work { work: Work::Update(update), .. } = intent else { return None };
    model.say("Recorded, and given to the terminal's clipboard.");
    Some(Effect::Copy(update_words(update)))
}

/// What is due now, in sentences that stay until it is done.
pub(super) fn due(session: &SessionScreen, now: &crate::session::state::Moment) -> Vec<String> {
    let state = session.walk.state();
    let mut due = Vec::new();
    let told = state.update.as_ref().and_then(|(at, update)| Some((now.since(at), update.next_ms?)));
    if let Some((since, next)) = told.filter(|(since, next)| since >= next && !state.closed) {
        let late = (since - next) / 60_000 * 60_000;
        let since = if late == 0 { String::new() } else { format!(" since {}", human::duration(late)) };
        due.push(format!("An update is due{since}: u writes it."));
    }
    if let Some(again) = session.walk.due(now.at) {
        let after = human::duration(u64::try_from(again.after.as_millis()).unwrap_or(u64::MAX));
        due.push(format!("It was resolved {after} ago and more: run the verify steps again."));
    }
    due
}
