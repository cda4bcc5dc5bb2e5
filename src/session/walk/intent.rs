//! What the operator (or `--auto`) wants.

use super::work::Work;
use crate::runbook::{Effect, Lead, Severity, StepId, VarName};
use crate::session::entry::When;
use crate::session::event::{Mark, Status, Tag};
use crate::session::run::RunNo;
use crate::session::site::Site;

/// Something the operator wants. The walk answers with orders, or refuses and says why.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Run a step's command: the first try, or again.
    Run {
        /// The step.
        step: StepId,
        /// The command as the operator changed it; none runs the runbook's.
        edited: Option<String>,
        /// A change needs it.
        confirmed: Confirmation,
        /// Why a rule (verify first) is set aside this time.
        despite: Option<String>,
    },
    /// Take a change back.
    Undo {
        /// The change.
        run: RunNo,
        /// A change needs it.
        confirmed: Confirmation,
    },
    /// Run any other command in the operator's lane.
    AdHoc {
        /// The command.
        command: String,
        /// What it does; `change` unless the operator says it only reads.
        effect: Effect,
        /// A change needs it.
        confirmed: Confirmation,
    },
    /// Find out whether an interrupted run happened, by its step's `done_if`.
    Probe {
        /// The interrupted run.
        run: RunNo,
    },
    /// The operator knows whether an interrupted run happened.
    Settle {
        /// The interrupted run.
        run: RunNo,
        /// Whether it did what it should.
        happened: bool,
        /// How they know.
        because: String,
    },
    /// Go on with a version of the runbook that was edited beside the work.
    Reload {
        /// Which version, from 2.
        version: u32,
        /// sha-256 of its text, lower-case hexadecimal.
        sha256: String,
    },
    /// Take a decision: the option by its place, from 0.
    Choose {
        /// The step.
        step: StepId,
        /// Which option.
        option: usize,
    },
    /// A manual step is done.
    Done {
        /// The step.
        step: StepId,
        /// What was seen.
        seen: String,
        /// Whether it went well.
        healthy: bool,
    },
    /// Pass a step over.
    Skip {
        /// The step.
        step: StepId,
        /// Why.
        reason: String,
    },
    /// Go somewhere: a step, a phase, the next step.
    Go(Lead),
    /// Follow a sign's lead.
    FollowSign {
        /// The step whose sign it was.
        step: StepId,
        /// Where to.
        to: Lead,
    },
    /// Give a variable a value.
    Give {
        /// The variable.
        name: VarName,
        /// Its value; a secret one stays in memory.
        value: Secret,
    },
    /// Run a variable's `from`.
    Fetch {
        /// The variable.
        name: VarName,
    },
    /// Run the command that tells which machines are behind a name of a host.
    Inventory {
        /// The name.
        host: String,
    },
    /// Write something down.
    Note {
        /// What kind.
        tag: Tag,
        /// The text.
        text: String,
        /// When it happened, where that is not now.
        happened: Option<When>,
    },
    /// Pin lines of output as evidence.
    Pin {
        /// The run.
        run: RunNo,
        /// First line, from 1.
        first: u64,
        /// Last line.
        last: u64,
        /// The lines.
        text: String,
    },
    /// Mark a key time.
    Mark {
        /// Which.
        mark: Mark,
        /// When it happened, where that is not now.
        happened: Option<When>,
        /// Resolving with verify steps that do not hold: why.
        despite: Option<String>,
    },
    /// Record something about the work itself.
    Work {
        /// What.
        work: Work,
        /// When it happened, where that is not now.
        happened: Option<When>,
    },
    /// Change the status.
    Status(Status),
    /// Change the severity.
    Severity(Severity),
    /// Answer a time box that ran out.
    TimeBox {
        /// What was decided.
        decision: String,
        /// Why.
        reason: String,
    },
    /// Stop a run.
    Stop {
        /// The run.
        run: RunNo,
        /// KILL is allowed, also for a change.
        force: bool,
    },
    /// Leave; the session stays open.
    Leave {
        /// What the next one should know.
        note: Option<String>,
    },
    /// Close the session.
    Close {
        /// Anything to say.
        note: Option<String>,
        /// Closing with verify steps that do not hold since the last change: why.
        despite: Option<String>,
    },
    /// Work a closed session again.
    Reopen,
}

impl Intent {
    /// Something to be recorded about the work itself, that happens now.
    #[must_use]
    pub fn work(work: Work) -> Self {
        Self::Work { work, happened: None }
    }

    /// Whether the work goes on by it, where it rested.
    #[must_use]
    pub fn works_on(&self) -> bool {
        self.starts()
            || matches!(
                self,
                Self::Choose { .. } | Self::Done { .. } | Self::Skip { .. } | Self::Go(_) | Self::FollowSign { .. }
            )
    }

    /// Whether a command is started by it.
    #[must_use]
    pub fn starts(&self) -> bool {
        matches!(
            self,
            Self::Run { .. }
                | Self::Undo { .. }
                | Self::AdHoc { .. }
                | Self::Probe { .. }
                | Self::Fetch { .. }
                | Self::Inventory { .. }
        )
    }
}

/// How a change was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Confirmation {
    /// Not at all.
    #[default]
    None,
    /// `y` under the resolved command, or `--yes`.
    Yes,
    /// The word that a `destroy` asks for, as it was typed.
    Typed(String),
    /// One of these, under a preview that said where it would run. Where that is elsewhere by now, it counts no more.
    Seen {
        /// Where, and as whom.
        sites: Vec<Site>,
        /// How it was confirmed.
        by: Box<Confirmation>,
    },
}

impl Confirmation {
    /// How it was confirmed, wherever.
    #[must_use]
    pub fn by(&self) -> &Self {
        match self {
            Self::Seen { by, .. } => by.by(),
            other => other,
        }
    }

    /// Whether it was confirmed at all.
    #[must_use]
    pub fn is_there(&self) -> bool {
        *self.by() != Self::None
    }
}

/// A value that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the rim alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}
