//! The hosts of a step that runs on many: which output is shown, and what is asked for their rows.

use crate::drive::Job;
use crate::session::run::RunNo;
use crate::session::spread::HostRun;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{Model, is_bad};

/// Last lines are asked for at most once in so many milliseconds.
const EVERY_MS: u64 = 250;

/// To another host's output; by more than one it stops at the end.
pub(super) fn step(model: &mut Model, by: isize) {
    to(model, by, |_| true, "There is no further host.");
}

/// To the next host that wants to be looked at, round the end.
pub(super) fn bad(model: &mut Model) {
    let Some(session) = model.session_mut() else { return };
    let shown = session.output.run;
    if !session.show_host(1, is_bad) {
        // From the first on again.
        let first = session.spread().and_then(|spread| spread.hosts.iter().find(|host| is_bad(host))?.run);
        match first {
            Some(run) if Some(run) != shown => session.output.show(run),
            Some(_) => model.say("No other host went wrong."),
            None => model.say("No host went wrong so far."),
        }
    }
}

fn to(model: &mut Model, by: isize, wanted: impl Fn(&HostRun) -> bool, none: &str) {
    let Some(session) = model.session_mut() else { return };
    if !session.show_host(by, wanted) {
        model.say(none);
    }
}

/// The last lines to be asked for: of hosts that are to be seen and wrote something, or ended, since they were last asked for.
pub(super) fn wanted(model: &mut Model) -> Vec<Effect> {
    let now_ms = model.now.boot_ms;
    let Some(session) = model.session() else { return Vec::new() };
    let area = layout::areas(model.size, session).hosts;
    let due = session.lasts.asked_ms == 0 || now_ms.saturating_sub(session.lasts.asked_ms) >= EVERY_MS;
    let (Some(spread), true, false) = (session.spread(), due, area.is_empty()) else { return Vec::new() };
    let state = session.walk.state();
    let stands = |run: RunNo| {
        let ended = state.runs.get(&run).and_then(|run| run.ended.as_ref());
        let bytes = ended.map_or_else(|| session.live.get(&run).map_or(0, |live| live.bytes), |ended| ended.end.bytes);
        (bytes, ended.is_some())
    };
    let rows = layout::hosts_shown(session, area);
    let runs = spread.hosts.get(rows).unwrap_or_default().iter().filter_map(|host| host.run);
    let asked: Vec<(RunNo, (u64, bool))> = runs
        .map(|run| (run, stands(run)))
        .filter(|(run, stands)| session.lasts.asked.get(run) != Some(stands) && *stands != (0, false))
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let runs = asked.iter().map(|(run, _)| *run).collect();
    if let Some(session) = model.session_mut() {
        session.lasts.asked_ms = now_ms;
        session.lasts.asked.extend(asked);
    }
    vec![Effect::job(Job::Lasts(runs))]
}
