//! From what is prepared to what is there, through a crash as well.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::listed;
use crate::session::redacted::Hashes;
use crate::store::error::{Error, Result};
use crate::store::journal::hash;
use crate::store::private;
use crate::store::session::SessionDir;

/// What is being prepared.
const NEW: &str = ".redact-new";
/// What is whole.
const WHOLE: &str = ".redact";
const JOURNAL: &str = "journal.jsonl";

/// Whether a redaction was done in the journal, and not everywhere yet: a crash came between.
#[must_use]
pub fn is_unfinished(dir: &SessionDir) -> bool {
    let whole = dir.path().join(WHOLE);
    whole.is_dir() && !whole.join(JOURNAL).exists()
}

/// Puts in place what a crash left prepared, or throws it away where the journal knows nothing of it.
///
/// # Errors
/// What the operating system says.
pub fn finish(dir: &SessionDir) -> Result<()> {
    let (whole, new) = (dir.path().join(WHOLE), dir.path().join(NEW));
    remove(&new)?;
    if !whole.exists() {
        return Ok(());
    }
    if is_unfinished(dir) {
        put(&whole, dir.path()).map_err(Error::at("put in place what is in", &whole))?;
        match fs::remove_file(dir.summary()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::at("remove", &dir.summary())(error));
            }
            _ => {}
        }
    }
    remove(&whole)
}

/// An empty folder to prepare in.
pub(super) fn begin(dir: &SessionDir) -> Result<PathBuf> {
    let new = dir.path().join(NEW);
    private::create_dir(&new).map_err(Error::at("create", &new))?;
    Ok(new)
}

/// Throws away what was prepared.
pub(super) fn discard(dir: &SessionDir) -> Result<()> {
    remove(&dir.path().join(NEW))
}

/// What is prepared is whole: the journal takes its place.
pub(super) fn commit(dir: &SessionDir) -> Result<()> {
    let (whole, new) = (dir.path().join(WHOLE), dir.path().join(NEW));
    let steps = || {
        sync_tree(&new)?;
        fs::rename(&new, &whole)?;
        private::sync_dir(dir.path())?;
        fs::rename(whole.join(JOURNAL), dir.journal())?;
        private::sync_dir(&whole)?;
        private::sync_dir(dir.path())
    };
    steps().map_err(Error::at("put in place what is in", &whole))
}

/// Keeps a torn end; its file's name.
pub(super) fn torn(dir: &SessionDir, stage: &Path, torn: &[u8]) -> Result<Option<String>> {
    if torn.is_empty() {
        return Ok(None);
    }
    let name = free(dir, "torn-", ".bin");
    let path = stage.join(&name);
    private::write_new(&path, torn).map_err(Error::at("write", &path))?;
    Ok(Some(name))
}

/// Keeps the hashes that lines had.
pub(super) fn hashes(dir: &SessionDir, stage: &Path, first: u64, hashes: &[String]) -> Result<Hashes> {
    let file = free(dir, "was-", ".hashes");
    let text = hashes.join("\n") + "\n";
    let path = stage.join(&file);
    private::write_new(&path, text.as_bytes()).map_err(Error::at("write", &path))?;
    Ok(Hashes { first, file, sha256: hash(text.as_bytes()) })
}

/// A name that no file of the session has.
fn free(dir: &SessionDir, before: &str, after: &str) -> String {
    let names = (1_u32..).map(|number| format!("{before}{number}{after}"));
    let mut free = names.filter(|name| fs::symlink_metadata(dir.path().join(name)).is_err());
    free.next().unwrap_or_default()
}

fn put(from: &Path, to: &Path) -> io::Result<()> {
    for path in listed(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            put(&path, &target)?;
        } else {
            fs::rename(&path, &target)?;
        }
    }
    private::sync_dir(to)
}

fn sync_tree(folder: &Path) -> io::Result<()> {
    for path in listed(folder)?.iter().filter(|path| path.is_dir()) {
        sync_tree(path)?;
    }
    private::sync_dir(folder)
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::at("remove", folder)(error)),
        _ => Ok(()),
    }
}
