//! What can be read of a transcript.

use std::io;

use super::pieces::{Piece, Source};
use super::{Bytes, Came, Spool, Transcript};
use crate::text::lines::{self, Seek};

/// Read at once to find a line, in bytes.
const CHUNK: u64 = 64 * 1024;

impl<R: Bytes, S: Spool> Bytes for Text<'_, R, S> {
    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        self.part(from, to)
    }
}

/// A transcript as text: what was taken so far, with what stands on the terminal at its end. Offsets are of this text.
pub struct Text<'a, R, S> {
    of: &'a Transcript<R, S>,
    /// What stands on the terminal.
    living: Vec<u8>,
}

impl<'a, R: Bytes, S: Spool> Text<'a, R, S> {
    /// Without what stands on the terminal: it may still change.
    pub(super) fn of(of: &'a Transcript<R, S>) -> Self {
        Self { of, living: Vec::new() }
    }

    /// With what stands on the terminal, the alternate screen excepted.
    #[must_use]
    pub fn with_living(mut self) -> Self {
        if let Some(screen) = self.of.screen() {
            screen.living(&mut self.living);
        }
        self
    }

    /// Bytes of text.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.of.pieces.len() + self.living.len() as u64
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this is the output itself, as far as it was taken: it never moved the cursor.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.of.moving.is_none() && self.of.pieces.is_raw()
    }

    /// Line feeds.
    #[must_use]
    pub fn newlines(&self) -> u64 {
        self.of.pieces.newlines() + count(&self.living)
    }

    /// Lines; a last one without its line feed counts.
    ///
    /// # Errors
    /// Where the text's end cannot be read.
    pub fn lines(&self) -> io::Result<u64> {
        let length = self.len();
        let last = self.part(length.saturating_sub(1), length)?;
        Ok(self.newlines() + u64::from(last.first().is_some_and(|byte| *byte != b'\n')))
    }

    /// The bytes between two offsets; fewer where there are not so many.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn part(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let to = to.min(self.len());
        let mut bytes = Vec::new();
        for piece in self.of.pieces.between(from, to) {
            let start = piece.from + from.saturating_sub(piece.start);
            let end = piece.to.min(piece.from + to.saturating_sub(piece.start));
            bytes.append(&mut self.source(piece.source).read(start, end)?);
        }
        let kept = self.of.pieces.len();
        let living = |offset: u64| usize::try_from(offset.saturating_sub(kept)).unwrap_or(usize::MAX);
        bytes.extend_from_slice(self.living.get(living(from)..living(to)).unwrap_or_default());
        Ok(bytes)
    }

    /// Just behind the line feed of this number (from 1); the start for 0, the end where there are not so many.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn after(&self, number: u64) -> io::Result<u64> {
        if number == 0 {
            return Ok(0);
        }
        let Some(beyond) = number.checked_sub(self.of.pieces.newlines()).filter(|beyond| *beyond > 0) else {
            return match self.of.pieces.with_newline(number) {
                Some(piece) => self.after_in(piece, number),
                None => Ok(0),
            };
        };
        let place = lines::after(&self.living, beyond).unwrap_or(self.living.len());
        Ok(self.of.pieces.len() + place as u64)
    }

    fn after_in(&self, piece: &Piece, number: u64) -> io::Result<u64> {
        let index = match piece.source {
            Source::Raw => &self.of.raw_index,
            Source::Spool => &self.of.spool_index,
        };
        let Seek { mut offset, mut skip } = index.seek(piece.base + number - piece.newlines);
        while skip > 0 && offset < piece.to {
            let bytes = self.source(piece.source).read(offset, piece.to.min(offset + CHUNK))?;
            if let Some(place) = lines::after(&bytes, skip) {
                offset += place as u64;
                break;
            }
            if bytes.is_empty() {
                break;
            }
            skip -= count(&bytes);
            offset += bytes.len() as u64;
        }
        Ok(piece.start + offset.saturating_sub(piece.from))
    }

    /// Line feeds before an offset.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn before(&self, offset: u64) -> io::Result<u64> {
        let kept = self.of.pieces.len();
        if offset >= kept {
            let inside = usize::try_from(offset - kept).unwrap_or(usize::MAX).min(self.living.len());
            return Ok(self.of.pieces.newlines() + count(self.living.get(..inside).unwrap_or_default()));
        }
        let Some(piece) = self.of.pieces.between(offset, offset + 1).next() else { return Ok(0) };
        let index = match piece.source {
            Source::Raw => &self.of.raw_index,
            Source::Spool => &self.of.spool_index,
        };
        let end = piece.from + (offset - piece.start);
        let (mut at, mut newlines) = index.before(end);
        while at < end {
            let bytes = self.source(piece.source).read(at, end.min(at + CHUNK))?;
            if bytes.is_empty() {
                break;
            }
            newlines += count(&bytes);
            at += bytes.len() as u64;
        }
        Ok(piece.newlines + newlines - piece.base)
    }

    /// When the line came that begins at this offset, with so many line feeds before it, as far as that is known: of what stands on
    /// the terminal it is not.
    #[must_use]
    pub fn came(&self, offset: u64, newlines: u64) -> Option<Came> {
        let piece = self.of.pieces.between(offset, offset + 1).next()?;
        match piece.source {
            Source::Raw => Some(Came::With(piece.from + offset - piece.start)),
            Source::Spool => {
                let place = self.of.kept_at.partition_point(|(first, _)| *first <= newlines);
                let (_, ms) = self.of.kept_at.get(place.checked_sub(1)?)?;
                Some(Came::At(*ms))
            }
        }
    }

    fn source(&self, source: Source) -> &dyn Bytes {
        match source {
            Source::Raw => &self.of.raw,
            Source::Spool => &self.of.spool,
        }
    }
}

fn count(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
