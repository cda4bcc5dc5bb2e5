//! Which sessions there are, and which one is meant.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::Path;

use super::dir::SessionDir;
use super::summary::Summary;
use crate::store::error::{Error, Result};
use crate::store::paths::Paths;

/// All sessions, newest first. A damaged one is among them and says what is broken.
///
/// # Errors
/// Where the folder of sessions cannot be read; that it does not exist is no error.
pub fn list(paths: &Paths) -> Result<Vec<Summary>> {
    let mut all: Vec<_> = folders(paths)?.into_iter().map(Summary::of).collect();
    all.sort_by_cached_key(|summary| Reverse((summary.began(), summary.dir.id().to_owned())));
    Ok(all)
}

/// The session of this id, or the only one whose id begins so, or the newest for `last`.
///
/// # Errors
/// [`Error::NoSession`], [`Error::NoSessions`], [`Error::Ambiguous`]; where the folder of sessions cannot be read.
pub fn find(paths: &Paths, asked: &str) -> Result<SessionDir> {
    if asked == "last" {
        return newest(folders(paths)?).ok_or_else(|| Error::NoSessions { sessions: paths.sessions() });
    }
    // Only names of folders that were found are compared, so that no id leads out of the folder of sessions.
    let mut candidates = folders(paths)?;
    if let Some(exact) = candidates.iter().position(|dir| dir.id() == asked) {
        return Ok(candidates.swap_remove(exact));
    }
    candidates.retain(|dir| !asked.is_empty() && dir.id().starts_with(asked));
    match candidates.len() {
        1 => Ok(candidates.swap_remove(0)),
        0 => Err(Error::NoSession { asked: asked.to_owned(), sessions: paths.sessions() }),
        _ => {
            let mut candidates: Vec<_> = candidates.iter().map(|dir| dir.id().to_owned()).collect();
            candidates.sort();
            Err(Error::Ambiguous { asked: asked.to_owned(), candidates })
        }
    }
}

/// The session to write to. Here `last` is the one that is open; with several open it is too vague. One whose journal is damaged
/// cannot be written to, and does not count.
///
/// # Errors
/// As [`find`], and [`Error::SeveralOpen`].
pub fn find_to_write(paths: &Paths, asked: &str) -> Result<SessionDir> {
    if asked != "last" {
        return find(paths, asked);
    }
    let can_be_meant = |summary: &Summary| summary.is_open() && summary.facts.trouble.is_none();
    let mut open: Vec<_> = list(paths)?.into_iter().filter(can_be_meant).collect();
    match open.len() {
        0 => find(paths, asked),
        1 => Ok(open.swap_remove(0).dir),
        _ => Err(Error::SeveralOpen { open: open.iter().map(|summary| summary.dir.id().to_owned()).collect() }),
    }
}

/// The folder that began last. Ids begin with the minute; only within one the journals are asked.
fn newest(mut folders: Vec<SessionDir>) -> Option<SessionDir> {
    let minute = |dir: &SessionDir| dir.id().split_once('Z').map(|(minute, _)| minute.to_owned());
    let latest = folders.iter().filter_map(minute).max();
    if latest.is_some() {
        folders.retain(|dir| minute(dir) == latest);
    }
    if folders.len() < 2 {
        return folders.pop();
    }
    folders
        .into_iter()
        .map(Summary::of)
        .max_by_key(|summary| (summary.began(), summary.dir.id().to_owned()))
        .map(|summary| summary.dir)
}

fn folders(paths: &Paths) -> Result<Vec<SessionDir>> {
    let mut found = Vec::new();
    for folder in paths.all_sessions() {
        add_folders(&folder, &mut found).map_err(Error::at("read", &folder))?;
    }
    Ok(found)
}

fn add_folders(folder: &Path, found: &mut Vec<SessionDir>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        // What begins with a dot is being made, or taken away.
        if entry.file_type()?.is_dir() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            found.push(SessionDir::at(&entry.path()));
        }
    }
    Ok(())
}
