//! Phases and steps with their states.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{prose, rows, title};
use crate::runbook::{PhaseName, Step};
use crate::session::state::Standing;
use crate::session::walk::Readiness;
use crate::text::width;
use crate::tui::layout;
use crate::tui::model::{Model, Pane, SessionScreen};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// Draws the pane.
pub(super) fn draw(model: &Model, session: &SessionScreen, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = session.focus == Pane::Steps;
    title(frame, area, theme, focused, "Steps", Vec::new());
    let inner = layout::inner(area);
    let Some(runbook) = session.walk.runbook() else {
        let text = "No runbook: : runs a command, n writes a note.";
        rows(frame, inner, prose::plain(text, theme.style(Role::Dim), usize::from(inner.width), ""));
        return;
    };
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    let mut at = 0;
    let mut last = None;
    for (phase, step) in runbook.steps() {
        if last != Some(phase) {
            last = Some(phase);
            lines.push(phase_line(session, phase, theme));
        }
        if Some(step.id.as_str()) == session.at() {
            at = lines.len();
        }
        lines.push(step_line(model, session, step, columns, theme));
    }
    if session.at().is_none() {
        at = lines.len().saturating_sub(1);
    }
    let height = usize::from(inner.height);
    let skip = at.saturating_sub(height / 2).min(lines.len().saturating_sub(height));
    rows(frame, inner, lines.into_iter().skip(skip).take(height).collect());
}

fn phase_line(session: &SessionScreen, phase: PhaseName, theme: Theme) -> Line<'static> {
    let here = session.walk.state().phase == Some(phase);
    let name = theme.style(if here { Role::Strong } else { Role::Plain });
    let mut spans = vec![Span::styled(format!("{:<9}", phase.as_str()), name)];
    let said = match phase {
        PhaseName::Revert => Some(match session.walk.readiness() {
            Readiness::Ready => ("ready".to_owned(), Role::Good),
            Readiness::NotReady(_) => ("not ready".to_owned(), Role::Bad),
            Readiness::Unknown if session.walk.runbook().is_some_and(|runbook| runbook.ready.is_empty()) => {
                ("no check".to_owned(), Role::Dim)
            }
            Readiness::Unknown => ("not yet checked".to_owned(), Role::Dim),
        }),
        PhaseName::Verify if session.walk.is_verified() => Some(("holds".to_owned(), Role::Good)),
        PhaseName::Verify => Some(("not yet held".to_owned(), Role::Dim)),
        PhaseName::Diagnose | PhaseName::Fix => None,
    };
    if let Some((text, role)) = said {
        spans.push(Span::styled(text, theme.style(role)));
    }
    Line::from(spans)
}

fn step_line(model: &Model, session: &SessionScreen, step: &Step, columns: usize, theme: Theme) -> Line<'static> {
    let state = session.walk.state();
    let own = state.steps.get(&step.id);
    let standing = own.map_or(Standing::Untouched, |own| own.standing);
    let (glyph, word, role) = words::standing(standing);
    let cursor = state.cursor.as_deref() == Some(step.id.as_str());
    let selected = session.at() == Some(step.id.as_str());
    let run = own.and_then(|own| own.runs.last()).and_then(|run| state.runs.get(run));
    let time = run.map(|run| match &run.ended {
        Some(ended) => words::took(ended.end.took_ms),
        None if run.is_running() => words::span(model.moment().since(&run.at)),
        None => String::new(),
    });
    let found = standing == Standing::Healthy
        && own.and_then(|own| own.runs.last()).is_some_and(|run| state.signs.iter().any(|sign| sign.run == *run));
    let (glyph, word, role) = if found { ('!', "sign", Role::Warn) } else { (glyph, word, role) };
    // A run that takes longer than it may is seen from afar, also while another output is looked at.
    let budget = step.budget.map(|budget| u64::try_from(budget.as_millis()).unwrap_or(u64::MAX));
    let elapsed = run.filter(|run| run.is_running()).map(|run| model.moment().since(&run.at));
    let over = budget.zip(elapsed).is_some_and(|(budget, elapsed)| elapsed > budget);
    let (word, role) = if over { ("over budget", Role::Warn) } else { (word, role) };
    let waits = session.walk.is_waiting(&step.id);
    let word = if waits { "tries again" } else { word };
    let both = [word, time.as_deref().unwrap_or_default()];
    let both: Vec<&str> = both.into_iter().filter(|part| !part.is_empty()).collect();
    let both = both.join(" ");
    let pointer = if cursor { '>' } else { ' ' };
    let room = |right: &str| columns.saturating_sub(width::columns(right) + 5);
    // Which step it is counts most, then how it went; the glyph says that too.
    let needed = width::columns(&step.id).min(columns / 2);
    let right = [both.as_str(), word, ""].into_iter().find(|right| room(right) >= needed).unwrap_or_default();
    let room = room(right);
    let name = width::fit(&step.id, room).into_owned();
    let gap = columns.saturating_sub(width::columns(&name) + 4 + width::columns(right));
    let base =
        theme.style(if selected && (session.focus == Pane::Steps || !cursor) { Role::Selected } else { Role::Plain });
    let style = |role| base.patch(theme.style(role));
    let name_role = if cursor { Role::Strong } else { Role::Plain };
    Line::from(vec![
        Span::styled(format!("{pointer} "), style(Role::Strong)),
        Span::styled(format!("{glyph} "), style(role)),
        Span::styled(name, style(name_role)),
        Span::styled(" ".repeat(gap), base),
        Span::styled(right.to_owned(), style(role)),
    ])
}
