//! What can go wrong with files, said so that a person can act on it.

use std::io;
use std::path::{Path, PathBuf};

/// The result of working with the store.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("could not {what}: {cause}")]
    Io {
        /// What was tried: "read /a/b".
        what: String,
        /// Why not.
        cause: io::Error,
    },
    /// The journal is broken in the middle: it can be read up to there, but not be written.
    #[error("could not write to {}: line {line} is damaged: {reason}", .journal.display())]
    Damaged {
        /// The file.
        journal: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// No session has this id or prefix.
    #[error("could not find a session named {asked:?} in {}", .sessions.display())]
    NoSession {
        /// What was asked for.
        asked: String,
        /// Where it was looked for.
        sessions: PathBuf,
    },
    /// There is no session at all.
    #[error("could not find any session in {}", .sessions.display())]
    NoSessions {
        /// Where they were looked for.
        sessions: PathBuf,
    },
    /// More than one session begins so.
    #[error("could not tell which session is meant by {asked:?}")]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// The ids that begin so.
        candidates: Vec<String>,
    },
    /// Several sessions are open, so `last` is too vague to write by.
    #[error("could not choose a session to write to: {} are open", .open.len())]
    SeveralOpen {
        /// Their ids.
        open: Vec<String>,
    },
    /// Another screen drives the session.
    #[error("could not take the wheel of {session}: {holder}")]
    Held {
        /// The session's id.
        session: String,
        /// Who has it, in words.
        holder: String,
    },
    /// A lane of the session lives: what it writes would be written anew under its feet.
    #[error("could not alter the record of {session}: lane {lane} still works in it")]
    Busy {
        /// The session's id.
        session: String,
        /// The lane's number.
        lane: String,
    },
    /// A value cannot be taken out.
    #[error("could not take the value out: {why}")]
    Value {
        /// Why not.
        why: String,
    },
    /// No runbook has this id.
    #[error("could not find a runbook named {asked:?}")]
    NoRunbook {
        /// What was asked for.
        asked: String,
        /// Ids that look like it.
        near: Vec<String>,
    },
    /// Several runbooks have this id.
    #[error("could not tell which runbook is meant by {id:?}: {} places have one", .origins.len())]
    RunbookTwice {
        /// The id.
        id: String,
        /// What to say instead: paths, or `bundled:ID`.
        origins: Vec<String>,
    },
    /// A session cannot be packed, or a pack not be unpacked.
    #[error("could not {what}: {why}")]
    Pack {
        /// What was tried.
        what: String,
        /// Why not.
        why: String,
        /// What to do about it, where there is something to say.
        hint: Option<&'static str>,
    },
    /// A runbook has no drill.
    #[error("could not find a drill for {id:?}")]
    NoDrill {
        /// The runbook.
        id: String,
    },
}

impl Error {
    /// An error of the operating system with what was tried, to be used with `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Io { what: what.into(), cause }
    }

    /// The same, with the path behind the verb.
    pub(crate) fn at(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("{verb} {}", path.display()))
    }

    pub(super) fn pack(what: String, why: String) -> Self {
        Self::Pack { what, why, hint: None }
    }

    /// The same with what to do about it; only for packs, the others know by themselves.
    pub(super) fn with_hint(self, told: &'static str) -> Self {
        match self {
            Self::Pack { what, why, .. } => Self::Pack { what, why, hint: Some(told) },
            other => other,
        }
    }

    /// What the operator can do about it, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Io { cause, .. } if cause.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                Some("it is a symbolic link, which is not followed here: see who put it there".to_owned())
            }
            Self::Io { cause, .. } => match cause.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("the disk is full: make room, or point STANCH_DATA_DIR at another one".to_owned())
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("STANCH_DATA_DIR can name a folder that you may write to".to_owned())
                }
                io::ErrorKind::TimedOut => {
                    Some("another stanch holds the append lock; is it stopped, or its disk hanging?".to_owned())
                }
                _ => None,
            },
            Self::Damaged { .. } => {
                Some("everything before that line can still be read and exported; `stanch audit` says more".to_owned())
            }
            Self::NoSession { .. } => Some("`stanch sessions` lists them".to_owned()),
            Self::NoSessions { .. } => Some("`stanch run RUNBOOK` or `stanch start TITLE` begins one".to_owned()),
            Self::Ambiguous { candidates, .. } => Some(format!("give more of the name:\n{}", indented(candidates))),
            Self::SeveralOpen { open } => Some(format!("name one of them:\n{}", indented(open))),
            Self::Held { .. } => Some("you can follow it, and add notes and marks, from here".to_owned()),
            Self::Busy { .. } => Some(
                "leave recorded shells, stop what runs and close the session; what is still valid is best changed meanwhile".to_owned(),
            ),
            Self::Value { .. } => None,
            Self::NoRunbook { near, .. } if near.is_empty() => Some("`stanch` without arguments lists them".to_owned()),
            Self::NoRunbook { near, .. } => Some(format!("did you mean one of these?\n{}", indented(near))),
            Self::RunbookTwice { origins, .. } => Some(format!("say one of these instead:\n{}", indented(origins))),
            Self::Pack { hint, .. } => hint.map(str::to_owned),
            Self::NoDrill { .. } => Some("`stanch drill --list` lists the drills there are".to_owned()),
        }
    }

    /// Whether trying again later cannot help.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Held { .. } | Self::Busy { .. })
    }
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
