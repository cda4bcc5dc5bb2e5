//! Where things stand on the screen. Any size is legal, 0 x 0 too.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::tui::model::{Model, Pane, SessionScreen};
use crate::tui::words;

/// From this width on, the steps stand beside the rest.
const WIDE: u16 = 100;
/// Columns of the mark of a line that is picked.
pub(crate) const MARK: u16 = 2;
/// Below this height only one pane is shown.
const ONE: u16 = 13;

/// The places of a session screen; what is not shown has no size. Panes have their title in their first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Areas {
    /// Severity, title, status, clocks.
    pub(crate) header: Rect,
    /// What stays until it is dealt with.
    pub(crate) banner: Rect,
    /// Phases and steps.
    pub(crate) steps: Rect,
    /// The step.
    pub(crate) step: Rect,
    /// The hosts of a step that runs on many; only then.
    pub(crate) hosts: Rect,
    /// Output.
    pub(crate) output: Rect,
    /// The latest entries.
    pub(crate) timeline: Rect,
    /// What to do next, or what is to be said.
    pub(crate) next: Rect,
    /// Keys.
    pub(crate) footer: Rect,
}

/// The places of a session screen of this size.
pub(crate) fn areas(size: (u16, u16), session: &SessionScreen) -> Areas {
    let (columns, rows) = size;
    let mut areas = Areas::default();
    let mut body = Rect::new(0, 0, columns, rows);
    if rows >= 3 {
        areas.header = top(&mut body, 1);
    }
    if rows >= 2 {
        areas.footer = bottom(&mut body, 1);
    }
    if rows >= 5 {
        areas.next = bottom(&mut body, 1);
    }
    if rows >= 4 {
        // On a small screen what stays may not push out what is worked with.
        let most = if rows >= 20 { 4 } else { 1 };
        let lines = words::stays(session, columns).len();
        areas.banner = top(&mut body, u16::try_from(lines).unwrap_or(most).min(most));
    }
    if session.zoom || body.height < ONE {
        match session.focus {
            Pane::Steps => areas.steps = body,
            Pane::Step => areas.step = body,
            Pane::Hosts if session.spread().is_some() => areas.hosts = body,
            Pane::Hosts | Pane::Output => areas.output = body,
            Pane::Timeline => areas.timeline = body,
        }
        // A tiny screen that shows the steps has room for nothing else, but a running command must be seen.
        if !session.zoom && session.focus == Pane::Steps && body.height >= 7 {
            areas.steps = top(&mut body, 3);
            let half = body.height / 2;
            areas.step = top(&mut body, 3.min(half));
            areas.output = body;
        }
        return areas;
    }
    if columns >= WIDE {
        let mut left = body;
        left.width = (columns / 4).clamp(28, 40);
        let mut right = body;
        right.x += left.width + 1;
        right.width -= left.width + 1;
        areas.steps = left;
        areas.timeline = bottom(&mut right, (body.height / 6).clamp(3, 9));
        areas.step = top(&mut right, (body.height * 2 / 5).clamp(5, 18));
        areas.hosts = hosts(&mut right, session);
        areas.output = right;
    } else {
        let height = body.height;
        areas.steps = top(&mut body, (height / 4).clamp(4, 12));
        areas.timeline = bottom(&mut body, (height / 7).clamp(3, 7));
        areas.step = top(&mut body, (height * 3 / 10).clamp(4, 14));
        areas.hosts = hosts(&mut body, session);
        areas.output = body;
    }
    areas
}

/// A row for each host and one for the title, as far as half the room goes.
fn hosts(body: &mut Rect, session: &SessionScreen) -> Rect {
    let count = session.spread().map_or(0, |spread| spread.hosts.len() + 1);
    let rows = u16::try_from(count).unwrap_or(u16::MAX).min(body.height.div_ceil(2));
    top(body, rows)
}

/// The hosts that there is room for: around the one whose output is shown.
pub(crate) fn hosts_shown(session: &SessionScreen, area: Rect) -> Range<usize> {
    let count = session.spread().map_or(0, |spread| spread.hosts.len());
    let height = usize::from(inner(area).height);
    let at = session.host_shown().unwrap_or(0);
    let skip = at.saturating_sub(height / 2).min(count.saturating_sub(height));
    skip..count.min(skip + height)
}

fn top(body: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(body.height);
    let part = Rect { height: rows, ..*body };
    body.y += rows;
    body.height -= rows;
    part
}

fn bottom(body: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(body.height);
    body.height -= rows;
    Rect { y: body.y + body.height, height: rows, ..*body }
}

/// What is below a pane's title.
pub(crate) fn inner(pane: Rect) -> Rect {
    let mut inner = pane;
    top(&mut inner, 1);
    inner
}

/// Columns and rows there are for output; zero where it is not shown.
pub(crate) fn output_size(model: &Model) -> (u16, u16) {
    let Some(session) = model.session() else { return (0, 0) };
    let inner = inner(areas(model.size, session).output);
    (inner.width, inner.height.saturating_sub(u16::from(session.has_remark())))
}

/// Columns beside the lines of an output: their times, and the mark of those being picked. None where there is no room for them.
pub(crate) fn gutter(session: &SessionScreen, columns: u16) -> u16 {
    let output = &session.output;
    if output.run.is_some_and(|run| session.is_interactive(run)) {
        return 0;
    }
    let mark = if output.pick.is_some() { MARK } else { 0 };
    let times = output.look.times.columns();
    if columns < times + mark + 20 { 0 } else { times + mark }
}

/// Rows there are for output, at least one.
pub(crate) fn output_rows(model: &Model) -> u16 {
    output_size(model).1.max(1)
}

/// A place in the middle for something of this size, as far as there is room.
pub(crate) fn middle(size: (u16, u16), columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(size.0), rows.min(size.1));
    Rect::new((size.0 - columns) / 2, (size.1 - rows) / 2, columns, rows)
}
