//! Every rule a runbook is held against: its name, whether breaking it is an error, and what it is for.
//!
//! Errors cannot be silenced. Warnings can: `allow: [{ rule: no-effect, because: ... }]`.

use super::problem::ProblemSeverity::{self, Error, Warning};

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as `stanch check` shows it and `allow` takes it.
    pub name: &'static str,
    /// Whether breaking it is an error.
    pub severity: ProblemSeverity,
    /// What it asks for, in one sentence.
    pub doc: &'static str,
}

macro_rules! rules {
    ($($id:ident $name:literal $severity:ident $doc:literal)*) => {
        $(#[doc = $doc] pub const $id: Rule = Rule { name: $name, severity: $severity, doc: $doc };)*
        /// All rules.
        pub const ALL: &[&Rule] = &[$(&$id),*];
    };
}

rules! {
    SYNTAX "syntax" Error "The file is YAML."
    NOT_UTF8 "not-utf8" Error "The file is UTF-8."
    TOO_LARGE "too-large" Error "The file has at most 8 MiB and 500,000 values."
    TOO_DEEP "too-deep" Error "Values are nested at most 64 deep."
    TOO_MANY_PROBLEMS "too-many-problems" Error "No more than 1,000 problems are listed."
    CONTROL_CHARACTER "control-character" Error "Control characters are written as escapes in double quotes."
    HIDDEN_DIRECTION "hidden-direction" Warning "No character turns the reading direction, so that what is read is what runs."
    ALIAS "alias" Error "Anchors and aliases are not used."
    TAG "tag" Error "YAML tags are not used."
    MERGE_KEY "merge-key" Error "Merge keys are not used."
    SECOND_DOCUMENT "second-document" Error "A file holds one runbook."
    DUPLICATE_KEY "duplicate-key" Error "A key stands once in its mapping."
    UNKNOWN_KEY "unknown-key" Error "Only keys of the format are used."
    MISSING_KEY "missing-key" Error "What must be said is said."
    WRONG_TYPE "wrong-type" Error "A key has the kind of value it takes."
    BAD_VALUE "bad-value" Error "A value is one of those its key takes."
    OUT_OF_RANGE "out-of-range" Error "A number or a time is within its limits."
    UNSUPPORTED_VERSION "unsupported-version" Error "The format version is one this program reads."
    BAD_DURATION "bad-duration" Error "A duration names its units, as in 90s, 20m or 1h 30m."
    BAD_PATTERN "bad-pattern" Error "A pattern is a regular expression."
    BAD_ID "bad-id" Error "An id has the characters a-z, 0-9, - and _ and is no word of the format."
    DUPLICATE_ID "duplicate-id" Error "A step's id stands once in the runbook."
    UNKNOWN_STEP "unknown-step" Error "What leads somewhere leads to a step or a phase that is there."
    NOT_A_VERIFY_STEP "not-a-verify-step" Error "`verify` names steps of the verify phase."
    UNKNOWN_HOST "unknown-host" Error "A host is declared under `hosts`, or `local`."
    HOST_CYCLE "host-cycle" Error "A group of hosts does not hold itself."
    AMBIGUOUS_CAPTURE "ambiguous-capture" Error "A value is captured on one host: of many it would be that of whichever ended last."
    MANY_HOSTS "many-hosts" Error "What runs in one place is told one host: the undo of a change runs where that was made, or on one other host."
    BAD_VARIABLE_NAME "bad-variable-name" Error "A variable's name is one a shell takes and none that steers the shell."
    UNDECLARED_VARIABLE "undeclared-variable" Error "A variable shown in prose is declared, captured, or a named group of a sign."
    EMPTY_PHASE "empty-phase" Error "A phase that is written has steps."
    NO_STEPS "no-steps" Error "A runbook has at least one step."
    ACTION_CONFLICT "action-conflict" Error "A step is one thing: a command, a decision, or done by hand."
    MODE_CONFLICT "mode-conflict" Error "What is asked of a run can be had in its mode."
    SECRET_DEFAULT "secret-default" Error "A secret's value does not stand in the runbook."
    DEFAULT_NOT_VALID "default-not-valid" Error "A default is one of the values its variable takes."
    CAPTURE_WITHOUT_GROUP "capture-without-group" Error "A capture's pattern has a group to take the value from."
    UNKNOWN_RULE "unknown-rule" Error "`allow` names a rule that can be silenced."
    DRILL_FILE "drill-file" Error "A drill has a `drill.yaml` and the scripts `break` and `clean`."
    DRILL_VARIABLE "drill-variable" Error "A drill gives every variable of its runbook a value."
    UNEXPECTED_CHANGE "unexpected-change" Warning "Diagnose, ready and verify steps change nothing."
    NO_EFFECT "no-effect" Warning "What is written has an effect."
    NO_REVERT "no-revert" Warning "A runbook that repairs also says how to go back to what worked: mostly that is the quickest way out."
    NO_PREFLIGHT "no-preflight" Warning "A revert has `ready` steps: that it is impossible is better known before it is needed."
    UNVERIFIED_CHANGE "unverified-change" Warning "A change names the verify steps that must hold after it: else nobody sees that it did not help."
    NO_WAY_BACK "no-way-back" Warning "A change of the fix says how it is undone, or that it is a point of no return: at 3 a.m. nobody thinks of one."
    UNCONFIRMED_DESTRUCTION "unconfirmed-destruction" Warning "What destroys asks for a word that tells what will be gone, so that it is not typed by habit."
    HIDDEN_CHANGE "hidden-change" Warning "What only looks runs nothing that alters something: it is started without being asked for."
    NEVER_ENDS "never-ends" Warning "A command that goes on until it is stopped has `mode: follow`: else the walk waits for it."
    WANTS_KEYS "wants-keys" Warning "A command that waits for keys has `mode: interactive`: else nobody gives it any."
    UNQUOTED_VARIABLE "unquoted-variable" Warning "A variable given to what deletes, moves or overwrites is quoted: a blank in its value makes it another command."
    PLACEHOLDER "placeholder" Warning "Nothing is left to be filled in: what differs each time is a variable, which is asked for."
    UNREACHABLE_STEP "unreachable-step" Warning "Every step is led to, or comes after one that lets the walk go on: else it is never run."
    NO_EXPECTATION "no-expectation" Warning "The first diagnose step says what healthy looks like: it tells whether this is the right runbook."
    STALE_REVIEW "stale-review" Warning "What was `reviewed` was so within a year: systems change faster than runbooks."
    CLEAR_SECRET "clear-secret" Warning "No secret stands in the file, and what sounds like one is marked `secret`: everybody reads runbooks and records."
}

/// A rule by name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}
