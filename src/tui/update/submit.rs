//! Lines that were typed.

use chrono::{Offset, Utc};

use super::{output, want, work};
use crate::runbook::Effect as Reach;
use crate::session::walk::{Confirmation, Intent, Refusal, Secret};
use crate::session::{note, when};
use crate::tui::effect::{Effect, Open};
use crate::tui::model::{Ask, Model, Overlay, Prompt, Screen, SessionScreen};

/// The prompt for a question.
pub(super) fn question(model: &Model, ask: Ask) -> Overlay {
    let title = match &ask {
        Ask::Value(name) => return want::value(model, name),
        Ask::Note => "Note".to_owned(),
        Ask::Command => "Which command? (asked before it runs)".to_owned(),
        Ask::Edit(step) => format!("{step}: change the command"),
        Ask::Skip(step) => format!("Why is {step} passed over?"),
        Ask::Seen { healthy: true, .. } => "What did you see?".to_owned(),
        Ask::Seen { healthy: false, .. } => "What did not go well?".to_owned(),
        Ask::Despite(_) => "Why is it done despite that?".to_owned(),
        Ask::When(mark, seen) => {
            let title = format!("When: {}? (empty is now; 20:37, -25m)", mark.as_str());
            let prompt = Prompt::new(ask.clone(), title);
            let prompt = match seen {
                Some(seen) => prompt.hint("As the output says.").text(&seen.format("%FT%TZ").to_string()),
                None => prompt,
            };
            return Overlay::Prompt(Box::new(prompt));
        }
        Ask::Settle { happened: true, .. } => "How do you know that it happened?".to_owned(),
        Ask::Settle { happened: false, .. } => "How do you know that it did not happen?".to_owned(),
        Ask::TimeBox { decision, .. } => format!("Why: {decision}? (may be empty)"),
        Ask::Close => "Anything to say? (may be empty)".to_owned(),
        Ask::Work(ask) => return work::question(model.session(), ask),
        Ask::Search => return output::prompt(model),
        Ask::Line => "To which line? (1234, or 50%)".to_owned(),
        Ask::Title => "What is wrong?".to_owned(),
    };
    Overlay::Prompt(Box::new(Prompt::new(ask, title)))
}

/// A line was typed: what it means, or why it is not taken. Then the prompt stays, with what was typed.
pub(super) fn submit(model: &mut Model, prompt: Overlay, ask: Ask, text: &str) -> Vec<Effect> {
    // What only moves what is looked at is not for the walk.
    let looked = match ask {
        Ask::Search => Some(output::search(model, text)),
        Ask::Line => Some(output::to_line(model, text)),
        _ => None,
    };
    if let Some(looked) = looked {
        return looked.map_or_else(|why| stay(model, prompt, why), |()| Vec::new());
    }
    match meant(model, ask, text) {
        Ok(Meant::Wants(intents)) => {
            let mut intents = intents.into_iter();
            let Some(first) = intents.next() else { return Vec::new() };
            if matches!(first, Intent::Give { .. })
                && let Some(refusal) = refused(model, &first)
            {
                return stay(model, prompt, refusal.to_string());
            }
            let day = other_day(model, &first);
            let copied = work::copied(model, &first);
            let mut effects = want::want(model, first);
            effects.extend(copied);
            if let Some(day) = day {
                model.say(format!("Taken for {day}."));
            }
            if let Some(session) = model.session_mut() {
                session.queue.extend(intents);
            }
            effects
        }
        Ok(Meant::Ask(ask)) => {
            model.overlay = Some(question(model, ask));
            Vec::new()
        }
        Ok(Meant::Open(open)) => {
            model.screen = Screen::Opening(opening(&open));
            vec![Effect::Open(open)]
        }
        Err(why) => stay(model, prompt, why),
    }
}

/// What a typed line means.
pub(super) enum Meant {
    Wants(Vec<Intent>),
    Open(Open),
    /// There is more to ask.
    Ask(Ask),
}

fn meant(model: &Model, ask: Ask, text: &str) -> Result<Meant, String> {
    let zone = model.session().map_or_else(|| Utc.fix(), SessionScreen::zone);
    let one = |intent| Ok(Meant::Wants(vec![intent]));
    let needed = |what: &str| if text.trim().is_empty() { Err(format!("Say {what}, or Esc.")) } else { Ok(()) };
    let optional = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match ask {
        Ask::Note => {
            let note = note::parse(text, model.now.at, zone)?;
            one(Intent::Note { tag: note.tag, text: note.text, happened: note.happened })
        }
        Ask::Command => {
            needed("which command")?;
            let command = text.to_owned();
            one(Intent::AdHoc { command, effect: Reach::Change, confirmed: Confirmation::None })
        }
        Ask::Edit(step) => {
            needed("which command")?;
            let edited = Some(text.to_owned());
            one(Intent::Run { step, edited, confirmed: Confirmation::None, despite: None })
        }
        Ask::Skip(step) => {
            needed("why")?;
            one(Intent::Skip { step, reason: text.to_owned() })
        }
        Ask::Seen { step, healthy } => {
            if !healthy {
                needed("what")?;
            }
            one(Intent::Done { step, seen: text.to_owned(), healthy })
        }
        Ask::Value(name) => one(Intent::Give { name, value: Secret::new(text) }),
        Ask::Despite(intent) => {
            needed("why")?;
            one(despite(*intent, text))
        }
        Ask::When(mark, _) => {
            let happened = optional().map(|text| when::parse(&text, model.now.at, zone)).transpose()?;
            one(Intent::Mark { mark, happened, despite: None })
        }
        Ask::Settle { run, happened } => {
            needed("how you know")?;
            one(Intent::Settle { run, happened, because: text.to_owned() })
        }
        Ask::TimeBox { decision, go } => {
            let answer = Intent::TimeBox { decision, reason: text.to_owned() };
            // Where it leads is wanted once the answer is on disk; the walk takes one thing after the other.
            Ok(Meant::Wants([Some(answer), go.map(Intent::Go)].into_iter().flatten().collect()))
        }
        Ask::Work(ask) => work::meant(model, ask, text),
        Ask::Close => one(Intent::Close { note: optional(), despite: None }),
        // Taken before.
        Ask::Search | Ask::Line => Ok(Meant::Wants(Vec::new())),
        Ask::Title => {
            needed("what is wrong")?;
            Ok(Meant::Open(Open::Untitled { title: text.trim().to_owned() }))
        }
    }
}

/// The date of a time that is given for what is wanted, where it is not today.
fn other_day(model: &Model, intent: &Intent) -> Option<String> {
    let (Intent::Note { happened: Some(happened), .. }
    | Intent::Mark { happened: Some(happened), .. }
    | Intent::Work { happened: Some(happened), .. }) = intent
    else {
        return None;
    };
    // What is refused is not taken for any day.
    let zone = model.session().filter(|session| session.walk.can(intent).is_ok())?.zone();
    when::other_day(happened, model.now.at, zone)
}

fn refused(model: &Model, intent: &Intent) -> Option<Refusal> {
    model.session()?.walk.can(intent).err()
}

fn stay(model: &mut Model, mut prompt: Overlay, why: String) -> Vec<Effect> {
    if let Overlay::Prompt(prompt) = &mut prompt {
        prompt.error = Some(why);
    }
    model.overlay = Some(prompt);
    Vec::new()
}

/// The same, with the reason why a rule is set aside.
fn despite(intent: Intent, why: &str) -> Intent {
    let despite = Some(why.to_owned());
    match intent {
        Intent::Run { step, edited, confirmed, .. } => Intent::Run { step, edited, confirmed, despite },
        Intent::Mark { mark, happened, .. } => Intent::Mark { mark, happened, despite },
        Intent::Close { note, .. } => Intent::Close { note, despite },
        other => other,
    }
}

/// From the confirmation of a command back to changing it.
pub(super) fn edit_again(intent: &Intent) -> Option<Overlay> {
    let (ask, text) = match intent {
        Intent::Run { step, edited: Some(edited), .. } => (Ask::Edit(step.clone()), edited),
        Intent::AdHoc { command, .. } => (Ask::Command, command),
        _ => return None,
    };
    Some(Overlay::Prompt(Box::new(Prompt::new(ask, "Change the command").text(text))))
}

/// What is being opened, in words.
pub(super) fn opening(open: &Open) -> String {
    match open {
        Open::Runbook { id, .. } | Open::Session { id } => id.clone(),
        Open::Untitled { title } => title.clone(),
    }
}
