//! Beginning a session, and taking one up again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;

use super::drill;
use super::error::{Error, Result};
use super::news::{Job, News};
use super::wheel::{Drive, Role, Setup};
use crate::runbook::{self, PhaseName, Runbook, VarName, parse};
use crate::session::alert::Alert;
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Opened, RunbookRef, Source};
use crate::session::run::RunNo;
use crate::session::site::Machine;
use crate::session::state::State;
use crate::session::walk::{Opening, Order, Rules, Walk};
use crate::store::clock::Clock;
use crate::store::journal::{self, Journal};
use crate::store::paths::Paths;
use crate::store::session::{SessionDir, Summary, create, list};
use crate::store::{self, operator};
use crate::store::{lock, outputs};
use crate::text::redact::Shapes;

/// This program's version, as it stands in journals.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The surroundings of a session.
#[derive(Clone)]
pub struct Surroundings {
    /// Where sessions are.
    pub paths: Paths,
    /// Who works it, as `name@host`.
    pub by: String,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Where commands begin; none means the directory of this process.
    pub directory: Option<PathBuf>,
    /// The program to start as supervisor of lanes; none means this very program.
    pub program: Option<PathBuf>,
    /// What is told of what is recorded, or why that cannot be.
    pub hook: std::result::Result<Option<Arc<runbook::Hook>>, String>,
    /// What is taken for a secret by its shape.
    pub shapes: Shapes,
}

/// A runbook that was chosen, with the text it was read from.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// What it means.
    pub runbook: Arc<Runbook>,
    /// Its text.
    pub text: String,
    /// Where it was found: `bundled`, or a path.
    pub origin: String,
}

/// How a session begins.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    /// The incident's title; the runbook's where there is none, else the alert's.
    pub title: Option<String>,
    /// The runbook.
    pub runbook: Option<Chosen>,
    /// Values given from outside.
    pub given: Vec<(VarName, String, Source)>,
    /// Hosts given from outside: their targets, with where they are from.
    pub hosts: Vec<(Machine, Source)>,
    /// When it was noticed.
    pub detected: Option<When>,
    /// When users began to feel it.
    pub impact_started: Option<When>,
    /// Planned work.
    pub planned: bool,
    /// The drill it rehearses.
    pub drill: Option<String>,
    /// Time boxes that stand in for the runbook's.
    pub time_boxes: Vec<(PhaseName, Duration)>,
    /// Worked without a screen.
    pub auto: bool,
    /// The alert it begins with. Its severity comes before the runbook's, its services behind; that it began to fire is the detection,
    /// where no other time is given.
    pub alert: Option<Alert>,
}

/// A session at work.
pub struct Session {
    /// Its folder.
    pub dir: SessionDir,
    /// What is legal, next, and what follows.
    pub walk: Walk,
    /// What carries it out.
    pub drive: Drive,
    /// What comes back.
    pub news: Receiver<News>,
    /// The entries it had when it was taken up; none of a new one.
    pub entries: Vec<Entry>,
}

/// Begins a session: its folder, its journal, the first records (on their way when this returns).
///
/// # Errors
/// Where folder or journal cannot be made.
pub fn begin(around: &Surroundings, beginning: Beginning) -> Result<Session> {
    let Beginning { title, runbook, given, hosts, detected, impact_started, planned, drill, time_boxes, auto, alert } =
        beginning;
    let stamp = around.clock.stamp();
    let book = runbook.as_ref().map(|chosen| Arc::clone(&chosen.runbook));
    let title = title
        .or_else(|| book.as_ref().map(|book| book.title.clone()))
        .or_else(|| alert.as_ref().map(Alert::title))
        .ok_or_else(|| Error::usage("could not begin a session: it has neither a title nor a runbook"))?;
    let name = book.as_ref().map_or(title.as_str(), |book| book.id.as_str());
    let remark = runbook.as_ref().filter(|_| drill.is_none()).and_then(|chosen| changed_since(&around.paths, chosen));
    let dir = create(&around.paths, name, runbook.as_ref().map(|chosen| chosen.text.as_str()), stamp.at)?;
    let lock = lock::Driver::try_take(&dir, &around.by, stamp.at)?;
    let journal = Journal::create(&dir.journal(), &around.by, Arc::clone(&around.clock))?;
    let services = book.as_ref().map(|book| book.services.clone()).unwrap_or_default();
    let detected = detected.or_else(|| alert.as_ref()?.detected(stamp.at));
    let opened = Opened {
        title,
        runbook: runbook.map(|chosen| RunbookRef {
            id: chosen.runbook.id.clone(),
            origin: chosen.origin,
            sha256: sha256(chosen.text.as_bytes()),
        }),
        severity: alert.as_ref().and_then(Alert::severity).or_else(|| book.as_ref().and_then(|book| book.severity)),
        services: if services.is_empty() { alert.as_ref().map(Alert::services).unwrap_or_default() } else { services },
        planned,
        drill: drill.clone(),
        time_boxes: time_boxes.into_iter().map(|(phase, time)| (phase, milliseconds(time))).collect(),
        auto,
        alert: alert.map(Box::new),
        zone: zone(),
        version: VERSION.to_owned(),
    };
    let mut walk = Walk::new(book.clone(), Rules { drill: drill.is_some() });
    let attached = attached(around);
    let orders = walk.open(Opening { opened, attached, given, hosts, detected, impact_started });
    work(around, dir, Role::Driver(lock), walk, journal, book, orders, Vec::new(), remark)
}

/// That a runbook is not what it was when it was last worked with: what one knows of it may no longer hold, and somebody may have altered it.
fn changed_since(paths: &Paths, chosen: &Chosen) -> Option<String> {
    let id = chosen.runbook.id.as_str();
    let is_same = |summary: &Summary| summary.facts.runbook.as_deref() == Some(id) && summary.facts.drill.is_none();
    // Where sessions cannot be listed, beginning one says so.
    let last = list(paths).ok()?.into_iter().find(is_same)?;
    let mut sums = journal::read(&last.dir.journal()).ok()?.entries.into_iter().filter_map(|entry| match entry.event {
        Event::Opened(opened) => opened.runbook.map(|runbook| runbook.sha256),
        Event::RunbookChanged { sha256, .. } => Some(sha256),
        _ => None,
    });
    let last_sum = sums.next_back()?;
    (last_sum != sha256(chosen.text.as_bytes())).then(|| {
        format!("the runbook {id} has changed since it was last used, in {}: read what it does", last.dir.id())
    })
}

/// Takes a session up again: as its driver, or as a follower where somebody else drives it. Runs that went on are shown live.
///
/// # Errors
/// Where its journal or its runbook cannot be read.
pub fn resume(around: &Surroundings, dir: SessionDir) -> Result<Session> {
    resume_on(around, dir, &[])
}

/// The same, with hosts given from outside.
///
/// # Errors
/// As [`resume`], and where its runbook has no such host.
pub fn resume_on(around: &Surroundings, dir: SessionDir, hosts: &[Machine]) -> Result<Session> {
    let stamp = around.clock.stamp();
    let role = match lock::Driver::try_take(&dir, &around.by, stamp.at) {
        Ok(lock) => Role::Driver(lock),
        Err(store::Error::Held { holder, .. }) => Role::Follower { driver: holder },
        Err(error) => return Err(error.into()),
    };
    // Before the entries: each is there before its folder.
    let folders = outputs::folders(&dir).unwrap_or_default();
    let (journal, entries) = Journal::open(&dir.journal(), &around.by, Arc::clone(&around.clock))?;
    let Some(Event::Opened(opened)) = entries.first().map(|entry| &entry.event) else {
        return Err(Error::invalid(format!("could not take up {}: its journal has no beginning", dir.id())));
    };
    let version = entries.iter().rev().find_map(|entry| match entry.event {
        Event::RunbookChanged { version, .. } => Some(version),
        _ => None,
    });
    let version = version.unwrap_or(1);
    let book = opened.runbook.as_ref().map(|reference| runbook_of(&dir, &reference.id, version)).transpose()?;
    let hosts = super::hosts::given(book.as_deref(), hosts)?;
    let mut walk = Walk::replay(book.clone(), Rules { drill: opened.drill.is_some() }, &entries);
    let orders = if role.follows() {
        Vec::new()
    } else if walk.state().closed {
        walk.look(attached(around), &hosts);
        Vec::new()
    } else {
        walk.attach(attached(around), &hosts)
    };
    let remark = unknown(&folders, walk.state()).filter(|_| !role.follows());
    work(around, dir, role, walk, journal, book, orders, entries, remark)
}

/// That runs have folders of which the record says nothing.
fn unknown(folders: &[RunNo], state: &State) -> Option<String> {
    let unknown: Vec<String> =
        folders.iter().filter(|run| !state.runs.contains_key(run)).map(ToString::to_string).collect();
    let (runs, have) = match unknown.len() {
        0 => return None,
        1 => ("run", "has a folder and no entry: it was"),
        _ => ("runs", "have folders and no entries: they were"),
    };
    let unknown = unknown.join(", ");
    Some(format!(
        "{runs} {unknown} {have} started unrecorded, by a screen that ended before the disk took that; look whether it still runs"
    ))
}

#[expect(clippy::too_many_arguments, reason = "the parts of a session, put together in one place")]
fn work(
    around: &Surroundings,
    dir: SessionDir,
    role: Role,
    walk: Walk,
    journal: Journal,
    runbook: Option<Arc<Runbook>>,
    orders: Vec<Order>,
    entries: Vec<Entry>,
    remark: Option<String>,
) -> Result<Session> {
    let (drive, news) = Drive::start(Setup {
        session: dir.clone(),
        standby: around.paths.standby(dir.id()),
        runbook,
        role,
        journal,
        state: walk.state().clone(),
        clock: Arc::clone(&around.clock),
        directory: around.directory.clone(),
        program: around.program.clone(),
        environment: walk.rules().drill.then(|| drill::environment(std::env::vars_os(), around.directory.as_deref())),
        hook: around.hook.clone().map(|hook| hook.map(|rules| (rules, walk.clone()))),
        shapes: around.shapes.clone(),
        remark,
    })?;
    drive.send(Job::Orders(orders));
    Ok(Session { dir, walk, drive, news, entries })
}

/// A version of the session's runbook.
pub(super) fn runbook_of(dir: &SessionDir, id: &str, version: u32) -> Result<Arc<Runbook>> {
    let path = dir.runbook_version(version);
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| Error::invalid(format!("could not read {}: {cause}", path.display())))?;
    let parsed = parse(id, &text);
    parsed.runbook.map(Arc::new).ok_or_else(|| {
        let first = parsed.problems.first().map_or_else(String::new, |problem| format!(": {}", problem.message));
        Error::invalid(format!("could not understand {}{first}", path.display()))
            .hint("the session was begun with another version of this program")
    })
}

fn attached(around: &Surroundings) -> Event {
    Event::Attached { boot_id: around.clock.boot_id(), host: operator::host(), version: VERSION.to_owned() }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The operator's zone, as `+02:00`.
fn zone() -> String {
    chrono::Local::now().format("%:z").to_string()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
