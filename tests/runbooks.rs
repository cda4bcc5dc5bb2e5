//! Runbooks as people write them, good ones and bad ones, through the library.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use stanch::runbook::render::{Look, Source};
use stanch::runbook::{Parsed, check_bytes, parse_bytes};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runbooks").join(name)
}

/// Every runbook of a folder: its id and its bytes.
fn runbooks(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    assert!(!paths.is_empty());
    let read = |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    paths.into_iter().map(read).collect()
}

fn report(id: &str, bytes: &[u8], parsed: &Parsed) -> String {
    let text = String::from_utf8_lossy(bytes);
    let source = Source::new(&format!("{id}.yaml"), &text);
    parsed.problems.iter().fold(String::new(), |mut report, problem| {
        writeln!(report, "{}\n", source.show(problem, Look::Plain)).unwrap();
        report
    })
}

#[test]
fn good_runbooks_have_no_problems() {
    for (id, bytes) in runbooks("good") {
        let parsed = parse_bytes(&id, &bytes);
        assert!(parsed.problems.is_empty(), "{}", report(&id, &bytes, &parsed));
        assert_eq!(parsed.runbook.unwrap().id, id);
    }
}

#[test]
fn bad_runbooks_are_told_what_is_wrong_and_where() {
    for (id, bytes) in runbooks("bad") {
        let parsed = parse_bytes(&id, &bytes);
        assert!(!parsed.problems.is_empty(), "{id}");
        assert_eq!(parsed.runbook.is_some(), parsed.errors() == 0, "{id}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder("bad"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(id.as_str(), report(&id, &bytes, &parsed)));
    }
}

/// The day as of which authors are told.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

#[test]
fn authors_are_told_what_could_be_better_and_where() {
    for (id, bytes) in runbooks("better") {
        let parsed = check_bytes(&id, &bytes, today());
        assert!(!parsed.problems.is_empty(), "{id}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder("better"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(id.as_str(), report(&id, &bytes, &parsed)));
    }
}

#[test]
fn there_is_nothing_to_better_in_the_bundled_runbooks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("runbook.yaml");
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let id = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let parsed = check_bytes(&id, &bytes, today());
        assert!(parsed.problems.is_empty(), "{}", report(&id, &bytes, &parsed));
        found += 1;
    }
    assert!(found >= 5, "{found} runbooks");
}

#[test]
fn every_place_is_in_its_file() {
    for (id, bytes) in runbooks("bad") {
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split('\n').collect();
        for problem in parse_bytes(&id, &bytes).problems {
            let line = lines[problem.place.line - 1];
            let end = problem.place.column - 1 + problem.length;
            // One more than the line has: at its end something is missing.
            assert!(end <= line.chars().count() + 1, "{id}: {problem:?}");
        }
    }
}

#[test]
fn every_rule_has_a_runbook_that_breaks_it() {
    let told = |folder: &str| {
        let problems = |(id, bytes): &(String, Vec<u8>)| check_bytes(id, bytes, today()).problems;
        runbooks(folder).iter().flat_map(problems).collect::<Vec<_>>()
    };
    let broken: Vec<&str> = told("bad").into_iter().chain(told("better")).map(|problem| problem.rule).collect();
    // Broken by size alone, as the hostile files do; and by what stands beside a runbook (`tests/check.rs`).
    let elsewhere = ["too-large", "too-many-problems", "drill-file", "drill-variable"];
    let unbroken = stanch::runbook::rules::ALL.iter().map(|rule| rule.name).filter(|name| !broken.contains(name));
    assert_eq!(unbroken.collect::<Vec<_>>(), elsewhere);
}
