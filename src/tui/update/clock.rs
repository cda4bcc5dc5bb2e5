//! Time passes: time boxes run out.

use super::keys::PAUSE_MS;
use super::{menus, work};
use crate::session::event::Mark;
use crate::text::human;
use crate::tui::model::{Model, Overlay, SessionScreen};

/// Keeps in mind whether a time box is over. It never asks by itself: the keys are the operator's.
pub(super) fn passed(model: &mut Model) {
    let now = model.moment();
    let Some(session) = model.session_mut() else { return };
    session.quiet = session.quiet.filter(|(_, last)| now.boot_ms.saturating_sub(*last) < PAUSE_MS);
    session.reminders = work::due(session, &now);
    let walk = &session.walk;
    session.over = walk.state().phase.and_then(|phase| Some((phase, walk.time_box_over(phase, &now)?.limit_ms)));
}

/// The question what to do about a time box that is over.
pub(super) fn question(model: &Model) -> Option<Overlay> {
    let session = model.session()?;
    let (phase, _) = session.over?;
    let time_box = session.walk.time_box(phase, &model.moment())?;
    let detected = session.walk.state().marks.get(&Mark::Detected);
    let detected = detected.map(|when| (model.now.at - when.sort_key()).num_seconds());
    let who = escalate(session, detected);
    let (spent, limit) = (human::duration(time_box.spent_ms / 1000 * 1000), human::duration(time_box.limit_ms));
    Some(menus::time_box(session, phase, &spent, &limit, who))
}

/// Whom to call: the last of those whose time has come, else the first.
fn escalate(session: &SessionScreen, seconds: Option<i64>) -> Option<String> {
    let who = &session.walk.runbook()?.escalate;
    let elapsed = seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0);
    let due = who.iter().rfind(|one| one.after.as_secs() <= elapsed).or_else(|| who.first());
    due.map(|one| one.who.clone())
}
