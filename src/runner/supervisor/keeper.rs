//! A file that output is appended to, unless that would fill the disk.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use rustix::fs::fstatvfs;

use crate::store::private;

/// Free space is looked at again after this many bytes.
const LOOK_EVERY: u64 = 4 << 20;
/// So much of what could not be kept is held in memory, to be shown.
const LAST: usize = 64 << 10;
/// The most that is left free, in bytes.
const RESERVE: u64 = 256 << 20;

/// Appends, counts, and stops before the disk is full.
pub(super) struct Keeper {
    /// None from the first byte on that could not be kept: what is there is whole up to its end, without a hole.
    file: Option<File>,
    kept: u64,
    dropped: u64,
    /// The end of what came and could not be kept.
    last: Vec<u8>,
    look_at: u64,
    limit: u64,
    trouble: Option<String>,
}

impl Keeper {
    /// Makes the file.
    ///
    /// # Errors
    /// `AlreadyExists` where it is there. Any other trouble is not an error: then everything is dropped, and counted.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        match private::options().create_new(true).append(true).open(path) {
            Ok(file) => Ok(Self::over(file, 0, u64::MAX)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(error) => Ok(Self::nothing(format!("could not make {}: {error}", path.display()))),
        }
    }

    /// Appends to a file, which may be there; it never holds more than `limit` bytes.
    pub(super) fn append(path: &Path, limit: u64) -> Self {
        let opened = private::options().create(true).append(true).open(path);
        match opened.and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((length, file)) => Self::over(file, length, limit),
            Err(error) => Self::nothing(format!("could not open {}: {error}", path.display())),
        }
    }

    /// Keeps nothing.
    pub(super) fn none() -> Self {
        Self { file: None, kept: 0, dropped: 0, last: Vec::new(), look_at: 0, limit: 0, trouble: None }
    }

    fn over(file: File, kept: u64, limit: u64) -> Self {
        Self { file: Some(file), kept, dropped: 0, last: Vec::new(), look_at: kept, limit, trouble: None }
    }

    fn nothing(trouble: String) -> Self {
        Self { trouble: Some(trouble), ..Self::none() }
    }

    /// Appends; returns how many of the bytes were kept.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> usize {
        if self.file.is_some() && self.kept >= self.look_at {
            self.look();
        }
        let mut done = 0;
        while let Some(file) = &mut self.file
            && done < bytes.len()
        {
            match file.write(&bytes[done..]) {
                Ok(0) => self.stop("could not write output: the file takes no more".to_owned()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.stop(format!("could not write output: {error}")),
            }
        }
        self.kept += done as u64;
        self.lose(&bytes[done..]);
        done
    }

    fn lose(&mut self, bytes: &[u8]) {
        self.dropped += bytes.len() as u64;
        self.last.extend_from_slice(&bytes[bytes.len().saturating_sub(LAST)..]);
        // Not every time: moving is not free in a flood.
        if self.last.len() > 2 * LAST {
            self.last.drain(..self.last.len() - LAST);
        }
    }

    /// The last of what came and could not be kept.
    pub(super) fn last_lost(&self) -> &[u8] {
        &self.last[self.last.len().saturating_sub(LAST)..]
    }

    /// Counts bytes that are not kept on purpose.
    pub(super) fn drop_bytes(&mut self, count: u64) {
        self.dropped += count;
    }

    /// Bytes in the file.
    pub(super) fn kept(&self) -> u64 {
        self.kept
    }

    /// Bytes that came and are not in it.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What went wrong, told once.
    pub(super) fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    fn stop(&mut self, why: String) {
        self.file = None;
        self.trouble = Some(why);
    }

    /// Is there still room?
    fn look(&mut self) {
        self.look_at = self.kept + LOOK_EVERY;
        let room = self.file.as_ref().and_then(|file| fstatvfs(file).ok());
        if self.kept >= self.limit {
            self.stop("could not keep more output: the file is as long as it may get".to_owned());
        } else if let Some(room) = room {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            let reserve = reserve(room.f_blocks.saturating_mul(room.f_frsize));
            if free < reserve {
                self.stop(format!(
                    "could not keep more output: only {free} bytes are free and {reserve} stay reserved"
                ));
            }
        }
    }
}

/// What must stay free on a disk of this size: `STANCH_DISK_RESERVE` bytes, or 256 MiB, or one percent, whichever is smaller.
fn reserve(size: u64) -> u64 {
    let told = std::env::var("STANCH_DISK_RESERVE").ok().and_then(|text| text.parse().ok());
    told.unwrap_or_else(|| RESERVE.min(size / 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        assert_eq!(Keeper::create(&path).unwrap().keep(b"first"), 5);
        assert_eq!(Keeper::create(&path).err().unwrap().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn where_no_file_can_be_made_everything_is_counted_as_dropped() {
        let mut keeper = Keeper::create(Path::new("/proc/nowhere/output")).unwrap();
        assert_eq!(keeper.keep(b"lost"), 0);
        assert_eq!((keeper.kept(), keeper.dropped()), (0, 4));
        assert!(keeper.trouble().unwrap().starts_with("could not make"));
        assert_eq!(keeper.trouble(), None);
    }

    #[test]
    fn a_full_disk_ends_the_keeping_and_not_the_counting() {
        let full = File::options().append(true).open("/dev/full").unwrap();
        let mut keeper = Keeper::over(full, 0, u64::MAX);
        assert_eq!(keeper.keep(b"no room"), 0);
        assert_eq!(keeper.keep(b"again"), 0);
        assert_eq!((keeper.dropped(), keeper.last_lost()), (12, &b"no roomagain"[..]));
        for _ in 0..100 {
            keeper.keep(&[b'x'; 10_000]);
        }
        keeper.keep(b"the end");
        assert_eq!((keeper.last_lost().len(), keeper.last.len() <= 2 * LAST + 7), (LAST, true));
        assert!(keeper.last_lost().ends_with(b"xxthe end"));
        assert!(keeper.trouble().unwrap().starts_with("could not write output"));
    }
}
