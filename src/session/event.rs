//! Everything that can happen in a session.

use serde::{Deserialize, Serialize};

use super::alert::Alert;
pub use super::marks::{Detection, Evidence, Mark, Status, Tag};
pub use super::ran::{RECORD_BEFORE_ACT, RunEnded, RunStarted, Verdict};
pub use super::redacted::Redacted;
use super::run::{LaneKey, LaneNo, RunNo};
use super::site::Machine;
use super::spread::Attempt;
pub use super::update::Update;
use crate::runbook::{Lead, PhaseName, Severity, StepId, VarName};
use crate::text::human::duration;

/// What happened. The journal's own words; a correction is another event, never a change of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The session began. Always the first entry, and only there.
    Opened(Opened),
    /// A process took the wheel: the first, or one that resumed.
    Attached {
        /// The kernel's boot id, so that `boot_ms` can be compared.
        boot_id: String,
        /// The machine it runs on.
        host: String,
        /// This program's version.
        version: String,
    },
    /// The operator left; the session stays open.
    Left {
        /// What was on their mind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A variable has a value.
    VariableSet {
        /// Its name.
        name: VarName,
        /// Its value; none where it is secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// Where the value is from.
        source: Source,
    },
    /// A variable lost its value: a capture or a sign that found nothing this time.
    VariableUnset {
        /// Its name.
        name: VarName,
    },
    /// From here on these machines are behind a name of the runbook's hosts. A later one replaces an earlier one.
    HostSet {
        /// The name.
        host: String,
        /// One machine, or those that a command printed.
        machines: Vec<Machine>,
        /// Where that is from.
        source: Source,
    },
    /// A lane is needed from here on.
    LaneOpened {
        /// Its number.
        lane: LaneNo,
        /// What runs in it.
        key: LaneKey,
    },
    /// An attempt of a step on many hosts begins: it covers these. On disk before its first run.
    AttemptBegun(Box<Attempt>),
    /// A run is about to start. On disk before the command exists.
    RunStarted(Box<RunStarted>),
    /// A run is over, and this is what it meant.
    RunEnded(Box<RunEnded>),
    /// A run whose end nobody saw: its outcome is unknown.
    RunInterrupted {
        /// The run.
        run: RunNo,
    },
    /// An interrupted run's outcome was found out, by probe or by the operator.
    RunSettled {
        /// The run.
        run: RunNo,
        /// Whether it did what it should.
        happened: bool,
        /// How that is known.
        because: String,
    },
    /// Someone asked for a run to be stopped.
    StopAsked {
        /// The run.
        run: RunNo,
        /// Whether KILL was allowed.
        force: bool,
    },
    /// A sign was found in a run's output.
    SignSeen {
        /// The run.
        run: RunNo,
        /// The step whose sign it is.
        step: StepId,
        /// Which of its signs, from 0.
        sign: u32,
        /// What it means, values filled in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<String>,
        /// Where it may lead.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        go: Vec<Lead>,
        /// The line it was found in (from 1).
        line: u64,
        /// That line, without escapes, at most 400 characters.
        text: String,
        /// What it says of a key time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<Evidence>,
    },
    /// A run that is followed printed a line that one of its step's flags looks for, the first one. When it came is the entry's
    /// `happened`, or when it was recorded.
    Flagged {
        /// The run.
        run: RunNo,
        /// The step whose flag it is.
        step: StepId,
        /// Which of its flags, from 0.
        flag: u32,
        /// What it means, values filled in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        says: Option<String>,
        /// The line it was found in (from 1).
        line: u64,
        /// That line, without escapes, at most 400 characters.
        text: String,
    },
    /// The cursor moved.
    Moved {
        /// To this step; none is past the end of the phase's last step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<StepId>,
        /// The phase it is in from here on.
        phase: PhaseName,
        /// Why.
        because: MoveCause,
    },
    /// A step was passed over.
    Skipped {
        /// The step.
        step: StepId,
        /// Why.
        reason: String,
    },
    /// A manual step was done, or a decision taken.
    Answered {
        /// The step.
        step: StepId,
        /// The option taken (its words), or what was seen.
        answer: String,
        /// Where a decision leads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        go: Option<Lead>,
        /// For a manual step: whether it went well.
        healthy: bool,
    },
    /// A rule was overridden, knowingly.
    Overridden {
        /// Which rule, in words: "verify migrated before the next change".
        rule: String,
        /// Why.
        reason: String,
    },
    /// A note.
    Note {
        /// What kind.
        tag: Tag,
        /// The text.
        text: String,
    },
    /// Lines of output were pinned as evidence.
    Pinned {
        /// The run.
        run: RunNo,
        /// First line, from 1.
        first: u64,
        /// Last line.
        last: u64,
        /// The lines, without escapes.
        text: String,
    },
    /// A key time. The time is the entry's `happened`, or when it was recorded. A later one replaces an earlier one.
    Marked {
        /// Which.
        mark: Mark,
    },
    /// The incident's status changed.
    StatusChanged {
        /// To this.
        status: Status,
    },
    /// The severity changed.
    SeverityChanged {
        /// To this.
        severity: Severity,
    },
    /// A time box ran out and the operator decided.
    TimeBoxAnswered {
        /// The phase.
        phase: PhaseName,
        /// What was decided: `revert`, `go on`, ...
        decision: String,
        /// Why.
        reason: String,
    },
    /// Something is taken for the cause, or for a part of it. Findings are numbered from 1, those of signs among them.
    FindingOpened {
        /// What is thought.
        text: String,
    },
    /// A finding was confirmed or ruled out. A later word replaces an earlier one.
    FindingSettled {
        /// Its number.
        finding: u32,
        /// Confirmed; else ruled out.
        confirmed: bool,
        /// How that is known.
        because: String,
    },
    /// The work rests; clocks of phases stand still.
    Paused {
        /// Why, and what is next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// The work goes on.
    Resumed,
    /// Somebody else has the lead from here on.
    HandedOver {
        /// Who.
        to: String,
        /// What they have to know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Somebody takes part, who may never type anything here.
    Joined {
        /// Who.
        who: String,
        /// As what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// Somebody takes part no longer.
    Departed {
        /// Who.
        who: String,
    },
    /// How it was noticed.
    DetectedBy {
        /// By whom or what.
        source: Detection,
        /// In what way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Others were told where it stands.
    Updated(Update),
    /// Planned work became an incident.
    Declared {
        /// Why.
        reason: String,
    },
    /// Every verify step was run again some time after it was resolved.
    LookedAgain {
        /// Which of the runbook's times, from 0; those before it count as looked at too.
        again: u32,
        /// The steps that did not hold.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        red: Vec<StepId>,
    },
    /// The runbook was edited beside the work: from here on it is this version of it. Its text is in the session's folder.
    RunbookChanged {
        /// Which version, counted from 1: the one the session began with.
        version: u32,
        /// sha-256 of its text, lower-case hexadecimal.
        sha256: String,
    },
    /// The journal's last line was torn by a crash and set aside.
    TailSetAside {
        /// How many bytes.
        bytes: u64,
        /// The file they are in, inside the session's folder.
        file: String,
    },
    /// A value was taken out of the whole record: the one thing that alters earlier entries.
    Redacted(Redacted),
    /// The session is closed. It can be opened again by a later `Reopened`.
    Closed {
        /// Why, where there is something to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A closed session is worked again.
    Reopened,
    /// Something a later version of this program wrote; kept, never acted on.
    #[serde(other)]
    Unknown,
}

/// How a session began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The incident's title.
    pub title: String,
    /// The runbook, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<RunbookRef>,
    /// The severity it starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The services concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Planned work, not an incident.
    #[serde(default)]
    pub planned: bool,
    /// A rehearsal: the drill's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<String>,
    /// Time boxes of the drill that stand in for the runbook's, in milliseconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_boxes: Vec<(PhaseName, u64)>,
    /// Worked without a screen.
    #[serde(default)]
    pub auto: bool,
    /// The alert it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Box<Alert>>,
    /// The operator's zone as `+02:00`.
    pub zone: String,
    /// This program's version.
    pub version: String,
}

impl Opened {
    /// `time boxes of the drill: diagnose 20 s, fix 1 m`.
    #[must_use]
    pub fn time_boxes_in_words(&self) -> Option<String> {
        let boxes: Vec<String> =
            self.time_boxes.iter().map(|(phase, ms)| format!("{phase} {}", duration(*ms))).collect();
        (!boxes.is_empty()).then(|| format!("time boxes of the drill: {}", boxes.join(", ")))
    }
}

/// The runbook a session is worked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookRef {
    /// Its id.
    pub id: String,
    /// Where it was found: `bundled`, or a path.
    pub origin: String,
    /// sha-256 of its text, lower-case hexadecimal.
    pub sha256: String,
}

/// Where a variable's value is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `--var`, `--host`.
    Flag,
    /// `STANCH_VAR_NAME`.
    Environment,
    /// The runbook's `from`.
    From(RunNo),
    /// The runbook's `default`.
    Default,
    /// The drill.
    Drill,
    /// The operator typed it.
    Operator,
    /// A `capture`, or a named group of a sign, in the output of this run.
    Output(RunNo),
}

/// Why the cursor moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveCause {
    /// The session began here.
    Start,
    /// The step before was healthy.
    Passed(StepId),
    /// The step before was not, and its `on_fail` (or the walk's rule for diagnose) led here.
    Failed(StepId),
    /// The step before was skipped.
    Skipped(StepId),
    /// A decision led here.
    Answered(StepId),
    /// A sign led here, and the operator (or `--path`, or its being the only way) took it.
    Sign(StepId),
    /// A change must be verified before the next.
    VerifyFirst(StepId),
    /// The operator went here.
    Operator,
}
