//! Drills for CI: what came of each as data, and all of them one after the other.

use serde_json::Value;

use crate::stage::{Said, Stage};

/// A drill with two ways out, both of which heal.
fn drill(stage: &Stage, id: &str, needs: &str) {
    stage.write(
        &format!("runbooks/{id}/runbook.yaml"),
        "{stanch: 1, title: It is broken, vars: {SITE: {default: /srv/production}}, \
         diagnose: {steps: [{id: look, title: Is it whole, run: 'test ! -e \"$SITE/broken\"'}]}, \
         revert: {ready: [{id: can, title: Can it go back, run: 'true'}], \
         steps: [{id: back, title: Back, run: 'rm \"$SITE/broken\"', mitigates: true}]}, \
         fix: {steps: [{id: heal, title: Heal, run: 'rm \"$SITE/broken\"', mitigates: true}]}, \
         verify: {steps: [{id: whole, title: Whole, run: 'test ! -e \"$SITE/broken\"'}]}}",
    );
    stage.write(&format!("runbooks/{id}/drill/drill.yaml"), &format!("{needs}\npaths: [fix, revert]\n"));
    let break_ = "touch \"$DRILL/broken\"\necho \"SITE=$DRILL\" >\"$DRILL/vars.env\"\n";
    stage.write(&format!("runbooks/{id}/drill/break"), break_);
    stage.write(&format!("runbooks/{id}/drill/clean"), "rm -f \"$DRILL\"/*\n");
}

#[track_caller]
fn data(said: &Said) -> Value {
    assert!(said.out.starts_with("{\n  \"stanch_drill\": 1,\n"), "{}\n{}", said.out, said.err);
    serde_json::from_str(&said.out).unwrap()
}

fn walks(data: &Value) -> Vec<(&str, &str, &str)> {
    let walks = data["walks"].as_array().unwrap();
    walks
        .iter()
        .map(|walk| {
            let word = |name: &str| walk[name].as_str().unwrap_or("-");
            (word("drill"), word("path"), word("outcome"))
        })
        .collect()
}

#[test]
fn what_came_of_a_drill_is_data() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: []");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(0).expect_err("fix heal: as expected");
    let data = data(&said);
    assert_eq!((&data["healed"], &data["exit_code"]), (&true.into(), &0.into()));
    let walk = &data["walks"][0];
    assert_eq!((&walk["drill"], &walk["path"], &walk["outcome"]), (&"one".into(), &"fix".into(), &"healed".into()));
    assert_eq!(walk["session"], stage.session().id());
    assert_eq!(walk["journal"]["entries"], stage.entries().len());
    assert_eq!(walk["key_times"]["resolved"]["precision"], "exact");
    assert_eq!(walk["key_times"]["detected"]["precision"], "unknown");
    let steps = walk["steps"].as_array().unwrap();
    let told = |step: &Value| ["id", "phase", "outcome"].map(|name| step[name].as_str().unwrap().to_owned());
    let mut told: Vec<[String; 3]> = steps.iter().map(told).collect();
    // A readiness check runs beside the walk.
    let ready = told.iter().position(|step| *step == ["can", "revert", "healthy"]).expect("it was checked");
    assert_eq!(steps[ready]["ready_check"], true);
    told.remove(ready);
    let expected = [["look", "diagnose", "unhealthy"], ["heal", "fix", "healthy"], ["whole", "verify", "healthy"]];
    assert_eq!(told, expected);
    let look = steps.iter().find(|step| step["id"] == "look").unwrap();
    assert!(look["result"].as_str().unwrap().starts_with("not as expected, in "), "{look}");
    assert!(look["took"]["seconds"].is_number() && look["runs"][0].is_number(), "{look}");
}

#[test]
fn a_drill_that_does_not_heal_is_data_too() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: []");
    stage.write(
        "runbooks/one/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {}}, fix: {steps: [{id: heal, title: Heal, run: 'true'}]}, \
         verify: {steps: [{id: whole, title: Whole, run: 'test ! -e \"$SITE/broken\"'}]}}",
    );
    stage.write("runbooks/one/drill/drill.yaml", "paths: [fix]\n");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(1);
    let data = data(&said);
    assert_eq!((&data["healed"], &data["exit_code"]), (&false.into(), &1.into()));
    assert_eq!(walks(&data), [("one", "fix", "not_healed")]);
    assert!(data["walks"][0]["why"].as_str().unwrap().contains("whole: "), "{data}");
}

#[test]
fn a_drill_that_cannot_be_begun_says_why_as_data() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: [{ command: no-such-program, package: no-such-package }]");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(5).expect_err("error: could not begin the drill one: it needs no-such-program");
    let lacking = data(&said);
    assert_eq!(walks(&lacking), [("one", "fix", "lacking")]);
    assert_eq!(lacking["walks"][0]["lacks"][0]["package"], "no-such-package");
    assert_eq!(lacking["walks"][0]["session"], Value::Null);

    drill(&stage, "one", "needs: []");
    stage.write("runbooks/one/drill/break", "echo it does not break >&2; exit 3\n");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(1);
    let broken = data(&said);
    assert_eq!(walks(&broken), [("one", "fix", "not_begun")]);
    assert!(broken["walks"][0]["hint"].as_str().unwrap().contains("it does not break"), "{broken}");

    stage.write("runbooks/one/drill/drill.yaml", "need: []\n");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(3).expect_err("drill.yaml");
    assert_eq!(walks(&data(&said)), [("one", "-", "not_begun")]);
    assert!(stage.sessions().is_empty());
}

#[test]
fn a_drill_that_leaves_something_behind_is_not_well() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: []");
    stage.write("runbooks/one/drill/clean", "echo it does not clean; exit 1\n");
    let said = stage.stanch(&["drill", "one", "--auto", "--format", "json"]);
    said.expect_code(1).expect_err("could not run the drill's clean");
    let data = data(&said);
    assert_eq!(walks(&data), [("one", "fix", "not_cleaned")]);
    assert_eq!(data["walks"][0]["session"], stage.session().id());
}

#[test]
fn all_drills_of_a_folder_are_walked_by_each_way_out() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: []");
    drill(&stage, "two", "needs: []");
    let said = stage.stanch(&["drill", "--auto", "--all", "runbooks", "--format", "json"]);
    said.expect_code(0).expect_err("4 of 4 healed");
    let expected = [("one", "fix"), ("one", "revert"), ("two", "fix"), ("two", "revert")];
    assert_eq!(walks(&data(&said)), expected.map(|(drill, path)| (drill, path, "healed")));

    let said = stage.stanch(&["drill", "--auto", "--all", "runbooks", "--path", "revert"]);
    said.expect_code(0);
    assert!(said.out.contains("\n== two by its revert (") && said.out.ends_with("\n2 of 2 healed\n"), "{}", said.out);
    assert!(!said.out.contains("by its fix"), "{}", said.out);
}

#[test]
fn what_a_drill_lacks_is_an_error_and_keeps_no_other_from_being_walked() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: [{ command: no-such-program }]");
    drill(&stage, "two", "needs: []");
    let said = stage.stanch(&["drill", "--auto", "--all", "runbooks", "--format", "json"]);
    said.expect_code(5).expect_err("2 of 3 healed");
    let expected = [("one", "-", "lacking"), ("two", "fix", "healed"), ("two", "revert", "healed")];
    assert_eq!(walks(&data(&said)), expected);

    // One that does not heal comes first, and one that cannot be read keeps nothing from being walked either.
    stage.write("runbooks/two/drill/drill.yaml", "paths: [fixx]\n");
    drill(&stage, "three", "needs: []");
    stage.write("runbooks/three/drill/break", "exit 1\n");
    let said = stage.stanch(&["drill", "--auto", "--all", "runbooks"]);
    said.expect_code(1).expect_err("no-such-program").expect_err("two/drill/drill.yaml");
    assert!(said.out.ends_with("\n0 of 4 healed\n"), "{}", said.out);
}

#[test]
fn without_any_drill_nothing_is_well() {
    let stage = Stage::new();
    stage.write("empty/readme", "");
    stage.stanch(&["drill", "--auto", "--all", "empty"]).expect_code(2).expect_err("could not find any drill in empty");
    stage.stanch(&["drill", "--auto", "--all", "gone"]).expect_code(3).expect_err("could not look for drills in gone");
    // It would never end there.
    stage.stanch(&["drill", "--all"]).expect_code(2).expect_err("--auto");
}

/// The files that the authors' guide shows: an indented block whose first line names its file.
fn shown() -> Vec<(String, String)> {
    let guide = include_str!("../../runbooks/README.md");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in guide.lines() {
        match (line.strip_prefix("    "), inside) {
            (Some(line), _) if line.starts_with("# runbooks/") => {
                files.push((line[2..].to_owned(), String::new()));
                inside = true;
            }
            (Some(line), true) => files.last_mut().unwrap().1.extend([line, "\n"]),
            (None, true) if !line.is_empty() => inside = false,
            _ => {}
        }
    }
    files
}

#[test]
fn the_example_of_the_authors_guide_is_sound_and_heals() {
    let stage = Stage::new();
    let files = shown();
    assert_eq!(files.len(), 6, "{files:#?}");
    for (path, text) in &files {
        stage.write(path, text);
    }
    let said = stage.stanch(&["check", "runbooks"]);
    assert_eq!(said.expect_code(0).out, "1 runbook checked: 0 errors, 0 warnings\n");
    stage.stanch(&["drill", "--auto", "--all", "runbooks"]).expect_code(0);
    stage.stanch(&["drill", "stale-lock", "--auto", "--sabotage"]).expect_code(1).expect_line("works: ");
}

#[test]
fn a_reader_that_is_gone_makes_no_drill_heal() {
    let stage = Stage::new();
    drill(&stage, "one", "needs: [{ command: no-such-program }]");
    for more in [&["--all", "runbooks"][..], &["--all", "runbooks", "--format", "json"], &["one", "--format", "json"]] {
        let mut child = stage.command(&[&["drill", "--auto"], more].concat()).spawn().unwrap();
        drop(child.stdout.take());
        stage.end(child).expect_code(5);
    }
}
