//! The output file, read as it grows.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// A file that grows, and how far it has been read.
pub(super) struct Tail {
    path: PathBuf,
    file: Option<File>,
    offset: u64,
    chunk: Vec<u8>,
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None, offset: 0, chunk: Vec::new() }
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next bytes; none at the present end, or where there is no file yet.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if self.file.is_none() {
            match File::open(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let Some(file) = &self.file else { return Ok(None) };
        self.chunk.resize(CHUNK, 0);
        let count = read_at(file, &mut self.chunk, self.offset)?;
        self.offset += count as u64;
        Ok((count > 0).then(|| &self.chunk[..count]))
    }
}

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
