//! What was read of runbooks before, so that a thousand of them load without being parsed again.

use std::collections::HashMap;
use std::env;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::item::Facts;
use crate::store::private;

/// More entries are not kept: those that were not used this time go.
const MOST: usize = 20_000;

/// A file changed within this time may change again without its size or time showing it.
const SETTLED: Duration = Duration::from_secs(2);

/// Tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Version {
    size: u64,
    seconds: i64,
    nanos: i64,
}

impl Version {
    pub(super) fn of(meta: &Metadata) -> Self {
        Self { size: meta.len(), seconds: meta.mtime(), nanos: meta.mtime_nsec() }
    }

    fn is_settled(self) -> bool {
        let Ok(seconds) = u64::try_from(self.seconds) else { return true };
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        SystemTime::now().duration_since(changed).is_ok_and(|age| age > SETTLED)
    }
}

/// The file: facts by path, as this very program saw them.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    program: Version,
    runbooks: HashMap<PathBuf, (Version, Facts)>,
}

/// The cache of one load.
#[derive(Debug)]
pub(super) struct Cache {
    path: PathBuf,
    kept: Kept,
    used: usize,
    changed: bool,
}

impl Cache {
    /// Reads the cache file; one of another program, or of none, counts as empty.
    pub(super) fn open(path: PathBuf) -> Self {
        // Another build may find other problems in the same text.
        let program = env::current_exe().and_then(fs::metadata).map(|meta| Version::of(&meta)).unwrap_or_default();
        let kept: Kept = fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let kept = if kept.program == program { kept } else { Kept { program, runbooks: HashMap::new() } };
        Self { path, kept, used: 0, changed: false }
    }

    /// What is known of a file in this state.
    pub(super) fn get(&mut self, path: &Path, version: Version) -> Option<Facts> {
        let (known, facts) = self.kept.runbooks.get(path)?;
        if *known != version {
            return None;
        }
        self.used += 1;
        Some(facts.clone())
    }

    /// Remembers what was read.
    pub(super) fn put(&mut self, path: &Path, version: Version, facts: &Facts) {
        if !version.is_settled() {
            return;
        }
        self.used += 1;
        self.changed = true;
        self.kept.runbooks.insert(path.to_owned(), (version, facts.clone()));
    }

    /// Writes the file where there is something new. Where it cannot be written, runbooks are read again next time.
    pub(super) fn close(mut self, seen: impl Fn(&Path) -> bool) {
        if !self.changed {
            return;
        }
        if self.kept.runbooks.len() > MOST.max(self.used) {
            self.kept.runbooks.retain(|path, _| seen(path));
        }
        if let Ok(text) = serde_json::to_vec(&self.kept) {
            let _ = private::replace_cache(&self.path, &text);
        }
    }
}
