//! What the exit codes mean.

use std::process::ExitCode;

use crate::drive::auto::Ending;

/// How a command ended, worst last where several things were done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: everything is fine.
    Fine,
    /// 1: a step, a check or a verification failed.
    Failed,
    /// 5: a person is needed.
    Person,
    /// 2: the arguments make no sense.
    Usage,
    /// 3: something that was to be read is unreadable or invalid.
    Input,
    /// 4: something went wrong inside.
    Internal,
    /// 128 and the number of the signal that ended it.
    Signal(u8),
}

impl Exit {
    /// What the ending of a walk without a screen means.
    #[must_use]
    pub fn of(ending: &Ending) -> Self {
        match ending {
            Ending::Healthy(_) => Self::Fine,
            Ending::Failed(_) => Self::Failed,
            Ending::Person(_) => Self::Person,
            Ending::Journal(_) => Self::Internal,
            Ending::Interrupted { signal } => Self::Signal(u8::try_from(*signal).unwrap_or_default()),
        }
    }

    /// The number given to the shell.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Internal => 4,
            Self::Person => 5,
            Self::Signal(number) => 128 + (number & 0x7f),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
