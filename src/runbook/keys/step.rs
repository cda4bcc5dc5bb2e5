//! The keys of a step and of what stands in it.

use super::{GUARD, Key, LINK, Table, key};
use crate::runbook::shape::{Named, PatternUse, Shape};

/// A step.
pub const STEP: Table = Table {
    name: "a step",
    short: None,
    keys: &[
        key("id", Shape::Id, "Unique in the runbook; a slug of the title where none is given.")
            .default("a slug of the title")
            .eg("migrate"),
        key("title", Shape::Line, "What it does, or asks, in one line.")
            .eg("Migrate the data")
            .required()
            .aka(&["name", "label"]),
        key("text", Shape::Prose, "Markdown shown above the command.")
            .eg("Expected is *migrated to format 4*; a second run finds nothing to do.")
            .aka(&["description", "note", "notes", "summary"]),
        key("links", Shape::List(&Shape::Table(&LINK)), "Further reading.")
            .eg("'https://wiki.internal/migrations'")
            .aka(&["link"]),
        key("run", Shape::Script, "The command; a list of lines runs under `sh -e`.")
            .eg("bin/migrate --to 4")
            .aka(&["command", "cmd", "script", "exec"]),
        key("ask", Shape::Line, "The question of a decision.").eg("Did it begin with the release?").aka(&["question"]),
        key("options", Shape::List(&Shape::Table(&OPTION)), "The answers of a decision.")
            .eg("[{ say: yes, go: revert }, { say: no, go: next }]")
            .aka(&["choices", "answers"]),
        key("see", Shape::Line, "For a step done by hand: what the operator is asked afterwards.")
            .eg("Which graph bends first?"),
        SHELL,
        key("mode", Shape::Word(&["pty", "pipe", "interactive", "follow"]), "How the command meets its terminal.")
            .default("pty")
            .eg("pipe"),
        key("flag", Shape::List(&Shape::Table(&FLAG)), "For `follow`: first matches put on the timeline.")
            .eg("[{ match: OOM, says: A process was killed }]")
            .aka(&["flags"]),
        ON,
        AS,
        CWD,
        ENV,
        WIDTH,
        key("expect", Shape::Table(&EXPECT), "What healthy looks like; all that is given must hold.")
            .default("exit 0")
            .eg("{ match: '^200', absent: Exception }")
            .aka(&["expects"]),
        key("signs", Shape::List(&Shape::Table(&SIGN)), "Patterns that point to a cause.")
            .eg(r"[{ match: 'unknown field (?<FIELD>\w+)', finding: The data lacks $FIELD, go: fix }]")
            .aka(&["sign"]),
        key(
            "capture",
            Shape::Map(Named::Variable, &Shape::Pattern(PatternUse::Capture)),
            "Variables taken from the output: first match, group 1.",
        )
        .eg(r"{ COUNT: '(\d+) rows' }")
        .aka(&["captures", "register"]),
        key("until", Shape::Table(&UNTIL), "Repeat until healthy.")
            .eg("{ every: 5s, for: 2m }")
            .aka(&["retry", "wait"]),
        key("timeout", Shape::Duration, "Stop it after this long.").default("none").eg("30s"),
        key("budget", Shape::Duration, "Amber after this long.").default("none").eg("10m"),
        key("silent", Shape::Duration, "Amber after this long without output.").default("none").eg("1m"),
        key("on_pass", Shape::Lead, "Where the cursor goes when it was healthy.")
            .default("next")
            .eg("verify")
            .aka(&["on_success", "then"]),
        key("on_fail", Shape::Lead, "Where the cursor goes when it was not.")
            .default("next in diagnose, elsewhere the cursor stays")
            .eg("revert")
            .aka(&["on_failure", "else", "on_error"]),
        EFFECT,
        key("confirm", Shape::Line, "For `destroy`: the word to type.")
            .default("the step's id")
            .eg("$COUNT")
            .aka(&["confirmation"]),
        key("verify", Shape::List(&Shape::VerifyStep), "Verify steps that must hold before the next change.")
            .eg("[answers]"),
        key("undo", Shape::Table(&UNDO), "How to take it back.").eg("bin/migrate --to 3").aka(&["rollback", "revert"]),
        key("done_if", Shape::Shell, "A read-only probe: did it happen?")
            .eg(r#"bin/migrate --status | grep -q "format 4""#),
        key("mitigates", Shape::Flag, "When healthy, proposes the mark \"mitigated\".").default("false").eg("true"),
        key("point_of_no_return", Shape::Flag, "No way back after this; announced before, and recorded.")
            .default("false")
            .eg("true"),
        key("require", Shape::List(&Shape::Table(&GUARD)), "What must hold before this step.")
            .eg("[{ run: bin/migrate --unlocked, says: Somebody migrates already }]")
            .aka(&["requires"]),
        key("stop", Shape::Table(&STOP), "How a run is stopped.")
            .default("{ signal: TERM, grace: 5s }")
            .eg("{ signal: INT, grace: 10s }"),
        key(
            "rolling",
            Shape::Count(1, 10_000),
            "Many hosts: this many at a time, and none after the first that is not healthy.",
        )
        .eg("1")
        .aka(&["serial"]),
        key("limit", Shape::Count(1, 10_000), "Many hosts: at most this many at once.")
            .default("10")
            .eg("2")
            .aka(&["forks"]),
        key("detach", Shape::Flag, "On another host: survives the connection.").default("false").eg("true"),
    ],
};

const SHELL: Key =
    key("shell", Shape::Word(&["sh", "bash"]), "`sh`, or `bash` with -eo pipefail.").default("sh").eg("bash");
const ON: Key =
    key("on", Shape::List(&Shape::HostName), "On which hosts: names and groups of `hosts`, `all` of them, `local`.")
        .default("this machine")
        .eg("[web1, web2]")
        .aka(&["host", "hosts", "where"]);
const AS: Key = key("as", Shape::User, "As which user.").default("the operator").eg("postgres").aka(&[
    "user",
    "become_user",
    "sudo",
]);
const CWD: Key = key("cwd", Shape::Text, "In which directory.")
    .default("where the run before it ended")
    .eg("/srv/orders")
    .aka(&["dir", "directory", "chdir", "workdir"]);
const ENV: Key = key("env", Shape::Map(Named::Environment, &Shape::EnvText), "Further environment.")
    .eg("{ URL: 'http://127.0.0.1:$PORT' }")
    .aka(&["environment"]);
const WIDTH: Key = key("width", Shape::Count(20, 1000), "Columns of its terminal; 240 where none is given.")
    .default("240")
    .eg("80")
    .aka(&["columns"]);
const EFFECT: Key = key("effect", Shape::Word(&["read", "change", "destroy"]), "What it does to the world.")
    .default("read in diagnose, ready and verify, else change")
    .eg("destroy");

/// The command of an undo; a bare value is `run`.
pub const UNDO: Table = Table {
    name: "an undo",
    short: Some("run"),
    keys: &[
        key("run", Shape::Script, "The command.").eg("bin/migrate --to 3").required().aka(&["command", "cmd"]),
        SHELL,
        key("mode", Shape::Word(&["pty", "pipe", "interactive"]), "How the command meets its terminal.")
            .default("pty")
            .eg("interactive"),
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
        key("say", Shape::Line, "The answer.")
            .eg("It began with the release")
            .required()
            .aka(&["says", "answer", "label", "title"]),
        key("go", Shape::Lead, "Where it leads.").default("next").eg("revert").aka(&["goto", "then", "next"]),
    ],
};

/// A first match worth a timeline row.
pub const FLAG: Table = Table {
    name: "a flag",
    short: Some("match"),
    keys: &[
        key("match", Shape::Pattern(PatternUse::Plain), "The pattern.").eg(r"'status=5\d\d'").required(),
        key("says", Shape::Line, "What it means.").eg("Requests fail").aka(&["say"]),
    ],
};

/// What healthy looks like.
pub const EXPECT: Table = Table {
    name: "an expectation",
    short: None,
    keys: &[
        key("exit", Shape::Exit, "Exit codes: a number, a list, or `any`; 0 where none is given.")
            .default("0")
            .eg("[0, 3]")
            .aka(&["code", "status"]),
        key("match", Shape::Pattern(PatternUse::Plain), "Some line matches.")
            .eg("'^200'")
            .aka(&["matches", "contains"]),
        key("absent", Shape::Pattern(PatternUse::Plain), "No line matches.").eg("Exception").aka(&["not", "no_match"]),
        key("equals", Shape::Text, "The whole text, trimmed, is this.").eg("OK").aka(&["equal", "is"]),
    ],
};

/// A pattern that points to a cause.
pub const SIGN: Table = Table {
    name: "a sign",
    short: None,
    keys: &[
        key("match", Shape::Pattern(PatternUse::Sign), "The pattern; named groups become variables.")
            .eg(r"'unknown field (?<FIELD>\w+)'")
            .required(),
        key("finding", Shape::Line, "What it means.")
            .eg("The code wants $FIELD, the data lacks it")
            .aka(&["means", "says"]),
        key("go", Shape::List(&Shape::Lead), "Where it may lead; offered, never taken by itself.")
            .eg("[revert, fix]")
            .aka(&["goto", "then"]),
        key(
            "mark",
            Shape::Word(&["impact_started", "detected", "mitigated"]),
            "The key time that the line tells: the time in it is proposed for it.",
        )
        .eg("impact_started")
        .aka(&["marks"]),
    ],
};

/// Repeat until healthy.
pub const UNTIL: Table = Table {
    name: "a repetition",
    short: None,
    keys: &[
        key("every", Shape::Duration, "From the end of one try to the start of the next.")
            .eg("5s")
            .required()
            .aka(&["interval", "delay"]),
        key("for", Shape::Duration, "From the start of the first try; a try still running then is the last.")
            .eg("2m")
            .required()
            .aka(&["timeout"]),
    ],
};

/// How a run is stopped.
pub const STOP: Table = Table {
    name: "a way to stop",
    short: None,
    keys: &[
        key("signal", Shape::Word(&["TERM", "INT", "HUP", "QUIT", "USR1", "USR2"]), "The first signal.")
            .default("TERM")
            .eg("INT"),
        key("grace", Shape::Duration, "How long to wait before KILL is due.").default("5s").eg("10s"),
    ],
};
