//! A part of an output as lines.

use super::line::Line;
use super::screen::Screen;

/// The most lines that one call gives, however many are asked for.
pub const MOST_LINES: usize = 32 * 1024;
/// Rows of the terminal that the output is shown to. What moves upwards reaches no further.
const ROWS: u16 = 50;
/// Looked at of a line that is cut, in bytes.
const LONGEST: usize = 64 * 1024;
/// Fed between two looks at how far it got; no byte makes more than one line.
const STRIDE: usize = 4096;

/// The first lines of the output, as a terminal so wide shows them, long ones wrapped; a bare line feed begins a line.
///
/// Meant for a part of an output that the caller has bounded; it stops reading when it has what it needs.
#[must_use]
pub fn render(output: &[u8], columns: u16, at_most: usize) -> Vec<Line> {
    let at_most = at_most.min(MOST_LINES);
    let mut screen = Screen::with_scrollback(columns, ROWS, true, at_most + STRIDE + usize::from(ROWS));
    for part in output.chunks(STRIDE) {
        screen.feed(part);
        if screen.parser.screen().scrollback_len() >= at_most {
            break;
        }
    }
    rows(&mut screen, 0, at_most)
}

/// The last lines of the output, in the same way.
#[must_use]
pub fn render_end(output: &[u8], columns: u16, at_most: usize) -> Vec<Line> {
    let at_most = at_most.min(MOST_LINES);
    let mut screen = Screen::with_scrollback(columns, ROWS, true, at_most + 1);
    screen.feed(output);
    let used = screen.parser.screen().scrollback_len() + used_rows(&screen);
    rows(&mut screen, used.saturating_sub(at_most), at_most)
}

/// The first lines of the output, a row each: what stands in so many columns from `left` on, the rest cut. As in [`render`], but that
/// every line begins with plain colours.
#[must_use]
pub fn render_cut(output: &[u8], left: u16, columns: u16, at_most: usize) -> Vec<Line> {
    let whole = output.strip_suffix(b"\n").unwrap_or(output);
    if output.is_empty() {
        return Vec::new();
    }
    let width = left.saturating_add(columns).saturating_add(1);
    let row = |line: &[u8]| {
        let line = line.get(..LONGEST).unwrap_or(line);
        let mut screen = Screen::with_scrollback(width, 2, true, 1 + line.len() / usize::from(width.max(2)));
        screen.feed(line);
        let parser = &mut screen.parser;
        parser.screen_mut().set_scrollback(usize::MAX);
        Line::of(parser.screen(), 0, false).cut(left, columns)
    };
    whole.split(|byte| *byte == b'\n').take(at_most.min(MOST_LINES)).map(row).collect()
}

/// Rows from `first` on, counted from the oldest one kept.
fn rows(screen: &mut Screen, first: usize, at_most: usize) -> Vec<Line> {
    let used = used_rows(screen);
    let parser = &mut screen.parser;
    let scrolled = parser.screen().scrollback_len();
    let end = (scrolled + used).min(first.saturating_add(at_most));
    let mut lines = Vec::with_capacity(end.saturating_sub(first));
    // The row above says whether the first one continues it.
    let mut at = first.saturating_sub(1);
    let mut continues = false;
    while at < end {
        let top = at.min(scrolled);
        parser.screen_mut().set_scrollback(scrolled - top);
        let shown = parser.screen();
        for row in at - top..usize::from(ROWS).min(end - top) {
            let Ok(row) = u16::try_from(row) else { break };
            if at >= first {
                lines.push(Line::of(shown, row, continues));
            }
            continues = shown.row_wrapped(row);
            at += 1;
        }
    }
    parser.screen_mut().set_scrollback(0);
    lines
}

/// Rows of the living screen down to the last one written to.
fn used_rows(screen: &Screen) -> usize {
    let last = screen.last_row();
    let (row, column) = screen.parser.screen().cursor_position();
    let is_begun = last > row || column > 0 || !Line::of(screen.parser.screen(), last, false).spans.is_empty();
    usize::from(last) + usize::from(is_begun)
}
