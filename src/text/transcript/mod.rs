//! An output as the lines a person would have seen: a text that grows.
//!
//! Most output writes line after line, and is its own text. Where it moves the cursor (bars of progress, `top`, an editor) what
//! it wrote and what was seen differ: there it is shown to a terminal, and what scrolls out of that is kept beside it. The text
//! then consists of pieces, some of the output itself, some of what was kept; nothing of a flood is copied.

mod pieces;
#[cfg(test)]
mod tests;
mod text;

use std::io;

pub use text::Text;

use self::pieces::{Pieces, Source};
use super::escape::{Kind, Scan};
use super::lines::Index;
use super::sequence;
use super::styled::Screen;

/// Plain output that must follow on a movement before lines are taken from the output again, in bytes; so many pieces there are at
/// most for a gigabyte that moves now and then.
const CALM: u64 = 64 * 1024;
/// The most that is shown anew to a terminal where a movement begins, in bytes: the rows above it are at most as long as that.
const ABOVE: u64 = 1 << 20;

/// Bytes that can be read again.
pub trait Bytes {
    /// The bytes between two offsets; fewer where there are not so many.
    ///
    /// # Errors
    /// What the operating system says.
    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>>;
}

/// Where lines are kept that do not stand in the output as they were seen.
pub trait Spool: Bytes {
    /// Appends these bytes.
    ///
    /// # Errors
    /// What the operating system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// The lines of an output.
pub struct Transcript<R, S> {
    raw: R,
    spool: S,
    raw_index: Index,
    spool_index: Index,
    pieces: Pieces,
    scan: Scan,
    size: (u16, u16),
    /// Programs draw here by nature: it is a terminal from the first byte to the last.
    interactive: bool,
    moving: Option<Moving>,
    /// From which line on the text was kept at which time; only of lines that are kept.
    kept_at: Vec<(u64, u64)>,
    now_ms: u64,
    /// How often text was taken back.
    cuts: u64,
    /// Plain bytes after which a terminal is not needed any more.
    calm: u64,
    buffer: Vec<u8>,
}

/// A terminal that the output is shown to while it moves.
struct Moving {
    screen: Screen,
    /// Rows that had scrolled out when it moved last.
    scrolled: u64,
    /// Bytes since then.
    calm: u64,
}

/// When a line came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// When the byte at this offset of the output did.
    With(u64),
    /// So many milliseconds after the beginning.
    At(u64),
}

impl<R: Bytes, S: Spool> Transcript<R, S> {
    /// Of an output that nothing was seen of yet, written to a terminal of so many columns and rows. `interactive` output has passed
    /// through the kernel's output processing.
    pub fn new(raw: R, spool: S, size: (u16, u16), interactive: bool) -> Self {
        let moving =
            interactive.then(|| Moving { screen: Screen::keeping(size.0, size.1, true), scrolled: 0, calm: 0 });
        let mut pieces = Pieces::default();
        if interactive {
            pieces.begin(Source::Spool, 0, 0);
        }
        Self {
            raw,
            spool,
            raw_index: Index::new(),
            spool_index: Index::new(),
            pieces,
            scan: Scan::new(),
            size,
            interactive,
            moving,
            kept_at: Vec::new(),
            now_ms: 0,
            cuts: 0,
            calm: CALM,
            buffer: Vec::new(),
        }
    }

    /// Bytes of the output taken so far.
    pub fn taken(&self) -> u64 {
        self.raw_index.bytes()
    }

    /// The terminal, while the output moves.
    pub fn screen(&self) -> Option<&Screen> {
        self.moving.as_ref().map(|moving| &moving.screen)
    }

    /// Columns and rows of the terminal.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// How often text was taken back that had been there, because it stands on the terminal again.
    pub fn cuts(&self) -> u64 {
        self.cuts
    }

    /// Whether whole strides of the output may be [passed](Self::pass) over now.
    pub fn may_pass(&self) -> bool {
        self.moving.is_none() && self.taken().is_multiple_of(super::lines::STRIDE)
    }

    /// Passes over the next stride of the output, in which no movement ends and so many line feeds stand up to its end, counted from
    /// the output's start. More must follow.
    pub fn pass(&mut self, newlines: u64) {
        self.pieces.extend(Source::Raw, self.raw_index.bytes(), self.raw_index.newlines(), super::lines::STRIDE);
        self.raw_index.pass(newlines);
        self.pieces.count(self.raw_index.newlines());
        self.scan = Scan::new();
    }

    /// Has the end of what was passed over looked at: an escape sequence may have begun there.
    ///
    /// # Errors
    /// Where it cannot be read again.
    pub fn passed(&mut self) -> io::Result<()> {
        let to = self.taken();
        let before = self.raw.read(to.saturating_sub(u64::from(sequence::LONGEST)), to)?;
        let line = memchr::memrchr(b'\n', &before).map_or(0, |place| place + 1);
        self.scan.push(before.get(line..).unwrap_or_default());
        Ok(())
    }

    /// What comes from now on came so many milliseconds after the beginning.
    pub fn at(&mut self, ms: u64) {
        self.now_ms = ms;
    }

    /// The terminal has another size from here on.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        if let Some(moving) = &mut self.moving {
            moving.screen.resize(columns, rows);
        }
    }

    /// Takes the next piece of the output. It can be read again at once.
    ///
    /// # Errors
    /// Where the output cannot be read again, or what was seen cannot be kept: then lines are missing from here on.
    pub fn push(&mut self, mut input: &[u8]) -> io::Result<()> {
        while !input.is_empty() {
            let taken = if self.moving.is_some() { self.moves_on(input)? } else { self.flows_on(input)? };
            input = input.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// The output is over: what stands on the terminal belongs to the text now.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(mut moving) = self.moving.take() {
            moving.screen.leave_alternate();
            moving.screen.take_living(&mut self.buffer);
            self.keep()?;
        }
        Ok(())
    }

    /// Line by line: it is its own text, until it moves.
    fn flows_on(&mut self, input: &[u8]) -> io::Result<usize> {
        let found = self.scan.next(input);
        let end = found.map_or(input.len(), |(_, end)| end);
        self.take_raw(input.get(..end).unwrap_or_default());
        if let Some((kind, _)) = found {
            self.begins_to_move(kind)?;
        }
        Ok(end)
    }

    /// So much of the output is text as it stands.
    fn take_raw(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.pieces.extend(Source::Raw, self.raw_index.bytes(), self.raw_index.newlines(), bytes.len() as u64);
        self.raw_index.push(bytes);
        self.pieces.count(self.raw_index.newlines());
    }

    /// A movement just ended: from here on the output is shown to a terminal, first the rows that stand on it by now.
    fn begins_to_move(&mut self, kind: Kind) -> io::Result<()> {
        let text = self.text();
        let (newlines, length) = (text.newlines(), text.len());
        let above = text.after(newlines.saturating_sub(u64::from(self.size.1)))?;
        let above = above.max(length.saturating_sub(ABOVE));
        let seen = text.part(above, length)?;
        let here = memchr::memchr_iter(b'\n', &seen).count() as u64;
        self.cuts += 1;
        self.pieces.cut(above, newlines.saturating_sub(here));
        self.pieces.begin(Source::Spool, self.spool_index.bytes(), self.spool_index.newlines());
        while self.kept_at.last().is_some_and(|(line, _)| *line >= newlines - here) {
            self.kept_at.pop();
        }

        let mut screen = Screen::keeping(self.size.0, self.size.1, self.interactive);
        let (rest, last) = seen.split_at(seen.len().saturating_sub(1));
        screen.feed(rest);
        self.moving = Some(Moving { screen, scrolled: 0, calm: 0 });
        self.moved(kind, last)
    }

    /// The last byte of a movement comes.
    fn moved(&mut self, kind: Kind, last: &[u8]) -> io::Result<()> {
        let Some(moving) = &mut self.moving else { return Ok(()) };
        if kind == Kind::Clears && !moving.screen.alternate() {
            // What was on the screen was seen, though the program does not want it there any more.
            moving.screen.take_living(&mut self.buffer);
            let end = self.buffer.iter().rposition(|byte| *byte != b'\n').map_or(0, |place| place + 1);
            self.buffer.truncate(end);
            if end > 0 {
                self.buffer.push(b'\n');
            }
        }
        moving.screen.feed(last);
        moving.scrolled = moving.screen.scrolled();
        moving.calm = 0;
        moving.screen.drain(&mut self.buffer);
        self.keep()
    }

    /// While it moves. Gives how much was taken.
    fn moves_on(&mut self, input: &[u8]) -> io::Result<usize> {
        if let Some((kind, end)) = self.scan.next(input) {
            let (before, last) = input.split_at(end - 1);
            self.show(before)?;
            self.raw_index.push(&last[..1]);
            self.moved(kind, &last[..1])?;
            return Ok(end);
        }
        // Where a line begins, the terminal may have become needless.
        let line = memchr::memrchr(b'\n', input).map_or(0, |place| place + 1);
        let (lines, rest) = input.split_at(line);
        self.show(lines)?;
        if self.is_calm() {
            self.flows_again()?;
            self.take_raw(rest);
        } else {
            self.show(rest)?;
        }
        Ok(input.len())
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(moving) = &mut self.moving else { return Ok(()) };
        self.raw_index.push(bytes);
        moving.screen.feed(bytes);
        moving.calm += bytes.len() as u64;
        moving.screen.drain(&mut self.buffer);
        self.keep()
    }

    /// Whether everything on the terminal came line by line since it moved last, so that it is not needed any more.
    fn is_calm(&self) -> bool {
        self.moving.as_ref().is_some_and(|moving| {
            let screen = &moving.screen;
            !self.interactive
                && moving.calm >= self.calm
                && screen.scrolled() - moving.scrolled >= u64::from(screen.size().1)
                && !screen.alternate()
                && screen.is_at_bottom_left()
        })
    }

    fn flows_again(&mut self) -> io::Result<()> {
        if let Some(mut moving) = self.moving.take() {
            moving.screen.take_living(&mut self.buffer);
            self.keep()?;
        }
        Ok(())
    }

    /// What was seen is kept.
    fn keep(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let before = self.pieces.newlines();
        self.spool.append(&self.buffer)?;
        let (at, newlines) = (self.spool_index.bytes(), self.spool_index.newlines());
        self.pieces.extend(Source::Spool, at, newlines, self.buffer.len() as u64);
        self.spool_index.push(&self.buffer);
        self.pieces.count(self.spool_index.newlines());
        self.buffer.clear();
        if self.kept_at.last().is_none_or(|(_, ms)| *ms != self.now_ms) {
            self.kept_at.push((before, self.now_ms));
        }
        Ok(())
    }

    /// The text as it is now.
    pub fn text(&self) -> Text<'_, R, S> {
        Text::of(self)
    }
}
