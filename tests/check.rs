//! `stanch check` as it is typed.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::path::Path;
use std::process::Command;

const GOOD: &str = "stanch: 1\ntitle: Good\nfix: { steps: [{ title: Repair, run: repair }] }\n";
const BAD: &str = "stanch: 1\ntitel: Bad\nfix: { steps: [{ title: Repair, rum: repair }] }\n";

/// Runs `stanch check` in a folder: exit code, standard output, standard error.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
    let output = command.arg("check").args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_good_runbook_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.yaml", GOOD);
    let (code, out, err) = check(folder.path(), &["good.yaml"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "1 runbook checked: 0 errors, 0 warnings\n", ""));
}

#[test]
fn all_problems_of_all_runbooks_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "books/b.yaml", BAD);
    write(folder.path(), "books/a.yml", BAD);
    write(folder.path(), "books/drilled/runbook.yaml", BAD);
    write(folder.path(), "books/drilled/drill/other.yaml", "no runbook");
    for name in ["drill.yaml", "break", "clean"] {
        write(folder.path(), &format!("books/drilled/drill/{name}"), "");
    }
    write(folder.path(), "books/notes.txt", "no runbook");
    write(folder.path(), "good.yaml", GOOD);
    let (code, out, err) = check(folder.path(), &["books", "good.yaml"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let places: Vec<&str> = out.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
    let expected: Vec<String> = ["a.yml", "b.yaml", "drilled/runbook.yaml"]
        .iter()
        .flat_map(|name| ["2:1", "3:33"].map(|place| format!("books/{name}:{place}")))
        .collect();
    assert_eq!(places, expected);
    assert!(out.ends_with("\n4 runbooks checked: 6 errors, 0 warnings\n"), "{out}");
    assert!(!out.contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn a_folder_of_one_runbook_is_that_runbook() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one/runbook.yaml", GOOD);
    write(folder.path(), "one/drill.yaml", "no runbook");
    assert_eq!(check(folder.path(), &["one"]).0, 0);
}

#[test]
fn json_is_one_object_per_problem_and_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "bad.yaml", BAD);
    let (code, out, _) = check(folder.path(), &["--format", "json", "bad.yaml"]);
    assert_eq!(code, 1);
    let objects: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = objects.iter().map(|object| (object["line"].as_u64(), object["suggestion"].as_str())).collect();
    assert_eq!(told, [(Some(2), Some("title")), (Some(3), Some("run"))]);
    assert!(objects.iter().all(|object| object["file"] == "bad.yaml" && object["severity"] == "error"));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "bad.yaml", BAD);
    write(folder.path(), "latin.yaml", b"stanch: 1\ntitle: caf\xe9\n");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, out, err) = check(folder.path(), &["missing.yaml", "latin.yaml", "empty", "/dev/null", "bad.yaml"]);
    assert_eq!(code, 3);
    assert!(out.contains("error[not-utf8]: the file is not UTF-8: byte 0xe9 at offset 20"), "{out}");
    assert!(out.contains("error[unknown-key]"), "{out}");
    assert!(err.contains("could not read missing.yaml: No such file"), "{err}");
    assert!(err.contains("could not read empty: the folder holds no runbooks"), "{err}");
    assert!(err.contains("could not read /dev/null: it is neither a file nor a folder"), "{err}");
}

#[test]
fn warnings_alone_are_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "w.yaml", "stanch: 1\ntitle: W\nfix: { steps: [{ title: By hand, as: root }] }\n");
    let (code, out, _) = check(folder.path(), &["w.yaml"]);
    assert_eq!(code, 0);
    assert!(out.contains("warning[no-effect]") && out.contains("0 errors, 1 warning\n"), "{out}");
}

#[test]
fn without_a_path_it_says_how_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = check(folder.path(), &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("PATH"), "{err}");
}

#[test]
fn a_drill_is_checked_with_its_runbook() {
    let folder = tempfile::tempdir().unwrap();
    let book = "stanch: 1\ntitle: T\nvars: { DB: production }\nfix: { steps: [{ title: Repair, run: repair }] }\n";
    write(folder.path(), "one/runbook.yaml", book);
    write(folder.path(), "one/drill/drill.yaml", "paths: [fix]\ntime_boxes: { diagnos: 20s }\n");
    write(folder.path(), "one/drill/break", "#!/bin/bash\necho\n");
    let (code, out, err) = check(folder.path(), &["one"]);
    assert_eq!((code, err.as_str()), (1, ""));
    for part in [
        "--> one/drill/drill.yaml:2:15",
        "did you mean `diagnose`?",
        "warning[no-effect]: `break` is run by sh",
        "--> one/drill/clean:1:1",
        "error[drill-file]: the drill has no `clean`",
        "1 runbook checked: 2 errors, 1 warning",
    ] {
        assert!(out.contains(part), "no {part:?} in {out}");
    }

    write(folder.path(), "one/drill/drill.yaml", "paths: [fix]\n");
    write(folder.path(), "one/drill/break", "echo DATABASE=x\n");
    write(folder.path(), "one/drill/clean", "");
    let (code, out, _) = check(folder.path(), &["one", "--format", "json"]);
    let problem: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &problem["rule"], &problem["file"]), (1, &"drill-variable".into(), &"one/drill/break".into()));
    assert!(problem["help"].as_str().unwrap().contains("declares it on line 3"), "{problem}");
}

#[test]
fn the_bundled_runbooks_and_their_drills_are_sound() {
    let (code, out, err) = check(Path::new(env!("CARGO_MANIFEST_DIR")), &["runbooks"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.ends_with(" runbooks checked: 0 errors, 0 warnings\n"), "{out}");
}
