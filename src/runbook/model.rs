// Long because the whole format is typed here, and it is read as one.
//! The typed runbook: what the YAML means once it was found to be sound.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::mark::Mark;

/// Where something stands in the runbook's file; both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The four phases, in the order in which an incident is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhaseName {
    /// Find out what is wrong, without changing anything.
    Diagnose,
    /// Go back to what worked.
    Revert,
    /// Repair the cause.
    Fix,
    /// Prove that it holds.
    Verify,
}

impl PhaseName {
    /// All four, in order.
    pub const ALL: [Self; 4] = [Self::Diagnose, Self::Revert, Self::Fix, Self::Verify];

    /// The word used in runbooks, on screen and in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Diagnose => "diagnose",
            Self::Revert => "revert",
            Self::Fix => "fix",
            Self::Verify => "verify",
        }
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How bad it is, 1 (worst) to 5. Written `SEV-2`; `sev2`, `S2`, `P2` and `critical` are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Severity(
    /// 1 to 5; lower is worse.
    pub u8,
);

impl Severity {
    /// Understands `SEV-2`, `sev2`, `S2`, `P2`, `2`, and the words `critical` (1), `major` (2), `warning` or `minor` (3), `info` (5).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        match lower.as_str() {
            "critical" | "page" => return Some(Self(1)),
            "major" => return Some(Self(2)),
            "warning" | "minor" => return Some(Self(3)),
            "info" => return Some(Self(5)),
            _ => {}
        }
        let digits = ["sev-", "sev", "s", "p"].iter().find_map(|head| lower.strip_prefix(head)).unwrap_or(&lower);
        match digits.parse::<u8>() {
            Ok(0) => Some(Self(1)),
            Ok(level @ 1..=5) => Some(Self(level)),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEV-{}", self.0)
    }
}

/// The id of a step: unique in its runbook, `[a-z0-9][a-z0-9_-]*`.
pub type StepId = String;
/// The name of a variable: `[A-Za-z_][A-Za-z0-9_]*`, as an environment variable's.
pub type VarName = String;

/// A whole runbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Runbook {
    /// The name of its file or folder; not written inside.
    pub id: String,
    /// One line: what is wrong when this runbook is the right one.
    pub title: String,
    /// Markdown: what it is about.
    pub summary: Option<String>,
    /// What one sees from outside; searched by the library.
    pub symptoms: Vec<String>,
    /// The severity a session starts with.
    pub severity: Option<Severity>,
    /// The services concerned.
    pub services: Vec<String>,
    /// Alertmanager names that lead here.
    pub alerts: Vec<String>,
    /// Free words for the search.
    pub tags: Vec<String>,
    /// Further reading.
    pub links: Vec<Link>,
    /// Whom to call, after how long.
    pub escalate: Vec<Escalation>,
    /// When a person last checked that it is still true.
    pub reviewed: Option<NaiveDate>,
    /// The service level objective, as a percentage over a window.
    pub slo: Option<Slo>,
    /// Variables in the order of the file.
    pub vars: Vec<(VarName, Variable)>,
    /// Machines and groups of machines by name.
    pub hosts: BTreeMap<String, Host>,
    /// Guards that must hold before any change.
    pub require: Vec<Guard>,
    /// Find out what is wrong.
    pub diagnose: Phase,
    /// Is a revert possible? Read-only, run early.
    pub ready: Vec<Step>,
    /// Go back.
    pub revert: Phase,
    /// Repair.
    pub fix: Phase,
    /// Prove it.
    pub verify: Phase,
    /// After resolving: when to look again.
    pub again: Vec<Duration>,
    /// Lint rules silenced, with the reason.
    pub allow: Vec<Allow>,
}

/// A phase: its steps and its time box.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Phase {
    /// How long to stay in it before asking what to do instead.
    pub time_box: Option<Duration>,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// A link with an optional name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is shown; the address where none was given.
    pub name: String,
    /// The address.
    pub url: String,
}

/// Whom to call when it takes long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Counted from detection.
    pub after: Duration,
    /// Who, in the team's own words.
    pub who: String,
}

/// A service level objective: `99.9% over 30d`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slo {
    /// Percent, as in 99.9.
    pub percent: f64,
    /// The window it is counted over.
    pub window: Duration,
}

/// A lint rule silenced by the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule's name.
    pub rule: String,
    /// Why.
    pub because: String,
}

/// A variable: an environment variable of every command, never pasted into one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variable {
    /// The value when nothing else gives one.
    pub default: Option<String>,
    /// The question to ask the operator.
    pub ask: Option<String>,
    /// A command whose output (without the last newline) is the value.
    pub from: Option<String>,
    /// The only values it may have.
    pub choices: Vec<String>,
    /// What a valid value matches, whole.
    pub valid: Option<Pattern>,
    /// What it is.
    pub about: Option<String>,
    /// Never shown, never written down.
    pub secret: bool,
    /// Where it is declared.
    pub place: Place,
}

/// Where a name of `hosts:` leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// One machine: `local`, an alias of the ssh configuration, or `ssh://user@host:port`.
    One(String),
    /// A group: names of other hosts.
    Group(Vec<String>),
    /// The machines that this command prints: `target` or `name target` in each line.
    From(String),
}

/// A guard: a command whose output must match before something may run.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The command.
    pub run: String,
    /// What its output must match; without it exit 0 is enough.
    pub matches: Option<Pattern>,
    /// What is told when it does not hold.
    pub says: Option<String>,
}

/// A regular expression, checked when the runbook was read. Patterns are held against one line at a time.
#[derive(Debug, Clone)]
pub struct Pattern(Arc<regex::Regex>);

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What the regex crate says of a pattern it does not take.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        regex::RegexBuilder::new(text).size_limit(1 << 20).build().map(Arc::new).map(Self)
    }

    /// The compiled expression.
    #[must_use]
    pub fn regex(&self) -> &regex::Regex {
        &self.0
    }

    /// The expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// One item of a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique in the runbook; a slug of the title where none was given.
    pub id: StepId,
    /// One line.
    pub title: String,
    /// Markdown; may show `$NAME`.
    pub text: Option<String>,
    /// Further reading.
    pub links: Vec<Link>,
    /// What is done: a command, a decision, or something by hand.
    pub action: Action,
    /// What it does to the world.
    pub effect: Effect,
    /// What healthy looks like.
    pub expect: Expect,
    /// Patterns that point to a cause.
    pub signs: Vec<Sign>,
    /// Variables taken from the output: first match, group 1.
    pub capture: Vec<(VarName, Pattern)>,
    /// Repeat until healthy.
    pub until: Option<Until>,
    /// Stop it after this long.
    pub timeout: Option<Duration>,
    /// Amber after this long.
    pub budget: Option<Duration>,
    /// Amber after this long without output.
    pub silent: Option<Duration>,
    /// Where the cursor goes when it was healthy.
    pub on_pass: Option<Lead>,
    /// Where the cursor goes when it was not.
    pub on_fail: Option<Lead>,
    /// Verify steps that must hold before the next change.
    pub verify: Vec<StepId>,
    /// How to take it back.
    pub undo: Option<Box<Command>>,
    /// A read-only probe: did it happen?
    pub done_if: Option<String>,
    /// When healthy, proposes the mark "mitigated".
    pub mitigates: bool,
    /// No way back after this; announced before, recorded.
    pub point_of_no_return: bool,
    /// Guards for this step alone.
    pub require: Vec<Guard>,
    /// For `destroy`: the word to type, may show `$NAME`; the step's id where none was given.
    pub confirm: Option<String>,
    /// The run is stopped so.
    pub stop: Stop,
    /// Many hosts: this many after one another.
    pub rolling: Option<u32>,
    /// Many hosts: at most this many at once.
    pub limit: Option<u32>,
    /// On another host: survives the connection.
    pub detach: bool,
    /// Where it stands in the file.
    pub place: Place,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A command is run.
    Run(Command),
    /// The operator decides.
    Ask {
        /// The question.
        question: String,
        /// The answers.
        options: Vec<Choice>,
    },
    /// Something is done by hand; `see` is the question answered afterwards.
    Manual {
        /// "What did you see?", or the author's own question.
        see: Option<String>,
    },
}

/// One answer to a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The answer.
    pub say: String,
    /// Where it leads.
    pub go: Option<Lead>,
}

/// A command and where it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The text given to the shell. A list of lines was joined with newlines and runs under `sh -e`.
    pub run: String,
    /// True where `run` was a list: every line must succeed.
    pub strict: bool,
    /// The shell.
    pub shell: Shell,
    /// How it meets its terminal.
    pub mode: Mode,
    /// Which hosts; empty means this machine.
    pub on: Vec<String>,
    /// As which user; none means the operator.
    pub user: Option<String>,
    /// In which directory; none means where the lane is.
    pub cwd: Option<String>,
    /// Further environment.
    pub env: Vec<(String, String)>,
    /// Columns of its terminal; none means [`Command::WIDTH`].
    pub width: Option<u16>,
    /// For `follow`: first matches are put on the timeline.
    pub flags: Vec<Flag>,
    /// What it does to the world (an undo is a step of its own; for a step's own command equal to the step's).
    pub effect: Effect,
}

impl Command {
    /// Columns of a run's terminal, whatever the screen is, so that output does not wrap differently for each operator.
    pub const WIDTH: u16 = 240;
}

/// A pattern of a `follow` run whose first match is worth a timeline row.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// The pattern.
    pub matches: Pattern,
    /// What it means.
    pub says: Option<String>,
}

/// Which shell reads the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shell {
    /// POSIX sh.
    #[default]
    Sh,
    /// `bash -eo pipefail`.
    Bash,
    /// Zsh: only what was typed in a recorded shell; no runbook asks for it.
    Zsh,
}

/// How a command meets its terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A terminal, output read as it comes.
    #[default]
    Pty,
    /// Pipes: for floods and for programs that behave better so.
    Pipe,
    /// A terminal whose keys go to the command.
    Interactive,
    /// Beside the next steps until stopped.
    Follow,
}

/// What a command does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks only.
    Read,
    /// Alters something.
    Change,
    /// Alters something that does not come back; asks for a typed word.
    Destroy,
}

/// What healthy looks like. All that is given must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// Exit codes.
    pub exit: ExitRule,
    /// Some line matches.
    pub matches: Option<Pattern>,
    /// No line matches.
    pub absent: Option<Pattern>,
    /// The whole text, trimmed, is this.
    pub equals: Option<String>,
}

impl Default for Expect {
    fn default() -> Self {
        Self { exit: ExitRule::Codes(vec![0]), matches: None, absent: None, equals: None }
    }
}

/// Which exit codes are healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitRule {
    /// Whatever it is.
    Any,
    /// One of these.
    Codes(Vec<i32>),
}

/// A pattern that points to a cause. Found or not found, never a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Sign {
    /// The pattern; named groups become variables.
    pub matches: Pattern,
    /// What it means; may show `$NAME`.
    pub finding: Option<String>,
    /// Where it may lead: offered, never taken by itself.
    pub go: Vec<Lead>,
    /// The key time that its line tells: proposed, never set by itself.
    pub mark: Option<Mark>,
}

/// Repeat until healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// Between the end of one try and the start of the next.
    pub every: Duration,
    /// From the start of the first try; a try still running then is the last.
    pub for_: Duration,
}

/// How a run is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The first signal: TERM, INT, HUP, QUIT, USR1 or USR2.
    pub signal: StopSignal,
    /// How long to wait before KILL is due.
    pub grace: Duration,
}

impl Default for Stop {
    fn default() -> Self {
        Self { signal: StopSignal::Term, grace: Duration::from_secs(5) }
    }
}

/// A signal a run may be stopped with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are the signals' own")]
pub enum StopSignal {
    Term,
    Int,
    Hup,
    Quit,
    Usr1,
    Usr2,
    Kill,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// To a step.
    Step(StepId),
    /// To the first step of a phase.
    Phase(PhaseName),
    /// To the next step.
    Next,
    /// Nowhere: the walk ends here.
    Stop,
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(id) => f.write_str(id),
            Self::Phase(phase) => f.write_str(phase.as_str()),
            Self::Next => f.write_str("next"),
            Self::Stop => f.write_str("stop"),
        }
    }
}

impl Runbook {
    /// A phase by name.
    #[must_use]
    pub fn phase(&self, name: PhaseName) -> &Phase {
        match name {
            PhaseName::Diagnose => &self.diagnose,
            PhaseName::Revert => &self.revert,
            PhaseName::Fix => &self.fix,
            PhaseName::Verify => &self.verify,
        }
    }

    /// Every step in the order of the phases, each with its phase; the `ready` steps come with revert, before its steps.
    pub fn steps(&self) -> impl Iterator<Item = (PhaseName, &Step)> {
        PhaseName::ALL.into_iter().flat_map(|name| {
            let ready: &[Step] = if name == PhaseName::Revert { &self.ready } else { &[] };
            ready.iter().chain(&self.phase(name).steps).map(move |step| (name, step))
        })
    }

    /// A step by id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<(PhaseName, &Step)> {
        self.steps().find(|(_, step)| step.id == id)
    }

    /// A variable by name.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&Variable> {
        self.vars.iter().find(|(own, _)| own == name).map(|(_, variable)| variable)
    }
}

impl Step {
    /// The command, where the step runs one.
    #[must_use]
    pub fn command(&self) -> Option<&Command> {
        match &self.action {
            Action::Run(command) => Some(command),
            _ => None,
        }
    }
}
