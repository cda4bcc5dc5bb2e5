//! What a session taught, as a patch of its runbook's file.

use std::path::{Path, PathBuf};

use super::{Error, Kind, Result};
use crate::postmortem::lessons;
use crate::runbook::learn::{Head, Learnt, apply, begin, id_of as id_of_title, patch};
use crate::runbook::{Runbook, parse_bytes};
use crate::session::entry::Entry;
use crate::session::event::{Event, Opened};
use crate::store::journal;
use crate::store::library::id_of;
use crate::store::session::SessionDir;

/// How every patch begins.
const HEAD: &str = "What session ";

/// What was learned.
#[derive(Debug)]
pub struct Learned {
    /// The patch; empty where there is nothing to tell.
    pub patch: String,
    /// The runbook's file, as the patch names it.
    pub path: String,
    /// What should be known before it is applied.
    pub notes: Vec<String>,
}

/// Whether a text is a patch that this wrote.
#[must_use]
pub fn is_learned(text: &str) -> bool {
    text.starts_with(HEAD)
}

/// What is to be learned for: a file that is there, or one that will be.
struct Target {
    id: String,
    path: String,
    /// Its text; none where the patch makes the file.
    old: Option<String>,
    base: Base,
    notes: Vec<String>,
}

/// What lessons are put into.
enum Base {
    /// A runbook.
    Text(String),
    /// A runbook that begins with this.
    New(Head),
}

/// What the session in `dir` taught. `runbook` is the one it was worked with; `file` is the runbook's file, where it is not the one the
/// session began with.
///
/// # Errors
/// The file cannot be read, or is no sound runbook; there is nothing a new one could be made of.
pub fn learn(dir: &SessionDir, entries: &[Entry], runbook: Option<&Runbook>, file: Option<&Path>) -> Result<Learned> {
    let target = target(dir, entries, file)?;
    let lessons = lessons(entries, runbook);
    let day = entries.last().map(|entry| entry.at.date_naive()).unwrap_or_default();
    if lessons.is_empty() {
        return Ok(Learned { patch: String::new(), path: target.path, notes: target.notes });
    }
    let done = match &target.base {
        Base::Text(text) => apply(&target.id, text, day, &lessons),
        Base::New(head) => begin(head, day, &lessons),
    };
    let learnt = done.map_err(|why| {
        let error = Error::new(Kind::Invalid, format!("could not learn for {}: {why}", target.path.escape_debug()));
        if target.old.is_some() {
            error.hint(format!("`stanch check {}` shows them", target.path.escape_debug()))
        } else {
            error
        }
    })?;
    let text = patch(&head(dir, &target, &learnt), &target.path, target.old.as_deref(), &learnt);
    Ok(Learned { patch: text, path: target.path, notes: target.notes })
}

/// What the session in `dir` taught, as its folder has it.
///
/// # Errors
/// As [`learn`]; or the journal cannot be read.
pub fn of(dir: &SessionDir) -> Result<Learned> {
    let entries = journal::read(&dir.journal())?.entries;
    let opened = entries.iter().find_map(|entry| match &entry.event {
        Event::Opened(opened) => opened.runbook.as_ref(),
        _ => None,
    });
    let text = opened.and_then(|own| std::fs::read(dir.runbook()).ok().map(|text| (own.id.as_str(), text)));
    let runbook = text.and_then(|(id, text)| parse_bytes(id, &text).runbook);
    learn(dir, &entries, runbook.as_ref(), None)
}

fn head(dir: &SessionDir, target: &Target, learnt: &Learnt) -> String {
    let how = match (learnt.taken.is_empty(), &target.old) {
        (true, _) => "; nothing of it changes the file",
        (false, Some(_)) => "; read it, then: git apply, or patch -p1",
        (false, None) => "; it makes a new file: git apply, or patch -p1",
    };
    format!("{HEAD}{} taught of {}{how}", dir.id(), target.path)
}

fn target(dir: &SessionDir, entries: &[Entry], file: Option<&Path>) -> Result<Target> {
    if let Some(path) = file {
        return there(&id_of(path), path);
    }
    let opened = entries.iter().find_map(|entry| match &entry.event {
        Event::Opened(opened) => Some(opened),
        _ => None,
    });
    let opened = opened.ok_or_else(|| Error::new(Kind::Invalid, "could not learn: the journal has no beginning"))?;
    let Some(own) = &opened.runbook else { return Ok(new(opened)) };
    let copy = dir.runbook();
    let path = Path::new(&own.origin);
    if path.is_file() {
        let mut target = there(&own.id, path)?;
        if std::fs::read_to_string(&copy).ok() != target.old {
            target.notes.push(format!("{} was edited since the session began", target.path.escape_debug()));
        }
        return Ok(target);
    }
    // Bundled, or no longer where it was: the session's own copy becomes a file of the team's.
    let base = std::fs::read_to_string(&copy)
        .map_err(Error::io("read the session's copy of the runbook"))
        .map_err(|error| error.hint("name the runbook's file with --runbook"))?;
    let path = format!("runbooks/{}.yaml", own.id);
    Ok(Target { id: own.id.clone(), path, old: None, base: Base::Text(base), notes: Vec::new() })
}

/// A file that is there.
fn there(id: &str, path: &Path) -> Result<Target> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::new(Kind::Invalid, format!("could not read {}: {error}", path.display())))?;
    let mut notes = Vec::new();
    let here = std::env::current_dir().and_then(std::fs::canonicalize);
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let inside = here.ok().and_then(|here| whole.strip_prefix(here).ok().map(Path::to_owned));
    let shown = inside.unwrap_or_else(|| {
        let folder = whole.parent().unwrap_or(Path::new("/")).display().to_string();
        notes.push(format!("the runbook is not below this folder; apply the patch in {}", folder.escape_debug()));
        whole.file_name().map(PathBuf::from).unwrap_or_default()
    });
    let path = shown.to_string_lossy().into_owned();
    Ok(Target { id: id.to_owned(), path, old: Some(text.clone()), base: Base::Text(text), notes })
}

/// A runbook that the session's work becomes.
fn new(opened: &Opened) -> Target {
    let head = Head {
        title: opened.title.clone(),
        severity: opened.severity,
        services: opened.services.clone(),
        alerts: opened.alert.iter().map(|alert| alert.name.clone()).collect(),
    };
    let id = id_of_title(&opened.title);
    Target { path: format!("runbooks/{id}.yaml"), id, old: None, base: Base::New(head), notes: Vec::new() }
}
