//! Why something is not done, and what would help.

use std::fmt;

use crate::runbook::{StepId, VarName};
use crate::session::run::RunNo;
use crate::session::site::Site;

/// Why an intent is refused. Each says what would help; the screen turns some into a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such step, run or option; in words.
    NoSuch(String),
    /// A change must be confirmed under its resolved command.
    Confirm,
    /// A `destroy` must be confirmed by typing this word.
    Type(String),
    /// The word that was typed is another; this one is asked for.
    WrongWord(String),
    /// Values are missing.
    Needs(Vec<Need>),
    /// These verify steps must hold before the next change.
    VerifyFirst {
        /// The change's step; none for a change outside the runbook.
        change: Option<StepId>,
        /// The steps to verify it with.
        verify: Vec<StepId>,
    },
    /// A guard does not hold.
    Guard {
        /// Where.
        site: Site,
        /// The guard's command.
        command: String,
        /// What the author says of it, or what was seen.
        says: String,
    },
    /// It would run elsewhere than where it was confirmed for: it must be confirmed again.
    Elsewhere {
        /// Where it was confirmed for.
        seen: Vec<Site>,
        /// Where it would run now.
        now: Vec<Site>,
    },
    /// A command does not tell which machines are behind a name.
    Inventory {
        /// The name of the host.
        host: String,
        /// What is wrong with what it printed.
        why: String,
    },
    /// This run is still going on where it would run.
    Busy(RunNo),
    /// The outcome of this interrupted run must be settled first.
    Unsettled(RunNo),
    /// These verify steps do not hold since the last change; a reason is needed.
    NotVerified(Vec<StepId>),
    /// These runs are still going on.
    StillRunning(Vec<RunNo>),
    /// The session is closed.
    Closed,
    /// What was asked before is not on disk yet.
    NotYet,
    /// This version cannot do it; in words.
    CannotYet(String),
    /// A value is not allowed; in words.
    BadValue(String),
    /// A reason is needed; for what.
    Reason(String),
}

/// A value that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The operator must give it.
    Value(VarName),
    /// The variable's `from` must run first.
    Fetch(VarName),
    /// The command that tells which machines are behind this name of a host must run first.
    Hosts(String),
    /// A step that captures it must find it first.
    Capture {
        /// The variable.
        name: VarName,
        /// The steps that could.
        by: Vec<StepId>,
    },
}

impl Need {
    /// The variable, or the host.
    #[must_use]
    pub fn name(&self) -> &VarName {
        match self {
            Self::Value(name) | Self::Fetch(name) | Self::Hosts(name) | Self::Capture { name, .. } => name,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuch(what) => write!(f, "There is no {what} here."),
            Self::Confirm => f.write_str("This changes something: confirm it with y."),
            Self::Type(word) => write!(f, "This destroys something: type {word} to confirm."),
            Self::WrongWord(word) => write!(f, "That is not the word: type {word} to confirm."),
            Self::Needs(needs) => {
                let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
                write!(f, "A value is missing: {}.", needs.join(", "))
            }
            Self::VerifyFirst { change: Some(change), verify } => {
                write!(f, "First verify {change}: {}.", verify.join(", "))
            }
            Self::VerifyFirst { change: None, verify } => write!(f, "First verify: {}.", verify.join(", ")),
            Self::Guard { site, command, says } if site.is_plain() => {
                write!(f, "A guard does not hold: {says} (`{command}`).")
            }
            Self::Guard { site, command, says } => {
                write!(f, "A guard does not hold on {site}: {says} (`{command}`).")
            }
            Self::Elsewhere { seen, now } => {
                write!(
                    f,
                    "It would not run where it was confirmed for: that was {}, now it is {}.",
                    all(seen),
                    all(now)
                )
            }
            Self::Inventory { host, why } => {
                write!(f, "Which machines {host} is, its command does not tell: {why}.")
            }
            Self::Busy(run) => write!(f, "Run {run} is still going on here."),
            Self::Unsettled(run) => {
                write!(f, "Run {run} was interrupted and its outcome is unknown: find out first whether it happened.")
            }
            Self::NotVerified(steps) => write!(f, "Not verified since the last change: {}.", steps.join(", ")),
            Self::StillRunning(runs) => {
                let runs: Vec<String> = runs.iter().map(ToString::to_string).collect();
                write!(f, "Still running: {}.", runs.join(", "))
            }
            Self::Closed => f.write_str("The session is closed."),
            Self::NotYet => f.write_str("One moment: the last action is still being recorded."),
            Self::CannotYet(what) | Self::BadValue(what) => f.write_str(what),
            Self::Reason(what) => write!(f, "Say why: {what}."),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(name) => write!(f, "{name} (give it)"),
            Self::Fetch(name) => write!(f, "{name} (its command must run)"),
            Self::Hosts(name) => write!(f, "the machines of {name} (its command must run)"),
            Self::Capture { name, by } => write!(f, "{name} (found by {})", by.join(" or ")),
        }
    }
}

/// Places one after the other.
fn all(sites: &[Site]) -> String {
    sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
