//! Taking a value out of a session that was recorded: everywhere, in one go, with an entry that says so.
//!
//! Everything is written anew beside the old in `.redact-new`, which becomes `.redact` when it is whole and synced. The journal is put in
//! its place first, and with that it is done: what a crash then leaves is put in place by whoever comes next ([`finish`]). Before that,
//! nothing was altered, and what is prepared is thrown away.

mod lines;
mod output;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(super) use lines::chained;
pub use place::{finish, is_unfinished};

use super::clock::Stamp;
use super::error::{Error, Result};
use super::lock::{Append, Driver, lanes_still};
use super::private;
use super::session::SessionDir;
use crate::runbook;
use crate::session::event::{Event, Redacted};
use crate::session::run::{RunEnd, RunNo};
use crate::text::redact::{Redactor, Secrets, forms, in_json};
use lines::Lines;
use output::Sums;

/// Read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// What was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What the tombstone says.
    pub redacted: Redacted,
    /// The number of its entry.
    pub seq: u64,
    /// The hash of the journal's last line now.
    pub head: String,
}

/// Takes a value out of the whole record of a session, also where JSON or a URL spells it otherwise, and leaves `[secret NAME]`. None where
/// it stands nowhere. What an earlier call left undone is finished first.
///
/// # Errors
/// Where the value is too short or too long, or a word of the record itself; [`Error::Held`] while a screen drives the session and
/// [`Error::Busy`] while a lane lives; where the journal is damaged; what the operating system says.
pub fn redact(dir: &SessionDir, name: &str, value: &str, by: &str, stamp: Stamp) -> Result<Option<Taken>> {
    let secrets = secrets(name, value)?;
    let _driver = Driver::try_take(dir, by, stamp.at)?;
    let _lanes = lanes_still(dir)?;
    let append = Append::open(&dir.journal())?;
    let _held = append.hold().map_err(Error::at("lock", &dir.journal()))?;
    // What is left of an earlier one was finished with taking the wheel.
    let work = Work { dir, secrets: &secrets, stage: place::begin(dir)? };
    let taken = work.stage_all(&format!("[secret {name}]"), by, stamp);
    match taken {
        Ok(Some(taken)) => {
            place::commit(dir)?;
            finish(dir)?;
            Ok(Some(taken))
        }
        other => {
            place::discard(dir)?;
            other
        }
    }
}

fn secrets(name: &str, value: &str) -> Result<Secrets> {
    let no = |why: String| Error::Value { why };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return Err(no("its name may have letters, digits, `_`, `-` and `.` only".to_owned()));
    }
    let (secrets, refused) = Secrets::new(forms(value).into_iter().map(|form| (name, form)));
    if let Some(refused) = refused.into_iter().next() {
        return Err(no(refused.why.to_string()));
    }
    if secrets.is_empty() {
        return Err(no("it is empty".to_owned()));
    }
    if format!("[secret {name}]").contains(value) {
        return Err(no("what stands in for it would hold it: choose another name".to_owned()));
    }
    // What only looks like one is none of this one's places.
    Ok(secrets.without_shapes())
}

/// What is in a folder, by name; a folder that is not there holds nothing.
fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?,
    };
    paths.sort();
    Ok(paths)
}

/// The writing anew.
struct Work<'a> {
    dir: &'a SessionDir,
    secrets: &'a Secrets,
    stage: PathBuf,
}

impl Work<'_> {
    /// Writes everything anew that the value stands in; none where it stands nowhere.
    fn stage_all(&self, placeholder: &str, by: &str, stamp: Stamp) -> Result<Option<Taken>> {
        let mut lines = Lines::read(&self.dir.journal())?;
        let mut redacted = Redacted { placeholder: placeholder.to_owned(), ..Redacted::default() };
        let mut sums = BTreeMap::new();
        for path in files(self.dir.path())? {
            let name = path.strip_prefix(self.dir.path()).unwrap_or(&path).to_owned();
            let places = match run_of(&name) {
                Some(run) if name.ends_with("output") => self.output(&path, &name, run, &mut sums),
                _ => self.plain(&path, &name),
            };
            let places = places.map_err(Error::at("take the value out of", &path))?;
            if places > 0 {
                redacted.places += places;
                redacted.files.push(name.to_string_lossy().into_owned());
            }
        }
        for (run, sums) in &sums {
            self.end(*run, sums)?;
        }
        lines.take_out(self.secrets, &sums)?;
        redacted.places += lines.places;
        if redacted.places == 0 {
            return Ok(None);
        }
        let torn = in_bytes(self.secrets, &lines.torn).0;
        if let Some(file) = place::torn(self.dir, &self.stage, &torn)? {
            lines.push(Event::TailSetAside { bytes: torn.len() as u64, file }, by, stamp)?;
        }
        redacted.entries.clone_from(&lines.altered);
        redacted.head.clone_from(&lines.before);
        if let Some(first) = lines.altered.first() {
            redacted.hashes = Some(place::hashes(self.dir, &self.stage, *first, &lines.hashes)?);
        }
        lines.push(Event::Redacted(redacted.clone()), by, stamp)?;
        self.write(Path::new("journal.jsonl"), &lines.bytes())?;
        Ok(Some(Taken { redacted, seq: lines.seq, head: lines.head }))
    }

    fn output(&self, path: &Path, name: &Path, run: RunNo, sums: &mut BTreeMap<RunNo, Sums>) -> io::Result<u64> {
        if output::places(self.secrets, path)? == 0 {
            return Ok(0);
        }
        let target = self.target(name)?;
        let rewritten = output::rewrite(self.secrets, path, &target)?;
        let places = rewritten.places;
        sums.insert(run, rewritten);
        Ok(places)
    }

    /// A file that is small enough to be held as a whole.
    fn plain(&self, path: &Path, name: &Path) -> io::Result<u64> {
        if output::places(self.secrets, path)? == 0 && path.extension().is_none_or(|kind| kind != "json") {
            return Ok(0);
        }
        let bytes = fs::read(path)?;
        let (new, places) = match path.extension().and_then(|kind| kind.to_str()) {
            Some("json") => in_json(self.secrets, &bytes),
            Some("yaml") => in_yaml(self.secrets, &bytes),
            _ => in_bytes(self.secrets, &bytes),
        };
        if places > 0 {
            self.write_file(name, &new)?;
        }
        Ok(places)
    }

    /// The end of a run holds the sum of its output.
    fn end(&self, run: RunNo, sums: &Sums) -> Result<()> {
        let name = PathBuf::from(format!("runs/{run}/exit.json"));
        let staged = self.stage.join(&name);
        let path = if staged.exists() { staged } else { self.dir.path().join(&name) };
        let edit = || {
            let text = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                other => other?,
            };
            let mut end: RunEnd = serde_json::from_slice(&text)?;
            if sums.correct(&mut end) {
                self.write_file(&name, &serde_json::to_vec_pretty(&end)?)?;
            }
            Ok(())
        };
        edit().map_err(Error::at("write anew", &path))
    }

    fn write(&self, name: &Path, bytes: &[u8]) -> Result<()> {
        self.write_file(name, bytes).map_err(Error::at("write", &self.stage.join(name)))
    }

    fn write_file(&self, name: &Path, bytes: &[u8]) -> io::Result<()> {
        private::replace(&self.target(name)?, bytes)
    }

    /// Where a file is written anew.
    fn target(&self, name: &Path) -> io::Result<PathBuf> {
        let target = self.stage.join(name);
        private::create_dirs(target.parent().unwrap_or(&self.stage))?;
        Ok(target)
    }
}

/// Every file of the session that can hold text of somebody's. A link is not followed: what it leads to is none of the session's.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in listed(folder).map_err(Error::at("read", folder))? {
        let kind = fs::symlink_metadata(&path).map_err(Error::at("look at", &path))?.file_type();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The journal has its own way; times and index follow their output; the summary is made again.
        let apart = ["journal.jsonl", "times", "index", "summary.json", "append.lock", "driver.lock", "lock"];
        if kind.is_dir() && !name.starts_with(".redact") {
            found.extend(files(&path)?);
        } else if kind.is_file() && !apart.contains(&name.as_str()) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The run whose folder a file is in.
fn run_of(name: &Path) -> Option<RunNo> {
    let number = name.strip_prefix("runs").ok()?.parent()?.to_str()?;
    number.parse().ok().map(RunNo)
}

fn in_bytes(secrets: &Secrets, bytes: &[u8]) -> (Vec<u8>, u64) {
    let mut redactor = Redactor::new(secrets);
    let mut out = Vec::with_capacity(bytes.len());
    redactor.push(bytes, &mut out);
    redactor.finish(&mut out);
    (out, redactor.count())
}

/// A runbook that was understood still is: where brackets would make a list of a value, it is `(secret NAME)`.
fn in_yaml(secrets: &Secrets, bytes: &[u8]) -> (Vec<u8>, u64) {
    let (new, places) = in_bytes(secrets, bytes);
    let is_sound = |bytes: &[u8]| runbook::parse_bytes("copy", bytes).runbook.is_some();
    if places == 0 || !is_sound(bytes) || is_sound(&new) {
        return (new, places);
    }
    (in_bytes(&secrets.in_parentheses(), bytes).0, places)
}
