//! The library screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{footer, markdown, prose, rows, title};
use crate::runbook::Severity;
use crate::text::{visible, width};
use crate::tui::layout;
use crate::tui::model::{LibraryScreen, Listed, Model, RunbookRow, SessionRow};
use crate::tui::theme::{Role, Theme};

/// Draws the library.
pub(super) fn draw(model: &Model, library: &LibraryScreen, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut body = area;
    if area.height >= 2 {
        body.height -= 1;
        footer::keys(model, theme, frame, Rect { y: body.bottom(), height: 1, ..area });
    }
    if area.height >= 4 {
        body.height -= 1;
        let text = model.notice.as_ref().map_or_else(|| sentence(library), |notice| notice.text.clone());
        let bad = model.notice.as_ref().is_some_and(|notice| notice.bad);
        let text = visible::clean(&text.replace('\n', " ")).into_owned();
        let line = Line::styled(format!(" {text}"), theme.style(if bad { Role::Warn } else { Role::Strong }));
        rows(frame, Rect { y: body.bottom(), height: 1, ..area }, vec![line]);
    }
    let head = Rect { height: body.height.min(1), ..body };
    let query = Line::from(vec![
        Span::styled(" Stanch  ", theme.style(Role::Strong)),
        Span::styled("search: ", theme.style(Role::Key)),
        Span::raw(visible::clean(&library.query).into_owned()),
        Span::styled("_", theme.style(Role::Dim)),
    ]);
    rows(frame, head, vec![query]);
    body.y += head.height;
    body.height -= head.height;
    let (list, details) = if area.width >= 100 {
        let list = Rect { width: body.width / 2, ..body };
        (list, Rect { x: body.x + list.width + 1, width: body.width - list.width - 1, ..body })
    } else if body.height >= 12 {
        let list = Rect { height: body.height * 3 / 5, ..body };
        (list, Rect { y: body.y + list.height, height: body.height - list.height, ..body })
    } else {
        (body, Rect::default())
    };
    draw_list(library, theme, frame, list);
    draw_details(library, theme, frame, details);
}

fn sentence(library: &LibraryScreen) -> String {
    match (&library.catalog, library.current()) {
        (None, _) => "Reading the library ...".to_owned(),
        (_, Some(Listed::Session(row))) => format!("Enter takes up {} again.", row.title),
        (_, Some(Listed::Runbook(row))) => format!("Enter begins a session with {}.", row.id),
        (_, None) if library.query.is_empty() => "There is no runbook yet; Ctrl-N begins without one.".to_owned(),
        (_, None) => "Nothing like that; Esc forgets the search, Ctrl-N begins without a runbook.".to_owned(),
    }
}

/// Open sessions, then runbooks: many of the ones do not push the others off the screen.
fn draw_list(library: &LibraryScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let places: Vec<usize> = (0..library.hits.len()).collect();
    let session = |place: &usize| matches!(library.hit(*place), Some(Listed::Session(_)));
    let (sessions, runbooks): (Vec<usize>, Vec<usize>) = places.into_iter().partition(session);
    let rows_of = |group: &[usize]| u16::try_from(group.len() + usize::from(!group.is_empty())).unwrap_or(u16::MAX);
    let (above, below) = (rows_of(&sessions), rows_of(&runbooks));
    let half = (area.height / 2).max(area.height.saturating_sub(below));
    let height = above.min(half).min(area.height);
    let upper = Rect { height, ..area };
    let lower = Rect { y: area.y + height, height: area.height - height, ..area };
    draw_group(library, "Open sessions", &sessions, theme, frame, upper);
    draw_group(library, "Runbooks", &runbooks, theme, frame, lower);
}

/// Rows of one kind under their heading; the selected one is among those that are seen.
fn draw_group(library: &LibraryScreen, name: &str, group: &[usize], theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let Some(room) = usize::from(area.height).checked_sub(1).filter(|_| !group.is_empty()) else { return };
    let at = group.iter().position(|place| *place == library.selected).unwrap_or(0);
    let skip = (at + 1).saturating_sub(room);
    let left_out = group.len().saturating_sub(room);
    let more = if left_out == 0 { String::new() } else { format!(", {} of {}", room.min(group.len()), group.len()) };
    let mut lines = vec![Line::styled(format!("-- {name}{more} --"), theme.style(Role::Title))];
    lines.extend(
        group.iter().skip(skip).take(room).filter_map(|place| {
            Some(row_line(library, library.hit(*place)?, *place == library.selected, columns, theme))
        }),
    );
    rows(frame, area, lines);
}

fn severity(severity: Option<Severity>) -> String {
    severity.map_or_else(|| "     ".to_owned(), |severity| severity.to_string())
}

fn row_line(library: &LibraryScreen, row: Listed<'_>, selected: bool, columns: usize, theme: Theme) -> Line<'static> {
    let (left, right, role) = match row {
        Listed::Session(row) => session_words(row),
        Listed::Runbook(row) => runbook_words(row, library.of_id(&row.id).len() > 1),
    };
    let pointer = if selected { "> " } else { "  " };
    let base = theme.style(if selected { Role::Selected } else { Role::Plain });
    let right = width::cut(&right, columns / 2).to_owned();
    let room = columns.saturating_sub(width::columns(&right) + 4);
    let left = visible::clean(&left).into_owned();
    let left = width::fit(&left, room);
    let gap = columns.saturating_sub(width::columns(&left) + width::columns(&right) + 3);
    Line::from(vec![
        Span::styled(format!("{pointer}{left}{}", " ".repeat(gap)), base),
        Span::styled(right, base.patch(theme.style(role))),
    ])
}

fn session_words(row: &SessionRow) -> (String, String, Role) {
    let left = format!("{}  {}", severity(row.severity), row.title);
    // Titles repeat: when it began, and the end of its id, tell which one it is.
    let began = row.opened.map(|time| time.format("%m-%d %H:%MZ ").to_string()).unwrap_or_default();
    let tail = row.id.rsplit('-').next().unwrap_or_default();
    let right = |word: &str| visible::clean(&format!("{word}  {began}{tail}")).into_owned();
    if row.damaged.is_some() {
        return (left, right("damaged"), Role::Bad);
    }
    if row.driver.is_some() {
        return (left, right(&format!("{}, driven now", row.status)), Role::Running);
    }
    (left, right(&row.status), Role::Warn)
}

fn runbook_words(row: &RunbookRow, twice: bool) -> (String, String, Role) {
    let left = format!("{}  {}", severity(row.severity), row.title);
    if row.unusable.is_some() {
        return (left, "cannot be used".to_owned(), Role::Bad);
    }
    if twice {
        return (left, format!("{} ({}), twice", row.id, row.origin), Role::Warn);
    }
    if row.problems > 0 {
        return (left, format!("{}, {} problems", row.id, row.problems), Role::Warn);
    }
    (left, row.id.clone(), Role::Dim)
}

fn draw_details(library: &LibraryScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let Some(row) = library.current().filter(|_| !area.is_empty()) else { return };
    let inner = layout::inner(area);
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    let fact = |name: &str, text: &str| {
        let pieces = [
            (format!("{name}: "), theme.style(Role::Dim)),
            (visible::clean(text).into_owned(), theme.style(Role::Plain)),
        ];
        prose::wrap(&pieces, columns, "", "  ")
    };
    match row {
        Listed::Session(row) => {
            title(frame, area, theme, false, &row.title, Vec::new());
            lines.extend(fact("session", &row.id));
            lines.extend(fact("status", &row.status));
            let opened = row.opened.map(|time| time.format("%Y-%m-%d %H:%M UTC").to_string());
            lines.extend(opened.iter().flat_map(|opened| fact("opened", opened)));
            lines.extend(row.driver.iter().flat_map(|who| fact("driven by", who)));
            lines.extend(row.damaged.iter().flat_map(|damage| fact("damaged", damage)));
        }
        Listed::Runbook(row) => {
            title(frame, area, theme, false, &row.title, Vec::new());
            lines.extend(row.unusable.iter().flat_map(|why| fact("cannot be used", why)));
            let details = library.details.get(&RunbookRow::name(&row.id, &row.origin)).and_then(Option::as_ref);
            if let Some(details) = details {
                lines.extend(markdown::lines(&details.summary, columns, theme));
                lines.push(Line::default());
                lines.extend(details.problems.iter().flat_map(|problem| fact("problem", problem)));
            }
            let lists = [
                ("symptoms", row.symptoms.join("; ")),
                ("alerts", row.alerts.join(", ")),
                ("services", row.services.join(", ")),
                ("tags", row.tags.join(", ")),
            ];
            for (name, text) in lists.iter().filter(|(_, text)| !text.is_empty()) {
                lines.extend(fact(name, text));
            }
            lines.extend(fact("from", &row.origin));
            if row.problems > 0 {
                let text = format!("{}; `stanch check {}` shows them", row.problems, row.origin);
                lines.extend(fact("problems", &text));
            }
        }
    }
    let height = usize::from(inner.height);
    let skip = usize::from(library.scroll).min(lines.len().saturating_sub(height));
    rows(frame, inner, lines.into_iter().skip(skip).take(height).collect());
}
