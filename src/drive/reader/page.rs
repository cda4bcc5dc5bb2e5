//! A window's worth of output.

use std::io;

use super::super::news::{Page, View, Window};
use super::screen::{self, Part};
use crate::session::run::RunNo;
use crate::store::runs::RunDir;
use crate::store::spool::Kept;
use crate::store::times::Times;
use crate::store::transcript::{Output, Reading};
use crate::text::styled::{self, Line};
use crate::text::transcript::{Came, Text};
use crate::text::{lines, plain};

/// The most that is rendered for one page, in bytes: a window shows no more of a single endless line.
const MOST: u64 = 1 << 20;
/// How far a transcript may be behind its output before the end is shown without it, in bytes.
const BEHIND: u64 = 4 << 20;
/// So many times its text a line may be, with its escapes, where its text is wanted.
const ESCAPES: u64 = 16;

/// A run's output as lines, found where the record has them.
pub(super) struct Shelf {
    folder: RunDir,
    reading: Option<Reading>,
    times: Option<Times>,
}

impl Shelf {
    pub(super) fn new(folder: RunDir) -> Self {
        Self { folder, reading: None, times: None }
    }

    /// Goes on in the output; false where all of it was taken.
    pub(super) fn read(&mut self) -> io::Result<bool> {
        if self.reading.is_none() {
            self.reading = Reading::open(&self.folder)?;
        }
        self.reading.as_mut().map_or(Ok(false), Reading::advance)
    }

    /// All was taken and nothing more comes.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.reading.as_mut().map_or(Ok(()), Reading::finish)
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        if let Some(reading) = &mut self.reading {
            reading.resize(columns.max(1), rows.max(1));
        }
    }

    /// Bytes of output there are by now.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        self.reading.as_ref().map_or(Ok(0), Reading::length)
    }

    /// Lines so far; a last one without its newline counts.
    pub(super) fn lines(&self) -> io::Result<u64> {
        self.reading.as_ref().map_or(Ok(0), |reading| reading.text().with_living().lines())
    }

    /// The text of lines, from 1, without escapes; none where it is longer than so many bytes.
    pub(super) fn text(&self, first: u64, last: u64, most: usize) -> io::Result<Option<String>> {
        let Some(reading) = &self.reading else { return Ok(Some(String::new())) };
        let text = reading.text().with_living();
        let (from, to) = (text.after(first.saturating_sub(1))?, text.after(last)?);
        // Colours may be most of what a line is made of, but not without an end.
        if to.saturating_sub(from) > most as u64 * ESCAPES {
            return Ok(None);
        }
        let text = plain::strip(&text.part(from, to)?);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok((text.len() <= most).then(|| text.to_owned()))
    }

    /// The page a window shows now.
    pub(super) fn page(&mut self, run: RunNo, window: Window, complete: bool) -> io::Result<Page> {
        if self.times.is_none() {
            self.times = Times::open(&self.folder.times());
        }
        let Some(reading) = &self.reading else {
            return Ok(page(run, Part::default(), Vec::new(), (0, 0, 0), complete));
        };
        let text = reading.text().with_living();
        let (total, length) = (text.lines()?, reading.length()?.max(reading.taken()));
        let unread = length - reading.taken();
        let part = match (window.view, reading.screen()) {
            (View::End, _) if unread > BEHIND => quick_end(reading, length, window)?,
            (View::End, Some(screen)) if screen.alternate() => screen::whole(screen, window),
            (View::End, Some(screen)) => screen::end(screen, &reading.text(), total, window)?,
            (View::End, None) => end(&text, total, window)?,
            (View::From { line }, _) => from(&text, line, total, window)?,
        };
        let times = if part.first_line > 0 { self.times_of(&text, &part)? } else { Vec::new() };
        Ok(page(run, part, times, (total, length, unread), complete))
    }

    /// When each row came.
    fn times_of(&self, text: &Text<'_, Output, Kept>, part: &Part) -> io::Result<Vec<Option<u64>>> {
        let Some(times) = &self.times else { return Ok(Vec::new()) };
        let mut found = Vec::with_capacity(part.lines.len());
        let mut number = part.first_line - 1;
        let mut offset = text.after(number)?;
        let mut now = came(times, text, offset, number);
        let begun = part.lines.iter().skip(1).filter(|line| !line.continues).count() as u64;
        let bytes = text.part(offset, text.after(number + begun)?.min(offset + MOST))?;
        let mut rest = bytes.as_slice();
        for (place, line) in part.lines.iter().enumerate() {
            if place > 0 && !line.continues {
                let length = lines::after(rest, 1).unwrap_or(rest.len());
                rest = rest.get(length..).unwrap_or_default();
                offset += length as u64;
                number += 1;
                now = came(times, text, offset, number);
            }
            found.push(now);
        }
        Ok(found)
    }
}

fn came(times: &Times, text: &Text<'_, Output, Kept>, offset: u64, newlines: u64) -> Option<u64> {
    match text.came(offset, newlines)? {
        Came::With(byte) => times.of(byte),
        Came::At(ms) => Some(ms),
    }
}

fn page(run: RunNo, part: Part, times: Vec<Option<u64>>, totals: (u64, u64, u64), complete: bool) -> Page {
    let Part { first_line, lines, cursor } = part;
    let (total_lines, total_bytes, unread) = totals;
    Page { run, first_line, lines, times, total_lines, total_bytes, unread, cursor, complete }
}

/// The last rows of an output that is not read up to its end yet: as they would be drawn from a little before on.
fn quick_end(reading: &Reading, length: u64, window: Window) -> io::Result<Part> {
    let bytes = reading.raw(length.saturating_sub(MOST), length)?;
    let lines = if reading.screen().is_some() {
        let (columns, rows) = reading.size();
        let mut drawn = styled::Screen::new(columns, rows, false);
        drawn.feed(&bytes);
        screen::whole(&drawn, window).lines
    } else {
        styled::render_end(&bytes, window.columns, usize::from(window.rows))
    };
    Ok(Part { lines, ..Part::default() })
}

/// The last rows, and the line the first of them belongs to.
fn end(text: &Text<'_, Output, Kept>, total: u64, window: Window) -> io::Result<Part> {
    let rows = usize::from(window.rows);
    let length = text.len();
    let start = text.after(total.saturating_sub(u64::from(window.rows)))?;
    let bytes = text.part(start.max(length.saturating_sub(MOST)), length)?;
    let lines = drawn_end(&bytes, window, rows);
    let Some(first) = lines.first() else { return Ok(Part::default()) };
    // Counted from the end: what stands above the part that was read may be the rest of a very long line.
    let inside = first.continues;
    let begun = lines.iter().filter(|line| !line.continues).count() as u64;
    let first_line = total.saturating_sub(begun) + u64::from(!inside);
    Ok(Part { first_line, lines, cursor: None })
}

/// The rows from a line on.
fn from(text: &Text<'_, Output, Kept>, line: u64, total: u64, window: Window) -> io::Result<Part> {
    let line = line.clamp(1, total.max(1));
    let start = text.after(line - 1)?;
    let end = text.after(line - 1 + u64::from(window.rows))?;
    let bytes = text.part(start, end.min(start + MOST))?;
    Ok(Part { first_line: line, lines: drawn(&bytes, window, usize::from(window.rows)), cursor: None })
}

fn drawn(bytes: &[u8], window: Window, rows: usize) -> Vec<Line> {
    if window.wrap {
        styled::render(bytes, window.columns, rows)
    } else {
        styled::render_cut(bytes, window.left, window.columns, rows)
    }
}

/// The last rows of these bytes.
pub(super) fn drawn_end(bytes: &[u8], window: Window, rows: usize) -> Vec<Line> {
    if window.wrap {
        return styled::render_end(bytes, window.columns, rows);
    }
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let start = memchr::memrchr_iter(b'\n', whole).nth(rows.saturating_sub(1)).map_or(0, |place| place + 1);
    styled::render_cut(&bytes[start..], window.left, window.columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::tests::pages::numbered;

    #[test]
    fn the_end_is_shown_before_all_that_comes_before_it_was_read() {
        for movement in ["", "\x1b[1B\x1b[1A"] {
            let folder = tempfile::tempdir().unwrap();
            let run = RunDir::at(folder.path());
            let lines: String = numbered(800_000);
            std::fs::write(run.output(), format!("{movement}{lines}")).unwrap();
            let mut shelf = Shelf::new(run);
            assert!(shelf.read().unwrap());
            let window = Window { view: View::End, columns: 80, rows: 3, wrap: true, left: 0 };
            let first = shelf.page(RunNo(1), window, false).unwrap();
            assert!(first.unread > BEHIND, "{}", first.unread);
            let texts =
                |page: &Page| page.lines.iter().map(Line::text).filter(|text| !text.is_empty()).collect::<Vec<_>>();
            assert_eq!(texts(&first).last().unwrap(), "line 800000");
            while shelf.read().unwrap() {}
            shelf.finish().unwrap();
            let last = shelf.page(RunNo(1), window, true).unwrap();
            assert_eq!((texts(&last).len(), last.first_line, last.unread), (3, 799_998, 0));
        }
    }
}
