//! What left a screen at its top, as text.

use std::fmt;

use vt100::capture::{BasicFormattedCaptureRange, BasicFormattedCaptureState, RowContents};

/// Longest line put together from rows, in bytes: what goes on for longer is broken, so that memory stays bounded.
const LONGEST: usize = 1 << 20;

/// Rows that scrolled out of a screen, as lines of text in colour. Every line sets its own colours, so that it can be read without
/// the ones before; what a program drew on the alternate screen (an editor, a pager, a monitor) is not among them.
#[derive(Debug, Default)]
pub(super) struct Scrolled {
    kept: bool,
    rows: u64,
    lines: String,
    /// What scrolled out last: the beginning of a line whose end is still on the screen, or a whole line.
    open: String,
    /// Something scrolled out that is not among the lines yet, though it may be an empty line.
    begun: bool,
    state: BasicFormattedCaptureState,
}

impl Scrolled {
    /// Keeps what scrolls out, or lets it go.
    pub(super) fn new(kept: bool) -> Self {
        Self { kept, ..Self::default() }
    }

    /// Rows that scrolled out so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// What scrolled out last and is not among the lines yet: the beginning of the line whose end is still on the screen, or a whole
    /// line that is not [closed](Self::close).
    pub(super) fn open(&self) -> &str {
        &self.open
    }

    /// Whether the screen's first row begins a line of its own, and does not go on with the open one.
    pub(super) fn is_ended(&self, screen: &vt100::Screen) -> bool {
        if !self.begun {
            return false;
        }
        let mut first = First(None);
        // Stops at the first character: that is a line feed where the row that scrolled out last was the last of its line.
        let mut state = self.state.clone();
        let _ = screen.write_contents_formatted_basic(&mut first, BasicFormattedCaptureRange::Full(&mut state));
        first.0 == Some('\n')
    }

    /// The row that scrolled out last was the last of its line.
    pub(super) fn close(&mut self) {
        self.end();
        self.forget();
    }

    /// Appends the whole lines that scrolled out since this was last asked for, each with its line feed.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.lines.as_bytes());
        self.lines.clear();
    }

    /// The open line was written elsewhere: the next row begins another.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.begun = false;
        self.state = BasicFormattedCaptureState::new();
    }

    fn end(&mut self) {
        // Colours end with their line.
        if self.open.contains('\x1b') {
            self.open.push_str("\x1b[m");
        }
        self.lines.push_str(&self.open);
        self.lines.push('\n');
        self.open.clear();
    }

    fn take(&mut self, row: &RowContents<'_>) {
        self.begun = true;
        let before = self.open.len();
        // Writing to a string does not fail.
        let _ = row.write_formatted_basic(&mut self.open, &mut self.state);
        // The row before was the last of its line, whatever this one holds: it is told by a line feed, with the next row.
        if self.open[before..].starts_with('\n') || before > LONGEST {
            self.open.truncate(before);
            self.end();
            self.state = BasicFormattedCaptureState::new();
            let _ = row.write_formatted_basic(&mut self.open, &mut self.state);
        }
    }
}

/// Takes one character and no more.
struct First(Option<char>);

impl fmt::Write for First {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = text.chars().next();
        if self.0.is_some() { Err(fmt::Error) } else { Ok(()) }
    }
}

impl vt100::Callbacks for Scrolled {
    fn on_scroll(&mut self, row: RowContents<'_>, alternate_screen: bool) {
        if self.kept && !alternate_screen {
            self.rows += 1;
            self.take(&row);
        }
    }
}
