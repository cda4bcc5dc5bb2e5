//! The hosts of a step that runs on many: how each stands, how long it took, and the last thing that it said.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{rows, title};
use crate::session::spread::{HostRun, Spread};
use crate::session::state::Standing;
use crate::text::{visible, width};
use crate::tui::layout;
use crate::tui::model::{Model, Pane, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// Columns that the names of hosts take at most, and the times.
const NAME: usize = 24;
const TIME: usize = 11;

/// Draws the pane.
pub(super) fn draw(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let Some(spread) = session.spread().filter(|_| !area.is_empty()) else { return };
    let focused = session.focus == Pane::Hosts;
    let name = format!("Hosts {}", spread.hosts.len());
    let tally = tally(spread).into_iter().enumerate().map(|(place, (text, role))| {
        let gap = if place == 0 { "" } else { "  " };
        Span::styled(format!("{gap}{text}"), theme.style(role))
    });
    title(frame, area, theme, focused, &name, tally.collect());
    let inner = layout::inner(area);
    let visible = layout::hosts_shown(session, area);
    let names = spread.hosts.iter().map(|host| width::columns(&named(host))).max().unwrap_or(0).min(NAME);
    let mark = session.host_shown();
    let lines = visible.clone().zip(spread.hosts.get(visible).unwrap_or_default()).map(|(place, host)| {
        let selected = mark == Some(place);
        row(model, session, (spread, host), (names, usize::from(inner.width)), selected, theme)
    });
    rows(frame, inner, lines.collect());
}

/// How many stand how, the worst first.
fn tally(spread: &Spread) -> Vec<(String, Role)> {
    let count = |standing| spread.those(standing).len();
    let all = [
        (count(Standing::Unhealthy), "unhealthy", Role::Bad),
        (count(Standing::Unknown), "unknown", Role::Warn),
        (count(Standing::Stopped), "stopped", Role::Warn),
        (spread.not_started().len(), "not started", Role::Warn),
        (count(Standing::Running), "running", Role::Running),
        (spread.to_come().len(), "to come", Role::Dim),
        (count(Standing::Healthy), "healthy", Role::Good),
    ];
    all.into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, word, role)| (format!("{count} {word}"), role))
        .collect()
}

fn named(host: &HostRun) -> String {
    let user = host.site.user.as_ref().map(|user| format!(" as {user}")).unwrap_or_default();
    visible::clean(&format!("{}{user}", host.site.name())).into_owned()
}

fn row(
    model: &Model,
    session: &SessionScreen,
    (spread, host): (&Spread, &HostRun),
    (names, columns): (usize, usize),
    selected: bool,
    theme: Theme,
) -> Line<'static> {
    let state = session.walk.state();
    let run = host.run.and_then(|run| state.runs.get(&run));
    let (glyph, word, role) = match host.standing {
        Standing::Untouched if spread.goes_on() => ('.', "to come", Role::Dim),
        Standing::Untouched => ('.', "not started", Role::Warn),
        standing => words::standing(standing),
    };
    let asks = host.run.and_then(|run| session.live.get(&run)).is_some_and(|live| live.prompt);
    let (word, role) = if asks { ("asks", Role::Warn) } else { (word, role) };
    let time = match run {
        Some(run) if run.is_running() => words::span(model.moment().since(&run.at)),
        Some(run) => run.ended.as_ref().map(|ended| words::took(ended.end.took_ms)).unwrap_or_default(),
        None => String::new(),
    };
    let said = match run.and_then(|run| run.ended.as_ref()).map(|ended| &ended.verdict) {
        // What was expected and what was seen tells more than the last line.
        Some(verdict @ crate::session::event::Verdict::Unhealthy(_)) => words::verdict(verdict),
        _ if host.held => "healthy in the attempt before".to_owned(),
        _ => host.run.and_then(|run| session.lasts.lines.get(&run)).cloned().unwrap_or_default(),
    };
    let name = named(host);
    let name = width::fit(&name, names).into_owned();
    let pad = " ".repeat(names.saturating_sub(width::columns(&name)));
    let left = format!("{glyph} ");
    let middle = format!(" {word:<11} {time:>TIME$}  ");
    let room = columns.saturating_sub(names + width::columns(&left) + width::columns(&middle));
    let said = width::fit(&visible::clean(&said), room).into_owned();
    let fill = " ".repeat(room.saturating_sub(width::columns(&said)));
    let base = theme.style(if selected { Role::Selected } else { Role::Plain });
    let style = |role| base.patch(theme.style(role));
    Line::from(vec![
        Span::styled(left, style(role)),
        Span::styled(name, base),
        Span::styled(pad, base),
        Span::styled(middle, style(role)),
        Span::styled(said, base),
        Span::styled(fill, base),
    ])
}
