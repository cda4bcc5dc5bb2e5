//! A window's worth of output.

use std::io;
use std::path::PathBuf;

use super::super::news::{Page, View, Window};
use super::tail::Tail;
use crate::session::run::RunNo;
use crate::text::escape::Scan;
use crate::text::lines::{self, Index, Seek};
use crate::text::styled::{self, Line, Screen};

/// The most that is rendered for one page, in bytes: a window shows no more of a single endless line.
const MOST: u64 = 1 << 20;
/// The size of a screen before anybody said how large it is shown.
const USUAL: (u16, u16) = (80, 24);

/// A run's output, its lines found, its screen kept where it has one.
pub(super) struct Shelf {
    tail: Tail,
    index: Index,
    scan: Scan,
    interactive: bool,
    size: (u16, u16),
    screen: Option<Screen>,
}

impl Shelf {
    pub(super) fn new(path: PathBuf, interactive: bool) -> Self {
        let screen = interactive.then(|| screen(USUAL, true));
        let (index, scan) = (Index::new(), Scan::new());
        Self { tail: Tail::new(path), index, scan, interactive, size: USUAL, screen }
    }

    /// Reads the next chunk and hands it on; false where there is none.
    pub(super) fn read(&mut self, each: impl FnOnce(&[u8])) -> io::Result<bool> {
        let Some(bytes) = self.tail.next()? else { return Ok(false) };
        self.index.push(bytes);
        each(bytes);
        if let Some(screen) = &mut self.screen {
            screen.feed(bytes);
        } else if self.scan.push(bytes) {
            self.becomes_screen()?;
        }
        Ok(true)
    }

    /// The output moves about: from here on it has a screen, fed with what came before.
    fn becomes_screen(&mut self) -> io::Result<()> {
        let to = self.tail.offset();
        let bytes = self.tail.part(to.saturating_sub(MOST), to)?;
        let mut screen = screen(self.size, self.interactive);
        screen.feed(&bytes);
        self.screen = Some(screen);
        Ok(())
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns.max(1), rows.max(1));
        if let Some(screen) = &mut self.screen {
            screen.resize(self.size.0, self.size.1);
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.tail.offset()
    }

    /// Lines so far; a last one without its newline counts.
    pub(super) fn lines(&self) -> u64 {
        self.index.lines()
    }

    /// The page a window shows now.
    pub(super) fn page(&mut self, run: RunNo, window: Window, complete: bool) -> io::Result<Page> {
        let page = |first_line, lines, cursor| Page {
            run,
            first_line,
            lines,
            times: Vec::new(),
            total_lines: self.lines(),
            total_bytes: self.tail.offset(),
            cursor,
            complete,
        };
        if let (View::End, Some(screen)) = (window.view, &self.screen) {
            return Ok(page(0, screen.lines(), screen.cursor()));
        }
        let (first, lines) = match window.view {
            View::End => self.end(window)?,
            View::From { line } => self.from(line, window)?,
        };
        Ok(page(first, lines, None))
    }

    /// The last rows, and the line the first of them belongs to.
    fn end(&self, window: Window) -> io::Result<(u64, Vec<Line>)> {
        let rows = usize::from(window.rows);
        let last = self.lines();
        let start = self.start_of(last.saturating_sub(u64::from(window.rows)) + 1)?;
        let to = self.tail.offset();
        let bytes = self.tail.part(start.max(to.saturating_sub(MOST)), to)?;
        let lines = styled::render_end(&bytes, window.columns, rows);
        // Counted from the end: what stands above the part that was read may be the rest of a very long line.
        let begun = lines.iter().filter(|line| !line.continues).count() as u64;
        if lines.is_empty() {
            return Ok((0, lines));
        }
        let inside = lines.first().is_some_and(|line| line.continues);
        Ok((last.saturating_sub(begun) + u64::from(!inside), lines))
    }

    /// The rows from a line on.
    fn from(&self, line: u64, window: Window) -> io::Result<(u64, Vec<Line>)> {
        let line = line.clamp(1, self.lines().max(1));
        let start = self.start_of(line)?;
        let end = self.start_of(line + u64::from(window.rows))?;
        let bytes = self.tail.part(start, end.min(start + MOST))?;
        Ok((line, styled::render(&bytes, window.columns, usize::from(window.rows))))
    }

    /// The byte a line (from 1) begins at; the end, where there is no such line.
    fn start_of(&self, line: u64) -> io::Result<u64> {
        let to = self.tail.offset();
        if line > self.lines() {
            return Ok(to);
        }
        let Seek { mut offset, mut skip } = self.index.seek(line.saturating_sub(1));
        while skip > 0 && offset < to {
            let bytes = self.tail.part(offset, to.min(offset + (64 << 10)))?;
            if let Some(place) = lines::after(&bytes, skip) {
                return Ok(offset + place as u64);
            }
            if bytes.is_empty() {
                break;
            }
            skip -= memchr::memchr_iter(b'\n', &bytes).count() as u64;
            offset += bytes.len() as u64;
        }
        Ok(offset)
    }
}

/// A screen; plain runs write bare line feeds where they mean new lines.
fn screen((columns, rows): (u16, u16), interactive: bool) -> Screen {
    Screen::new(columns, rows, interactive)
}
