//! The end of an output that the disk has no room for: what the lane still holds of it, shown behind what was kept.

use super::super::news::{Page, View, Window};
use super::page::drawn_end;
use crate::text::human;
use crate::text::styled::{Line, Screen, Span, Style};

/// What a run's lane told of what it could not keep.
pub(in super::super) struct Unkept {
    /// Bytes so far.
    pub(in super::super) bytes: u64,
    /// The last of them, redacted.
    pub(in super::super) last: Vec<u8>,
}

impl Unkept {
    /// Puts it on a page that shows the end of what was kept. The rows count as the rest of the last line: they have no number in the file.
    pub(super) fn onto(&self, page: &mut Page, window: Window) {
        if window.view != View::End {
            return;
        }
        let rows = usize::from(window.rows).max(2);
        let last = if page.first_line == 0 && page.cursor.is_some() {
            page.cursor = None;
            let mut screen = Screen::new(window.columns, window.rows, true);
            screen.feed(&self.last);
            let lines = screen.lines();
            lines[..lines.iter().rposition(|line| !line.spans.is_empty()).map_or(0, |row| row + 1)].to_vec()
        } else {
            drawn_end(self.whole_lines(), window, rows - 1)
        };
        let timed = !page.times.is_empty();
        let above = rows.saturating_sub(1 + last.len()).min(page.lines.len());
        let gone = page.lines.len() - above;
        page.first_line += page.lines.iter().take(gone + 1).skip(1).filter(|line| !line.continues).count() as u64;
        page.lines.drain(..gone);
        page.times.drain(..gone.min(page.times.len()));
        let behind = std::iter::once(self.words()).chain(last.into_iter().rev().take(rows - 1).rev());
        page.lines.extend(behind.map(|line| Line { continues: true, ..line }));
        if timed {
            page.times.resize(page.lines.len(), None);
        }
    }

    fn words(&self) -> Line {
        let before = self.bytes.saturating_sub(self.last.len() as u64);
        let text = match before {
            0 => "--- from here on nothing is kept; this is only shown: ---".to_owned(),
            _ => format!("--- {} before this were not kept, nor is this: ---", human::bytes(before)),
        };
        Line { spans: vec![Span { text, style: Style { bold: true, ..Style::default() } }], continues: true }
    }

    /// From the first whole line on, where the beginning was cut off.
    fn whole_lines(&self) -> &[u8] {
        let cut = self.bytes > self.last.len() as u64;
        let from =
            memchr::memchr(b'\n', &self.last).filter(|at| cut && at + 1 < self.last.len()).map_or(0, |at| at + 1);
        &self.last[from..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::run::RunNo;

    fn line(text: &str) -> Line {
        Line { spans: vec![Span { text: text.to_owned(), style: Style::default() }], continues: false }
    }

    fn shown(kept: &[&str], bytes: u64, last: &str, rows: u16) -> (u64, Vec<String>) {
        let mut page = Page {
            run: RunNo(1),
            first_line: 7,
            lines: kept.iter().map(|text| line(text)).collect(),
            times: vec![Some(5); kept.len()],
            total_lines: 6 + kept.len() as u64,
            total_bytes: 100,
            unread: 0,
            cursor: None,
            complete: false,
        };
        let window = Window { view: View::End, columns: 80, rows, wrap: true, left: 0 };
        Unkept { bytes, last: last.as_bytes().to_vec() }.onto(&mut page, window);
        assert_eq!(page.times.len(), page.lines.len());
        (page.first_line, page.lines.iter().map(Line::text).collect())
    }

    #[test]
    fn what_was_not_kept_stands_behind_a_line_that_says_so() {
        let (first, lines) = shown(&["a", "b", "c"], 4, "d\ne\n", 5);
        assert_eq!(first, 8);
        assert_eq!(lines, ["b", "c", "--- from here on nothing is kept; this is only shown: ---", "d", "e"]);
    }

    #[test]
    fn of_much_only_the_end_is_shown_and_what_is_missing_before_it_is_counted() {
        let (_, lines) = shown(&["a", "b", "c"], 1_000_009, "rt\nd\ne\nf\n", 4);
        assert_eq!(lines, ["--- 1.0 MB before this were not kept, nor is this: ---", "d", "e", "f"]);
    }
}
