//! The transcript of a run's output, read as it grows: with what its index and its times spare.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::index::{Block, Reader};
use super::runs::RunDir;
use super::slices::slices;
use super::spool::{Kept, part};
use super::times::{Tick, Ticks};
use crate::runbook::Mode;
use crate::text::find::Search;
use crate::text::lines::STRIDE;
use crate::text::styled::Screen;
use crate::text::transcript::{Bytes, Text, Transcript};

/// How much is read at once, in bytes.
const CHUNK: u64 = 256 * 1024;
/// How much is taken in slices at once, in bytes: a few milliseconds' work, so that a search can be called off. Less is not worth it.
const STRETCH: u64 = 32 << 20;
/// Strides passed over at once: a gigabyte.
const PASSES: u32 = 16 * 1024;
/// Columns of a terminal nobody told the size of, and rows of every run's before it is resized.
const USUAL: (u16, u16) = (240, 50);

/// An output, where it is read from.
#[derive(Debug, Clone)]
pub struct Output(Arc<File>);

impl Bytes for Output {
    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        part(&self.0, from, to)
    }
}

/// A transcript under way.
pub struct Reading {
    output: Output,
    transcript: Transcript<Output, Kept>,
    index: Option<Reader>,
    /// Blocks taken from the index, and the last of them, where it was not passed over.
    blocks: u64,
    block: Option<Block>,
    passed: bool,
    ticks: Option<Ticks>,
    tick: Option<Tick>,
    finished: bool,
    /// It was tried to search it in slices, and that cannot be.
    unsliced: bool,
}

impl Reading {
    /// Of a run's output, from its beginning; none where there is no output yet.
    ///
    /// # Errors
    /// Where it is there and cannot be opened.
    pub fn open(run: &RunDir) -> io::Result<Option<Self>> {
        let file = match File::open(run.output()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Without its command the output is still there to be read.
        let (interactive, columns) = match run.command() {
            Ok(spec) => (spec.mode == Mode::Interactive, spec.width),
            Err(_) => (false, USUAL.0),
        };
        let output = Output(Arc::new(file));
        let kept = Kept::beside(run.path());
        let transcript = Transcript::new(output.clone(), kept, (columns, USUAL.1), interactive);
        let (index, ticks) = (Reader::open(&run.index()), Ticks::open(&run.times()));
        Ok(Some(Self {
            output,
            transcript,
            index,
            blocks: 0,
            block: None,
            passed: false,
            ticks,
            tick: None,
            finished: false,
            unsliced: false,
        }))
    }

    /// Bytes of output there are by now.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.output.0.metadata()?.len())
    }

    /// Bytes of output the text tells of.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.transcript.taken()
    }

    /// The bytes of output between two offsets.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn raw(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        self.output.read(from, to)
    }

    /// Reads the text from an offset on into a buffer, as far as there is room and text; how many bytes that were.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn read_text(&self, from: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.text();
        let most = text.len().saturating_sub(from).min(buffer.len() as u64);
        let room = buffer.get_mut(..usize::try_from(most).unwrap_or(0)).unwrap_or_default();
        if !text.is_raw() {
            let bytes = text.part(from, from + most)?;
            let room = room.get_mut(..bytes.len()).unwrap_or_default();
            room.copy_from_slice(&bytes);
            return Ok(room.len());
        }
        // Most text is the output itself: it is read without another copy.
        let mut filled = 0;
        while filled < room.len() {
            match self.output.0.read_at(&mut room[filled..], from + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Goes on with a search of the text by as much as can be done in [`slices`] at once; false where that cannot be: too little is left,
    /// the text is not the output itself, or a line is too long. Then it is for [`read_text`](Self::read_text).
    ///
    /// # Errors
    /// What the operating system says.
    pub fn search_slices(&mut self, search: &mut Search) -> io::Result<bool> {
        let (text, from) = (self.text(), search.tally().bytes());
        if self.unsliced || !text.is_raw() || text.len().saturating_sub(from) < STRETCH {
            return Ok(false);
        }
        let Some(slice) = search.slice() else { return Ok(false) };
        let begin = || slice.clone();
        let take = |search: &mut Search, lines: &[u8]| _ = search.take(lines, false);
        let Some(parts) = slices(&self.output.0, (from, from + STRETCH), begin, take)? else {
            self.unsliced = true;
            return Ok(false);
        };
        for part in &parts {
            search.join(part);
        }
        Ok(search.tally().bytes() > from)
    }

    /// Goes on in the output; false where all of it was taken.
    ///
    /// # Errors
    /// Where the output cannot be read, or what was seen of it cannot be kept.
    pub fn advance(&mut self) -> io::Result<bool> {
        let (length, taken) = (self.length()?, self.taken());
        if taken >= length {
            return Ok(false);
        }
        if self.pass(length) {
            return Ok(true);
        }
        if std::mem::take(&mut self.passed) {
            self.transcript.passed()?;
        }
        let mut to = length.min(taken + CHUNK);
        if self.transcript.screen().is_none() {
            // Up to where the index may spare the rest, unless it is behind.
            if self.index.is_some() {
                to = to.min((taken / STRIDE + 1) * STRIDE);
            }
            let bytes = self.output.read(taken, to)?;
            self.transcript.push(&bytes)?;
        } else {
            let bytes = self.output.read(taken, to)?;
            self.show(taken, &bytes)?;
        }
        Ok(true)
    }

    /// Nothing more comes: what stands on a terminal belongs to the text now.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn finish(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(());
        }
        self.transcript.finish()
    }

    /// The terminal has another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.transcript.resize(columns, rows);
    }

    /// The terminal, while the output moves on it.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        self.transcript.screen()
    }

    /// The size that the run's terminal had last.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.transcript.size()
    }

    /// The text so far.
    #[must_use]
    pub fn text(&self) -> Text<'_, Output, Kept> {
        self.transcript.text()
    }

    /// How often text was taken back that had been there: who remembers offsets or lines of it has to look again.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.transcript.cuts()
    }

    /// Passes over what the index knows; false where there is nothing to pass over.
    fn pass(&mut self, length: u64) -> bool {
        let Some(index) = &mut self.index else { return false };
        let mut passes = 0;
        while passes < PASSES && self.transcript.may_pass() {
            let taken = self.transcript.taken();
            // A stride at whose end the output ends is read: nobody knows what its last byte is.
            if taken + STRIDE >= length {
                break;
            }
            // Those of what was read meanwhile are not needed any more.
            while self.blocks <= taken / STRIDE {
                let Some(block) = index.next() else { break };
                self.block = Some(block);
                self.blocks += 1;
            }
            let here = self.block.filter(|block| self.blocks == taken / STRIDE + 1 && block.moves.is_none());
            let Some(block) = here else { break };
            self.transcript.pass(block.newlines);
            passes += 1;
        }
        self.passed |= passes > 0;
        passes > 0
    }

    /// Shows a terminal what comes next, in the pieces in which it came.
    fn show(&mut self, mut at: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            while self.tick.is_none_or(|tick| tick.bytes <= at) {
                let Some(tick) = self.ticks.as_mut().and_then(Iterator::next) else { break };
                if let Some((columns, rows)) = tick.size.filter(|_| tick.bytes <= at) {
                    self.transcript.resize(columns, rows);
                }
                self.tick = Some(tick);
            }
            let tick = self.tick.filter(|tick| tick.bytes > at);
            let count = tick.map_or(bytes.len() as u64, |tick| tick.bytes - at).min(bytes.len() as u64);
            let (piece, rest) = bytes.split_at(usize::try_from(count).unwrap_or(bytes.len()));
            if let Some(tick) = tick {
                self.transcript.at(tick.ms);
            }
            self.transcript.push(piece)?;
            at += count;
            bytes = rest;
            if let Some((columns, rows)) = tick.and_then(|tick| tick.size.filter(|_| tick.bytes == at)) {
                self.transcript.resize(columns, rows);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::find::{Finder, LONGEST, Query};

    /// Lines that match in an output, and how much of it was searched in slices.
    fn searched(output: &[u8], typed: &str) -> (u64, u64) {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::at(folder.path());
        std::fs::write(run.output(), output).unwrap();
        let mut reading = Reading::open(&run).unwrap().unwrap();
        while reading.advance().unwrap() {}
        let mut search = Search::new(Finder::new(&Query::typed(typed)).unwrap());
        while reading.search_slices(&mut search).unwrap() {}
        let sliced = search.tally().bytes();
        let mut buffer = vec![0; LONGEST];
        while search.tally().bytes() < output.len() as u64 {
            let count = reading.read_text(search.tally().bytes(), &mut buffer).unwrap();
            search.take(&buffer[..count], count < buffer.len());
        }
        (search.tally().matching(), sliced)
    }

    #[test]
    fn a_long_output_is_searched_in_slices_and_nothing_is_missed_or_counted_twice() {
        let mut output = Vec::new();
        let mut matching = 0;
        for number in 0_u32.. {
            if output.len() as u64 > STRETCH + STRETCH / 4 {
                break;
            }
            // Lines of all lengths, so that slices begin anywhere in them.
            output.resize(output.len() + usize::try_from(number % 997).unwrap(), b'.');
            if number % 3 == 0 {
                output.extend_from_slice(b"needle");
                matching += 1;
            }
            output.push(b'\n');
        }
        let (found, sliced) = searched(&output, "needle");
        assert_eq!(found, matching);
        assert!((STRETCH - 2000..=STRETCH).contains(&sliced), "{sliced}");
    }

    #[test]
    fn where_a_line_is_too_long_for_slices_it_is_searched_without_them() {
        let mut output = b"needle\n".repeat(1000);
        output.resize(usize::try_from(STRETCH).unwrap(), b'.');
        output.extend_from_slice(b" needle\nneedle\n");
        assert_eq!(searched(&output, "needle"), (1002, 0));
    }
}
