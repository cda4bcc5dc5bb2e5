//! The latest entries.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{rows, title};
use crate::session::entry::When;
use crate::text::width;
use crate::tui::layout;
use crate::tui::model::{Pane, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// Draws the pane.
pub(super) fn draw(session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = session.focus == Pane::Timeline;
    let zone = session.zone();
    title(frame, area, theme, focused, &format!("Timeline ({})", words::zone(zone)), Vec::new());
    let inner = layout::inner(area);
    let height = usize::from(inner.height);
    let all = &session.timeline.rows;
    let end = all.len().saturating_sub(session.timeline.scroll).max(height.min(all.len()));
    let begin = end.saturating_sub(height);
    let lines = all.iter().skip(begin).take(end - begin).map(|row| {
        let exact = if matches!(row.when, When::Exact(_)) { " " } else { "" };
        let time = format!("{exact}{}  ", words::when(&row.when, zone));
        let room = usize::from(inner.width).saturating_sub(width::columns(&time));
        let text = width::fit(&row.text, room).into_owned();
        Line::from(vec![Span::styled(time, theme.style(Role::Dim)), Span::styled(text, theme.style(row.role))])
    });
    rows(frame, inner, lines.collect());
}
