//! The table of rooms: who may import whom, and what a room must not know.

use std::path::{Component, Path};

use super::code::{code, paths, without_tests};

/// A room, and the rooms it may name. One way only.
const ROOMS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("runbook", &["text"]),
    ("session", &["runbook", "text"]),
    ("postmortem", &["session", "runbook", "text"]),
    ("store", &["session", "runbook", "text"]),
    ("runner", &["store", "session", "runbook", "text"]),
    ("drive", &["runner", "store", "postmortem", "session", "runbook", "text"]),
    ("tui", &["drive", "runner", "store", "postmortem", "session", "runbook", "text"]),
    ("cli", &["tui", "drive", "runner", "store", "postmortem", "session", "runbook", "text"]),
];

/// Rooms that compute and nothing else.
const PURE: &[&str] = &["text", "runbook", "session", "postmortem"];

/// What pure rooms do not know: no file system, no process, no network, no clock, no terminal.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::process",
    "std::net",
    "std::os",
    "std::env",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "tokio",
    "duct",
    "rustix",
    "nix",
    "signal_hook",
    "tempfile",
    "directories",
];

/// What belongs to the screen alone.
const SCREEN: &[&str] = &["ratatui", "ratatui_textarea", "crossterm"];

/// A file longer than this needs a reason.
pub(crate) const LONG: usize = 500;
/// The comment that gives it, within the first lines of the file.
pub(crate) const LONG_BECAUSE: &str = "// Long because ";

/// Everything that is wrong with one file; `file` is its path below `src`.
pub(crate) fn violations(file: &Path, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > LONG
        && !text.lines().take(30).any(|line| line.len() > LONG_BECAUSE.len() && line.starts_with(LONG_BECAUSE))
    {
        wrong.push(format!("{lines} lines; over {LONG} a file says `{LONG_BECAUSE}...` near its top"));
    }
    let code = code(text);
    for (line, text) in attributes(&code) {
        if (text.contains("expect(") || text.contains("allow(")) && !text.contains("reason") {
            wrong.push(format!("line {line}: a lint is silenced without `reason = ...`"));
        }
    }
    let Some(module) = module(file) else { return wrong };
    let Some(room) = module.first() else { return wrong }; // lib.rs and main.rs see all rooms
    let Some((_, may)) = ROOMS.iter().find(|(name, _)| name == room) else {
        wrong.push(format!("`{room}` is not a room of the house"));
        return wrong;
    };
    for (line, path) in paths(&without_tests(&code)) {
        let path = absolute(&module, path);
        if let Some(why) = forbidden(room, may, &path) {
            wrong.push(format!("line {line}: `{}`: {why}", path.join("::")));
        }
    }
    wrong
}

fn forbidden(room: &str, may: &[&str], path: &[String]) -> Option<String> {
    if path[0] == "crate" {
        let named = path.get(1)?;
        if named == "*" {
            return Some("all rooms at once".to_owned());
        }
        let is_room = ROOMS.iter().any(|(name, _)| name == named);
        return (is_room && named != room && !may.contains(&named.as_str()))
            .then(|| format!("{room} must not import {named}"));
    }
    if PURE.contains(&room) && (names_any(path, IMPURE) || path.last().is_some_and(|last| last == "now")) {
        return Some(format!("{room} is pure"));
    }
    (room != "tui" && names_any(path, SCREEN)).then(|| "the screen belongs to tui".to_owned())
}

/// Whether the path is one of these or below it, or a glob that brings one of them in.
fn names_any(path: &[String], names: &[&str]) -> bool {
    names.iter().any(|name| {
        let name: Vec<&str> = name.split("::").collect();
        let common = path.iter().zip(&name).take_while(|(own, name)| own == name).count();
        common == name.len() || (common + 1 == path.len() && path[common] == "*" && common > 0)
    })
}

/// The module a file is, from the crate's root; none for a file of tests.
fn module(file: &Path) -> Option<Vec<String>> {
    let mut names: Vec<String> = file
        .with_extension("")
        .components()
        .map(Component::as_os_str)
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names.iter().any(|name| name == "tests" || name.ends_with("_tests")) {
        return None;
    }
    match names.as_slice() {
        [only] if only == "lib" || only == "main" => names.clear(),
        [.., last] if last == "mod" => drop(names.pop()),
        _ => {}
    }
    Some(names)
}

/// `self::` and `super::` led back to `crate::`. In a module inside a file `super` leads one too far up; there are few of those.
fn absolute(module: &[String], path: Vec<String>) -> Vec<String> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let (keep, skip) = match path[0].as_str() {
        "self" => (module.len(), 1),
        "super" => (module.len().saturating_sub(supers), supers),
        _ => return path,
    };
    let base = ["crate".to_owned()].into_iter().chain(module[..keep].iter().cloned());
    base.chain(path.into_iter().skip(skip)).collect()
}

/// Attributes, inner and outer, each with the line it begins on.
fn attributes(code: &str) -> Vec<(usize, &str)> {
    let starts = code.match_indices("#[").chain(code.match_indices("#!["));
    starts
        .map(|(at, _)| {
            let mut depth = 0;
            let end = code[at..].find(|char: char| {
                depth += i32::from(char == '[') - i32::from(char == ']');
                char == ']' && depth == 0
            });
            let end = end.map_or(code.len(), |end| at + end);
            (code[..at].matches('\n').count() + 1, &code[at..end])
        })
        .collect()
}
