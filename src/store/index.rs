//! The file `index` of a run: where lines begin in its output, and where that moves the cursor. Written as the output grows, so that
//! nobody who comes to ten gigabytes of it has to read them first.
//!
//! Sixteen bytes of head, then sixteen for every 64 KiB of output, numbers little-endian: eight for the line feeds from the start of
//! the output to the end of the block; four for where in the block the first movement of the cursor ends, from 1, and four for where
//! the last clearing of the screen does, 0 meaning none. It only spares reading: without it, and behind its end, the output tells the
//! same.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::private;
use crate::text::escape::{Kind, Scan};
use crate::text::lines::STRIDE;

const HEAD: &[u8; 16] = b"stanch index 1\n\0";
/// Bytes for a block.
const ENTRY: usize = 16;
/// Blocks read at once.
const BATCH: usize = 4096;

/// What is known of 64 KiB of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Block {
    /// Line feeds from the start of the output to the block's end.
    pub newlines: u64,
    /// Where in the block the first sequence ends that moves the cursor, from 1.
    pub moves: Option<u32>,
    /// Where in the block the last sequence ends that clears the screen or changes to another, from 1.
    pub clears: Option<u32>,
}

impl Block {
    fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.newlines.to_le_bytes());
        for place in [self.moves, self.clears] {
            out.extend_from_slice(&place.unwrap_or(0).to_le_bytes());
        }
    }

    fn decode(entry: &[u8; ENTRY]) -> Self {
        let whole = u128::from_le_bytes(*entry);
        let place = |shift: u32| u32::try_from((whole >> shift) & u128::from(u32::MAX)).ok().filter(|place| *place > 0);
        Self {
            newlines: u64::try_from(whole & u128::from(u64::MAX)).unwrap_or(u64::MAX),
            moves: place(64),
            clears: place(96),
        }
    }
}

/// Writes the index of an output that grows.
#[derive(Debug)]
pub struct Writer {
    /// None where it cannot be written (any more): then it is only shorter.
    file: Option<File>,
    scan: Scan,
    block: Block,
    bytes: u64,
    buffer: Vec<u8>,
}

impl Writer {
    /// Begins the index of an empty output. Where it cannot be made there is none.
    #[must_use]
    pub fn begin(path: &Path) -> Self {
        let file = private::options().create(true).write(true).truncate(true).open(path);
        let file = file.and_then(|mut file| file.write_all(HEAD).map(|()| file)).ok();
        Self { file, scan: Scan::new(), block: Block::default(), bytes: 0, buffer: Vec::new() }
    }

    /// Line feeds so far.
    #[must_use]
    pub fn newlines(&self) -> u64 {
        self.block.newlines
    }

    /// This was appended to the output.
    pub fn grew(&mut self, mut output: &[u8]) {
        while !output.is_empty() {
            let inside = self.bytes % STRIDE;
            let room = usize::try_from(STRIDE - inside).unwrap_or(usize::MAX);
            let (part, rest) = output.split_at(room.min(output.len()));
            self.take(inside, part);
            self.bytes += part.len() as u64;
            if part.len() == room {
                self.block.encode(&mut self.buffer);
                self.block = Block { newlines: self.block.newlines, ..Block::default() };
            }
            output = rest;
        }
        if let Some(file) = self.file.as_mut().filter(|_| !self.buffer.is_empty()) {
            // A disk that takes no more: what is there stays true.
            if file.write_all(&self.buffer).is_err() {
                self.file = None;
            }
            self.buffer.clear();
        }
    }

    fn take(&mut self, mut inside: u64, mut part: &[u8]) {
        self.block.newlines += memchr::memchr_iter(b'\n', part).count() as u64;
        while let Some((kind, end)) = self.scan.next(part) {
            inside += end as u64;
            let place = u32::try_from(inside).ok();
            self.block.moves = self.block.moves.or(place);
            if kind != Kind::Moves {
                self.block.clears = place;
            }
            part = part.get(end..).unwrap_or_default();
        }
    }
}

/// Reads an index, also while it grows.
#[derive(Debug)]
pub struct Reader {
    file: File,
    at: u64,
    batch: std::vec::IntoIter<Block>,
}

impl Reader {
    /// Opens it; none where there is none that can be understood.
    #[must_use]
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut head = [0; HEAD.len()];
        file.read_exact_at(&mut head, 0).ok()?;
        (head == *HEAD).then(|| Self { file, at: HEAD.len() as u64, batch: Vec::new().into_iter() })
    }
}

impl Iterator for Reader {
    type Item = Block;

    /// The next block; none where no more is written by now, or can be read.
    fn next(&mut self) -> Option<Block> {
        if self.batch.len() == 0 {
            let mut bytes = vec![0; BATCH * ENTRY];
            let count = loop {
                match self.file.read_at(&mut bytes, self.at) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other.ok()?,
                }
            };
            let (entries, _) = bytes.get(..count)?.as_chunks::<ENTRY>();
            self.at += (entries.len() * ENTRY) as u64;
            self.batch = entries.iter().map(Block::decode).collect::<Vec<_>>().into_iter();
        }
        self.batch.next()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(output: &[u8], size: usize) -> Vec<Block> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let mut writer = Writer::begin(&path);
        let mut reader = Reader::open(&path).unwrap();
        let mut blocks = Vec::new();
        for piece in output.chunks(size) {
            writer.grew(piece);
            blocks.extend(reader.by_ref());
        }
        assert_eq!(writer.newlines(), memchr::memchr_iter(b'\n', output).count() as u64);
        let again = Reader::open(&path).unwrap();
        assert_eq!(blocks, again.collect::<Vec<_>>());
        blocks
    }

    #[test]
    fn every_block_knows_its_line_feeds_and_its_movements() {
        let stride = usize::try_from(STRIDE).unwrap();
        let mut output = b"12345678\n".repeat(stride);
        output.truncate(stride * 3 + 5);
        output[stride - 1..stride + 3].copy_from_slice(b"\x1b[2A");
        output[stride + 10..stride + 14].copy_from_slice(b"\x1b[2J");
        output[stride * 2..stride * 2 + 5].copy_from_slice(b"\x1b[31m");
        let blocks = blocks(&output, 1000);
        let newlines = |upto: usize| memchr::memchr_iter(b'\n', &output[..upto]).count() as u64;
        let block = |number: usize, moves, clears| Block { newlines: newlines(stride * number), moves, clears };
        assert_eq!(blocks, [block(1, None, None), block(2, Some(3), Some(14)), block(3, None, None)]);
    }

    #[test]
    fn what_is_no_index_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        assert!(Reader::open(&path).is_none());
        std::fs::write(&path, "stanch index 2\n\0").unwrap();
        assert!(Reader::open(&path).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
        #[test]
        fn an_index_is_the_same_however_the_output_grew(
            lines in prop::collection::vec("[a-z]{0,9}|\x1b\\[[AJHm]|\x1b\\[2J", 1..40), times in 2000_usize..5000, size in 1000_usize..90_000,
        ) {
            let output = (lines.join("\n") + "\n").repeat(times).into_bytes();
            prop_assert_eq!(blocks(&output, size), blocks(&output, usize::MAX));
        }
    }
}
