//! Which files a path stands for, and what is in them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::runbook::MAX_BYTES;

/// Reads a file as far as a runbook may go. What is no file (a pipe, a device) is refused: it may never end.
pub(super) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is neither a file nor a folder"));
    }
    let mut bytes = Vec::new();
    // One character more than is taken, so that the parser sees that it is too long.
    File::open(path)?.take(MAX_BYTES as u64 + 4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The runbooks a path stands for: itself, or those in the folder.
pub(super) fn runbooks_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let own = path.join("runbook.yaml");
    if own.is_file() {
        return Ok(vec![own]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?.path();
        let inside = entry.join("runbook.yaml");
        let yaml = entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if entry.is_dir() && inside.is_file() {
            found.push(inside);
        } else if yaml && !entry.is_dir() {
            found.push(entry);
        }
    }
    if found.is_empty() {
        return Err(io::Error::other("the folder holds no runbooks (`*.yaml` or `*/runbook.yaml`)"));
    }
    found.sort();
    Ok(found)
}
