//! What can be learned.

use std::fmt;

use serde::Serialize;

use crate::runbook::{Effect, Mode, PhaseName, Shell, StepId};

/// Something that a session taught of its runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// What would change.
    pub edit: Edit,
    /// What happened, in one clause: it becomes the comment above the place.
    pub because: String,
}

/// What a lesson changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A step at the end of a phase.
    Add {
        /// The phase.
        phase: PhaseName,
        /// The step.
        step: Box<NewStep>,
    },
    /// Another command of a step.
    Command {
        /// The step.
        step: StepId,
        /// The command.
        run: String,
    },
    /// A sign at the end of a step's.
    Sign {
        /// The step.
        step: StepId,
        /// The sign.
        sign: NewSign,
    },
    /// Only the comment, above a step.
    Step(StepId),
    /// Only the comment, above a phase.
    Phase(PhaseName),
    /// Nothing that could be done to the file: it is only told.
    Nothing,
}

/// A step that was learned. Its fields are the keys of the file; what is not said is left to the phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewStep {
    /// Its id, where the slug of its title is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<StepId>,
    /// Its title.
    pub title: String,
    /// What it does to the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Its shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Shell>,
    /// How it meets its terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// As whom.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where.
    #[serde(rename = "on", skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// In which directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Its command.
    pub run: String,
    /// Verify steps that held after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verify: Vec<StepId>,
    /// What pointed to a cause in its output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<NewSign>,
}

impl NewStep {
    /// A step that runs a command, and says nothing else.
    #[must_use]
    pub fn new(title: String, run: String) -> Self {
        Self {
            id: None,
            title,
            effect: None,
            shell: None,
            mode: None,
            user: None,
            host: None,
            cwd: None,
            run,
            verify: Vec::new(),
            signs: Vec::new(),
        }
    }
}

/// A sign that was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSign {
    /// The pattern.
    #[serde(rename = "match")]
    pub pattern: String,
    /// What it means.
    pub finding: String,
}

/// In one clause, for a list.
impl fmt::Display for Lesson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let because = &self.because;
        match &self.edit {
            Edit::Add { phase, step } => write!(f, "{phase}: a new step, {}: {because}", step.title),
            Edit::Command { step, .. } => write!(f, "{step}: another command: {because}"),
            Edit::Sign { step, sign } => write!(f, "{step}: a new sign, {}: {because}", sign.finding),
            Edit::Step(step) => write!(f, "{step}: {because}"),
            Edit::Phase(phase) => write!(f, "{phase}: {because}"),
            Edit::Nothing => f.write_str(because),
        }
    }
}
