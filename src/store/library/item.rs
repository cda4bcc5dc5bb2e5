//! One runbook of the library.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bundled;
use crate::runbook::{Severity, parse_bytes};
use crate::store::error::{Error, Result};

/// More of a file than any runbook may be long is not read.
const MOST: u64 = 16 << 20;

/// Where a runbook is from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The program itself.
    Bundled,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Bundled => f.write_str("bundled"),
        }
    }
}

/// A runbook of the library; its text is read when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name of its file or folder.
    pub id: String,
    /// Where it is from.
    pub origin: Origin,
    /// Whether a drill is beside it.
    pub has_drill: bool,
    /// What it says of itself.
    pub facts: Facts,
}

/// What a runbook says of itself, as far as the library needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Its title; its id where it cannot be used.
    pub title: String,
    /// The severity a session starts with.
    pub severity: Option<Severity>,
    /// The services concerned.
    pub services: Vec<String>,
    /// Alertmanager names that lead here.
    pub alerts: Vec<String>,
    /// What one sees from outside.
    pub symptoms: Vec<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// How many problems are errors; a runbook with any cannot be used.
    pub errors: usize,
    /// How many problems are warnings.
    pub warnings: usize,
}

impl Facts {
    /// Reads a runbook's text for what the library needs of it.
    pub(super) fn of(id: &str, bytes: &[u8]) -> Self {
        let parsed = parse_bytes(id, bytes);
        let errors = parsed.errors();
        let warnings = parsed.problems.len() - errors;
        let Some(runbook) = parsed.runbook else {
            return Self { title: id.to_owned(), errors, warnings, ..Self::default() };
        };
        Self {
            title: runbook.title,
            severity: runbook.severity,
            services: runbook.services,
            alerts: runbook.alerts,
            symptoms: runbook.symptoms,
            tags: runbook.tags,
            errors,
            warnings,
        }
    }
}

impl Item {
    /// The runbook's bytes, read now.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match &self.origin {
            Origin::File(path) => read(path).map_err(Error::at("read", path)),
            Origin::Bundled => bundled::runbook(&self.id)
                .map(<[u8]>::to_vec)
                .ok_or_else(|| Error::NoRunbook { asked: self.id.clone(), near: Vec::new() }),
        }
    }

    /// The runbook's text, read now.
    ///
    /// # Errors
    /// What the operating system says; where it is not UTF-8.
    pub fn text(&self) -> Result<String> {
        String::from_utf8(self.bytes()?).map_err(|error| {
            Error::io(format!("read {}", self.origin))(io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
        })
    }

    /// The folder of its drill, where that is a folder of this machine.
    pub(super) fn drill_folder(&self) -> Option<PathBuf> {
        match &self.origin {
            Origin::File(path) if self.has_drill => path.parent().map(|folder| folder.join("drill")),
            _ => None,
        }
    }
}

/// A file's content, as far as a runbook may reach.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The id of the runbook in a file: the name of its file, or of its folder where the file is called `runbook.yaml`.
#[must_use]
pub fn id_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    let name = if stem == "runbook" { folder.unwrap_or(stem) } else { stem };
    name.to_string_lossy().into_owned()
}
