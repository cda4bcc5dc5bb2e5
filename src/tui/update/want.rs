//! Something is wanted: the walk orders it, or its refusal becomes the question that would help.

use super::{menus, unrecorded};
use crate::drive::Job;
use crate::runbook::{Effect as Reach, Host, Lead, VarName};
use crate::session::site::Site;
use crate::session::walk::{Confirmation, Intent, Need, Refusal};
use crate::tui::effect::Effect;
use crate::tui::model::{Ask, Choice, Confirm, Item, Menu, Model, Overlay, Pending, Prompt, Role};

/// Something is wanted.
pub(super) fn want(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(session) = model.session_mut() else { return Vec::new() };
    let scribe = matches!(intent, Intent::Note { .. } | Intent::Mark { .. });
    if let (Role::Follower(who), false) = (&session.role, scribe) {
        let words = format!("{who} drives this session; here you may take notes (n) and mark times (m).");
        model.warn(words);
        return Vec::new();
    }
    let shows = matches!(intent, Intent::Go(_) | Intent::FollowSign { .. });
    match session.walk.intend(&intent) {
        Ok(orders) => {
            if shows {
                session.selected = None;
                session.scroll = 0;
            }
            let closing = matches!(intent, Intent::Close { .. }) && session.walk.is_closing();
            if closing {
                model.say("It is closed as soon as what still runs beside the walk has been stopped.");
            }
            if orders.is_empty() { Vec::new() } else { vec![Effect::job(Job::Orders(orders))] }
        }
        Err(Refusal::NotYet) if !session.withheld.is_empty() => {
            model.overlay = Some(unrecorded::question(session));
            Vec::new()
        }
        // Nobody knows when the disk takes records again: what was done before counts without it, and what is to start is asked about.
        Err(Refusal::NotYet) if session.unwritten.is_some() => {
            session.queue = [intent].into();
            vec![Effect::job(Job::Lend)]
        }
        // It was wanted against what is on the screen; it only has to wait until the disk has what came before.
        Err(Refusal::NotYet) if session.queue.is_empty() => {
            session.queue.push_back(intent);
            Vec::new()
        }
        Err(refusal) => {
            ask(model, intent, refusal);
            Vec::new()
        }
    }
}

/// A refusal becomes a question, or a sentence.
fn ask(model: &mut Model, intent: Intent, refusal: Refusal) {
    let overlay = match refusal {
        Refusal::Confirm | Refusal::Type(_) => confirm(model, intent, None),
        Refusal::WrongWord(_) | Refusal::Elsewhere { .. } => confirm(model, intent, Some(refusal.to_string())),
        Refusal::Needs(needs) => need(model, intent, needs),
        Refusal::VerifyFirst { ref verify, .. } => {
            let mut items: Vec<Item> = verify
                .iter()
                .zip('1'..='9')
                .map(|(id, key)| {
                    Item::new(key, format!("go to {id}"), Choice::Want(Intent::Go(Lead::Step(id.clone()))))
                })
                .collect();
            items.push(Item::new('d', "do it despite that, and say why", Choice::Ask(Ask::Despite(Box::new(intent)))));
            items.push(Item::new('n', "not now", Choice::Nothing));
            Some(Overlay::Menu(Menu::new("Verify first", vec![refusal.to_string()], items)))
        }
        Refusal::NotVerified(_) => {
            let prompt = Prompt::new(Ask::Despite(Box::new(intent)), "Why is it done despite that?");
            Some(Overlay::Prompt(Box::new(prompt.hint(refusal.to_string()).hint("Esc goes back."))))
        }
        Refusal::Unsettled(run) => Some(menus::settle(model, run)),
        Refusal::StillRunning(ref runs) => {
            let stop = |run| Choice::Want(Intent::Stop { run, force: false });
            let items = runs.first().map(|run| Item::new('x', format!("stop run {run}"), stop(*run)));
            let items = items.into_iter().chain([Item::new('n', "leave it running", Choice::Nothing)]).collect();
            Some(Overlay::Menu(Menu::new("Still running", vec![refusal.to_string()], items)))
        }
        ref other => {
            model.warn(other.to_string());
            None
        }
    };
    if overlay.is_some() {
        model.overlay = overlay;
    }
}

/// A command, before it runs.
fn confirm(model: &Model, intent: Intent, error: Option<String>) -> Option<Overlay> {
    let session = model.session()?;
    let walk = &session.walk;
    let (preview, title) = match &intent {
        Intent::Run { step, edited, .. } => {
            let (_, own) = walk.runbook()?.step(step)?;
            (walk.preview(step, edited.as_deref())?, session.title_of(own))
        }
        Intent::Undo { run, .. } => {
            let step = walk.step_of(*run).cloned().unwrap_or_default();
            (walk.preview_undo(*run)?, format!("Take back {step}"))
        }
        Intent::AdHoc { command, effect, .. } => (walk.preview_ad_hoc(command, *effect), "Your own command".to_owned()),
        _ => return None,
    };
    let typed = (preview.effect == Reach::Destroy).then(crate::tui::model::empty);
    Some(Overlay::Confirm(Box::new(Confirm { intent, preview, title, scroll: 0, typed, error })))
}

/// The same, with its confirmation: for where it was shown to run.
pub(super) fn confirmed(intent: Intent, by: Confirmation, sites: &[Site]) -> Intent {
    let by = Confirmation::Seen { sites: sites.to_vec(), by: Box::new(by) };
    match intent {
        Intent::Run { step, edited, despite, .. } => Intent::Run { step, edited, confirmed: by, despite },
        Intent::Undo { run, .. } => Intent::Undo { run, confirmed: by },
        Intent::AdHoc { command, effect, .. } => Intent::AdHoc { command, effect, confirmed: by },
        other => other,
    }
}

/// Values are missing: the first that can be had is asked for, and what was wanted waits for it.
fn need(model: &mut Model, intent: Intent, needs: Vec<Need>) -> Option<Overlay> {
    let need = needs.into_iter().next()?;
    let name = need.name().clone();
    let session = model.session_mut()?;
    let seq = session.walk.state().seq;
    match need {
        Need::Value(_) => {
            session.pending = Some(Pending { intent, name: name.clone(), seq });
            Some(value(model, &name))
        }
        Need::Fetch(_) => {
            session.pending = Some(Pending { intent, name: name.clone(), seq });
            let from = session.walk.runbook()?.var(&name)?.from.clone().unwrap_or_default();
            let text = vec![format!("{name} is what this command prints:"), format!("$ {from}")];
            let fetch = Choice::Want(Intent::Fetch { name: name.clone() });
            let items = vec![
                Item::new('y', "run it (it only reads)", fetch),
                Item::new('t', format!("type {name} instead"), Choice::Ask(Ask::Value(name.clone()))),
                Item::new('n', "not now", Choice::Nothing),
            ];
            Some(Overlay::Menu(Menu::new(format!("{name} is missing"), text, items)))
        }
        Need::Hosts(_) => {
            session.pending = Some(Pending { intent, name: name.clone(), seq });
            let Some(Host::From(from)) = session.walk.runbook()?.hosts.get(&name) else { return None };
            let text = vec![format!("The machines of {name} are what this command prints:"), format!("$ {from}")];
            let items = vec![
                Item::new('y', "run it (it only reads)", Choice::Want(Intent::Inventory { host: name.clone() })),
                Item::new('n', "not now", Choice::Nothing),
            ];
            Some(Overlay::Menu(Menu::new(format!("The machines of {name} are not known"), text, items)))
        }
        Need::Capture { name, by } => {
            let mut items: Vec<Item> = by
                .iter()
                .zip('1'..='9')
                .map(|(id, key)| {
                    Item::new(key, format!("go to {id}"), Choice::Want(Intent::Go(Lead::Step(id.clone()))))
                })
                .collect();
            items.push(Item::new('n', "not now", Choice::Nothing));
            let text = vec![format!("{name} is found by {}, which did not find it so far.", by.join(" or "))];
            Some(Overlay::Menu(Menu::new(format!("{name} is missing"), text, items)))
        }
    }
}

/// The question for a value.
pub(super) fn value(model: &Model, name: &VarName) -> Overlay {
    let variable = model.session().and_then(|session| session.walk.runbook()).and_then(|runbook| runbook.var(name));
    let question = variable.and_then(|variable| variable.ask.clone()).unwrap_or_else(|| format!("What is {name}?"));
    let mut prompt = Prompt::new(Ask::Value(name.clone()), question);
    if let Some(variable) = variable {
        prompt.hint.extend(variable.about.clone());
        if !variable.choices.is_empty() {
            prompt = prompt.hint(format!("One of: {}", variable.choices.join(", ")));
        }
        if variable.secret {
            prompt.input.set_mask_char('•');
            prompt = prompt.hint("A secret: it is not shown, and never written down.");
        } else {
            let now = model.session().and_then(|session| session.walk.state().vars.get(name)?.text.clone());
            let begin = now.or_else(|| variable.default.clone()).unwrap_or_default();
            prompt = prompt.text(&begin);
        }
    }
    Overlay::Prompt(Box::new(prompt))
}
