//! Output of a run, as it comes.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{lines, rows, title};
use crate::drive::Answer;
use crate::runbook::Mode;
use crate::session::event::Verdict;
use crate::session::exit;
use crate::session::run::RunNo;
use crate::session::state::Run;
use crate::text::{human, visible, width};
use crate::tui::layout;
use crate::tui::model::{Model, Pane, Pick, Search, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::update::PIN_LINES;
use crate::tui::words;

/// Output whose lines are not counted yet is worth a word from so many bytes on.
const READING: u64 = 4 << 20;

/// Draws the pane.
pub(super) fn draw(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = session.focus == Pane::Output;
    let state = session.walk.state();
    let Some((number, run)) = session.output.run.and_then(|run| Some((run, state.runs.get(&run)?))) else {
        title(frame, area, theme, focused, "Output", Vec::new());
        rows(frame, layout::inner(area), vec![Line::styled("Nothing ran so far.", theme.style(Role::Dim))]);
        return;
    };
    let name = format!("Output {number} {}", words::run_name(number, state));
    let badges = badges(model, session, number, run, theme);
    let keys = session.keys_to == Some(number);
    let room = usize::from(area.width).saturating_sub(24);
    title(frame, area, theme, focused || keys, &name, fit(badges, room));
    let mut inner = layout::inner(area);
    if session.has_remark() {
        let bottom = Rect { y: inner.bottom().saturating_sub(1), height: inner.height.min(1), ..inner };
        inner.height = inner.height.saturating_sub(1);
        rows(frame, bottom, remark(session, number, run, theme).into_iter().collect());
    }
    let Some(page) = session.output.current() else { return };
    if page.lines.is_empty() {
        let text = match (run.is_running(), page.total_bytes) {
            (true, _) => "No output so far.",
            (false, 0) => "It wrote nothing.",
            (false, _) => "A full-screen program; nothing of it stays here.",
        };
        rows(frame, inner, vec![Line::styled(text, theme.style(Role::Dim))]);
        return;
    }
    let columns = inner.width.saturating_sub(layout::gutter(session, inner.width));
    let mut lines = lines::drawn(session, number, page, columns, theme);
    if page.first_line == 0 {
        // A screen of the command's own: what is blank below its text and its cursor need not be seen.
        let cursor = page.cursor.map_or(0, |(row, _)| usize::from(row) + 1);
        let text = page.lines.iter().rposition(|line| !line.spans.is_empty()).map_or(0, |row| row + 1);
        lines.truncate(cursor.max(text));
    }
    // Where a row was taken by a remark, the end counts, not the start.
    let skip = if session.output.anchor.is_none() { lines.len().saturating_sub(usize::from(inner.height)) } else { 0 };
    rows(frame, inner, lines.into_iter().skip(skip).collect());
    if let Some((row, column)) = page.cursor.filter(|_| keys) {
        let hidden = u16::try_from(skip).unwrap_or(u16::MAX);
        let position =
            Position::new(inner.x.saturating_add(column), inner.y.saturating_add(row.saturating_sub(hidden)));
        if inner.contains(position) && row >= hidden {
            frame.set_cursor_position(position);
        }
    }
}

/// How it stands with the run: words, time, bytes.
fn badges(model: &Model, session: &SessionScreen, number: RunNo, run: &Run, theme: Theme) -> Vec<Span<'static>> {
    let mut parts: Vec<(String, Role)> = Vec::new();
    let live = session.live.get(&number);
    let page = session.output.current();
    let bytes = live.map_or(0, |live| live.bytes).max(page.map_or(0, |page| page.total_bytes));
    match &run.ended {
        Some(ended) => {
            let (word, role) = match &ended.verdict {
                Verdict::Healthy => ("healthy, ", Role::Good),
                Verdict::Unhealthy(_) => ("not healthy, ", Role::Bad),
                Verdict::Stopped | Verdict::Unknown => ("", Role::Warn),
            };
            parts.push((format!("{word}{}", exit::of(&ended.end)), role));
            parts.push((words::took(ended.end.took_ms), Role::Plain));
            if ended.end.dropped > 0 {
                parts.push((format!("{} not kept", human::bytes(ended.end.dropped)), Role::Warn));
            }
            parts.push((human::bytes(ended.end.bytes), Role::Dim));
        }
        None if run.interrupted => parts.push(("interrupted, outcome unknown".to_owned(), Role::Warn)),
        None => {
            let now = model.moment();
            let elapsed = now.since(&run.at);
            parts.push(("running".to_owned(), Role::Running));
            if let Some(live) = live.filter(|live| live.unkept > 0) {
                parts.push((format!("{} not kept", human::bytes(live.unkept)), Role::Warn));
            }
            let step =
                session.walk.step_of(number).and_then(|id| session.walk.runbook()?.step(id)).map(|(_, step)| step);
            let budget = step.and_then(|step| step.budget).map(milliseconds);
            match budget {
                Some(budget) if elapsed > budget => {
                    let text = format!("{} OVER BUDGET of {}", words::span(elapsed), words::span(budget));
                    parts.push((text, Role::Warn));
                }
                Some(budget) => {
                    parts.push((format!("{} of {}", words::span(elapsed), words::span(budget)), Role::Plain));
                }
                None => parts.push((words::span(elapsed), Role::Plain)),
            }
            let since = live.and_then(|live| live.grew_ms).map_or(elapsed, |grew| now.boot_ms.saturating_sub(grew));
            // What is followed is often silent for long, and well so: there only the author's limit counts.
            let follows = run.started.mode == Mode::Follow;
            let limit = step.and_then(|step| step.silent).map(milliseconds).or((!follows).then_some(10_000));
            if limit.is_some_and(|limit| since >= limit) {
                parts.push((format!("silent for {}", words::span(since)), Role::Warn));
            }
            parts.push((human::bytes(bytes), Role::Dim));
            if let Some(rate) = live.and_then(|live| live.rate.at(now.boot_ms)) {
                parts.push((format!("{}/s", human::bytes(rate)), Role::Dim));
            }
        }
    }
    if let Some(page) = page.filter(|page| page.unread > READING) {
        let done = (page.total_bytes - page.unread) * 100 / page.total_bytes.max(1);
        parts.push((format!("reading it, {done} %"), Role::Warn));
    }
    let unseen = session.output.unseen();
    if session.output.anchor.is_some() {
        let text = if unseen > 0 { format!("{unseen} new lines (End)") } else { "scrolled (End)".to_owned() };
        parts.insert(0, (text, Role::Warn));
    }
    let look = session.output.look;
    if look.cut {
        let text =
            if look.left > 0 { format!("from column {} (w)", u32::from(look.left) + 1) } else { "cut (w)".to_owned() };
        parts.insert(0, (text, Role::Warn));
    }
    let mut spans = Vec::new();
    for (place, (text, role)) in parts.into_iter().enumerate() {
        let gap = if place == 0 { "" } else { "  " };
        spans.push(Span::styled(format!("{gap}{text}"), theme.style(role)));
    }
    spans
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// As many badges as there is room for, the first ones first.
fn fit(badges: Vec<Span<'static>>, room: usize) -> Vec<Span<'static>> {
    let mut used = 0;
    badges
        .into_iter()
        .take_while(|badge| {
            used += width::columns(&badge.content);
            used <= room
        })
        .collect()
}

/// What is being picked.
fn picked(pick: Pick) -> String {
    let (first, last) = pick.range();
    let lines = pick.lines();
    let much = if lines > PIN_LINES { format!(" (a pin holds {})", words::count(PIN_LINES)) } else { String::new() };
    let (first, last) = (words::count(first), words::count(last));
    if lines == 1 {
        format!("Line {first}. Up/Down/PgUp/PgDn/Home/End pick more.")
    } else {
        format!("Lines {first} to {last}: {}{much}. Up/Down/PgUp/PgDn/Home/End move.", words::count(lines))
    }
}

/// How it stands with a search.
fn searched(search: &Search) -> String {
    let query = visible::clean(&search.query.written()).into_owned();
    let query = width::fit(&query, 24);
    let Some(found) = &search.found else { return format!("/{query}: searching") };
    let going =
        if found.all { String::new() } else { format!(" (searching, {} %)", percent(found.searched, found.of)) };
    let matching = words::count(found.matching);
    match search.at {
        _ if found.matching == 0 => format!("/{query}: no match{going}"),
        Some(Answer { spot: Some(spot), wrapped, .. }) => {
            let wrapped = if wrapped { ", round the end" } else { "" };
            format!(
                "/{query}: match {} of {matching}{going}, line {}{wrapped}",
                words::count(spot.place),
                words::count(spot.line)
            )
        }
        _ => format!("/{query}: {matching} matches{going}"),
    }
}

fn percent(part: u64, of: u64) -> u64 {
    u64::try_from(u128::from(part) * 100 / u128::from(of.max(1))).unwrap_or(100)
}

/// A line below the output: who has the keys, what the command waits for, how it is being stopped, why it is not healthy.
fn remark(session: &SessionScreen, number: RunNo, run: &Run, theme: Theme) -> Option<Line<'static>> {
    let live = session.live.get(&number);
    if let Some(pick) = session.output.pick {
        return Some(Line::styled(picked(pick), theme.style(Role::Banner)));
    }
    if let Some(search) = &session.output.search {
        return Some(Line::styled(searched(search), theme.style(Role::Banner)));
    }
    if session.keys_to == Some(number) {
        let secret = if live.is_some_and(|live| live.prompt) { " What you type is not shown." } else { "" };
        let text = format!(" KEYS GO TO THE COMMAND.{secret}  Ctrl-] takes them back. ");
        return Some(Line::styled(text, theme.style(Role::Banner)));
    }
    if let Some(ended) = &run.ended {
        if let Verdict::Unhealthy(reasons) = &ended.verdict {
            let text = words::guard(session, number).unwrap_or_else(|| reasons.join("; "));
            return Some(Line::styled(visible::clean(&text).into_owned(), theme.style(Role::Bad)));
        }
        return None;
    }
    let live = live?;
    if live.still_alive {
        return Some(Line::styled("It did not end. x offers to KILL it.", theme.style(Role::Bad)));
    }
    if let Some((signal, kill)) = &live.stopping {
        let then =
            kill.map_or_else(|| "KILL only if you say so (x)".to_owned(), |_| "KILL follows by itself".to_owned());
        return Some(Line::styled(format!("Stopping: {signal} was sent, {then}."), theme.style(Role::Warn)));
    }
    live.prompt.then(|| Line::styled("It waits for a password: i gives it the keys.", theme.style(Role::Banner)))
}
