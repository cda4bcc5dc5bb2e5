//! A drive: the handle by which the screen and `--auto` have things done.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::desk::{Desk, Note};
use super::error::{Error, Result};
use super::hook::{self, Hook};
use super::lanes::Lanes;
use super::news::{Job, News};
use super::orders::{Memory, Orders, Task};
use super::outbox::Outbox;
use super::scribe::Scribe;
use crate::runbook::{self, Runbook};
use crate::session::numbers::Numbers;
use crate::session::state::State;
use crate::session::walk::Walk;
use crate::store::clock::Clock;
use crate::store::journal::Journal;
use crate::store::session::SessionDir;
use crate::store::{lock, outputs};
use crate::text::redact::Shapes;

/// How long leaving waits for a last write.
const FAREWELL: Duration = Duration::from_secs(3);

/// What this process is to a session.
#[derive(Debug)]
pub enum Role {
    /// It drives: the lock is held as long as this lives.
    Driver(lock::Driver),
    /// Somebody else drives; it may watch, and add notes and marks.
    Follower {
        /// Who drives, in words.
        driver: String,
    },
}

impl Role {
    /// Whether somebody else drives.
    #[must_use]
    pub fn follows(&self) -> bool {
        matches!(self, Self::Follower { .. })
    }
}

/// What a drive needs.
pub struct Setup {
    /// The session's folder.
    pub session: SessionDir,
    /// Folders in memory for its lanes, where the disk takes none.
    pub standby: Vec<PathBuf>,
    /// The runbook as it was when the session began.
    pub runbook: Option<Arc<Runbook>>,
    /// Driver or follower.
    pub role: Role,
    /// The open journal.
    pub journal: Journal,
    /// What the journal adds up to so far.
    pub state: State,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Where the first run of a lane starts; none means the directory of this process.
    pub directory: Option<PathBuf>,
    /// The program to start as supervisor; none means this very program.
    pub program: Option<PathBuf>,
    /// The environment of what runs; none means that of this process.
    pub environment: Option<Vec<(OsString, OsString)>>,
    /// What is told of what is recorded here, and the session as it stands; or why that cannot be.
    pub hook: std::result::Result<Option<(Arc<runbook::Hook>, Walk)>, String>,
    /// What is taken for a secret by its shape.
    pub shapes: Shapes,
    /// What the operator is to know from the start.
    pub remark: Option<String>,
}

/// What leaving waits for, in this order.
enum Parting {
    /// The last record is written.
    Written,
    /// The hook has ended; what it did not take.
    Hook(Option<String>),
}

/// A session's drive. Dropping it ends it; what runs goes on.
#[derive(Debug)]
pub struct Drive {
    tasks: Sender<Task>,
    desk: Sender<Note>,
    done: Receiver<Parting>,
    left: bool,
    role: Role,
    lanes: Arc<Lanes>,
}

impl Drive {
    /// Starts one; its news come by the receiver. Runs that the state knows to be going on are taken up at once.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(setup: Setup) -> Result<(Self, tokio::sync::mpsc::Receiver<News>)> {
        let Setup {
            session,
            standby,
            runbook,
            role,
            journal,
            state,
            clock,
            directory,
            program,
            environment,
            hook,
            shapes,
            remark,
        } = setup;
        let (tasks, task_list) = channel();
        let (desk, notes) = channel();
        let (news, heard) = Outbox::open()?;
        let (finished, done) = channel();
        let to_desk = desk.clone();
        let lanes = Arc::new(Lanes::new(
            session.clone(),
            standby,
            directory,
            program,
            environment,
            Arc::new(move |lane, notice| drop(to_desk.send(Note::Notice(lane, notice)))),
        ));
        for (lane, key) in &state.lanes {
            lanes.declare(*lane, key.clone());
        }
        // One that was started unrecorded, by a screen that is gone, may have left a folder.
        let left = outputs::folders(&session).unwrap_or_default().into_iter().next_back();
        let taken = left.into_iter().fold(Numbers::of(&state), Numbers::up_to);
        let follows = role.follows();
        let driven = (!follows).then(|| (session.clone(), journal.by().to_owned()));
        let going_on: Vec<_> =
            state.runs.values().filter(|run| run.is_running()).map(|run| run.started.clone()).collect();
        let clerk = Desk::new(
            session.clone(),
            runbook.clone(),
            Arc::clone(&clock),
            Arc::clone(&lanes),
            (desk.clone(), tasks.clone()),
            news.clone(),
            follows,
        );
        let hook = match hook {
            Ok(None) => None,
            Ok(Some((rules, walk))) => {
                let news = news.clone();
                Some(Hook::start(rules, session.id(), walk, move |what| news.tell(News::Trouble(what)))?)
            }
            Err(why) => {
                news.tell(News::Trouble(format!("the hook is not told of anything: {why}")));
                None
            }
        };
        if let Some(remark) = remark {
            news.tell(News::Trouble(remark));
        }
        let orders = Orders {
            session,
            runbook,
            scribe: Scribe::new(journal, driven, clock, taken, hook),
            lanes: Arc::clone(&lanes),
            desk: desk.clone(),
            news,
            follows,
            memory: Memory::new(&shapes),
        };
        spawn("desk", move || clerk.work(&notes))?;
        spawn("orders", move || {
            // Whoever waits for it may have given up.
            let unsent = orders.work(&task_list, || drop(finished.send(Parting::Written)));
            let _ = finished.send(Parting::Hook(unsent));
        })?;
        drop(tasks.send(Task::TakeUp(going_on)));
        Ok((Self { tasks, desk, done, left: false, role, lanes }, heard))
    }

    /// Has something done. Never blocks, and never waits for a disk.
    pub fn send(&self, job: Job) {
        // The threads live as long as this; where one has died, its end was told.
        match job {
            Job::Order(order) => drop(self.tasks.send(Task::Order(order))),
            Job::Orders(orders) => {
                for order in orders {
                    drop(self.tasks.send(Task::Order(order)));
                }
            }
            Job::Input { run, bytes } => drop(self.desk.send(Note::Input { run, bytes })),
            Job::Resize { run, columns, rows } => drop(self.desk.send(Note::Resize { run, columns, rows })),
            Job::Show { run, window } => drop(self.desk.send(Note::Show { run, window })),
            Job::ShowNothing => drop(self.desk.send(Note::ShowNothing)),
            Job::Search { run, query, step } => drop(self.desk.send(Note::Search { run, query, step })),
            Job::Seek(step) => drop(self.desk.send(Note::Seek(step))),
            Job::SearchNothing => drop(self.desk.send(Note::SearchNothing)),
            Job::Text { run, first, last, most } => drop(self.desk.send(Note::Text { run, first, last, most })),
            Job::Lasts(runs) => drop(self.desk.send(Note::Lasts(runs))),
            Job::Lend => drop(self.tasks.send(Task::Lend)),
            Job::Release { start } => drop(self.tasks.send(Task::Release { start })),
            Job::Quit => drop(self.tasks.send(Task::Quit)),
        }
    }

    /// What this process is to the session.
    #[must_use]
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Nobody is there to answer what a connection asks: one that has a question fails from now on, instead of waiting.
    pub fn nobody_answers(&self) {
        self.lanes.nobody_answers();
    }

    /// Lets lanes in which nothing lives go, and ends: for good, not for a while.
    pub fn close_lanes(&self) {
        drop(self.tasks.send(Task::CloseLanes));
    }
}

impl Drive {
    /// Ends it, as dropping it does. What the hook did not take, in words.
    #[must_use]
    pub fn leave(mut self) -> Option<String> {
        self.part()
    }

    fn part(&mut self) -> Option<String> {
        if std::mem::replace(&mut self.left, true) {
            return None;
        }
        drop(self.tasks.send(Task::Quit));
        // A disk that hangs must not keep the operator from leaving.
        let Ok(Parting::Written) = self.done.recv_timeout(FAREWELL) else { return None };
        match self.done.recv_timeout(hook::FAREWELL * 2) {
            Ok(Parting::Hook(unsent)) => unsent,
            Ok(Parting::Written) | Err(_) => None,
        }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        drop(self.part());
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(Error::io(format!("start the thread of the {name}")))
}
