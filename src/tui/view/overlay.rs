//! What lies over the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};
use ratatui_textarea::TextArea;

use super::{prose, rows, step};
use crate::runbook::{Effect, Lead};
use crate::text::{visible, width};
use crate::tui::action;
use crate::tui::layout;
use crate::tui::model::{Confirm, Menu, Model, Overlay, Picker, Prompt, SessionScreen};
use crate::tui::theme::{Role, Theme};

/// Draws what lies over the screen.
pub(super) fn draw(model: &Model, theme: Theme, frame: &mut Frame<'_>) {
    match &model.overlay {
        None => {}
        Some(Overlay::Help(scroll)) => help(model, *scroll, theme, frame),
        Some(Overlay::Picker(list)) => picker(list, theme, frame),
        Some(Overlay::Menu(question)) => menu(question, theme, frame),
        Some(Overlay::Confirm(question)) => confirm(question, theme, frame),
        Some(Overlay::Prompt(question)) => prompt(question, theme, frame),
    }
}

/// What a lead is called.
pub(super) fn place(session: &SessionScreen, lead: &Lead) -> String {
    crate::tui::words::lead(lead, session.walk.runbook())
}

/// A box in the middle for this many rows of content; the place inside it.
fn frame_box(frame: &mut Frame<'_>, columns: u16, content: usize, name: &str, warn: bool, theme: Theme) -> Rect {
    let size = (frame.area().width, frame.area().height);
    let content = u16::try_from(content).unwrap_or(u16::MAX).saturating_add(2);
    let area = layout::middle(size, columns, content);
    let style = theme.style(if warn { Role::Warn } else { Role::Focused });
    let name = format!(" {} ", visible::clean(name));
    let block = Block::bordered().border_style(style).title(Span::styled(name, style));
    let inner = block.inner(area);
    if !area.is_empty() {
        Clear.render(area, frame.buffer_mut());
        block.render(area, frame.buffer_mut());
    }
    inner
}

fn columns_for(frame: &Frame<'_>, at_most: u16) -> (u16, usize) {
    let columns = frame.area().width.min(at_most);
    (columns, usize::from(columns.saturating_sub(2)))
}

fn menu(menu: &Menu, theme: Theme, frame: &mut Frame<'_>) {
    let (columns, inner) = columns_for(frame, 76);
    let mut lines = Vec::new();
    for text in &menu.text {
        lines.extend(prose::plain(&clean(text), Style::new(), inner, ""));
    }
    if !menu.text.is_empty() {
        lines.push(Line::default());
    }
    let mut items = Vec::new();
    let mut at = 0;
    for (place, item) in menu.items.iter().enumerate() {
        let key = item.key.map_or_else(|| " ".to_owned(), |key| key.to_string());
        let selected = place == menu.selected;
        let pointer = if selected { "> " } else { "  " };
        let base = theme.style(if selected { Role::Selected } else { Role::Plain });
        let pieces = [(format!("{key}\u{a0}\u{a0}"), base.patch(theme.style(Role::Key))), (clean(&item.label), base)];
        if selected {
            at = items.len();
        }
        items.extend(prose::wrap(&pieces, inner, pointer, "     "));
    }
    let hint = Line::styled("a key, or Up/Down and Enter; Esc goes back", theme.style(Role::Dim));
    let content = lines.len() + items.len() + 1;
    let area = frame_box(frame, columns, content, &menu.title, false, theme);
    // Where there is no room for all, the answers are what must be seen.
    let height = usize::from(area.height);
    if content > height {
        lines.truncate(height.saturating_sub(items.len()).min(height / 2));
        let room = height.saturating_sub(lines.len());
        let skip = (at + 1).saturating_sub(room);
        items.drain(..skip.min(items.len()));
    }
    lines.extend(items);
    lines.push(hint);
    rows(frame, area, lines);
}

fn confirm(confirm: &Confirm, theme: Theme, frame: &mut Frame<'_>) {
    let (columns, inner) = columns_for(frame, 90);
    let preview = &confirm.preview;
    let mut lines = step::command(preview, inner, theme);
    let place = step::where_words(preview);
    let place = if place.is_empty() { "on this machine, as you".to_owned() } else { place };
    lines.extend(prose::plain(&place, theme.style(Role::Strong), inner, ""));
    let destroys = preview.effect == Effect::Destroy;
    let word = preview.confirm_word.clone().unwrap_or_else(|| "yes".to_owned());
    if let Some(error) = &confirm.error {
        lines.extend(prose::plain(error, theme.style(Role::Bad), inner, ""));
    }
    let mut ask = Vec::new();
    if destroys {
        let text = format!("Type {} and Enter to run it; Esc goes back.", clean(&word));
        ask.extend(prose::plain(&text, theme.style(Role::Bad), inner, ""));
        ask.push(Line::default());
    } else {
        let mut pieces = vec![("y".to_owned(), theme.style(Role::Key)), (" run it   ".to_owned(), Style::new())];
        if matches!(confirm.intent, crate::session::walk::Intent::AdHoc { .. }) {
            pieces.push(("r".to_owned(), theme.style(Role::Key)));
            pieces.push((" run it, it only reads   ".to_owned(), Style::new()));
        }
        pieces.push(("n".to_owned(), theme.style(Role::Key)));
        pieces.push((" not now".to_owned(), Style::new()));
        ask.extend(prose::wrap(&pieces, inner, "", ""));
    }
    let content = lines.len() + ask.len() + 1;
    let area = frame_box(frame, columns, content, &format!("Run: {}", confirm.title), true, theme);
    let room = usize::from(area.height).saturating_sub(ask.len());
    if lines.len() > room {
        // Nothing is confirmed unseen: what does not fit is said, and can be scrolled to.
        let skip = usize::from(confirm.scroll).min(lines.len().saturating_sub(room.saturating_sub(1)));
        lines.drain(..skip);
        let more = lines.len().saturating_sub(room.saturating_sub(1));
        lines.truncate(room.saturating_sub(1));
        let text = format!("... {skip} lines above, {more} below (Up, Down, PgUp, PgDn)");
        lines.push(Line::styled(text, theme.style(Role::Warn)));
    }
    if lines.len() < room {
        lines.push(Line::default());
    }
    let typed = u16::try_from(lines.len() + ask.len()).unwrap_or(u16::MAX).saturating_sub(1);
    lines.extend(ask);
    rows(frame, area, lines);
    if let Some(input) = &confirm.typed {
        let row = typed.min(area.height.saturating_sub(1));
        field(input, Rect { y: area.y + row, height: area.height.min(1), ..area }, frame);
    }
}

fn prompt(prompt: &Prompt, theme: Theme, frame: &mut Frame<'_>) {
    let (columns, inner) = columns_for(frame, 90);
    let mut lines = Vec::new();
    for hint in &prompt.hint {
        lines.extend(prose::plain(&clean(hint), theme.style(Role::Dim), inner, ""));
    }
    if let Some(error) = &prompt.error {
        lines.extend(prose::plain(&clean(error), theme.style(Role::Bad), inner, ""));
    }
    let wrapped: usize = prompt.input.lines().iter().map(|line| width::columns(line) / inner.max(1) + 1).sum();
    let field_rows = wrapped.clamp(1, 10);
    let content = lines.len() + field_rows + 1;
    let area = frame_box(frame, columns, content, &prompt.title, false, theme);
    let height = usize::from(area.height);
    lines.truncate(height.saturating_sub(field_rows + 1));
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    rows(frame, area, lines);
    let rest = area.height.saturating_sub(used);
    let field_rows = u16::try_from(field_rows).unwrap_or(10).min(rest);
    field(&prompt.input, Rect { y: area.y + used, height: field_rows, ..area }, frame);
    if rest > field_rows {
        let row = Rect { y: area.y + used + field_rows, height: 1, ..area };
        rows(frame, row, vec![Line::styled("Enter takes it; Esc goes back", theme.style(Role::Dim))]);
    }
}

/// A line being typed.
fn field(input: &TextArea<'static>, area: Rect, frame: &mut Frame<'_>) {
    let area = area.intersection(frame.area());
    if !area.is_empty() {
        frame.render_widget(input, area);
    }
}

fn picker(picker: &Picker, theme: Theme, frame: &mut Frame<'_>) {
    let (columns, inner) = columns_for(frame, 96);
    let wanted = picker.items.len().min(20) + 2;
    let area = frame_box(frame, columns, wanted, &picker.title, false, theme);
    let mut lines = vec![Line::from(vec![
        Span::styled("> ", theme.style(Role::Key)),
        Span::raw(visible::clean(&picker.query).into_owned()),
        Span::styled("_", theme.style(Role::Dim)),
    ])];
    let height = usize::from(area.height).saturating_sub(2);
    let skip = (picker.selected + 1).saturating_sub(height);
    let hits = picker.hits.iter().enumerate().skip(skip).take(height);
    for (place, item) in hits.filter_map(|(place, hit)| Some((place, picker.items.get(*hit)?))) {
        let selected = place == picker.selected;
        let pointer = if selected { "> " } else { "  " };
        let role = if selected { Role::Selected } else { Role::Plain };
        let label = clean(&item.label);
        let text = format!("{pointer}{}", width::fit(&label, inner.saturating_sub(2)));
        lines.push(Line::styled(text, theme.style(role)));
    }
    if picker.hits.is_empty() {
        lines.push(Line::styled("  nothing like that", theme.style(Role::Dim)));
    }
    lines.push(Line::styled("type to search; Up/Down and Enter; Esc goes back", theme.style(Role::Dim)));
    rows(frame, area, lines);
}

fn help(model: &Model, scroll: u16, theme: Theme, frame: &mut Frame<'_>) {
    let (columns, inner) = columns_for(frame, 96);
    let mut lines = Vec::new();
    for action in action::here(model) {
        let keys = format!("{:<16}", action.keys.join(" "));
        let legal = (action.legal)(model);
        let mut pieces = vec![(action.doc.to_owned(), Style::new())];
        if let Err(why) = legal {
            pieces.push((format!(" Not now: {why}"), theme.style(Role::Dim)));
        }
        let mut wrapped = prose::wrap(&pieces, inner, &keys, &" ".repeat(16));
        if let Some(first) = wrapped.first_mut().and_then(|line| line.spans.first_mut()) {
            first.style = theme.style(Role::Key);
        }
        lines.extend(wrapped);
    }
    let area = frame_box(frame, columns, lines.len() + 1, "All keys", false, theme);
    let height = usize::from(area.height).saturating_sub(1);
    let skip = usize::from(scroll).min(lines.len().saturating_sub(height));
    let mut shown: Vec<Line<'_>> = lines.into_iter().skip(skip).take(height).collect();
    shown.push(Line::styled("Up/Down/PgUp/PgDn scroll; any other key goes back", theme.style(Role::Dim)));
    rows(frame, area, shown);
}

fn clean(text: &str) -> String {
    text.lines().map(|line| visible::clean(line).into_owned()).collect::<Vec<_>>().join("\n")
}
