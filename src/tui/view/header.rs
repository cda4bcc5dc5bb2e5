//! The line at the top: how bad, what, where it stands, the clocks. And the line of what stays.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::rows;
use crate::session::event::Mark;
use crate::text::{visible, width};
use crate::tui::model::{Model, Role as Wheel, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// Draws the line at the top.
pub(super) fn draw(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let state = session.walk.state();
    let columns = usize::from(area.width);
    let opened = state.opened.as_ref();
    let mut left = state.severity.map_or_else(|| " ".to_owned(), |severity| format!(" {severity}  "));
    let kind = if opened.is_some_and(|opened| opened.drill.is_some()) {
        "drill  "
    } else if state.is_planned() {
        "planned  "
    } else {
        ""
    };
    let mut right = Vec::new();
    if let Wheel::Follower(who) = &session.role {
        right.push((format!("following {who}"), Role::Warn));
    }
    if let Some(status) = state.status {
        let status = if state.closed { "closed" } else { status.as_str() };
        right.push((status.to_owned(), Role::Strong));
    }
    right.extend(clock(model, session).map(|text| (text, Role::Plain)));
    right.extend(time_box(model, session));
    // What counts most stands at the right end; the title gives way first, then the clock.
    while right.len() > 2 && length(&right) + width::columns(kind) + 24 > columns {
        right.remove(right.len() - 2);
    }
    let title = opened.map_or("", |opened| opened.title.as_str());
    let title = visible::clean(title).into_owned();
    let spare = columns.saturating_sub(length(&right) + width::columns(&left) + 2);
    let named = opened.and_then(|opened| opened.drill.as_ref()).map(|drill| format!("drill {drill}  "));
    // Which drill it is may go, what it is about may not.
    let kind = named.filter(|named| width::columns(named) + 24 <= spare).unwrap_or_else(|| kind.to_owned());
    let room = columns.saturating_sub(length(&right) + width::columns(&left) + width::columns(&kind) + 2);
    left.push_str(&kind);
    left.push_str(&width::fit(&title, room));
    let left = width::cut(&left, columns.saturating_sub(length(&right))).to_owned();
    let gap = columns.saturating_sub(width::columns(&left) + length(&right));
    let base = theme.style(Role::Header);
    let mut spans =
        vec![Span::styled(left, base.patch(theme.style(Role::Strong))), Span::styled(" ".repeat(gap), base)];
    for (text, role) in &right {
        spans.push(Span::styled("  ", base));
        spans.push(Span::styled(text.clone(), base.patch(theme.style(*role))));
    }
    spans.push(Span::styled(" ", base));
    rows(frame, area, vec![Line::from(spans)]);
}

fn length(parts: &[(String, Role)]) -> usize {
    parts.iter().map(|(text, _)| width::columns(text) + 2).sum::<usize>() + 1
}

/// Since the impact started, or since the session began.
fn clock(model: &Model, session: &SessionScreen) -> Option<String> {
    let state = session.walk.state();
    let now = state.ended.map_or(model.now.at, |ended| ended.at);
    let end = state.marks.get(&Mark::Mitigated).map_or(now, crate::session::entry::When::sort_key);
    let (word, from) = match state.marks.get(&Mark::ImpactStarted) {
        Some(when) => ("impact", when.sort_key()),
        None => ("open", state.began?.at),
    };
    let end = if word == "impact" { end } else { now };
    let ms = u64::try_from((end - from).num_milliseconds()).unwrap_or(0);
    Some(format!("{word} {}", words::span(ms)))
}

/// The phase, and how much of its time is over.
fn time_box(model: &Model, session: &SessionScreen) -> Option<(String, Role)> {
    let phase = session.walk.state().phase?;
    let Some(time_box) = session.walk.time_box(phase, &model.moment()) else {
        return Some((phase.to_string(), Role::Strong));
    };
    let limit = words::span(time_box.limit_ms);
    let over = time_box.spent_ms >= time_box.limit_ms;
    let soon = time_box.spent_ms.saturating_mul(4) >= time_box.limit_ms.saturating_mul(3);
    let role = if over {
        Role::Bad
    } else if soon {
        Role::Warn
    } else {
        Role::Strong
    };
    let word = if over {
        " OVER"
    } else if soon {
        " soon over"
    } else {
        ""
    };
    Some((format!("{phase} {} of {limit}{word}", words::span(time_box.spent_ms)), role))
}

/// Draws the lines of what stays until it is dealt with.
pub(super) fn banner(session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = words::stays(session, area.width);
    let height = usize::from(area.height);
    if height == 1 && lines.len() > 1 {
        let all = session.stays().join("  ");
        let all = visible::clean(&all).into_owned();
        lines = vec![format!(" {} ", width::fit(&all, usize::from(area.width).saturating_sub(2)))];
    }
    lines.truncate(height);
    let style = theme.style(Role::Banner);
    rows(frame, area, lines.into_iter().map(|line| Line::styled(line, style)).collect());
}
