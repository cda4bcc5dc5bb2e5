//! The house holds its walls: imports run one way, pure rooms stay pure, files stay small.

#[cfg(test)]
#[path = "architecture/code.rs"]
mod code;
#[cfg(test)]
#[path = "architecture/rules.rs"]
mod rules;

use std::path::{Path, PathBuf};

use rules::{LONG, LONG_BECAUSE, violations};

/// Every Rust file below a folder, in order.
#[cfg(test)]
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_house_is_as_drawn() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.iter().any(|file| file.ends_with("lib.rs")), "no sources were found in {}", source.display());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("Rust is UTF-8");
        let below = file.strip_prefix(&source).expect("it was found there");
        wrong.extend(violations(below, &text).into_iter().map(|what| format!("src/{}: {what}", below.display())));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn what_is_planted_is_found() {
    let table = [
        // Imports run one way.
        (
            "session/state.rs",
            "use crate::store::journal;",
            "line 1: `crate::store::journal`: session must not import store",
        ),
        ("session/state.rs", "use crate::{runbook::Step, store::{self, paths}};", "must not import store"),
        ("session/state.rs", "pub use crate::runner as r;", "must not import runner"),
        (
            "session/walk/next.rs",
            "use super::super::super::drive::Job;",
            "`crate::drive::Job`: session must not import drive",
        ),
        ("session/mod.rs", "use super::store::x;", "must not import store"),
        ("session/state.rs", "fn f() { let x = crate :: tui :: run(); }", "must not import tui"),
        ("session/state.rs", "\n\nfn f() -> crate::cli::Cli {}", "line 3:"),
        ("postmortem/document.rs", "use crate::store::X;", "postmortem must not import store"),
        ("runbook/parse.rs", "use crate::session::X;", "runbook must not import session"),
        ("text/width.rs", "use crate::runbook::X;", "text must not import runbook"),
        ("store/journal.rs", "use crate::runner::X;", "store must not import runner"),
        ("store/journal.rs", "use crate::postmortem::X;", "store must not import postmortem"),
        ("drive/auto.rs", "use crate::tui::X;", "drive must not import tui"),
        ("tui/app.rs", "use crate::cli::X;", "tui must not import cli"),
        ("text/width.rs", "use crate::*;", "all rooms at once"),
        // Pure rooms.
        ("session/state.rs", "use std::fs;", "session is pure"),
        ("session/state.rs", "use std::{collections::BTreeMap, fs::File};", "`std::fs::File`: session is pure"),
        ("session/state.rs", "use std::*;", "session is pure"),
        ("session/state.rs", "use std::time::*;", "session is pure"),
        ("text/width.rs", "fn f() { std::process::exit(1) }", "text is pure"),
        ("runbook/parse.rs", "use std::net::TcpStream;", "runbook is pure"),
        ("session/walk/mod.rs", "fn f() { let now = chrono::Utc::now(); }", "session is pure"),
        ("session/walk/mod.rs", "use chrono::Local as L; fn f() { L::now(); }", "session is pure"),
        ("session/walk/mod.rs", "use std::time::{Duration, Instant};", "session is pure"),
        ("postmortem/html.rs", "async fn f() { tokio::task::yield_now().await }", "postmortem is pure"),
        ("text/styled.rs", "use ratatui::text::Line;", "the screen belongs to tui"),
        ("text/escape.rs", "use crossterm::event;", "the screen belongs to tui"),
        ("text/escape.rs", "use rustix::fs;", "text is pure"),
        ("text/escape.rs", "use nix::sys::signal;", "text is pure"),
        ("text/escape.rs", "use duct::cmd;", "text is pure"),
        // The screen.
        ("drive/worker.rs", "use ratatui::Frame;", "the screen belongs to tui"),
        ("cli/run.rs", "use crossterm::terminal;", "the screen belongs to tui"),
        ("runner/pty.rs", "fn f(frame: &mut ratatui::Frame) {}", "the screen belongs to tui"),
        // After what looks like the end of code, and after what looks like a string.
        ("text/a.rs", "const A: char = '\"'; use std::fs; const B: char = '\"';", "text is pure"),
        ("text/a.rs", "fn f<'a>(x: &'a str) {} use std::fs; // '", "text is pure"),
        ("text/a.rs", "const A: &str = r#\"\"/*\"#; use std::fs; /* */", "text is pure"),
        ("text/a.rs", "#[cfg(test)]\nmod tests { fn f() { g(); } }\nuse std::fs;", "line 3: `std::fs`: text is pure"),
        ("text/a.rs", "#[cfg(test)]\nmod tests;\nuse std::fs;", "line 3: `std::fs`: text is pure"),
        // Rooms and lints.
        ("utils/mod.rs", "", "`utils` is not a room of the house"),
        ("helpers.rs", "", "`helpers` is not a room of the house"),
        ("cli/mod.rs", "#[expect(dead_code)]\nfn f() {}", "line 1: a lint is silenced without"),
        ("cli/mod.rs", "//!\n#![allow(\n    dead_code\n)]", "line 2: a lint is silenced without"),
    ];
    for (file, text, expected) in table {
        let found = violations(Path::new(file), text);
        assert!(
            found.iter().any(|what| what.contains(expected)),
            "{file}: {text}\nexpected {expected}\nfound {found:?}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    let table = [
        ("lib.rs", "pub mod runbook; pub use crate::cli::run;"),
        ("main.rs", "fn main() -> std::process::ExitCode { stanch::cli::main() }"),
        ("cli/run.rs", "use crate::{tui, drive, postmortem, store, session, runbook, text};"),
        ("tui/view.rs", "use ratatui::Frame; use crossterm::event; use crate::drive::Job;"),
        ("postmortem/mod.rs", "use crate::session::Entry; use crate::runbook::Runbook; use crate::text::human;"),
        (
            "session/walk/next.rs",
            "use super::super::state::State; use super::order; use self::x::Y; use crate::session::run;",
        ),
        (
            "session/walk/next.rs",
            "use chrono::{DateTime, Utc}; use std::time::Duration; fn f(now: DateTime<Utc>) { now.date(); }",
        ),
        (
            "text/a.rs",
            "// use std::fs;\n/* use /* crate::tui; */ std::net */ const A: &str = \"std::fs::read\"; /// crate::cli::X",
        ),
        (
            "text/a.rs",
            "const A: &str = r#\"use \"std::fs\"#; const B: &[u8] = br\"std::fs::X\"; const C: &str = \"\\\" std::fs::X\";",
        ),
        ("text/a.rs", "#[cfg(test)]\n#[path = \"x\"]\nmod tests {\n use std::fs;\n fn f() { if true {} }\n}"),
        ("text/a.rs", "#[cfg(test)]\nuse std::fs;"),
        ("text/tests.rs", "use std::fs;"),
        ("text/tests/big.rs", "use std::fs;"),
        ("runner/pty.rs", "use std::fs; use rustix::pty; use std::time::Instant; fn f() { Instant::now(); }"),
        ("cli/mod.rs", "#[expect(dead_code, reason = \"until later\")]\nfn f() {}"),
    ];
    for (file, text) in table {
        assert_eq!(violations(Path::new(file), text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn a_long_file_gives_its_reason() {
    let long = "\n".repeat(LONG + 1);
    let file = Path::new("cli/mod.rs");
    assert_eq!(violations(file, &"\n".repeat(LONG)), Vec::<String>::new());
    assert!(violations(file, &long)[0].starts_with("501 lines"));
    assert!(violations(file, &format!("{LONG_BECAUSE}{long}"))[0].starts_with("501 lines"), "an empty reason is none");
    assert_eq!(violations(file, &format!("{LONG_BECAUSE}one table.{long}")), Vec::<String>::new());
}
