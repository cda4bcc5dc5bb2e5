//! The keys of the file and its phases.

use super::{Key, STEP, Table, key};
use crate::runbook::shape::{Named, PatternUse, Shape};

/// The whole file.
pub const RUNBOOK: Table = Table {
    name: "a runbook",
    short: None,
    keys: &[
        key("stanch", Shape::Version, "The version of the format: 1.").eg("1").required().aka(&["version"]),
        key("title", Shape::Line, "What is wrong when this runbook is the right one.").eg("Orders answer 500 after an upgrade").required().aka(&["name"]),
        key("summary", Shape::Prose, "What it is about.").eg("The upgrade brought code that reads a newer data format.").aka(&["description", "about"]),
        key("symptoms", Shape::List(&Shape::Line), "What one sees from outside.").eg("[Customers cannot order, The health check is green]"),
        key("severity", Shape::Severity, "The severity a session starts with: sev1 (worst) to sev5.").eg("sev2")
            .aka(&["priority"]),
        key("services", Shape::List(&Shape::Text), "The services concerned.").eg("[orders, payments]").aka(&["service"]),
        key("alerts", Shape::List(&Shape::Text), "Alertmanager names that lead here.").eg("[OrdersHttp5xx]").aka(&["alert"]),
        key("tags", Shape::List(&Shape::Text), "Words for the search.").eg("[upgrade, migration]").aka(&["labels"]),
        key("links", Shape::List(&Shape::Table(&LINK)), "Further reading.").eg("[{ name: The dashboard, url: 'https://graphs.internal/d/orders' }]").aka(&["link", "references"]),
        key("escalate", Shape::List(&Shape::Table(&ESCALATION)), "Whom to call, after how long.").eg("[{ after: 20m, who: The database on-call }]").aka(&["escalation"]),
        key("reviewed", Shape::Date, "When a person last checked that it is still true.").eg("2026-11-20"),
        key("slo", Shape::Slo, "The service level objective, as in 99.9% over 30d.").eg("99.9% over 30d"),
        key(
            "vars",
            Shape::Map(Named::Variable, &Shape::Table(&VARIABLE)),
            "Variables, in the environment of every command.",
        ).eg("{ DB: { default: orders, about: The database } }")
        .aka(&["variables", "params", "parameters", "inputs"]),
        key("hosts", Shape::Map(Named::Host, &Shape::Host), "Machines and groups of machines, for `on`.").eg("{ db: 'ssh://postgres@db1', web: [web1, web2], web1: web1, web2: web2, app: { from: bin/list-app } }")
            .aka(&["inventory"]),
        key("require", Shape::List(&Shape::Table(&GUARD)), "What must hold before any change.").eg("[{ run: 'test -e /srv/orders', says: This is another machine }]").aka(&["requires"]),
        key("diagnose", Shape::Table(&PHASE), "Find out what is wrong, without changing anything.").eg("{ time_box: 20m, steps: [{ title: Look, run: uptime }] }"),
        key("revert", Shape::Table(&REVERT), "Go back to what worked.").eg("{ ready: [{ title: Is it there?, run: apt-cache policy orders }], steps: [{ title: Back, run: apt-get install orders=1 }] }").aka(&["rollback"]),
        key("fix", Shape::Table(&PHASE), "Repair the cause.").eg("{ steps: [{ title: Migrate, run: bin/migrate }] }"),
        key("verify", Shape::Table(&VERIFY), "Prove that it holds.").eg("{ again: [30m, 24h], steps: [{ title: Orders get through, run: bin/probe }] }"),
        key("allow", Shape::List(&Shape::Table(&ALLOW)), "Warnings silenced, each with the reason.").eg("[{ rule: no-way-back, because: The table is made anew every night }]"),
    ],
};

/// A link; a bare value is its address.
pub const LINK: Table = Table {
    name: "a link",
    short: Some("url"),
    keys: &[
        key("name", Shape::Line, "What is shown instead of the address.")
            .default("the address")
            .eg("The dashboard")
            .aka(&["title", "text"]),
        key("url", Shape::Text, "The address.")
            .eg("'https://graphs.internal/d/orders'")
            .required()
            .aka(&["href", "link"]),
    ],
};

/// Whom to call.
pub const ESCALATION: Table = Table {
    name: "an escalation",
    short: None,
    keys: &[
        key("after", Shape::Duration, "How long after detection.").eg("20m").required(),
        key("who", Shape::Line, "Whom, in the team's own words.").eg("The database on-call").required().aka(&["to"]),
    ],
};

/// A host whose machines a command tells.
pub const INVENTORY: Table = Table {
    name: "a list of machines",
    short: None,
    keys: &[key(
        "from",
        Shape::Shell,
        "A command that prints them: `target` or `name target` in each line. It runs on this machine, when it is needed first, and is on record.",
    )
    .eg("bin/list-app")
    .required()
    .aka(&["run", "command"])],
};

/// A variable; a bare value is its default.
pub const VARIABLE: Table = Table {
    name: "a variable",
    short: Some("default"),
    keys: &[
        key("default", Shape::Text, "The value when nothing else gives one.").eg("orders").aka(&["value"]),
        key("ask", Shape::Line, "The question to ask the operator.")
            .eg("Which release was rolled out?")
            .aka(&["prompt"]),
        key("from", Shape::Shell, "A command whose output is the value.")
            .eg("git -C /srv/orders describe")
            .aka(&["run", "command"]),
        key("choices", Shape::List(&Shape::Text), "The only values it may have.")
            .eg("[blue, green]")
            .aka(&["options", "enum"]),
        key("match", Shape::Pattern(PatternUse::Whole), "What a valid value matches, as a whole.")
            .eg(r"'v\d+\.\d+'")
            .aka(&["pattern", "regex"]),
        key("about", Shape::Prose, "What it is.").eg("The release that worked").aka(&["description"]),
        key("secret", Shape::Flag, "Never shown, never written down.").default("false").eg("true"),
    ],
};

/// A guard; a bare value is its command.
pub const GUARD: Table = Table {
    name: "a guard",
    short: Some("run"),
    keys: &[
        key("run", Shape::Shell, "The command.").eg("test -e /srv/orders").required().aka(&["command", "cmd"]),
        key("match", Shape::Pattern(PatternUse::Plain), "What its output must match; without it exit 0 is enough.")
            .eg("'^ok'"),
        key("says", Shape::Line, "What is told when it does not hold.")
            .eg("This is another machine")
            .aka(&["say", "message"]),
    ],
};

/// A lint rule silenced.
pub const ALLOW: Table = Table {
    name: "an exception",
    short: None,
    keys: &[
        key("rule", Shape::Text, "The rule's name.").eg("no-way-back").required(),
        key("because", Shape::Prose, "Why.")
            .eg("The table is made anew every night")
            .required()
            .aka(&["reason", "why"]),
    ],
};

const TIME_BOX: Key = key("time_box", Shape::Duration, "How long to stay before asking what to do instead.")
    .default("none")
    .eg("20m")
    .aka(&["timebox"]);
const STEPS: Key = key("steps", Shape::List(&Shape::Table(&STEP)), "Its steps, in order.")
    .eg("[{ title: Look at the load, run: uptime }]")
    .aka(&["tasks", "actions"]);

/// Diagnose and fix.
pub const PHASE: Table = Table { name: "a phase", short: None, keys: &[TIME_BOX, STEPS] };

/// Revert.
pub const REVERT: Table = Table {
    name: "the revert phase",
    short: None,
    keys: &[
        TIME_BOX,
        key("ready", Shape::List(&Shape::Table(&STEP)), "Read-only steps, run early: is a revert possible?")
            .eg("[{ title: Is the old release there?, run: apt-cache policy orders }]"),
        STEPS,
    ],
};

/// Verify.
pub const VERIFY: Table = Table {
    name: "the verify phase",
    short: None,
    keys: &[
        TIME_BOX,
        key("again", Shape::List(&Shape::Duration), "When to look again after resolving.").eg("[30m, 24h]"),
        STEPS,
    ],
};
