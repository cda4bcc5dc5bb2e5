//! A living terminal.

use std::num::NonZeroU16;

use super::feed::Feed;
use super::line::Line;
use super::scrolled::Scrolled;

/// Widest screen kept.
const WIDEST: u16 = 4096;
/// Highest screen kept.
const HIGHEST: u16 = 1000;
/// Fed to the emulator at once, in bytes.
const BLOCK: usize = 16 * 1024;

/// A terminal without glass: takes output, shows lines and a cursor. For runs that have the keys, and for output that
/// moves the cursor about. It keeps what the screen shows; what scrolled out only where it was made [`Screen::keeping`] that.
pub struct Screen {
    pub(super) parser: vt100::Parser<Scrolled>,
    feed: Feed,
    buffer: Vec<u8>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.size()).field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}

impl Screen {
    /// An empty screen of 2 to 4096 columns and 1 to 1000 rows; sizes beyond are brought inside. `interactive` output
    /// has passed through the kernel's output processing; in other output a bare line feed also returns.
    #[must_use]
    pub fn new(columns: u16, rows: u16, interactive: bool) -> Self {
        Self::with_scrollback(columns, rows, !interactive, 0)
    }

    /// Like [`Screen::new`]; what scrolls out is kept until it is [drained](Screen::drain).
    #[must_use]
    pub fn keeping(columns: u16, rows: u16, interactive: bool) -> Self {
        Self::with(columns, rows, !interactive, 0, true)
    }

    pub(super) fn with_scrollback(columns: u16, rows: u16, returns: bool, scrollback: usize) -> Self {
        Self::with(columns, rows, returns, scrollback, false)
    }

    fn with(columns: u16, rows: u16, returns: bool, scrollback: usize, kept: bool) -> Self {
        let (rows, columns) = size(columns, rows);
        let parser = vt100::Parser::new_with_callbacks(rows, columns, scrollback, Scrolled::new(kept));
        Self { parser, feed: Feed::new(returns), buffer: Vec::new() }
    }

    /// Takes the next piece of output.
    pub fn feed(&mut self, input: &[u8]) {
        for block in input.chunks(BLOCK) {
            self.feed.push(block, &mut self.buffer);
            // The emulator loses characters next to one that came in two pieces.
            let whole = self.buffer.len() - half_character(&self.buffer);
            self.parser.process(self.buffer.get(..whole).unwrap_or_default());
            self.buffer.drain(..whole);
        }
    }

    /// Changes the size; lines are cut, not wrapped anew, as the program is expected to draw again.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (rows, columns) = size(columns, rows);
        self.parser.set_size(rows, columns);
    }

    /// Columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.parser.screen().size();
        (columns.get(), rows.get())
    }

    /// Row and column of the cursor, from 0; none while it is hidden.
    #[must_use]
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let screen = self.parser.screen();
        let (row, column) = screen.cursor_position();
        let (_, columns) = screen.size();
        (!screen.hide_cursor()).then(|| (row, column.min(columns.get() - 1)))
    }

    /// Whether the alternate screen (of editors, pagers, monitors) is shown.
    #[must_use]
    pub fn alternate(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// Whether the program wants cursor keys in their application form (`ESC O A` instead of `ESC [ A`).
    #[must_use]
    pub fn application_cursor(&self) -> bool {
        self.parser.screen().application_cursor()
    }

    /// Whether the program wants what is pasted to be bracketed.
    #[must_use]
    pub fn bracketed_paste(&self) -> bool {
        self.parser.screen().bracketed_paste()
    }

    /// Rows that scrolled out of the main screen so far, where they are kept.
    #[must_use]
    pub fn scrolled(&self) -> u64 {
        self.parser.callbacks().rows()
    }

    /// Appends the lines that scrolled out of the main screen since this was last asked for, each with its line feed. A line whose
    /// last row is still on the screen is not among them.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        if self.parser.callbacks().is_ended(self.parser.screen()) {
            self.parser.callbacks_mut().close();
        }
        self.parser.callbacks_mut().drain(out);
    }

    /// Appends what the main screen holds down to the cursor or the last row written to, whichever is lower, and the beginning of
    /// its first line where that scrolled out: what [`drain`](Self::drain) would give next if all of it scrolled out, but for the
    /// last line feed. Nothing while the alternate screen is shown.
    pub fn living(&self, out: &mut Vec<u8>) {
        if self.alternate() {
            return;
        }
        let screen = self.parser.screen();
        let scrolled = self.parser.callbacks();
        out.extend_from_slice(scrolled.open().as_bytes());
        if scrolled.open().contains('\x1b') {
            out.extend_from_slice(b"\x1b[m");
        }
        let mut ended = scrolled.is_ended(screen);
        for row in 0..=self.last_row() {
            if ended {
                out.push(b'\n');
            }
            Line::of(screen, row, !ended).append_to(out);
            ended = !screen.row_wrapped(row);
        }
    }

    /// The same as [`living`](Self::living), taken out: what is on the screen stays there and is not given again, unless it is
    /// written anew. For a screen that is about to be cleared or left.
    pub fn take_living(&mut self, out: &mut Vec<u8>) {
        self.drain(out);
        self.living(out);
        if !self.alternate() {
            self.parser.callbacks_mut().forget();
        }
    }

    /// The row of the cursor or the last one written to, whichever is lower.
    #[must_use]
    pub fn last_row(&self) -> u16 {
        let screen = self.parser.screen();
        let (row, _) = screen.cursor_position();
        let (rows, _) = screen.size();
        let below = (row + 1..rows.get()).rev().find(|row| !Line::of(screen, *row, false).spans.is_empty());
        below.unwrap_or(row)
    }

    /// Whether the cursor is at the beginning of the last row: a line just ended there.
    #[must_use]
    pub fn is_at_bottom_left(&self) -> bool {
        let screen = self.parser.screen();
        let (rows, _) = screen.size();
        screen.cursor_position() == (rows.get() - 1, 0) && Line::of(screen, rows.get() - 1, false).spans.is_empty()
    }

    /// Back to the main screen, where the program did not go back itself.
    pub fn leave_alternate(&mut self) {
        self.parser.process(b"\x18\x1b[?47l");
    }

    /// All rows of the screen, from the top.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let screen = self.parser.screen();
        let (rows, _) = screen.size();
        let mut continues = false;
        (0..rows.get())
            .map(|row| {
                let line = Line::of(screen, row, continues);
                continues = screen.row_wrapped(row);
                line
            })
            .collect()
    }
}

/// Bytes at the end that begin a character of UTF-8 and do not end it.
fn half_character(bytes: &[u8]) -> usize {
    for (length, byte) in bytes.iter().rev().take(3).enumerate() {
        let needs = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        return if needs > length + 1 { length + 1 } else { 0 };
    }
    0
}

/// Rows and columns. A terminal of one column cannot show a wide character at all.
fn size(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let at_least = |count: u16| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
    (at_least(rows.clamp(1, HIGHEST)), at_least(columns.clamp(2, WIDEST)))
}
