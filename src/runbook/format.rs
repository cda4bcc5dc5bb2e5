//! The reference of the format, in Markdown; made from the tables of [`keys`] and from [`rules`].

use std::fmt::Write as _;

use super::ProblemSeverity;
use super::keys::{self, INVENTORY, Key, Table};
use super::rules;
use super::shape::{Named, Shape};

/// What stands above the tables.
const HEAD: &str = include_str!("format/head.md");

/// The reference.
#[must_use]
pub fn reference() -> String {
    let mut out = HEAD.to_owned();
    for table in keys::ALL {
        section(table, &mut out);
    }
    out.push_str("\n## Rules\n\nWhat `stanch check` holds a runbook against. An error keeps it from being worked.\n\n| error | |\n|---|---|\n");
    list(ProblemSeverity::Error, &mut out);
    out.push_str("\nA warning is silenced in the file, with the reason: `allow: [{ rule: no-way-back, because: The table is made anew every night }]`.\n\n| warning | |\n|---|---|\n");
    list(ProblemSeverity::Warning, &mut out);
    out
}

fn list(severity: ProblemSeverity, out: &mut String) {
    for rule in rules::ALL.iter().filter(|rule| rule.severity == severity) {
        // Writing into a text cannot fail.
        let _ = writeln!(out, "| `{}` | {} |", rule.name, cell(rule.doc));
    }
}

fn section(table: &Table, out: &mut String) {
    let name = ["a ", "an ", "the "].iter().find_map(|article| table.name.strip_prefix(article)).unwrap_or(table.name);
    let mut chars = name.chars();
    let title: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    let _ = write!(out, "\n## {title}\n\n");
    if let Some(short) = table.short {
        let _ = write!(out, "Written as a bare value it is its `{short}`.\n\n");
    }
    out.push_str("| key | takes | without it | |\n|---|---|---|---|\n");
    for key in table.keys {
        let default = match (key.required, key.default) {
            (true, _) => "must be there".to_owned(),
            (false, "") => String::new(),
            (false, default) => cell(default),
        };
        let _ = writeln!(out, "| `{}` | {} | {default} | {} |", key.name, cell(&takes(&key.shape)), cell(key.doc));
    }
    out.push_str("\n```yaml\n");
    for key in table.keys {
        let _ = writeln!(out, "{}", example(key));
    }
    out.push_str("```\n");
}

/// A key with its example, as it is written.
fn example(key: &Key) -> String {
    format!("{}: {}", key.name, key.example)
}

/// What a key takes, in a few words, with a link to what has a section of its own.
fn takes(shape: &Shape) -> String {
    match shape {
        Shape::Table(table) => link(table),
        Shape::List(item) => match &**item {
            Shape::Table(table) => format!("a list, each {}", link(table)),
            item => format!("a list, each {}", item.wanted()),
        },
        Shape::Map(Named::Host, of) => format!("names of hosts, each {}", takes(of)),
        Shape::Map(Named::Variable | Named::Environment, of) => format!("names of variables, each {}", takes(of)),
        Shape::Host => format!("an address such as `ssh://user@host`, a list of names, or {}", link(&INVENTORY)),
        Shape::Line => "text in one line".to_owned(),
        Shape::Prose => "Markdown".to_owned(),
        shape => shape.wanted(),
    }
}

fn link(table: &Table) -> String {
    let name = ["a ", "an ", "the "].iter().find_map(|article| table.name.strip_prefix(article)).unwrap_or(table.name);
    let article = table.name.strip_suffix(name).unwrap_or_default();
    format!("{article}[{name}](#{})", name.replace(' ', "-"))
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
