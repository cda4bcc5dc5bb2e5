//! Locks of the kernel: they are gone when their holder is, however it died.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::private;
use super::session::SessionDir;

/// How long an append waits for others; each of them needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a driver lock is asked for again: whoever only looks whether it is held has it for microseconds.
const LOOKERS: Duration = Duration::from_millis(50);

/// The append lock of a journal: held for the length of one append. A file of its own, so that readers need none.
#[derive(Debug)]
pub(super) struct Append(Arc<File>);

/// The append lock is held until this is dropped.
#[derive(Debug)]
pub(super) struct Held(Arc<File>);

impl Append {
    /// The lock file beside the journal, made where it is missing.
    pub(super) fn open(journal: &Path) -> Result<Self> {
        let path = journal.with_file_name("append.lock");
        let file = private::options().read(true).append(true).create(true).open(&path);
        Ok(Self(Arc::new(file.map_err(Error::at("open", &path))?)))
    }

    /// Waits for the lock, but not for ever: a stopped process may hold it.
    pub(super) fn hold(&self) -> io::Result<Held> {
        if try_for(PATIENCE, || self.0.try_lock())? {
            return Ok(Held(Arc::clone(&self.0)));
        }
        let message = format!("another process has held the lock for {} s", PATIENCE.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, message))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // The kernel releases it at the latest when the file is closed.
        let _ = self.0.unlock();
    }
}

/// Takes a lock that others only have for a moment, to look whether it is held.
pub(super) fn for_a_moment(attempt: impl Fn() -> std::result::Result<(), TryLockError>) -> io::Result<()> {
    if try_for(LOOKERS, attempt)? { Ok(()) } else { Err(io::ErrorKind::WouldBlock.into()) }
}

/// Tries to get a lock for this long; `false` when another one has it throughout.
fn try_for(patience: Duration, attempt: impl Fn() -> std::result::Result<(), TryLockError>) -> io::Result<bool> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(50);
    loop {
        match attempt() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() >= patience => return Ok(false),
            Err(TryLockError::WouldBlock) => {}
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(2));
    }
}

/// Who drives a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who, as `name@host`.
    pub by: String,
    /// The process, to be shown only: whether it lives is asked of the lock.
    pub pid: u32,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Holder {
    /// `nova@alice (process 4711) has had it since 2022-04-30T19:33:40Z`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!("{} (process {}) has had it since {since}", self.by, self.pid)
    }
}

/// The driver lock of a session: held for the life of a screen.
#[derive(Debug)]
pub struct Driver {
    _file: File,
}

impl Driver {
    /// Takes the wheel.
    ///
    /// # Errors
    /// [`Error::Held`] names who has it; what the operating system says.
    pub fn try_take(session: &SessionDir, by: &str, since: DateTime<Utc>) -> Result<Self> {
        let path = session.driver_lock();
        let mut file = private::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::at("open", &path))?;
        if !try_for(LOOKERS, || file.try_lock()).map_err(Error::at("lock", &path))? {
            let holder = who(&mut file).map_or_else(|| "another stanch has it".to_owned(), |holder| holder.in_words());
            return Err(Error::Held { session: session.id().to_owned(), holder });
        }
        // Nobody redacts while this is held: what is left of a redaction is a crash's.
        super::redact::finish(session)?;
        let holder = Holder { by: by.to_owned(), pid: std::process::id(), since };
        // Without its content the lock is as good as with it: on a full disk the next one is told less, no more.
        let _ = write_holder(&mut file, &holder);
        Ok(Self { _file: file })
    }

    /// Whether someone drives the session now, and who: `Some(None)` where the lock is held but its content tells nothing.
    #[must_use]
    pub fn holder(session: &SessionDir) -> Option<Option<Holder>> {
        let mut file = File::open(session.driver_lock()).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(who(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

/// Takes the lock of every lane of a session, so that no supervisor and no recorded shell writes meanwhile.
///
/// # Errors
/// [`Error::Busy`] while one does; what the operating system says.
pub(super) fn lanes_still(session: &SessionDir) -> Result<Vec<File>> {
    let mut held = Vec::new();
    let folder = session.path().join("lanes");
    let lanes = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(held),
        other => other.and_then(|lanes| lanes.map(|lane| Ok(lane?.path())).collect::<io::Result<Vec<_>>>()),
    };
    for lane in lanes.map_err(Error::at("read", &folder))? {
        let path = lane.join("lock");
        match File::open(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Error::at("open", &path)(error)),
            // Those who only look whether it is held have it for microseconds.
            Ok(lock) if try_for(LOOKERS, || lock.try_lock()).map_err(Error::at("lock", &path))? => held.push(lock),
            Ok(_) => {
                let lane = lane.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(Error::Busy { session: session.id().to_owned(), lane });
            }
        }
    }
    Ok(held)
}

fn write_holder(file: &mut File, holder: &Holder) -> io::Result<()> {
    let text = serde_json::to_vec(holder)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)
}

fn who(file: &mut File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(64 * 1024).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> (tempfile::TempDir, SessionDir) {
        let folder = tempfile::tempdir().unwrap();
        let session = SessionDir::at(folder.path());
        (folder, session)
    }

    fn noon() -> DateTime<Utc> {
        "2022-04-30T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_second_driver_is_told_who_holds_the_wheel() {
        let (_folder, session) = session();
        let first = Driver::try_take(&session, "nova@alice", noon()).unwrap();
        let refused = Driver::try_take(&session, "quinn@bob", noon()).unwrap_err();
        assert!(refused.to_string().contains("nova@alice"), "{refused}");
        assert!(refused.to_string().contains("2022-04-30T12:00:00Z"), "{refused}");
        assert_eq!(Driver::holder(&session).unwrap().unwrap().by, "nova@alice");
        drop(first);
        assert_eq!(Driver::holder(&session), None);
        Driver::try_take(&session, "quinn@bob", noon()).unwrap();
    }

    #[test]
    fn what_a_dead_driver_left_in_the_file_does_not_count() {
        let (_folder, session) = session();
        drop(Driver::try_take(&session, "a-very-long-name@alice", noon()).unwrap());
        let _second = Driver::try_take(&session, "b@c", noon()).unwrap();
        assert_eq!(Driver::holder(&session).unwrap().unwrap().by, "b@c");
    }

    #[test]
    fn looking_whether_it_is_held_never_keeps_a_driver_out() {
        let (_folder, session) = session();
        drop(Driver::try_take(&session, "nova@alice", noon()).unwrap());
        thread::scope(|scope| {
            let looking = scope.spawn(|| (0..2000).filter(|_| Driver::holder(&session).is_some()).count());
            for _ in 0..200 {
                drop(Driver::try_take(&session, "nova@alice", noon()).unwrap());
            }
            looking.join().unwrap();
        });
    }
}
