//! The runbook of a session that is worked, edited beside the work.

use std::fs;
use std::path::{Path, PathBuf};

use super::session::sha256;
use super::{Error, Kind, Result};
use crate::runbook::{Parsed, parse};
use crate::session::state::State;
use crate::store::session::SessionDir;
use crate::store::{journal, private};

/// Where the runbook can be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file: the runbook's own; where it has none (it is bundled, or gone), a copy in the session's folder.
    pub path: PathBuf,
    /// The line the step begins on, from 1; of a file that has errors, the line of the first.
    pub line: u64,
    /// sha-256 of its text, lower-case hexadecimal.
    pub sha256: String,
}

/// What the editor left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// What was there before.
    Unchanged,
    /// Something that cannot be used: what is wrong, and where.
    Broken(String),
    /// Another version, kept in the session's folder. It is in force once that is recorded.
    Version {
        /// From 2.
        version: u32,
        /// sha-256 of its text, lower-case hexadecimal.
        sha256: String,
    },
}

/// What the journal says of the runbook.
struct Own {
    id: String,
    origin: String,
    version: u32,
}

impl Own {
    fn of(dir: &SessionDir) -> Result<Self> {
        let state = State::replay(&journal::read(&dir.journal())?.entries);
        let reference = state.opened.and_then(|opened| opened.runbook);
        let reference = reference.ok_or_else(|| Error::new(Kind::Usage, "the session has no runbook"))?;
        Ok(Self { id: reference.id, origin: reference.origin, version: state.runbook })
    }

    fn file(&self, dir: &SessionDir) -> PathBuf {
        let own = Path::new(&self.origin);
        if own.is_file() { own.to_owned() } else { dir.path().join("runbook-edited.yaml") }
    }
}

/// Where to edit the runbook of a session, at one of its steps.
///
/// # Errors
/// The session has no runbook, or its file cannot be read or made.
pub fn place(dir: &SessionDir, step: Option<&str>) -> Result<Place> {
    let own = Own::of(dir)?;
    let path = own.file(dir);
    if !path.exists() {
        let text = read_text(&dir.runbook_version(own.version))?;
        private::write_new(&path, text.as_bytes()).map_err(Error::io(format!("write {}", path.display())))?;
    }
    let text = read_text(&path)?;
    let parsed = parse(&own.id, &text);
    let of_step = |parsed: &Parsed| Some(parsed.runbook.as_ref()?.step(step?)?.1.place);
    let place =
        of_step(&parsed).or_else(|| parsed.problems.iter().find(|problem| problem.is_error()).map(|own| own.place));
    Ok(Place { path, line: place.map_or(1, |place| place.line as u64), sha256: sha256(text.as_bytes()) })
}

/// What was edited, held against what the file was before. A version that can be used is kept in the session's folder.
///
/// # Errors
/// The file cannot be read, or the version not be written.
pub fn read(dir: &SessionDir, before: &str) -> Result<Edited> {
    let own = Own::of(dir)?;
    let path = own.file(dir);
    let text = read_text(&path)?;
    let sha256 = sha256(text.as_bytes());
    if sha256 == before {
        return Ok(Edited::Unchanged);
    }
    let parsed = parse(&own.id, &text);
    if parsed.runbook.is_none() {
        let errors = parsed.errors();
        let first = parsed.problems.iter().find(|problem| problem.is_error());
        let first = first.map_or_else(String::new, |own| format!(":{}: {}", own.place, own.message));
        let more = if errors > 1 { format!(" (and {} more)", errors - 1) } else { String::new() };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Ok(Edited::Broken(format!("{name}{first}{more}")));
    }
    // One that was kept and never recorded, because the program was killed in between, stays as it is.
    let free =
        (own.version.max(1).saturating_add(1)..=u32::MAX).find(|version| !dir.runbook_version(*version).exists());
    let version =
        free.ok_or_else(|| Error::new(Kind::Internal, "could not keep the runbook: there are too many versions"))?;
    let kept = dir.runbook_version(version);
    private::write_new(&kept, text.as_bytes())
        .and_then(|()| private::sync_dir(dir.path()))
        .map_err(Error::io(format!("write {}", kept.display())))?;
    Ok(Edited::Version { version, sha256 })
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .map_err(|cause| Error::new(Kind::Invalid, format!("could not read {}: {cause}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::event::{Event, Opened, RunbookRef};
    use crate::store::clock::System;
    use crate::store::journal::Journal;

    const TEXT: &str = "stanch: 1\ntitle: T\ndiagnose:\n  steps:\n    - { id: a, title: A, run: a }\n    - { id: b, title: B, run: b }\n";

    fn session(folder: &Path, origin: &str) -> SessionDir {
        let dir = SessionDir::at(&folder.join("session"));
        fs::create_dir(dir.path()).unwrap();
        fs::write(dir.runbook(), TEXT).unwrap();
        let mut journal = Journal::create(&dir.journal(), "nova@alice", Arc::new(System)).unwrap();
        let runbook = Some(RunbookRef { id: "book".into(), origin: origin.into(), sha256: sha256(TEXT.as_bytes()) });
        let opened = Opened {
            title: "T".into(),
            runbook,
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: None,
            auto: false,
            alert: None,
            time_boxes: Vec::new(),
            zone: "+00:00".into(),
            version: "0".into(),
        };
        journal.append(&Event::Opened(opened).into()).unwrap();
        dir
    }

    #[test]
    fn the_runbooks_own_file_is_edited_at_the_step_and_a_version_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("book.yaml");
        fs::write(&file, TEXT).unwrap();
        let dir = session(folder.path(), &file.to_string_lossy());
        let place = place(&dir, Some("b")).unwrap();
        assert_eq!((&place.path, place.line), (&file, 6));
        assert_eq!(read(&dir, &place.sha256).unwrap(), Edited::Unchanged);

        fs::write(&file, TEXT.replace("run: b", "rum: b")).unwrap();
        let Edited::Broken(why) = read(&dir, &place.sha256).unwrap() else { panic!("it is broken") };
        assert!(why.starts_with("book.yaml:6:"), "{why}");
        assert_eq!(super::place(&dir, Some("b")).unwrap().line, 6, "at the error");

        let better = TEXT.replace("run: b", "run: better");
        fs::write(&file, &better).unwrap();
        let Edited::Version { version: 2, .. } = read(&dir, &place.sha256).unwrap() else { panic!("it is sound") };
        assert_eq!(fs::read_to_string(dir.runbook_version(2)).unwrap(), better);
        assert_eq!(fs::read_to_string(dir.runbook()).unwrap(), TEXT, "what the session began with stays");
    }

    #[test]
    fn a_bundled_runbook_is_edited_as_a_copy_in_the_sessions_folder() {
        let folder = tempfile::tempdir().unwrap();
        let dir = session(folder.path(), "bundled");
        let place = place(&dir, None).unwrap();
        assert_eq!(place.path, dir.path().join("runbook-edited.yaml"));
        assert_eq!(fs::read_to_string(&place.path).unwrap(), TEXT);
    }
}
