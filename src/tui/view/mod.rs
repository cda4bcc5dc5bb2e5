//! What is drawn. Nothing here moves the model.

mod footer;
mod header;
mod hosts;
mod library;
mod lines;
mod markdown;
mod output;
mod overlay;
mod prose;
mod step;
mod steps;
mod timeline;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::text::width;
use crate::tui::layout;
use crate::tui::model::{Model, Screen, SessionScreen};
use crate::tui::theme::{Role, Theme};

/// Draws the screen.
pub(crate) fn view(model: &Model, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    // The frame's own size counts: a resize may have come in between.
    let size = (area.width, area.height);
    match &model.screen {
        Screen::Library(screen) => library::draw(model, screen, theme, frame),
        Screen::Opening(name) => {
            let text = format!("Opening {name} ...");
            rows(frame, area, vec![Line::styled(text, theme.style(Role::Strong))]);
        }
        Screen::Session(session) => draw_session(model, session, theme, frame, size),
    }
    overlay::draw(model, theme, frame);
}

fn draw_session(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, size: (u16, u16)) {
    let areas = layout::areas(size, session);
    header::draw(model, session, theme, frame, areas.header);
    header::banner(session, theme, frame, areas.banner);
    steps::draw(model, session, theme, frame, areas.steps);
    step::draw(session, theme, frame, areas.step);
    hosts::draw(model, session, theme, frame, areas.hosts);
    output::draw(model, session, theme, frame, areas.output);
    timeline::draw(session, theme, frame, areas.timeline);
    footer::next(model, session, theme, frame, areas.next);
    footer::keys(model, theme, frame, areas.footer);
    if areas.steps.width > 0 && areas.step.x > areas.steps.x {
        let rule = Rect { x: areas.steps.right(), width: 1, ..areas.steps };
        rows(frame, rule, vec![Line::styled("|", theme.style(Role::Dim)); usize::from(rule.height)]);
    }
}

/// Lines from the top of an area; what does not fit is left out.
fn rows(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    Paragraph::new(lines).render(area, frame.buffer_mut());
}

/// The first row of a pane: its title, what is to be said at its right, and a rule between.
fn title(frame: &mut Frame<'_>, area: Rect, theme: Theme, focused: bool, name: &str, right: Vec<Span<'_>>) {
    if area.is_empty() {
        return;
    }
    let columns = usize::from(area.width);
    let role = if focused { Role::Focused } else { Role::Title };
    let mark = if focused { "=" } else { "-" };
    let mut right = right;
    let mut taken: usize = right.iter().map(|span| width::columns(&span.content)).sum();
    if taken + 8 > columns {
        right.clear();
        taken = 0;
    }
    let space = columns.saturating_sub(taken + usize::from(taken > 0) + 5);
    let name = width::fit(name, space);
    let used = width::columns(&name) + 4 + taken + usize::from(taken > 0);
    let dashes = mark.repeat(columns.saturating_sub(used));
    let mut spans = vec![Span::styled(format!("{mark}{mark} {name} {dashes}"), theme.style(role))];
    if !right.is_empty() {
        spans.push(Span::raw(" "));
        spans.extend(right);
    }
    rows(frame, Rect { height: 1, ..area }, vec![Line::from(spans)]);
}
