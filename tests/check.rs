//! `stanch check` as it is typed.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const GOOD: &str = "stanch: 1\ntitle: Good\ndiagnose: { steps: [{ title: Look, run: look, expect: { match: ok } }] }\n";
const BAD: &str = "stanch: 1\ntitel: Bad\ndiagnose: { steps: [{ title: Repair, rum: repair }] }\n";

const WARNED: &str = "stanch: 1\ntitle: W\ndiagnose: { steps: [{ title: By hand, as: root }] }\n";

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
        .flat_map(|name| ["2:1", "3:38"].map(|place| format!("books/{name}:{place}")))
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
    write(folder.path(), "w.yaml", WARNED);
    let (code, out, _) = check(folder.path(), &["w.yaml"]);
    assert_eq!(code, 0);
    assert!(out.contains("warning[no-effect]") && out.contains("0 errors, 1 warning\n"), "{out}");
    assert_eq!(check(folder.path(), &["--strict", "w.yaml"]).0, 1);
}

#[test]
fn authors_are_told_what_could_be_better() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "f.yaml", "stanch: 1\ntitle: F\nfix: { steps: [{ title: Repair, run: repair }] }\n");
    let (code, out, _) = check(folder.path(), &["f.yaml"]);
    assert_eq!(code, 0);
    for rule in ["no-revert", "unverified-change", "no-way-back"] {
        assert!(out.contains(&format!("warning[{rule}]")), "{rule}: {out}");
    }
}

#[test]
fn every_rule_is_listed_with_what_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = check(folder.path(), &["--rules"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for rule in stanch::runbook::rules::ALL {
        assert!(
            out.lines().any(|line| line.trim().starts_with(rule.name) && line.ends_with(rule.doc)),
            "{}",
            rule.name
        );
    }
    let (_, json, _) = check(folder.path(), &["--rules", "--format", "json"]);
    let objects: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let silent = |name: &str| objects.iter().find(|object| object["rule"] == name).unwrap()["can_be_silenced"].clone();
    assert_eq!((silent("no-revert"), silent("unknown-key")), (true.into(), false.into()));
}

#[test]
fn sarif_tells_every_problem_at_its_place_with_its_rule() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "books/bad one.yaml", BAD);
    write(folder.path(), "w.yaml", WARNED);
    let (code, out, err) = check(folder.path(), &["--format", "sarif", "books", "./w.yaml", "missing.yaml"]);
    assert_eq!(code, 3);
    assert!(err.contains("could not read missing.yaml"), "{err}");
    let log: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!((&driver["name"], &run["columnKind"]), (&"stanch".into(), &"unicodeCodePoints".into()));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &driver["rules"][index];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "books/bad%20one.yaml");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 6 }));
    let meant = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!((&meant["deletedRegion"], &meant["insertedContent"]["text"]), (&place["region"], &"title".into()));
    assert_eq!((&results[2]["ruleId"], &results[2]["level"]), (&"no-effect".into(), &"warning".into()));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap().contains("missing.yaml"));
}

#[test]
fn watching_checks_again_after_each_save() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "books/a.yaml", BAD);
    let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
    command.args(["check", "--watch", "books"]).current_dir(folder.path()).stdout(Stdio::piped());
    let mut child = Watched(command.spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut summary = || lines.find(|line| line.contains(" checked: ")).unwrap();
    assert_eq!(summary(), "1 runbook checked: 2 errors, 0 warnings");
    // As editors save: a new file in the place of the old one.
    write(folder.path(), "new", GOOD);
    std::fs::rename(folder.path().join("new"), folder.path().join("books/a.yaml")).unwrap();
    assert_eq!(summary(), "1 runbook checked: 0 errors, 0 warnings");
    write(folder.path(), "new", BAD);
    std::fs::rename(folder.path().join("new"), folder.path().join("books/b.yaml")).unwrap();
    assert_eq!(summary(), "2 runbooks checked: 2 errors, 0 warnings");
}

/// Goes with its test.
struct Watched(Child);

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sarif_is_not_watched_for() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = check(folder.path(), &["--watch", "--format", "sarif", "x.yaml"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("could not watch for SARIF"), "{err}");
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
    // What else could be better in it is silenced: this is about what stands beside it.
    let book = "stanch: 1\ntitle: T\nvars: { DB: production }\nfix: { steps: [{ title: Repair, run: repair }] }\n\
        allow: [{ rule: no-revert, because: x }, { rule: unverified-change, because: x }, { rule: no-way-back, because: x }]\n";
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
