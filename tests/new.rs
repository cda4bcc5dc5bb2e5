//! `stanch new` as it is typed.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::path::Path;
use std::process::Command;

/// Runs stanch in a folder: exit code, standard output, standard error.
fn stanch(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stanch")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_new_runbook_has_no_problems() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = stanch(folder.path(), &["new", "disk-full"]);
    assert_eq!((code, out.as_str()), (0, "disk-full.yaml\n"));
    let text = std::fs::read_to_string(folder.path().join("disk-full.yaml")).unwrap();
    assert!(text.contains("title: \"Disk full\""), "{text}");
    let (code, out, err) = stanch(folder.path(), &["check", "--strict", "disk-full.yaml"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "1 runbook checked: 0 errors, 0 warnings\n", ""));
}

#[test]
fn it_goes_where_runbooks_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("runbooks")).unwrap();
    assert_eq!(stanch(folder.path(), &["new", "disk-full"]).1, "runbooks/disk-full.yaml\n");
    assert!(folder.path().join("runbooks/disk-full.yaml").is_file());
    assert_eq!(stanch(folder.path(), &["new", "-o", "elsewhere.yaml"]).0, 0);
    assert!(std::fs::read_to_string(folder.path().join("elsewhere.yaml")).unwrap().contains("\"Elsewhere\""));
}

#[test]
fn what_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.yaml"), "mine").unwrap();
    let (code, out, err) = stanch(folder.path(), &["new", "mine"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("could not write mine.yaml: it is there"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.yaml")).unwrap(), "mine");
}

#[test]
fn without_an_id_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = stanch(folder.path(), &["new"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("\nstanch: 1\n"), "{out}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_id_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    for id in ["../x", "a b", "", "-x y", "x.yaml"] {
        let (code, _, err) = stanch(folder.path(), &["new", "--", id]);
        assert_eq!(code, 2, "{id}: {err}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
