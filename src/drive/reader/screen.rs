//! The terminal of an output that moves, in a window.

use std::io;

use super::super::news::Window;
use super::page::drawn_end;
use crate::store::spool::Kept;
use crate::store::transcript::Output;
use crate::text::styled::{Line, Screen};
use crate::text::transcript::Text;

/// Read above the terminal to fill a window, in bytes.
const ABOVE: u64 = 64 * 1024;

/// Rows of a window.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The line the first row belongs to; 0 where the rows are a screen of their own.
    pub(super) first_line: u64,
    pub(super) lines: Vec<Line>,
    pub(super) cursor: Option<(u16, u16)>,
}

/// The alternate screen, and what else has no lines: as it is, its last rows where the window is lower. What the program draws and
/// where its cursor is counts most at the end.
pub(super) fn whole(screen: &Screen, window: Window) -> Part {
    let mut lines = screen.lines();
    let cut = lines.len().saturating_sub(usize::from(window.rows));
    lines.drain(..cut);
    let lines = lines.iter().map(|line| line.cut(0, window.columns)).collect();
    Part { first_line: 0, lines, cursor: inside(screen, cut, window) }
}

/// The main screen: what is on it down to its last row, under what scrolled out of it.
pub(super) fn end(screen: &Screen, above: &Text<'_, Output, Kept>, total: u64, window: Window) -> io::Result<Part> {
    let mut rows = screen.lines();
    rows.truncate(usize::from(screen.last_row()) + 1);
    let empty_end = rows.last().is_some_and(|line| line.spans.is_empty() && !line.continues);
    let height = usize::from(window.rows);
    let cut = rows.len().saturating_sub(height);
    rows.drain(..cut);
    let mut lines = Vec::new();
    let missing = height - rows.len();
    if missing > 0 {
        let length = above.len();
        lines = drawn_end(&above.part(length.saturating_sub(ABOVE), length)?, window, missing);
    }
    let over = lines.len();
    lines.extend(rows.iter().map(|line| line.cut(0, window.columns)));
    let begun = lines.iter().filter(|line| !line.continues).count() as u64 - u64::from(empty_end);
    let inside_line = lines.first().is_some_and(|line| line.continues);
    let first_line = total.saturating_sub(begun) + u64::from(!inside_line);
    let cursor = inside(screen, cut, window)
        .and_then(|(row, column)| Some((row.checked_add(u16::try_from(over).ok()?)?, column)));
    // A page has lines or it is a screen of its own: nothing stands on this one yet.
    Ok(Part { first_line: first_line.max(1), lines, cursor })
}

/// Where the cursor is below the rows that were cut, if it is in the window.
fn inside(screen: &Screen, cut: usize, window: Window) -> Option<(u16, u16)> {
    let (row, column) = screen.cursor()?;
    let row = usize::from(row).checked_sub(cut).and_then(|row| u16::try_from(row).ok())?;
    (row < window.rows && column < window.columns).then_some((row, column))
}
