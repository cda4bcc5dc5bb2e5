//! Checking again whenever something is saved.
//!
//! The files are looked at a few times a second. That is a handful of calls of the system, works on every file system and with every
//! way in which editors save, and needs no library; what takes a while to notice a save would be no better.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::files::runbooks_of;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(200);

/// Calls `check` at once and after each change of a file, until that fails: nobody listens any more. Gives what it said.
pub(super) fn watch(paths: &[PathBuf], check: &mut impl FnMut() -> anyhow::Result<()>) -> anyhow::Error {
    loop {
        let before = look(paths);
        if let Err(error) = check() {
            return error;
        }
        while look(paths) == before {
            std::thread::sleep(EVERY);
        }
    }
}

/// A file, and what changes when it is saved: its time, its length, and which file it is.
type Seen = (PathBuf, Option<(SystemTime, u64, u64)>);

fn look(paths: &[PathBuf]) -> Vec<Seen> {
    let files = paths.iter().flat_map(|path| runbooks_of(path).unwrap_or_else(|_| vec![path.clone()]));
    files
        .map(|file| {
            let state = state(&file);
            (file, state)
        })
        .collect()
}

fn state(path: &Path) -> Option<(SystemTime, u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len(), meta.ino()))
}
