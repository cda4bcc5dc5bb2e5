//! A session at a glance, kept beside its journal so that a thousand of them list fast.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dir::SessionDir;
use crate::runbook::{Severity, parse_bytes};
use crate::session::event::{Mark, Status};
use crate::session::state::State;
use crate::session::walk::pending;
use crate::store::journal;
use crate::store::lock::{Driver, Holder};
use crate::store::private;

/// The format of `summary.json`; one of another format is made again.
const FORMAT: u32 = 3;

/// A session at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its folder; its id is there.
    pub dir: SessionDir,
    /// What its journal says.
    pub facts: Facts,
    /// Whether someone drives it now, and who, where that is told. Not asked of closed sessions.
    pub driver: Option<Option<Holder>>,
}

/// What a session's journal says, in short.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The incident's title; where it cannot be read, what the folder's name says.
    pub title: String,
    /// The runbook's id.
    pub runbook: Option<String>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// Where it stands.
    pub status: Option<Status>,
    /// When the session began.
    pub opened: Option<DateTime<Utc>>,
    /// When the last entry was recorded.
    pub last: Option<DateTime<Utc>>,
    /// How many sound entries there are.
    pub entries: u64,
    /// Whether it is closed.
    pub closed: bool,
    /// Planned work, not an incident.
    pub planned: bool,
    /// The drill's name, where it is a rehearsal.
    pub drill: Option<String>,
    /// When to look again, soonest first: what was resolved may not hold.
    pub again: Vec<DateTime<Utc>>,
    /// Verify steps that did not hold when it was looked at again.
    pub red: Vec<String>,
    /// Where commands ran that did not run here as the operator: hosts with their targets, and users.
    pub places: Vec<String>,
    /// What is broken, where something is; what is said above is then what can still be read.
    pub trouble: Option<String>,
}

/// The file: the facts, and the journal they were taken from.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: u32,
    journal: Version,
    facts: Facts,
    /// The most entries the journal ever had when it was looked at.
    #[serde(default)]
    most: u64,
}

/// Tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    size: u64,
    seconds: i64,
    nanos: i64,
}

impl Summary {
    /// Looks at a session: at its summary file, or at the journal where that has changed since.
    #[must_use]
    pub fn of(dir: SessionDir) -> Self {
        let facts = facts(&dir);
        let driver = if facts.closed { None } else { Driver::holder(&dir) };
        Self { dir, facts, driver }
    }

    /// Whether it is worked, or waits to be.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.facts.closed
    }

    /// Whether there is still something to be done: it is open, or to be looked at again, or was red when it was.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.is_open() || !self.facts.again.is_empty() || !self.facts.red.is_empty()
    }

    /// When it began, as far as journal or folder tell.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        self.facts.opened.or_else(|| minute_of(self.dir.id()))
    }
}

impl Kept {
    fn most(&self) -> u64 {
        self.most.max(self.facts.entries)
    }
}

/// How many entries the session's journal had whenever its summary was made: a journal only grows. 0 where there is no summary.
#[must_use]
pub fn entries_known(dir: &SessionDir) -> u64 {
    kept(dir).filter(|kept| kept.format == FORMAT).map_or(0, |kept| kept.most())
}

fn facts(dir: &SessionDir) -> Facts {
    let version = match version(dir) {
        Ok(version) => version,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return broken(dir, "there is no journal in its folder".to_owned());
        }
        Err(error) => return broken(dir, format!("could not look at its journal: {error}")),
    };
    let kept = kept(dir).filter(|kept| kept.format == FORMAT);
    let most = kept.as_ref().map_or(0, Kept::most);
    if let Some(kept) = kept.filter(|kept| kept.journal == version) {
        return kept.facts;
    }
    // The version was taken before reading: what is written meanwhile makes the summary outdated, never wrong for good.
    let facts = match journal::read(&dir.journal()) {
        Ok(read) => from_journal(dir, &read),
        Err(error) => return broken(dir, error.to_string()),
    };
    let kept = Kept { format: FORMAT, journal: version, most: most.max(facts.entries), facts };
    if let Ok(text) = serde_json::to_vec(&kept) {
        // Where it cannot be kept (a folder of somebody else, a full disk) it is made anew each time.
        let _ = private::replace_cache(&dir.summary(), &text);
    }
    kept.facts
}

fn version(dir: &SessionDir) -> io::Result<Version> {
    let meta = fs::metadata(dir.journal())?;
    Ok(Version { size: meta.len(), seconds: meta.mtime(), nanos: meta.mtime_nsec() })
}

fn kept(dir: &SessionDir) -> Option<Kept> {
    serde_json::from_slice(&fs::read(dir.summary()).ok()?).ok()
}

fn from_journal(dir: &SessionDir, read: &journal::Read) -> Facts {
    let state = State::replay(&read.entries);
    let again = again(dir, &state);
    let places = state.places().iter().map(ToString::to_string).collect();
    let trouble = match (&read.damage, &state.opened) {
        (Some(damage), _) => Some(format!("line {} of its journal is damaged: {}", damage.line, damage.reason)),
        (None, None) if read.entries.is_empty() => Some("its journal holds no whole entry".to_owned()),
        (None, None) => Some("its journal does not begin with the opening of a session".to_owned()),
        (None, Some(_)) => None,
    };
    let Some(opened) = state.opened else {
        let entries = read.entries.len() as u64;
        let last = read.entries.last().map(|entry| entry.at);
        return Facts { title: title_of(dir.id()), entries, last, trouble, ..Facts::default() };
    };
    Facts {
        title: opened.title,
        runbook: opened.runbook.map(|runbook| runbook.id),
        severity: state.severity,
        status: state.status,
        opened: state.began.map(|moment| moment.at),
        last: state.latest.map(|moment| moment.at),
        entries: read.entries.len() as u64,
        closed: state.closed,
        planned: opened.planned,
        drill: opened.drill,
        again,
        red: state.looked.1,
        places,
        trouble,
    }
}

/// When to look again. The runbook says so, and is only read where something was resolved.
fn again(dir: &SessionDir, state: &State) -> Vec<DateTime<Utc>> {
    let resolved = state.marks.contains_key(&Mark::Resolved);
    let id = state.opened.as_ref().and_then(|opened| opened.runbook.as_ref()).filter(|_| resolved);
    let Some(id) = id.map(|runbook| &runbook.id) else { return Vec::new() };
    let Ok(text) = fs::read(dir.runbook_version(state.runbook)) else { return Vec::new() };
    let again = parse_bytes(id, &text).runbook.map(|runbook| runbook.again).unwrap_or_default();
    pending(state, &again).into_iter().map(|again| again.at).collect()
}

fn broken(dir: &SessionDir, trouble: String) -> Facts {
    Facts { title: title_of(dir.id()), trouble: Some(trouble), ..Facts::default() }
}

/// The slug of an id: what is between the minute and the random digits.
fn title_of(id: &str) -> String {
    let rest = if minute_of(id).is_some() { id.split_once("Z-").map_or(id, |(_, rest)| rest) } else { id };
    rest.rsplit_once('-').map_or(rest, |(slug, _)| slug).to_owned()
}

/// The minute in an id.
fn minute_of(id: &str) -> Option<DateTime<Utc>> {
    let minute = id.split_once('Z')?.0;
    NaiveDateTime::parse_from_str(&format!("{minute}00"), "%Y-%m-%dT%H%M%S").ok().map(|time| time.and_utc())
}
