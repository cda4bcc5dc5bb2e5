//! The output pane: which run, which part of it.

use crate::drive::{Page, View, Window};
use crate::session::run::RunNo;

/// The output pane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    /// The run that is shown.
    pub(crate) run: Option<RunNo>,
    /// The line at the top where the operator scrolled there; none follows the end.
    pub(crate) anchor: Option<u64>,
    /// Lines there were when the operator scrolled away from the end.
    pub(crate) seen: u64,
    /// The lines as they last came.
    pub(crate) page: Option<Page>,
    /// What was last asked for.
    pub(crate) asked: Option<(RunNo, Window)>,
    /// Lines being picked as evidence.
    pub(crate) pick: Option<Pick>,
}

/// Lines being picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Where the range began.
    pub(crate) from: u64,
    /// Where the operator is.
    pub(crate) to: u64,
}

impl Pick {
    /// First and last line.
    pub(crate) fn range(self) -> (u64, u64) {
        (self.from.min(self.to), self.from.max(self.to))
    }
}

impl Output {
    /// Shows another run, from its end.
    pub(crate) fn show(&mut self, run: RunNo) {
        if self.run != Some(run) {
            *self = Self { run: Some(run), asked: self.asked, ..Self::default() };
        }
    }

    /// The page, where it is one of the run that is shown.
    pub(crate) fn current(&self) -> Option<&Page> {
        self.page.as_ref().filter(|page| Some(page.run) == self.run)
    }

    /// Lines that came since the operator scrolled away from the end.
    pub(crate) fn unseen(&self) -> u64 {
        let total = self.current().map_or(0, |page| page.total_lines);
        if self.anchor.is_some() { total.saturating_sub(self.seen) } else { 0 }
    }

    /// Scrolls by lines; up is negative. Reaching the end follows it again.
    pub(crate) fn scroll(&mut self, by: i64, rows: u16) {
        let Some(page) = self.current() else { return };
        let total = page.total_lines;
        // A screen of the command's own has no lines; behind it are those of its output.
        let end = total.saturating_sub(u64::from(rows)) + 1;
        let top = self.anchor.unwrap_or(if page.first_line == 0 { end } else { page.first_line });
        let to = top.saturating_add_signed(by).max(1);
        let at_end = to.saturating_add(u64::from(rows)) > total;
        if at_end && by > 0 {
            self.anchor = None;
        } else if !(at_end && self.anchor.is_none() && total <= u64::from(rows)) {
            if self.anchor.is_none() {
                self.seen = total;
            }
            self.anchor = Some(to);
        }
    }

    /// What part of the output is wanted.
    pub(crate) fn view(&self) -> View {
        self.anchor.map_or(View::End, |line| View::From { line })
    }

    /// The text of a line that is on the page.
    pub(crate) fn line(&self, number: u64) -> Option<String> {
        let page = self.current()?;
        let mut at = page.first_line;
        let mut found: Option<String> = None;
        for (place, line) in page.lines.iter().enumerate() {
            if place > 0 && !line.continues {
                at += 1;
            }
            if at == number {
                let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
                found.get_or_insert_default().push_str(&text);
            }
        }
        found.map(|text| text.trim_end().to_owned())
    }

    /// The number of the last line on the page.
    pub(crate) fn last_line(&self) -> Option<u64> {
        let page = self.current()?;
        let more = page.lines.iter().skip(1).filter(|line| !line.continues).count();
        let last = page.first_line + u64::try_from(more).unwrap_or(0);
        (!page.lines.is_empty()).then_some(last)
    }
}
