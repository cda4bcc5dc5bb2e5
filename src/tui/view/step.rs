//! The step: what it is about, what would run, with which values.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{markdown, prose, rows, title};
use crate::runbook::{Action, Effect, ExitRule, Expect, Step};
use crate::session::walk::Preview;
use crate::text::{visible, width};
use crate::tui::layout;
use crate::tui::model::{Pane, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// A pane of no more rows than this has one for the names of hosts. Before a command is confirmed all are shown.
const SMALL: u16 = 6;

/// Draws the pane.
pub(super) fn draw(session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = session.focus == Pane::Step;
    let inner = layout::inner(area);
    let columns = usize::from(inner.width);
    let Some((phase, step)) = session.step() else {
        title(frame, area, theme, focused, "No step", Vec::new());
        let text = match session.walk.runbook() {
            Some(_) => "The walk is at the end of a phase. Enter says which ways there are; g goes anywhere.",
            None => "This session has no runbook. : runs a command, n writes a note, m marks a key time.",
        };
        rows(frame, inner, prose::plain(text, Style::new(), columns, ""));
        return;
    };
    let mut right = Vec::new();
    if !session.is_at_cursor() {
        right.push(Span::styled("Enter goes here ", theme.style(Role::Warn)));
    }
    let place = place(session, step);
    let name = format!("{phase}: {}", visible::clean(&session.title_of(step)));
    // Where it runs is never left out: what has no room beside the title stands below it.
    let too_wide = |place: &str| {
        let own = width::columns(place);
        own > columns / 2 && own + width::columns(&name) + 16 > columns
    };
    let below = place.as_ref().filter(|place| too_wide(place));
    let beside = place.as_ref().filter(|_| below.is_none());
    right.extend(beside.map(|text| Span::styled(text.clone(), theme.style(Role::Strong))));
    title(frame, area, theme, focused, &name, right);
    // On a small screen the command is what must be seen.
    let most = if inner.height > SMALL { 2 } else { 1 };
    let mut lines = below.map_or_else(Vec::new, |place| whereabouts(place, most, columns, theme));
    lines.extend(self::lines(session, step, columns, theme));
    let height = usize::from(inner.height);
    let skip = usize::from(session.scroll).min(lines.len().saturating_sub(height));
    let more = lines.len().saturating_sub(skip + height);
    let mut shown: Vec<Line<'_>> = lines.into_iter().skip(skip).take(height).collect();
    if more > 0
        && let Some(last) = shown.last_mut()
    {
        *last = Line::styled(format!("... {} more lines (Tab, Down; z for all)", more + 1), theme.style(Role::Dim));
    }
    rows(frame, inner, shown);
}

/// Where it runs, in a few lines: how many hosts there are stands in the first.
fn whereabouts(place: &str, most: usize, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = prose::plain(place, theme.style(Role::Strong), columns, "");
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let text: String = last.spans.iter().map(|span| span.content.as_ref()).collect();
            *last = Line::styled(
                format!("{} ...", width::fit(&text, columns.saturating_sub(4))),
                theme.style(Role::Strong),
            );
        }
    }
    lines
}

/// On which host, as whom, where.
fn place(session: &SessionScreen, step: &Step) -> Option<String> {
    let preview = session.walk.preview(&step.id, None)?;
    let text = where_words(&preview);
    (!text.is_empty()).then_some(text)
}

/// On which host, as whom, in which directory.
pub(super) fn where_words(preview: &Preview) -> String {
    let parts = [preview.place(), preview.cwd.as_ref().map(|cwd| format!("in {cwd}"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    visible::clean(&parts.join(" ")).into_owned()
}

fn lines(session: &SessionScreen, step: &Step, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let state = session.walk.state();
    if session.walk.cursor().is_some_and(|(_, own)| own.id == step.id)
        && let Some(text) = session.walk.held_back().and_then(|guard| words::guard(session, guard))
    {
        lines.extend(prose::plain(&clean(&text), theme.style(Role::Bad), columns, ""));
    }
    // The command first: on a small screen it is what must be seen.
    if let Some(preview) = session.walk.preview(&step.id, None) {
        lines.extend(command(&preview, columns, theme));
    }
    match &step.action {
        Action::Ask { question, options } => {
            lines.extend(prose::plain(&clean(&session.filled(question)), theme.style(Role::Strong), columns, ""));
            for (option, key) in options.iter().zip(('1'..='9').chain('a'..='z')) {
                let pieces =
                    [(format!("{key} "), theme.style(Role::Key)), (clean(&session.filled(&option.say)), Style::new())];
                lines.extend(prose::wrap(&pieces, columns, "  ", "    "));
            }
        }
        Action::Manual { see } => {
            let text = see.as_deref().unwrap_or("Done by hand; Enter says how it went.");
            lines.extend(prose::plain(&clean(&session.filled(text)), theme.style(Role::Strong), columns, ""));
        }
        Action::Run(_) => {}
    }
    if let Some(said) = state.steps.get(&step.id).and_then(|own| own.said.as_deref()) {
        lines.extend(prose::plain(&format!("said: {}", clean(said)), theme.style(Role::Dim), columns, ""));
    }
    if let Some(text) = &step.text {
        lines.extend(markdown::lines(&session.filled(text), columns, theme));
    }
    for link in &step.links {
        let text = if link.name == link.url { link.url.clone() } else { format!("{}: {}", link.name, link.url) };
        lines.extend(prose::plain(&clean(&text), theme.style(Role::Link), columns, ""));
    }
    lines.extend(flags(session, step, columns, theme));
    if matches!(step.action, Action::Run(_)) {
        let expect = format!("healthy: {}", expect_words(&step.expect));
        lines.extend(prose::plain(&clean(&expect), theme.style(Role::Dim), columns, ""));
    }
    lines
}

/// What would run, with which values, and how it is taken back.
pub(super) fn command(preview: &Preview, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (place, line) in preview.command.lines().enumerate() {
        let mark = if place == 0 { "$ " } else { "  " };
        let pieces = [(clean(line), theme.style(Role::Code))];
        lines.extend(prose::wrap(&pieces, columns, mark, "    "));
    }
    let values: Vec<(String, Style)> = preview
        .values
        .iter()
        .enumerate()
        .flat_map(|(place, (name, value))| {
            let (text, role) = match value {
                None => ("is missing".to_owned(), Role::Warn),
                Some(None) => ("= [secret]".to_owned(), Role::Plain),
                Some(Some(value)) => (format!("= {}", clean(value).replace(' ', "\u{a0}")), Role::Plain),
            };
            let gap = if place == 0 { "" } else { "   " };
            [(format!("{gap}{name}\u{a0}"), theme.style(Role::Strong)), (text, theme.style(role))]
        })
        .collect();
    if !values.is_empty() {
        lines.extend(prose::wrap(&values, columns, "  ", "  "));
    }
    if preview.effect != Effect::Read {
        let (word, role) = match preview.effect {
            Effect::Destroy => ("destroys something: asks for a word before it runs", Role::Bad),
            _ => ("changes something: asked before it runs", Role::Warn),
        };
        lines.extend(prose::plain(word, theme.style(role), columns, ""));
        let undo =
            preview.undo.as_ref().map_or_else(|| "undo: none".to_owned(), |undo| format!("undo: {}", clean(undo)));
        lines.extend(prose::wrap(&[(undo, theme.style(Role::Dim))], columns, "", "      "));
    }
    if preview.point_of_no_return {
        let text = "There is no way back after this.";
        lines.extend(prose::plain(text, theme.style(Role::Bad), columns, ""));
    }
    lines
}

/// What a step that is followed looks for: how often its last run showed each, and when first.
fn flags(session: &SessionScreen, step: &Step, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let flags = step.command().map_or(&[][..], |command| &command.flags);
    let number = session.walk.state().steps.get(&step.id).and_then(|own| own.runs.last());
    let run = number.and_then(|number| session.walk.state().runs.get(number));
    let counts = number.map(|number| session.flag_counts(*number)).unwrap_or_default();
    let mut lines = Vec::new();
    for (place, flag) in (0..).zip(flags) {
        let seen = run.and_then(|run| run.flags.get(&place));
        let count = usize::try_from(place).ok().and_then(|place| counts.get(place)).copied();
        let count = count.unwrap_or(0).max(u64::from(seen.is_some()));
        let name = flag.says.as_deref().map_or_else(|| flag.matches.as_str().to_owned(), |says| session.filled(says));
        let first = seen.map(|seen| format!(", first {}", words::when(&seen.when, session.zone()))).unwrap_or_default();
        let text = format!("flag: {}: {count}{first}", clean(&name));
        let role = if seen.is_some() { Role::Warn } else { Role::Dim };
        lines.extend(prose::plain(&text, theme.style(role), columns, ""));
    }
    lines
}

fn clean(text: &str) -> String {
    text.lines().map(|line| visible::clean(line).into_owned()).collect::<Vec<_>>().join("\n")
}

/// What healthy looks like.
fn expect_words(expect: &Expect) -> String {
    let mut parts = Vec::new();
    match &expect.exit {
        ExitRule::Any => parts.push("any exit".to_owned()),
        ExitRule::Codes(codes) => {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            parts.push(format!("exit {}", codes.join(" or ")));
        }
    }
    parts.extend(expect.matches.as_ref().map(|pattern| format!("a line like {}", pattern.as_str())));
    parts.extend(expect.absent.as_ref().map(|pattern| format!("no line like {}", pattern.as_str())));
    parts.extend(expect.equals.as_ref().map(|text| format!("exactly {text}")));
    parts.join(", ")
}
