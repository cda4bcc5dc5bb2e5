//! Time passes: time boxes run out.

use super::menus;
use crate::session::event::Mark;
use crate::session::walk::TimeBox;
use crate::text::human;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, SessionScreen};

/// A tick.
pub(super) fn ticked(model: &mut Model) -> Vec<Effect> {
    let now = model.moment();
    let free = model.overlay.is_none();
    let Some(session) = model.session_mut() else { return Vec::new() };
    if !session.drives() || session.walk.state().closed || !free || session.keys_to.is_some() {
        return Vec::new();
    }
    let Some(phase) = session.walk.state().phase else { return Vec::new() };
    let Some(time_box) = session.walk.time_box(phase, &now) else { return Vec::new() };
    let due = due(time_box);
    if due <= session.asked.get(&phase).copied().unwrap_or(0) {
        return Vec::new();
    }
    session.asked.insert(phase, due);
    let detected = session.walk.state().marks.get(&Mark::Detected).map(|when| (now.at - when.sort_key()).num_seconds());
    let who = escalate(session, detected);
    let (spent, limit) = (human::duration(time_box.spent_ms / 1000 * 1000), human::duration(time_box.limit_ms));
    let overlay = menus::time_box(session, phase, &spent, &limit, who);
    model.overlay = Some(overlay);
    Vec::new()
}

/// How often the question was due: at the end of the box, and after each further half of it.
fn due(time_box: TimeBox) -> u64 {
    let over = time_box.spent_ms.checked_sub(time_box.limit_ms);
    let half = (time_box.limit_ms / 2).max(1);
    over.map_or(0, |over| 1 + over / half)
}

/// Whom to call: the last of those whose time has come, else the first.
fn escalate(session: &SessionScreen, seconds: Option<i64>) -> Option<String> {
    let who = &session.walk.runbook()?.escalate;
    let elapsed = seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0);
    let due = who.iter().rfind(|one| one.after.as_secs() <= elapsed).or_else(|| who.first());
    due.map(|one| one.who.clone())
}
