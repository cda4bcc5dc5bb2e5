//! `stanch schema`: what it says of a runbook is what the parser says, and what is kept in `assets/` is what it writes.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use stanch::runbook::{format, parse, schema};

/// The rules that tell of one value alone. Of those, and of nothing else, a schema can tell.
const OF_A_VALUE: [&str; 9] = [
    "unknown-key",
    "missing-key",
    "wrong-type",
    "bad-value",
    "out-of-range",
    "bad-duration",
    "bad-id",
    "bad-variable-name",
    "unsupported-version",
];

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema::json_schema()).unwrap()
}

/// A runbook as an editor's language server has it.
fn value(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// Whether the parser finds a fault in a value.
fn faults(text: &str) -> Vec<String> {
    let problems = parse("t", text).problems;
    // Two values that do not go together are no fault of one.
    let of_a_value = problems
        .iter()
        .filter(|problem| OF_A_VALUE.contains(&problem.rule) && !problem.message.contains("not shorter than"));
    of_a_value.map(|problem| format!("{}: {}", problem.rule, problem.message)).collect()
}

#[test]
fn what_is_kept_in_assets_is_current() {
    let made = [
        ("assets/stanch-runbook.schema.json", format!("{:#}\n", schema::json_schema())),
        ("assets/FORMAT.md", format::reference()),
    ];
    for (name, text) in made {
        if std::env::var_os("STANCH_UPDATE").is_some() {
            std::fs::write(here(name), &text).unwrap();
        }
        let kept = std::fs::read_to_string(here(name)).unwrap();
        assert!(kept == text, "{name} is not current: STANCH_UPDATE=1 cargo nextest run --test schema");
    }
}

#[test]
fn every_sound_runbook_keeps_it() {
    let validator = validator();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(here("runbooks")).unwrap().map(|entry| entry.unwrap().path().join("runbook.yaml")).collect();
    for folder in ["tests/runbooks/good", "tests/runbooks/better"] {
        files.extend(std::fs::read_dir(here(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "yaml"));
    assert!(files.len() >= 9, "{files:?}");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let value = value(&text);
        let found: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}

/// Every place of a value, each kind of place once: two steps of a phase are one kind.
fn places(value: &Value, path: &mut Vec<Value>, kinds: &mut BTreeSet<String>, found: &mut Vec<Vec<Value>>) {
    let kind: Vec<String> = path.iter().map(|part| part.as_str().unwrap_or("-").to_owned()).collect();
    if kinds.insert(kind.join("/")) {
        found.push(path.clone());
    }
    let children: Vec<(Value, &Value)> = match value {
        Value::Object(entries) => entries.iter().map(|(key, value)| (json!(key), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (json!(at), value)).collect(),
        _ => Vec::new(),
    };
    for (part, child) in children {
        path.push(part);
        places(child, path, kinds, found);
        path.pop();
    }
}

/// What stands at a place.
fn at<'v>(whole: &'v Value, path: &[Value]) -> &'v Value {
    path.iter().fold(whole, |at, part| match part {
        Value::String(key) => &at[key.as_str()],
        part => &at[usize::try_from(part.as_u64().unwrap()).unwrap()],
    })
}

/// The value with something done at a place.
fn altered(whole: &Value, path: &[Value], alter: &dyn Fn(&mut Value)) -> Value {
    let mut whole = whole.clone();
    let place = path.iter().fold(&mut whole, |at, part| match part {
        Value::String(key) => &mut at[key.as_str()],
        part => &mut at[usize::try_from(part.as_u64().unwrap()).unwrap()],
    });
    alter(place);
    whole
}

/// The runbook without what stands beside a place, which is read anew each time, and where the place is then.
fn around(whole: &Value, path: &[Value]) -> (Value, Vec<Value>) {
    let (mut whole, mut path) = (whole.clone(), path.to_vec());
    let Some(key) = path.first().and_then(Value::as_str).map(str::to_owned) else { return (whole, path) };
    whole.as_object_mut().unwrap().retain(|own, _| *own == key || own == "stanch" || own == "title");
    if let Some(at) = path.get(2).and_then(Value::as_u64) {
        let list = whole[key.as_str()][path[1].as_str().unwrap_or_default()].as_array_mut();
        if let Some(list) = list {
            *list = vec![list.swap_remove(usize::try_from(at).unwrap())];
            path[2] = json!(0);
        }
    }
    (whole, path)
}

#[test]
fn what_breaks_it_is_what_the_parser_refuses() {
    let whole = value(&std::fs::read_to_string(here("tests/runbooks/good/everything.yaml")).unwrap());
    let (mut kinds, mut found) = (BTreeSet::new(), Vec::new());
    places(&whole, &mut Vec::new(), &mut kinds, &mut found);
    assert!(found.len() > 120, "{} places", found.len());
    let instead = [
        json!(null),
        json!(true),
        json!(5),
        json!(-1),
        json!(99_999_999),
        json!("word"),
        json!(""),
        json!([]),
        json!({}),
        json!({ "a": 1 }),
        json!({ "a b": 1 }),
        json!([{}]),
        json!(["word"]),
        json!(["20m"]),
        json!("20m"),
        json!("v 1"),
        json!("two\nlines"),
        json!("next"),
    ];
    let validator = validator();
    let (mut sound, mut broken) = (0, 0);
    let mut judge = |value: &Value, what: &str| {
        let text = value.to_string();
        let faults = faults(&text);
        let valid = validator.is_valid(value);
        assert_eq!(
            valid,
            faults.is_empty(),
            "{what}\n{faults:?}\n{:?}",
            validator.iter_errors(value).map(|error| error.to_string()).collect::<Vec<_>>()
        );
        if valid { sound += 1 } else { broken += 1 }
    };
    for path in &found {
        let (whole, path) = around(&whole, path);
        let shown: Vec<String> =
            path.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
        let shown = shown.join("/");
        for value in &instead {
            judge(&altered(&whole, &path, &|at| *at = value.clone()), &format!("{shown} is {value}"));
        }
        let mut names = Vec::new();
        let more = altered(&whole, &path, &|at| {
            if let Value::Object(at) = at {
                at.insert("zzz".into(), json!("x"));
            }
        });
        judge(&more, &format!("{shown}/zzz is there"));
        places(at(&whole, &path), &mut Vec::new(), &mut BTreeSet::new(), &mut names);
        for name in names.iter().filter(|name| name.len() == 1).filter_map(|name| name[0].as_str()) {
            let less = altered(&whole, &path, &|at| drop(at.as_object_mut().unwrap().remove(name)));
            judge(&less, &format!("{shown}/{name} is gone"));
        }
    }
    assert!(sound > 300 && broken > 1000, "{sound} sound, {broken} broken");
}

#[test]
fn it_is_written_to_a_file_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_stanch"))
            .arg("schema")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, out, err) = run(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), schema::json_schema());
    assert_eq!(run(&["-o", "schema.json"]), (0, String::new(), String::new()));
    assert_eq!(run(&["-o", "schema.json"]).0, 0, "its own is replaced");
    assert_eq!(std::fs::read_to_string(folder.path().join("schema.json")).unwrap(), out);
    std::fs::write(folder.path().join("mine.json"), "{}").unwrap();
    assert_eq!(run(&["-o", "mine.json"]).0, 3);
    assert_eq!(run(&["--reference"]).1, format::reference());
}
