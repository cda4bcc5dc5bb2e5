//! What was left to be filled in.

use std::sync::LazyLock;

use regex::Regex;

use super::{commands, text};
use crate::runbook::decode::{Fields, Value};
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;

/// Words that say themselves that something is missing; in prose as in commands.
static UNDONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?:CHANGE[_-]?ME|REPLACE[_-]?ME|FIX-?ME|TODO|TBD|TBC|change-?me)\b").ok());

/// What stands for a value: `<host>`, `YOUR_NAME`, `your-name`, `[TIMESTAMP]`, `{{ name }}`, `dbXXXX`, and the names that are
/// reserved for examples (RFC 2606).
static STANDS_FOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let angles = r#"(?:^|[\s='"@/:,(-])(<(?:[a-z][a-z0-9_.-]*(?: [a-z0-9_.-]+){0,3}|[A-Z][A-Z0-9_-]+)>)"#;
    let yours = r"\b(YOUR[_-][A-Z][A-Z0-9_-]*|your[-_][a-z][a-z0-9_-]*)\b";
    let brackets = r#"(?:^|[\s='"/])(\[[A-Z][A-Z_ ]{4,}\])"#;
    let template = r"(\{\{\s*[A-Za-z_][A-Za-z0-9_]*\s*\}\})";
    let crosses = r"\b([a-z]+-?X{3,})\b";
    let example = r"\b((?:[a-z0-9-]+\.)*example\.(?:com|org|net))\b";
    Regex::new(&[angles, yours, brackets, template, crosses, example].join("|")).ok()
});

/// Words in angles and brackets that mean themselves.
const THEMSELVES: &str = "<html> <head> <title> <body> <div> <span> <p> <a> <b> <i> <br> <hr> <table> <tr> <td> <th> <ul> <ol> <li> \
    <pre> <code> <script> <style> <form> <input> <none> <unknown> <null> <nil> <pending> <unset> <h1> <h2> <h3> <error> <script> \
    [ERROR] [WARNING] [FATAL] [DEBUG] [NOTICE] [CRITICAL] [ALERT] [EMERGENCY] [TRACE] {{end}} {{else}}";

/// The texts of a step.
pub(super) fn step(fields: &Fields, problems: &mut Problems) {
    for command in commands(fields) {
        command_text(command, problems);
    }
    for key in ["title", "text", "ask", "see"] {
        if let Some(prose) = text(fields, key) {
            undone(prose, problems);
        }
    }
    if let Some(Value::Map(entries)) = fields.get("env").map(|spot| &spot.value) {
        for (_, value) in entries {
            if let Value::Text(text) = &value.value {
                command_text(value.with(text), problems);
            }
        }
    }
}

/// A text that a machine will read.
pub(super) fn command_text(at: Spot<&str>, problems: &mut Problems) {
    if undone(at, problems) {
        return;
    }
    // Most commands have none of these, and need not be gone through.
    let perhaps = ["<", "{{", "[", "XXX", "YOUR", "your", "example."].iter().any(|mark| at.value.contains(mark));
    let Some(pattern) = STANDS_FOR.as_ref().filter(|_| perhaps) else { return };
    let found = pattern
        .captures_iter(at.value)
        .flat_map(|found| found.iter().skip(1).flatten().map(|group| group.as_str()).collect::<Vec<_>>());
    // `mktemp name.XXXXXX` is meant so.
    let template = at.value.contains("mktemp");
    let own = |word: &str| {
        THEMSELVES.split_ascii_whitespace().any(|own| own == word.replace(' ', ""))
            || (template && word.contains("XXX"))
    };
    if let Some(word) = found.into_iter().find(|word| !own(word)) {
        let message = format!("`{}` was left to be filled in", shown(word));
        let help = "declare a variable under `vars`, with `ask`, and write \"$NAME\" here";
        problems.add(Problem::new(&rules::PLACEHOLDER, &at, message).help(help));
    }
}

/// A text that only people read.
pub(super) fn undone(at: Spot<&str>, problems: &mut Problems) -> bool {
    let Some(word) = UNDONE.as_ref().and_then(|pattern| pattern.find(at.value)) else { return false };
    let message = format!("`{}` was left here", word.as_str());
    problems.add(Problem::new(&rules::PLACEHOLDER, &at, message).help("finish it, or take it out"));
    true
}
