//! Which part of which output the drive should show.

use crate::drive::{Job, Window};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::Model;

/// What has to be asked of the drive, where something else is wanted than was asked for last.
pub(super) fn wanted(model: &mut Model) -> Vec<Effect> {
    let (columns, rows) = layout::output_size(model);
    let Some(session) = model.session_mut() else { return Vec::new() };
    let Some(run) = session.output.run else { return Vec::new() };
    let mut effects = Vec::new();
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
    let window = Window { view: session.output.view(), columns, rows, wrap: true, left: 0 };
    if session.output.asked != Some((run, window)) {
        session.output.asked = Some((run, window));
        effects.push(Effect::job(Job::Show { run, window }));
    }
    effects
}
