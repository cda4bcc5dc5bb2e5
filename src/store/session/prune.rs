//! Taking old sessions away: what would go is asked first, and what is open, worked or still wanted stays.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::dir::SessionDir;
use super::find::list;
use super::summary::Summary;
use crate::store::error::{Error, Result};
use crate::store::lock::{Driver, lanes_still};
use crate::store::paths::Paths;
use crate::store::private;

/// The name of a folder that is being taken away begins so: no list shows it, and the next pruning removes what a crash left of it.
const GOING: &str = ".gone-";

/// Which sessions may go. An open one never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Old {
    /// Their last entry is older than this.
    pub than: TimeDelta,
    /// They take at least so many bytes.
    pub bytes: u64,
    /// Rehearsals only.
    pub drills: bool,
}

/// What would go and what would not.
#[derive(Debug, Default)]
pub struct Plan {
    /// Sessions that may go, oldest first, with the bytes they take on the disk.
    pub go: Vec<(Summary, u64)>,
    /// Closed sessions that are old enough and stay, and why.
    pub stay: Vec<(Summary, &'static str)>,
}

/// Looks which sessions may go. Nothing is altered.
///
/// # Errors
/// Where the folder of sessions cannot be read.
pub fn plan(paths: &Paths, old: Old, now: DateTime<Utc>) -> Result<Plan> {
    let mut plan = Plan::default();
    for summary in list(paths)?.into_iter().rev() {
        let facts = &summary.facts;
        let is_old = facts.last.is_some_and(|last| now - last > old.than);
        if summary.is_open() || !is_old || (old.drills && facts.drill.is_none()) {
            continue;
        }
        if let Some(why) = reason_to_stay(&summary) {
            plan.stay.push((summary, why));
            continue;
        }
        // What cannot be measured is small.
        let bytes = size(summary.dir.path()).unwrap_or(0);
        if bytes >= old.bytes {
            plan.go.push((summary, bytes));
        }
    }
    Ok(plan)
}

fn reason_to_stay(summary: &Summary) -> Option<&'static str> {
    if summary.facts.trouble.is_some() {
        return Some("its journal is damaged; look at it first");
    }
    if summary.is_wanted() {
        return Some("it is still to be looked at again, or was red when it was");
    }
    lanes_still(&summary.dir).is_err().then_some("a lane still works in it")
}

/// Takes a session away, unless it was opened again or somebody took its wheel meanwhile.
///
/// # Errors
/// [`Error::Held`], [`Error::Busy`]; what the operating system says.
pub fn remove(dir: &SessionDir, by: &str, now: DateTime<Utc>) -> Result<()> {
    let _driver = Driver::try_take(dir, by, now)?;
    let _lanes = lanes_still(dir)?;
    if Summary::of(dir.clone()).is_open() {
        return Err(Error::Held { session: dir.id().to_owned(), holder: "it was opened again meanwhile".to_owned() });
    }
    let folder = dir.path().parent().unwrap_or(dir.path());
    let going = folder.join(format!("{GOING}{}", dir.id()));
    fs::rename(dir.path(), &going).map_err(Error::at("take away", dir.path()))?;
    private::sync_dir(folder).map_err(Error::at("sync", folder))?;
    fs::remove_dir_all(&going).map_err(Error::at("remove", &going))
}

/// Removes what a crash left of sessions that were being taken away.
///
/// # Errors
/// What the operating system says.
pub fn sweep(paths: &Paths) -> Result<()> {
    for folder in paths.all_sessions() {
        let sweep = || {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                other => other?,
            };
            for entry in entries {
                let entry = entry?;
                if entry.file_name().as_encoded_bytes().starts_with(GOING.as_bytes()) && entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                }
            }
            Ok(())
        };
        sweep().map_err(Error::at("clean up", &folder))?;
    }
    Ok(())
}

/// Bytes on the disk; links are not followed.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size(&entry.path())? } else { meta.blocks() * 512 };
    }
    Ok(bytes)
}
