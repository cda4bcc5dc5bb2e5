//! Which part of which output the drive should show.

use crate::drive::{Job, Window};
use crate::session::run::RunNo;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{Model, Pane, SessionScreen};

/// What has to be asked of the drive, where something else is wanted than was asked for last.
pub(super) fn wanted(model: &mut Model) -> Vec<Effect> {
    if let Some(session) =
        model.session_mut().filter(|session| session.focus == Pane::Hosts && session.spread().is_none())
    {
        session.focus = Pane::Output;
    }
    let (columns, rows) = layout::output_size(model);
    let Some(session) = model.session_mut() else { return Vec::new() };
    let Some(run) = session.output.run else { return Vec::new() };
    let mut effects = searched(session, run);
    if columns == 0 || rows == 0 {
        if session.output.asked.take().is_some() {
            effects.push(Effect::job(Job::ShowNothing));
        }
        return effects;
    }
    let going = session.walk.state().runs.get(&run).is_some_and(crate::session::state::Run::is_running);
    let size = (run, columns, rows);
    if going && session.drives() && session.is_interactive(run) && session.told != Some(size) {
        session.told = Some(size);
        effects.push(Effect::job(Job::Resize { run, columns, rows }));
    }
    let look = session.output.look;
    let columns = columns.saturating_sub(layout::gutter(session, columns)).max(1);
    let left = if look.cut { look.left } else { 0 };
    let window = Window { view: session.output.view(), columns, rows, wrap: !look.cut, left };
    if session.output.asked != Some((run, window)) {
        session.output.asked = Some((run, window));
        effects.push(Effect::job(Job::Show { run, window }));
    }
    effects
}

/// What the drive has to be told of the search, where that has changed.
fn searched(session: &mut SessionScreen, run: RunNo) -> Vec<Effect> {
    let output = &mut session.output;
    let wanted = output.search.as_ref().map(|search| (run, search.query.clone(), search.step));
    if wanted == output.hunted {
        return Vec::new();
    }
    let job = match (&wanted, &output.hunted) {
        (None, _) => Job::SearchNothing,
        (Some((run, query, step)), Some((before, same, _))) if run == before && query == same => Job::Seek(*step),
        (Some((run, query, step)), _) => Job::Search { run: *run, query: query.clone(), step: *step },
    };
    output.hunted = wanted;
    vec![Effect::job(job)]
}
