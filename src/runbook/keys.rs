//! Every key of the format: its name, what it takes, what it is for. One table per mapping.
//!
//! The reader checks a file against these tables, and whatever else describes the format is made from them. Some words of the
//! format take a short form: a table with `short` may be written as a bare value of that key (`undo: rails db:rollback`), and
//! where a list is taken, one value alone is a list of one (`services: web`).

use super::shape::{Named, PatternUse, Shape};

/// A mapping with known keys.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// What it describes, with its article: "a step".
    pub name: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// The key a bare value stands for.
    pub short: Option<&'static str>,
}

/// A key of a mapping.
#[derive(Debug, PartialEq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for, in one line.
    pub doc: &'static str,
    /// Words people write instead, out of habit from other tools.
    pub aka: &'static [&'static str],
}

pub(super) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc, aka: &[] }
}

impl Key {
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) const fn aka(self, aka: &'static [&'static str]) -> Self {
        Self { aka, ..self }
    }
}

impl Table {
    /// A key by name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// The whole file.
pub const RUNBOOK: Table = Table {
    name: "a runbook",
    short: None,
    keys: &[
        key("stanch", Shape::Version, "The version of the format: 1.").required().aka(&["version"]),
        key("title", Shape::Line, "What is wrong when this runbook is the right one.").required().aka(&["name"]),
        key("summary", Shape::Prose, "What it is about.").aka(&["description", "about"]),
        key("symptoms", Shape::List(&Shape::Line), "What one sees from outside."),
        key("severity", Shape::Severity, "The severity a session starts with: sev1 (worst) to sev5.")
            .aka(&["priority"]),
        key("services", Shape::List(&Shape::Text), "The services concerned.").aka(&["service"]),
        key("alerts", Shape::List(&Shape::Text), "Alertmanager names that lead here.").aka(&["alert"]),
        key("tags", Shape::List(&Shape::Text), "Words for the search.").aka(&["labels"]),
        key("links", Shape::List(&Shape::Table(&LINK)), "Further reading.").aka(&["link", "references"]),
        key("escalate", Shape::List(&Shape::Table(&ESCALATION)), "Whom to call, after how long.").aka(&["escalation"]),
        key("reviewed", Shape::Date, "When a person last checked that it is still true."),
        key("slo", Shape::Slo, "The service level objective, as in 99.9% over 30d."),
        key(
            "vars",
            Shape::Map(Named::Variable, &Shape::Table(&VARIABLE)),
            "Variables, in the environment of every command.",
        )
        .aka(&["variables", "params", "parameters", "inputs"]),
        key("hosts", Shape::Map(Named::Host, &Shape::Host), "Machines and groups of machines, for `on`.")
            .aka(&["inventory"]),
        key("require", Shape::List(&Shape::Table(&GUARD)), "What must hold before any change.").aka(&["requires"]),
        key("diagnose", Shape::Table(&PHASE), "Find out what is wrong, without changing anything."),
        key("revert", Shape::Table(&REVERT), "Go back to what worked.").aka(&["rollback"]),
        key("fix", Shape::Table(&PHASE), "Repair the cause."),
        key("verify", Shape::Table(&VERIFY), "Prove that it holds."),
        key("allow", Shape::List(&Shape::Table(&ALLOW)), "Warnings silenced, each with the reason."),
    ],
};

/// A link; a bare value is its address.
pub const LINK: Table = Table {
    name: "a link",
    short: Some("url"),
    keys: &[
        key("name", Shape::Line, "What is shown instead of the address.").aka(&["title", "text"]),
        key("url", Shape::Text, "The address.").required().aka(&["href", "link"]),
    ],
};

/// Whom to call.
pub const ESCALATION: Table = Table {
    name: "an escalation",
    short: None,
    keys: &[
        key("after", Shape::Duration, "How long after detection.").required(),
        key("who", Shape::Line, "Whom, in the team's own words.").required().aka(&["to"]),
    ],
};

/// A variable; a bare value is its default.
pub const VARIABLE: Table = Table {
    name: "a variable",
    short: Some("default"),
    keys: &[
        key("default", Shape::Text, "The value when nothing else gives one.").aka(&["value"]),
        key("ask", Shape::Line, "The question to ask the operator.").aka(&["prompt"]),
        key("from", Shape::Shell, "A command whose output is the value.").aka(&["run", "command"]),
        key("choices", Shape::List(&Shape::Text), "The only values it may have.").aka(&["options", "enum"]),
        key("match", Shape::Pattern(PatternUse::Whole), "What a valid value matches, as a whole.")
            .aka(&["pattern", "regex"]),
        key("about", Shape::Prose, "What it is.").aka(&["description"]),
        key("secret", Shape::Flag, "Never shown, never written down."),
    ],
};

/// A guard; a bare value is its command.
pub const GUARD: Table = Table {
    name: "a guard",
    short: Some("run"),
    keys: &[
        key("run", Shape::Shell, "The command.").required().aka(&["command", "cmd"]),
        key("match", Shape::Pattern(PatternUse::Plain), "What its output must match; without it exit 0 is enough."),
        key("says", Shape::Line, "What is told when it does not hold.").aka(&["say", "message"]),
    ],
};

/// A lint rule silenced.
pub const ALLOW: Table = Table {
    name: "an exception",
    short: None,
    keys: &[
        key("rule", Shape::Text, "The rule's name.").required(),
        key("because", Shape::Prose, "Why.").required().aka(&["reason", "why"]),
    ],
};

const TIME_BOX: Key =
    key("time_box", Shape::Duration, "How long to stay before asking what to do instead.").aka(&["timebox"]);
const STEPS: Key = key("steps", Shape::List(&Shape::Table(&STEP)), "Its steps, in order.").aka(&["tasks", "actions"]);

/// Diagnose and fix.
pub const PHASE: Table = Table { name: "a phase", short: None, keys: &[TIME_BOX, STEPS] };

/// Revert.
pub const REVERT: Table = Table {
    name: "the revert phase",
    short: None,
    keys: &[
        TIME_BOX,
        key("ready", Shape::List(&Shape::Table(&STEP)), "Read-only steps, run early: is a revert possible?"),
        STEPS,
    ],
};

/// Verify.
pub const VERIFY: Table = Table {
    name: "the verify phase",
    short: None,
    keys: &[TIME_BOX, key("again", Shape::List(&Shape::Duration), "When to look again after resolving."), STEPS],
};

/// A step.
pub const STEP: Table = Table {
    name: "a step",
    short: None,
    keys: &[
        key("id", Shape::Id, "Unique in the runbook; a slug of the title where none is given."),
        key("title", Shape::Line, "What it does, or asks, in one line.").required().aka(&["name", "label"]),
        key("text", Shape::Prose, "Markdown shown above the command.").aka(&[
            "description",
            "note",
            "notes",
            "summary",
        ]),
        key("links", Shape::List(&Shape::Table(&LINK)), "Further reading.").aka(&["link"]),
        key("run", Shape::Script, "The command; a list of lines runs under `sh -e`.")
            .aka(&["command", "cmd", "script", "exec"]),
        key("ask", Shape::Line, "The question of a decision.").aka(&["question"]),
        key("options", Shape::List(&Shape::Table(&OPTION)), "The answers of a decision.").aka(&["choices", "answers"]),
        key("see", Shape::Line, "For a step done by hand: what the operator is asked afterwards."),
        SHELL,
        key("mode", Shape::Word(&["pty", "pipe", "interactive", "follow"]), "How the command meets its terminal."),
        key("flag", Shape::List(&Shape::Table(&FLAG)), "For `follow`: first matches put on the timeline.")
            .aka(&["flags"]),
        ON,
        AS,
        CWD,
        ENV,
        WIDTH,
        key("expect", Shape::Table(&EXPECT), "What healthy looks like; all that is given must hold.").aka(&["expects"]),
        key("signs", Shape::List(&Shape::Table(&SIGN)), "Patterns that point to a cause.").aka(&["sign"]),
        key(
            "capture",
            Shape::Map(Named::Variable, &Shape::Pattern(PatternUse::Capture)),
            "Variables taken from the output: first match, group 1.",
        )
        .aka(&["captures", "register"]),
        key("until", Shape::Table(&UNTIL), "Repeat until healthy.").aka(&["retry", "wait"]),
        key("timeout", Shape::Duration, "Stop it after this long."),
        key("budget", Shape::Duration, "Amber after this long."),
        key("silent", Shape::Duration, "Amber after this long without output."),
        key("on_pass", Shape::Lead, "Where the cursor goes when it was healthy.").aka(&["on_success", "then"]),
        key("on_fail", Shape::Lead, "Where the cursor goes when it was not.").aka(&["on_failure", "else", "on_error"]),
        EFFECT,
        key("confirm", Shape::Line, "For `destroy`: the word to type.").aka(&["confirmation"]),
        key("verify", Shape::List(&Shape::VerifyStep), "Verify steps that must hold before the next change."),
        key("undo", Shape::Table(&UNDO), "How to take it back.").aka(&["rollback", "revert"]),
        key("done_if", Shape::Shell, "A read-only probe: did it happen?"),
        key("mitigates", Shape::Flag, "When healthy, proposes the mark \"mitigated\"."),
        key("point_of_no_return", Shape::Flag, "No way back after this; announced before, and recorded."),
        key("require", Shape::List(&Shape::Table(&GUARD)), "What must hold before this step.").aka(&["requires"]),
        key("stop", Shape::Table(&STOP), "How a run is stopped."),
        key("rolling", Shape::Count(1, 10_000), "Many hosts: this many after one another.").aka(&["serial"]),
        key("limit", Shape::Count(1, 10_000), "Many hosts: at most this many at once.").aka(&["forks"]),
        key("detach", Shape::Flag, "On another host: survives the connection."),
    ],
};

const SHELL: Key = key("shell", Shape::Word(&["sh", "bash"]), "`sh`, or `bash` with -eo pipefail.");
const ON: Key = key("on", Shape::List(&Shape::HostName), "On which hosts; none means this machine.")
    .aka(&["host", "hosts", "where"]);
const AS: Key = key("as", Shape::User, "As which user.").aka(&["user", "become_user", "sudo"]);
const CWD: Key = key("cwd", Shape::Text, "In which directory.").aka(&["dir", "directory", "chdir", "workdir"]);
const ENV: Key =
    key("env", Shape::Map(Named::Environment, &Shape::EnvText), "Further environment.").aka(&["environment"]);
const WIDTH: Key =
    key("width", Shape::Count(20, 1000), "Columns of its terminal; 240 where none is given.").aka(&["columns"]);
const EFFECT: Key = key("effect", Shape::Word(&["read", "change", "destroy"]), "What it does to the world.");

/// The command of an undo; a bare value is `run`.
pub const UNDO: Table = Table {
    name: "an undo",
    short: Some("run"),
    keys: &[
        key("run", Shape::Script, "The command.").required().aka(&["command", "cmd"]),
        SHELL,
        key("mode", Shape::Word(&["pty", "pipe", "interactive"]), "How the command meets its terminal."),
        ON,
        AS,
        CWD,
        ENV,
        WIDTH,
        EFFECT,
    ],
};

/// An answer; a bare value is what it says.
pub const OPTION: Table = Table {
    name: "an option",
    short: Some("say"),
    keys: &[
        key("say", Shape::Line, "The answer.").required().aka(&["says", "answer", "label", "title"]),
        key("go", Shape::Lead, "Where it leads.").aka(&["goto", "then", "next"]),
    ],
};

/// A first match worth a timeline row.
pub const FLAG: Table = Table {
    name: "a flag",
    short: Some("match"),
    keys: &[
        key("match", Shape::Pattern(PatternUse::Plain), "The pattern.").required(),
        key("says", Shape::Line, "What it means.").aka(&["say"]),
    ],
};

/// What healthy looks like.
pub const EXPECT: Table = Table {
    name: "an expectation",
    short: None,
    keys: &[
        key("exit", Shape::Exit, "Exit codes: a number, a list, or `any`; 0 where none is given.")
            .aka(&["code", "status"]),
        key("match", Shape::Pattern(PatternUse::Plain), "Some line matches.").aka(&["matches", "contains"]),
        key("absent", Shape::Pattern(PatternUse::Plain), "No line matches.").aka(&["not", "no_match"]),
        key("equals", Shape::Text, "The whole text, trimmed, is this.").aka(&["equal", "is"]),
    ],
};

/// A pattern that points to a cause.
pub const SIGN: Table = Table {
    name: "a sign",
    short: None,
    keys: &[
        key("match", Shape::Pattern(PatternUse::Sign), "The pattern; named groups become variables.").required(),
        key("finding", Shape::Line, "What it means.").aka(&["means", "says"]),
        key("go", Shape::List(&Shape::Lead), "Where it may lead; offered, never taken by itself.")
            .aka(&["goto", "then"]),
        key(
            "mark",
            Shape::Word(&["impact_started", "detected", "mitigated"]),
            "The key time that the line tells: the time in it is proposed for it.",
        )
        .aka(&["marks"]),
    ],
};

/// Repeat until healthy.
pub const UNTIL: Table = Table {
    name: "a repetition",
    short: None,
    keys: &[
        key("every", Shape::Duration, "From the end of one try to the start of the next.")
            .required()
            .aka(&["interval", "delay"]),
        key("for", Shape::Duration, "From the start of the first try; a try still running then is the last.")
            .required()
            .aka(&["timeout"]),
    ],
};

/// How a run is stopped.
pub const STOP: Table = Table {
    name: "a way to stop",
    short: None,
    keys: &[
        key("signal", Shape::Word(&["TERM", "INT", "HUP", "QUIT", "USR1", "USR2"]), "The first signal."),
        key("grace", Shape::Duration, "How long to wait before KILL is due."),
    ],
};

/// All tables.
pub const ALL: [&Table; 17] = [
    &RUNBOOK,
    &LINK,
    &ESCALATION,
    &VARIABLE,
    &GUARD,
    &ALLOW,
    &PHASE,
    &REVERT,
    &VERIFY,
    &STEP,
    &UNDO,
    &OPTION,
    &FLAG,
    &EXPECT,
    &SIGN,
    &UNTIL,
    &STOP,
];
