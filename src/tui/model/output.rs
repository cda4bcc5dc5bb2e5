//! The output pane: which run, which part of it.

use super::search::Search;
use crate::drive::{Page, Step, View, Window};
use crate::session::run::RunNo;
use crate::text::find::Query;

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
    /// Lines being picked.
    pub(crate) pick: Option<Pick>,
    /// The text of picked lines is on its way.
    pub(crate) taken: Option<Taken>,
    /// A search that is on.
    pub(crate) search: Option<Search>,
    /// The search the drive was last told of: its run, what is looked for, its last step.
    pub(crate) hunted: Option<(RunNo, Query, Step)>,
    /// Steps of searches so far: each has a number of its own.
    pub(crate) steps: u64,
    /// How lines are shown.
    pub(crate) look: Look,
}

/// How lines are shown; the same for every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    /// What stands beside them.
    pub(crate) times: Times,
    /// Long lines are cut, not wrapped.
    pub(crate) cut: bool,
    /// The first column that is shown where they are cut.
    pub(crate) left: u16,
}

/// When lines came, as it stands beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Times {
    /// Nothing.
    #[default]
    None,
    /// Since the run began.
    Since,
    /// By the clock, in the operator's zone.
    Clock,
}

impl Times {
    /// The next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::None => Self::Since,
            Self::Since => Self::Clock,
            Self::Clock => Self::None,
        }
    }

    /// Columns it takes, the gap to the line among them.
    pub(crate) const fn columns(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Since => 10,
            Self::Clock => 9,
        }
    }
}

/// Lines being picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Where the range began.
    pub(crate) from: u64,
    /// Where the operator is.
    pub(crate) to: u64,
    /// The end was followed before.
    pub(crate) followed: bool,
}

/// Lines whose text was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The first line.
    pub(crate) first: u64,
    /// The last one.
    pub(crate) last: u64,
    /// What for.
    pub(crate) what_for: WhatFor,
}

/// What picked lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhatFor {
    /// Evidence in the record.
    Pin,
    /// A key time, and evidence of it.
    Mark,
    /// The clipboard.
    Copy,
}

impl Pick {
    /// First and last line.
    pub(crate) fn range(self) -> (u64, u64) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    /// How many lines.
    pub(crate) fn lines(self) -> u64 {
        let (first, last) = self.range();
        last - first + 1
    }
}

impl Output {
    /// Shows another run, from its end.
    pub(crate) fn show(&mut self, run: RunNo) {
        if self.run != Some(run) {
            let look = Look { left: 0, ..self.look };
            let hunted = self.hunted.take();
            *self = Self { run: Some(run), asked: self.asked, hunted, steps: self.steps, look, ..Self::default() };
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

    /// Lines there are.
    pub(crate) fn total(&self) -> u64 {
        self.current().map_or(0, |page| page.total_lines)
    }

    /// What is on the page must not move away as more comes.
    pub(crate) fn hold(&mut self) {
        if self.anchor.is_none() {
            self.seen = self.total();
            self.anchor = self.current().map(|page| page.first_line.max(1));
        }
    }

    /// Puts a line on the page: where it is not there already, with some lines before it.
    pub(crate) fn go_to(&mut self, line: u64, rows: u16) {
        self.hold();
        let first = self.current().map_or(1, |page| page.first_line);
        let shown = first > 0 && (first..=self.last_line().unwrap_or(0)).contains(&line);
        // What was asked for counts where its page is still on its way.
        if !shown || self.anchor != Some(first) {
            let last = self.total().saturating_sub(u64::from(rows)) + 1;
            self.anchor = Some(line.saturating_sub(u64::from(rows / 3)).clamp(1, last.max(1)));
        }
    }

    /// First and last line of what the operator looks at: of the page, or of the one that was asked for and is still on its way.
    pub(crate) fn in_sight(&self) -> (u64, u64) {
        let shown = self.current().map_or(1, |page| page.first_line.max(1));
        let last = self.last_line().unwrap_or(shown);
        let first = self.anchor.unwrap_or(shown);
        (first, first.saturating_add(last.saturating_sub(shown)))
    }

    /// The number of the last line on the page.
    pub(crate) fn last_line(&self) -> Option<u64> {
        let page = self.current()?;
        let more = page.lines.iter().skip(1).filter(|line| !line.continues).count();
        let last = page.first_line + u64::try_from(more).unwrap_or(0);
        (page.first_line > 0 && !page.lines.is_empty()).then_some(last)
    }
}
