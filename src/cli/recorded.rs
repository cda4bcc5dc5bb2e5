//! A session as it was recorded, for what only reads it.

use crate::runbook::{self, Runbook};
use crate::session::entry::Entry;
use crate::session::event::{Event, Opened};
use crate::session::state::State;
use crate::store::journal;
use crate::store::paths::Paths;
use crate::store::session::{self, SessionDir};

/// What a session's folder holds.
pub(super) struct Recorded {
    pub(super) dir: SessionDir,
    pub(super) entries: Vec<Entry>,
    /// The hash of the journal's last line.
    pub(super) head: String,
    /// The runbook as it was when the session began.
    pub(super) runbook: Option<Runbook>,
    /// What is wrong with the journal's end.
    pub(super) trouble: Option<String>,
}

impl Recorded {
    /// Reads the session of this name, without any lock. What is damaged is said on standard error; the rest is read.
    pub(super) fn read(asked: &str) -> anyhow::Result<Self> {
        let dir = session::find(&Paths::from_env()?, asked)?;
        let read = journal::read(&dir.journal())?;
        let torn = read.torn.map(|bytes| format!("the last line is torn ({bytes} bytes), an entry may be on its way"));
        let damage = read.damage.map(|damage| format!("line {} and what follows: {}", damage.line, damage.reason));
        let trouble = damage.or(torn);
        if let Some(trouble) = &trouble {
            eprintln!("warning: the journal is damaged: {}", trouble.escape_debug());
        }
        let version = State::replay(&read.entries).runbook;
        let runbook = runbook_of(&dir, read.entries.iter().find_map(opened), version);
        Ok(Self { dir, entries: read.entries, head: read.head, runbook, trouble })
    }
}

fn opened(entry: &Entry) -> Option<&Opened> {
    match &entry.event {
        Event::Opened(opened) => Some(opened),
        _ => None,
    }
}

/// The session's own copy of its runbook, as it is in force. Without it steps are told by their ids.
fn runbook_of(dir: &SessionDir, opened: Option<&Opened>, version: u32) -> Option<Runbook> {
    let id = &opened?.runbook.as_ref()?.id;
    let path = dir.runbook_version(version);
    let warn = |why: &str| eprintln!("warning: steps are told by their ids, without titles: {}", why.escape_debug());
    match std::fs::read(&path) {
        Ok(bytes) => {
            let parsed = runbook::parse_bytes(id, &bytes);
            if parsed.runbook.is_none() {
                warn("the session's copy of the runbook cannot be understood");
            }
            parsed.runbook
        }
        Err(error) => {
            warn(&format!("could not read {}: {error}", path.display()));
            None
        }
    }
}
