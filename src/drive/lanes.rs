//! The lanes of a session: opened when they are needed, shared by whoever has something to say to a run.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::logout::logout;
use crate::runbook::VarName;
use crate::runner::client::Lost;
use crate::runner::logout::Fate;
use crate::runner::{Far, Lane, LaneSetup, Notice, may_live_on};
use crate::session::run::{LaneKey, LaneNo, RunNo};
use crate::store::paths::{is_private, make_private, try_to_write};
use crate::store::session::SessionDir;

/// What is told of each lane's notices.
pub(super) type Listener = Arc<dyn Fn(LaneNo, Notice) + Send + Sync>;

/// The lanes of a session.
pub(super) struct Lanes {
    session: SessionDir,
    /// Folders in memory for lanes that the disk takes no folder for, best first.
    standby: Vec<PathBuf>,
    directory: Option<PathBuf>,
    program: Option<PathBuf>,
    environment: Option<Vec<(OsString, OsString)>>,
    /// Nobody is there to answer what a connection asks.
    unattended: AtomicBool,
    listener: Listener,
    known: Mutex<Known>,
}

impl std::fmt::Debug for Lanes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lanes").field("session", &self.session).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Known {
    keys: BTreeMap<LaneNo, LaneKey>,
    open: BTreeMap<LaneNo, Arc<Lane>>,
    runs: BTreeMap<RunNo, LaneNo>,
}

impl Lanes {
    pub(super) fn new(
        session: SessionDir,
        standby: Vec<PathBuf>,
        directory: Option<PathBuf>,
        program: Option<PathBuf>,
        environment: Option<Vec<(OsString, OsString)>>,
        listener: Listener,
    ) -> Self {
        Self {
            session,
            standby,
            directory,
            program,
            environment,
            unattended: AtomicBool::new(false),
            listener,
            known: Mutex::default(),
        }
    }

    /// Nobody is there to answer: lanes opened from now on fail where their connection asks something.
    pub(super) fn nobody_answers(&self) {
        self.unattended.store(true, Ordering::Relaxed);
    }

    /// A lane has been declared.
    pub(super) fn declare(&self, lane: LaneNo, key: LaneKey) {
        self.known().keys.insert(lane, key);
    }

    /// A run belongs to a lane.
    pub(super) fn assign(&self, run: RunNo, lane: LaneNo) {
        self.known().runs.insert(run, lane);
    }

    /// The connection to a lane; its supervisor is started where none lives. Waits for it, at most ten seconds.
    pub(super) fn open(&self, lane: LaneNo) -> io::Result<Arc<Lane>> {
        if let Some(open) = self.known().open.get(&lane) {
            return Ok(Arc::clone(open));
        }
        let key = self.known().keys.get(&lane).cloned();
        let key =
            key.ok_or_else(|| io::Error::other(format!("could not open lane {lane}: the journal has no such lane")))?;
        if key.is_shell() {
            return Err(io::Error::other(format!("could not run in lane {lane}: it is a recorded shell's own")));
        }
        let target = key.target.as_ref().filter(|target| *target != "local");
        let far = target.map(|target| Far {
            host: key.host.clone().unwrap_or_else(|| target.clone()),
            target: target.clone(),
            unattended: self.unattended.load(Ordering::Relaxed),
        });
        let setup = LaneSetup {
            runs: self.session.path().join("runs"),
            user: key.user,
            directory: self.directory.clone(),
            program: self.program.clone(),
            scope: match logout() {
                Fate::LivesInScope(runner) => Some(runner),
                Fate::Lives | Fate::Ends => None,
            },
            environment: self.environment.clone(),
            far,
        };
        let listener = Arc::clone(&self.listener);
        let folder = self.folder(lane);
        let lost = Lost::read(&folder).ok().flatten();
        // The lock is not held meanwhile: keys for other lanes must not wait. Only the thread of the orders opens lanes.
        let open_in = |folder: &Path, setup: &LaneSetup| {
            let listener = Arc::clone(&listener);
            Lane::open(folder, setup, move |notice| listener(lane, notice))
        };
        let open = |setup: &LaneSetup| match open_in(&folder, setup) {
            Err(error) => match self.stand_in(&folder, lane) {
                Some(folder) => open_in(&folder, setup),
                None => Err(error),
            },
            opened => opened,
        };
        let opened = match open(&setup) {
            Err(error) if setup.scope.is_some() => {
                // A command that ends with the login is better than none.
                let what = format!("{error} in a scope of its own: logging out ends what runs in lane {lane}");
                (self.listener)(lane, Notice::Trouble { what });
                open(&LaneSetup { scope: None, ..setup })?
            }
            opened => opened?,
        };
        let opened = Arc::new(opened);
        self.known().open.insert(lane, Arc::clone(&opened));
        if let Some(lost) = lost.filter(|_| opened.is_fresh()) {
            (self.listener)(lane, Notice::Trouble { what: words(lane, &lost) });
        }
        Ok(opened)
    }

    /// The connection to the lane of a run, where it is open.
    pub(super) fn of(&self, run: RunNo) -> Option<Arc<Lane>> {
        let known = self.known();
        known.runs.get(&run).and_then(|lane| known.open.get(lane)).cloned()
    }

    /// Has this redacted in every open lane from now on.
    pub(super) fn hide(&self, name: &VarName, value: &str) {
        let open: Vec<Arc<Lane>> = self.known().open.values().cloned().collect();
        for lane in open {
            // One that is gone writes nothing any more, and tells so itself.
            drop(lane.hide(vec![(name.clone(), value.to_owned())]));
        }
    }

    /// The lane a run belongs to.
    pub(super) fn lane_of(&self, run: RunNo) -> Option<LaneNo> {
        self.known().runs.get(&run).copied()
    }

    /// A lane's supervisor is gone: the next run starts another.
    pub(super) fn gone(&self, lane: LaneNo) {
        self.known().open.remove(&lane);
    }

    /// Tells every lane that it may leave as soon as nothing is alive in it; also those that an earlier screen opened.
    pub(super) fn close(&self) {
        let known = self.known();
        // A recorded shell goes when its typist does.
        let earlier: Vec<LaneNo> = known
            .keys
            .iter()
            .filter(|(lane, key)| !known.open.contains_key(lane) && !key.is_shell())
            .map(|(lane, _)| *lane)
            .collect();
        drop(known);
        for lane in earlier.into_iter().filter(|lane| !self.is_dead(*lane)) {
            // One that cannot be reached cannot be told; it leaves with its session's folder.
            drop(self.open(lane));
        }
        for (_, lane) in std::mem::take(&mut self.known().open) {
            // A supervisor that cannot be told is gone already.
            drop(lane.close());
        }
    }

    /// Whether a run of a lane outlives its connection, and so perhaps its supervisor.
    pub(super) fn may_live_on(&self, lane: LaneNo, run: RunNo) -> bool {
        may_live_on(&self.folder(lane), run)
    }

    /// Where a lane is: in the session's folder, or in memory where it was opened while the disk took no folder.
    fn folder(&self, lane: LaneNo) -> PathBuf {
        let mut standby = self.standby.iter().map(|folder| folder.join(lane.to_string()));
        let there = |folder: &PathBuf| is_private(folder) && folder.join("lock").exists();
        standby.find(there).unwrap_or_else(|| self.session.lane(lane))
    }

    /// A folder in memory for a lane, where the disk takes nothing in its own.
    fn stand_in(&self, folder: &Path, lane: LaneNo) -> Option<PathBuf> {
        try_to_write(folder).err()?;
        let mut standby = self.standby.iter().map(|folder| folder.join(lane.to_string()));
        standby.find(|folder| make_private(folder, 4).is_ok())
    }

    /// Whether it is certain that no supervisor keeps a lane: nobody holds the lane's lock.
    pub(super) fn is_dead(&self, lane: LaneNo) -> bool {
        match std::fs::File::open(self.folder(lane).join("lock")) {
            Ok(lock) => lock.try_lock_shared().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a lane that had to be started anew no longer has.
fn words(lane: LaneNo, lost: &Lost) -> String {
    let names = match lost.names.as_slice() {
        [] => String::new(),
        names => format!(", {} no longer set", names.join(", ")),
    };
    format!("lane {lane} was started anew: it is not in {} any more{names}", lost.directory)
}
