//! What keeps a session from beginning or going on, said so that a person can act on it.

use std::fmt;

/// The result of beginning, resuming or rehearsing.
pub type Result<T> = std::result::Result<T, Error>;

/// What sort of trouble it is; the command line makes its exit code of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A step, a check or a script failed.
    Failed,
    /// It was asked for in a way that cannot be.
    Usage,
    /// Something read is missing or invalid.
    Invalid,
    /// A file, a process or a thread did not do what it must.
    Internal,
    /// Only a person can go on from here.
    Person,
}

/// What went wrong, with a hint of what to do.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

impl Error {
    /// Trouble of a kind; the message reads "could not X: cause".
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// The operating system refused; `what` completes "could not".
    pub(crate) fn io(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::internal(format!("could not {what}: {cause}"))
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// What sort it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do about it, where there is something to say.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<crate::store::Error> for Error {
    fn from(error: crate::store::Error) -> Self {
        use crate::store::Error as Store;
        let kind = match &error {
            Store::Held { .. } => Kind::Person,
            Store::Io { .. } | Store::Damaged { .. } => Kind::Invalid,
            _ => Kind::Usage,
        };
        Self { kind, hint: error.hint(), message: error.to_string() }
    }
}
