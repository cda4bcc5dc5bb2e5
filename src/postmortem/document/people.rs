//! How it was noticed, what was thought, who took part, what the runbook can learn: as data.

use serde::Serialize;

use super::timeline::Evidence;
use crate::postmortem::prose::Prose;
use crate::runbook::{PhaseName, StepId};
use crate::session::entry::When;
use crate::session::event::Detection;

/// How it was noticed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detected {
    /// By whom or what, where that was recorded.
    pub source: Option<Detection>,
    /// In sentences.
    pub sentences: Vec<Prose>,
}

/// What was thought to be the cause, or a part of it, and was not ruled out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cause {
    /// What was thought.
    pub text: String,
    /// It was confirmed; else it is open.
    pub confirmed: bool,
    /// How that is known.
    pub because: Option<String>,
    /// What proves it.
    pub evidence: Vec<Evidence>,
}

/// Who took part.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Responders {
    /// People, in the order in which they came.
    pub people: Vec<Person>,
    /// Hand-overs of the lead, in order.
    pub hand_overs: Vec<HandOver>,
}

/// Somebody who took part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// As what.
    pub role: Option<String>,
    /// When they came.
    pub joined: When,
    /// When they left, where that is recorded.
    pub left: Option<When>,
    /// The time of their last entry.
    pub last: When,
    /// Entries they wrote.
    pub entries: u64,
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandOver {
    /// When.
    pub time: When,
    /// By whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What they were told.
    pub note: Option<String>,
    /// The entry.
    pub seq: u64,
}

/// What the session says of its runbook.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Feedback {
    /// There was one.
    pub runbook: bool,
    /// In sentences.
    pub remarks: Vec<Prose>,
    /// What could be changed in it, by phase.
    pub patches: Vec<Patch>,
}

/// Changes proposed to a phase of the runbook.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Patch {
    /// The phase.
    pub phase: PhaseName,
    /// Its steps.
    pub steps: Vec<PatchStep>,
}

/// A step to be changed, or added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PatchStep {
    /// The step; none for a new one.
    pub id: Option<StepId>,
    /// The command that was run.
    pub run: String,
    /// The runbook's command.
    pub was: Option<String>,
}
