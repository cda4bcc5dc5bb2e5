//! A drill looked at without being run: what would keep it from being walked.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::runbook::{MAX_BYTES, Place, Problem, Runbook, Spot, VarName, parse_drill, rules};

/// How deep folders of a drill are looked through.
const DEPTH: usize = 16;

/// A file of a drill, and what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// The file.
    pub path: PathBuf,
    /// Its text, as far as it is text; empty where it is not there.
    pub text: String,
    /// All that is wrong with it.
    pub problems: Vec<Problem>,
}

/// Looks at the drill beside a runbook's file: `drill.yaml`, the scripts, and whether they give every variable a value. Nothing where
/// there is no drill. Without its runbook, which has errors of its own then, what depends on it is left out.
///
/// # Errors
/// What cannot be read.
pub fn check(file: &Path, runbook: Option<&Runbook>) -> io::Result<Vec<Checked>> {
    let named = file.file_name().is_some_and(|name| name == "runbook.yaml");
    let Some(folder) = file.parent().filter(|_| named).map(|folder| folder.join("drill")) else {
        return Ok(Vec::new());
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let (plan, shown) = plan(&folder.join("drill.yaml"), runbook)?;
    let mut checked = vec![plan];
    for (name, needed) in [("break", true), ("clean", true), ("sabotage", false)] {
        checked.extend(script(&folder.join(name), name, needed)?);
    }
    if let Some(runbook) = runbook
        && let Some(breaks) = checked.iter_mut().find(|checked| checked.path.ends_with("break"))
        && breaks.problems.is_empty()
    {
        let wanted: Vec<&String> = runbook.vars.iter().map(|(name, _)| name).chain(&shown).collect();
        let forgotten = forgotten(&folder, &breaks.text, &wanted)?;
        breaks.problems.extend(forgotten.iter().map(|name| no_value(name, runbook)));
    }
    Ok(checked)
}

/// The first characters of a file.
const HEAD: Spot = Spot { place: Place { line: 1, column: 1 }, length: 1, value: () };

/// What is wrong with `drill.yaml`, and the names that its hosts show.
fn plan(path: &Path, runbook: Option<&Runbook>) -> io::Result<(Checked, Vec<VarName>)> {
    let Some(bytes) = bytes(path)? else {
        let problem = Problem::new(&rules::DRILL_FILE, &HEAD, "the drill has no `drill.yaml`");
        let problem = problem.help("it says what the drill needs and which ways out heal; it may be empty");
        let checked = Checked { path: path.to_owned(), text: String::new(), problems: vec![problem] };
        return Ok((checked, Vec::new()));
    };
    let read = parse_drill(&bytes, runbook);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let shown = read.plan.map(|plan| plan.shown()).unwrap_or_default();
    Ok((Checked { path: path.to_owned(), text, problems: read.problems }, shown))
}

fn script(path: &Path, name: &str, needed: bool) -> io::Result<Option<Checked>> {
    let Some(bytes) = bytes(path)? else {
        let problem = Problem::new(&rules::DRILL_FILE, &HEAD, format!("the drill has no `{name}`"));
        let help = match name {
            "break" => {
                "a script for sh that starts a throwaway service in $DRILL, breaks it and writes $DRILL/vars.env"
            }
            _ => "a script for sh that ends all that `break` started and empties $DRILL; also half-way, also twice",
        };
        let missing = Checked { path: path.to_owned(), text: String::new(), problems: vec![problem.help(help)] };
        return Ok(needed.then_some(missing));
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let problems = other_shell(&text, name).into_iter().collect();
    Ok(Some(Checked { path: path.to_owned(), text, problems }))
}

/// A first line that asks for something else than sh, which is what runs it.
fn other_shell(text: &str, name: &str) -> Option<Problem> {
    let line = text.lines().next()?;
    let mut words = line.strip_prefix("#!")?.split_whitespace();
    let base = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let first = base(words.next()?);
    let asked = if first == "env" { words.find(|word| !word.starts_with('-')).map(base)? } else { first };
    if matches!(asked.as_str(), "sh" | "dash" | "ash") {
        return None;
    }
    let at = Spot { length: line.chars().count(), ..HEAD };
    let problem = Problem::new(&rules::NO_EFFECT, &at, format!("`{name}` is run by sh, whatever this line says"));
    Some(problem.help(format!("write it for sh, or keep the {asked} in a file beside it and call that")))
}

/// The names, of variables and of what hosts of the drill show, that stand nowhere in a drill: `break` cannot give them a value. One whose name does stand somewhere
/// may still be forgotten; that shows when the drill is run.
fn forgotten(folder: &Path, breaks: &str, names: &[&String]) -> io::Result<Vec<String>> {
    let open = names.iter().filter(|name| !has_word(breaks, name));
    let mut open: Vec<String> = open.map(|name| (*name).clone()).collect();
    if !open.is_empty() {
        look_through(folder, DEPTH, &mut open)?;
    }
    Ok(open)
}

/// Takes out the names that stand in a file of a folder.
fn look_through(folder: &Path, depth: usize, open: &mut Vec<String>) -> io::Result<()> {
    if depth == 0 {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if open.is_empty() {
            break;
        }
        if path.is_dir() {
            look_through(&path, depth - 1, open)?;
        } else if let Some(bytes) = bytes(&path)? {
            let text = String::from_utf8_lossy(&bytes);
            open.retain(|name| !has_word(&text, name));
        }
    }
    Ok(())
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

fn no_value(name: &str, runbook: &Runbook) -> Problem {
    let writes = format!("`break` writes a line `{name}=...` into $DRILL/vars.env");
    let help = match runbook.var(name) {
        Some(variable) => {
            format!("{writes}: the runbook declares it on line {}, and a default does not count", variable.place.line)
        }
        None => format!("{writes}: `hosts` of drill.yaml shows it"),
    };
    Problem::new(&rules::DRILL_VARIABLE, &HEAD, format!("the drill gives {name} no value")).help(help)
}

/// The content of a file, as far as a runbook may reach; none where there is none.
fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        // A pipe or a device may never end.
        Ok(meta) if !meta.is_file() => return Ok(None),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES as u64 + 4).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse;

    const BOOK: &str = "{stanch: 1, title: T, vars: {SITE: {default: /srv}, OLD: {}, NEW: {}}, \
                        fix: {steps: [{title: A, run: b}]}}";

    struct Place(tempfile::TempDir);

    impl Place {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(folder.path().join("x/drill/site")).unwrap();
            for (name, text) in files {
                std::fs::write(folder.path().join("x/drill").join(name), text).unwrap();
            }
            Self(folder)
        }

        /// Every problem: file, place, message.
        fn problems(&self) -> Vec<String> {
            let book = parse("x", BOOK).runbook.unwrap();
            let checked = check(&self.0.path().join("x/runbook.yaml"), Some(&book)).unwrap();
            let of = |checked: &Checked| {
                let name = checked.path.file_name().unwrap().to_string_lossy().into_owned();
                checked
                    .problems
                    .iter()
                    .map(move |problem| format!("{name}:{}: {}", problem.place, problem.message))
                    .collect::<Vec<_>>()
            };
            checked.iter().flat_map(of).collect()
        }
    }

    #[test]
    fn a_sound_drill_has_no_problems() {
        let place = Place::new(&[
            ("drill.yaml", "paths: [fix]"),
            ("break", "#!/bin/sh\necho \"SITE=$DRILL\" >\"$DRILL/vars.env\"; . ./site/more"),
            ("site/more", "OLD=1 NEW=2"),
            ("clean", "#!/usr/bin/env -S sh\n"),
        ]);
        assert_eq!(place.problems(), [] as [String; 0]);
    }

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(
            Place::new(&[]).problems(),
            [
                "drill.yaml:1:1: the drill has no `drill.yaml`",
                "break:1:1: the drill has no `break`",
                "clean:1:1: the drill has no `clean`"
            ]
        );
    }

    #[test]
    fn what_would_keep_it_from_being_walked_is_told_with_its_place() {
        let place = Place::new(&[
            ("drill.yaml", "minutes: 1\npaths: [revert]"),
            ("break", "echo SITE=$DRILL OLDER=1 >vars.env"),
            ("clean", "#!/usr/bin/env bash\n"),
            ("sabotage", "#!/usr/bin/python3\n"),
        ]);
        assert_eq!(
            place.problems(),
            [
                "drill.yaml:2:9: the runbook has no steps in revert",
                "break:1:1: the drill gives OLD no value",
                "break:1:1: the drill gives NEW no value",
                "clean:1:1: `clean` is run by sh, whatever this line says",
                "sabotage:1:1: `sabotage` is run by sh, whatever this line says",
            ]
        );
    }

    #[test]
    fn a_runbook_without_a_drill_has_none_to_check() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("drill")).unwrap();
        assert!(check(&folder.path().join("book.yaml"), None).unwrap().is_empty(), "only a `runbook.yaml` has one");
        assert!(check(&folder.path().join("none/runbook.yaml"), None).unwrap().is_empty());
    }
}
