//! Lines that are kept for as long as somebody looks at an output: in memory while they are few, else in a file without a name.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::text::transcript::{Bytes, Spool};

/// The most that is held in memory, in bytes.
const MEMORY: usize = 256 * 1024;

/// Bytes that are appended to and read again; gone when this is.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
}

impl Kept {
    /// Nothing yet. Where it grows long, it has a file on the disk of this folder, or among the temporary files.
    #[must_use]
    pub fn beside(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), memory: Vec::new(), file: None }
    }
}

impl Bytes for Kept {
    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        if let Some(file) = &self.file {
            return part(file, from, to);
        }
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(self.memory.len());
        Ok(self.memory.get(place(from)..place(to)).unwrap_or_default().to_vec())
    }
}

impl Spool for Kept {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > MEMORY {
            let mut file = tempfile::tempfile_in(&self.folder).or_else(|_| tempfile::tempfile())?;
            file.write_all(&self.memory)?;
            self.file = Some(file);
            self.memory = Vec::new();
        }
        Ok(())
    }
}

/// The bytes of a file between two offsets; fewer where there are not so many.
pub(super) fn part(file: &File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    // What is asked for beyond the end takes no memory.
    let size = usize::try_from(to.min(file.metadata()?.len()).saturating_sub(from)).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    bytes.resize(size, 0);
    let mut filled = 0;
    while filled < size {
        match file.read_at(&mut bytes[filled..], from + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_from_memory_and_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::beside(folder.path());
        let mut all = Vec::new();
        for number in 0..50_000 {
            let line = format!("line {number}\n");
            kept.append(line.as_bytes()).unwrap();
            all.extend_from_slice(line.as_bytes());
            if number == 10 {
                assert!(kept.file.is_none());
                assert_eq!(kept.read(7, 12).unwrap(), &all[7..12]);
            }
        }
        assert!(kept.file.is_some() && kept.memory.is_empty());
        assert_eq!(kept.read(400_000, 400_100).unwrap(), &all[400_000..400_100]);
        assert_eq!(kept.read(0, u64::MAX >> 30).unwrap().len(), all.len());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
    }
}
