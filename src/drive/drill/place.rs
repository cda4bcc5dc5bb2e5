//! Where a drill lives, and what is left of drills that died.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// The file in a drill's folder that says whose it is.
const MARK: &str = ".stanch-drill";

/// A drill's folder, marked as its own and locked as long as this lives.
#[derive(Debug)]
pub(super) struct Place {
    /// What is known of it: `drills/ID-XXXX` in the data folder.
    record: PathBuf,
    known: Known,
    _lock: File,
}

/// The content of `place.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    v: u32,
    /// The drill's name.
    #[serde(default)]
    drill: String,
    folder: PathBuf,
    mark: String,
}

/// What became of the place of a drill that died.
pub(super) enum Left {
    /// It can be cleaned up.
    Here(Place),
    /// Its folder is gone; the record was removed.
    Nothing,
    /// Its folder does not bear its mark; it is left alone.
    NotOurs(PathBuf),
}

impl Place {
    /// Makes one for the drill of a runbook. `drills` is the folder of records, `room` the one for temporary files.
    pub(super) fn create(drills: &Path, room: &Path, id: &str) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(drills)?;
        let record = tempfile::Builder::new().prefix(&format!("{id}-")).rand_bytes(4).tempdir_in(drills)?.keep();
        let lock = locked(&record)?.ok_or_else(|| io::Error::other("a new drill's lock is held by somebody"))?;
        let folder = tempfile::Builder::new().prefix("stanch-drill-").rand_bytes(6).tempdir_in(room)?.keep();
        let mark = record.to_string_lossy().into_owned();
        let place = Self { record, known: Known { v: 1, drill: id.to_owned(), folder, mark }, _lock: lock };
        private_file(&place.known.folder.join(MARK), place.known.mark.as_bytes())?;
        private_file(&place.record.join("place.json"), &serde_json::to_vec(&place.known)?)?;
        fs::DirBuilder::new().mode(0o700).create(place.work())?;
        // A service that runs as another user must get through to the folder its drill opens for it; it cannot list this one.
        fs::set_permissions(&place.known.folder, fs::Permissions::from_mode(0o711))?;
        Ok(place)
    }

    /// `$DRILL`.
    pub(super) fn work(&self) -> PathBuf {
        self.known.folder.join("d")
    }

    /// The drill's scripts.
    pub(super) fn scripts(&self) -> PathBuf {
        self.known.folder.join("drill")
    }

    /// Where the script that is running is written down: its line of `/proc/PID/stat`.
    pub(super) fn running(&self) -> PathBuf {
        self.record.join("script")
    }

    /// The drill's name.
    pub(super) fn drill(&self) -> &str {
        &self.known.drill
    }

    /// The folder in which everything of it lies.
    pub(super) fn folder(&self) -> &Path {
        &self.known.folder
    }

    /// When it was made.
    pub(super) fn made(&self) -> io::Result<SystemTime> {
        fs::metadata(self.record.join("place.json"))?.modified()
    }

    /// Writes down the session that is worked on it.
    pub(super) fn belongs_to(&self, session: &str) -> io::Result<()> {
        private_file(&self.record.join("session"), session.as_bytes())
    }

    /// The session that is worked on it, where one was begun.
    pub(super) fn session(&self) -> Option<String> {
        fs::read_to_string(self.record.join("session")).ok().filter(|session| !session.is_empty())
    }

    /// Where what a script prints is kept.
    pub(super) fn log(&self, script: &str) -> PathBuf {
        self.record.join(format!("{script}.log"))
    }

    /// The folder and its record go; after `clean`.
    pub(super) fn remove(&self) -> io::Result<()> {
        if self.is_ours() {
            fs::remove_dir_all(&self.known.folder)?;
        }
        fs::remove_dir_all(&self.record)
    }

    fn is_ours(&self) -> bool {
        let is_folder = fs::symlink_metadata(&self.known.folder).is_ok_and(|meta| meta.is_dir());
        is_folder && fs::read_to_string(self.known.folder.join(MARK)).is_ok_and(|mark| mark == self.known.mark)
    }

    /// What drills that died left behind. Those that live hold their lock.
    pub(super) fn left(drills: &Path) -> io::Result<Vec<Left>> {
        let entries = match fs::read_dir(drills) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut left = Vec::new();
        for entry in entries {
            let record = entry?.path();
            if let Some(one) = Self::one_left(&record)? {
                left.push(one);
            }
        }
        Ok(left)
    }

    fn one_left(record: &Path) -> io::Result<Option<Left>> {
        if !fs::symlink_metadata(record)?.is_dir() {
            return Ok(None);
        }
        let Some(lock) = locked(record)? else { return Ok(None) };
        let known = fs::read(record.join("place.json")).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let Some(known) = known else {
            // It died before it had a place.
            fs::remove_dir_all(record)?;
            return Ok(Some(Left::Nothing));
        };
        let place = Self { record: record.to_owned(), known, _lock: lock };
        if place.is_ours() {
            return Ok(Some(Left::Here(place)));
        }
        if fs::symlink_metadata(&place.known.folder).is_ok() {
            return Ok(Some(Left::NotOurs(place.known.folder)));
        }
        fs::remove_dir_all(record)?;
        Ok(Some(Left::Nothing))
    }
}

/// The lock of a record; none while its drill lives.
fn locked(record: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(record.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_drill_marked_as_its_own_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let drills = folder.path().join("drills");
        let place = Place::create(&drills, folder.path(), "x").unwrap();
        let work = place.work();
        assert_eq!(fs::metadata(&work).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(Place::left(&drills).unwrap().is_empty(), "it lives");
        drop(place);

        let mark = work.with_file_name(MARK);
        let own = fs::read_to_string(&mark).unwrap();
        fs::write(&mark, "somebody else's").unwrap();
        assert!(matches!(Place::left(&drills).unwrap()[..], [Left::NotOurs(_)]));
        assert!(work.exists());

        fs::write(&mark, own).unwrap();
        let left = Place::left(&drills).unwrap();
        let [Left::Here(dead)] = &left[..] else { panic!("not found") };
        dead.remove().unwrap();
        assert!(!work.exists());
        drop(left);
        assert!(Place::left(&drills).unwrap().is_empty());
    }

    #[test]
    fn a_folder_that_is_gone_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let drills = folder.path().join("drills");
        let place = Place::create(&drills, folder.path(), "x").unwrap();
        fs::remove_dir_all(place.work().parent().unwrap()).unwrap();
        drop(place);
        assert!(matches!(Place::left(&drills).unwrap()[..], [Left::Nothing]));
        assert_eq!(fs::read_dir(&drills).unwrap().count(), 0);
    }
}
