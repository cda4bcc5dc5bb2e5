//! What a drill says of itself, and what of its needs is not met here.

use std::path::{Path, PathBuf};

use crate::drive::error::{Error, Kind, Result};
use crate::runbook::render::{Look, Source};
use crate::runbook::{DrillPlan, Need, Runbook, parse_drill};
use crate::store::library::{Item, plan_text};

/// What the drill of a runbook says of itself, read where it is; nothing is written out.
///
/// # Errors
/// Where there is none; where it cannot be read; all that is wrong with it.
pub fn plan_of(item: &Item, runbook: &Runbook) -> Result<DrillPlan> {
    let (origin, text) = plan_text(item)?;
    let read = parse_drill(text.as_bytes(), Some(runbook));
    read.plan.ok_or_else(|| {
        let source = Source::new(&origin, &text);
        let errors = read.problems.iter().filter(|problem| problem.is_error());
        let shown: Vec<String> = errors.map(|problem| source.show(problem, Look::Plain)).collect();
        Error::invalid(format!("could not use the drill {}: {origin} has errors\n{}", item.id, shown.join("\n")))
    })
}

/// The needs that are not met here.
#[must_use]
pub fn missing(plan: &DrillPlan) -> Vec<&Need> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    plan.needs.iter().filter(|need| !is_met(need, &folders)).collect()
}

/// What to say of needs that are not met.
#[must_use]
pub fn lacking(id: &str, missing: &[&Need]) -> Error {
    let names: Vec<String> = missing.iter().map(|need| need.in_words()).collect();
    Error::new(Kind::Person, format!("could not begin the drill {id}: it needs {}", names.join(", ")))
        .hint("nothing was touched; install what is missing and try again")
}

fn is_met(need: &Need, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| is_program(&folder.join(&need.command)))
        || need.elsewhere.iter().any(|pattern| matches(Path::new(pattern)).iter().any(|path| is_program(path)))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The paths a pattern with `*` stands for.
fn matches(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = part.as_os_str().to_string_lossy();
        if !part.contains('*') {
            for path in &mut found {
                path.push(&*part);
            }
            continue;
        }
        found = found
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flatten()
            .flatten()
            .filter(|entry| like(&entry.file_name().to_string_lossy(), &part))
            .map(|entry| entry.path())
            .collect();
        found.sort();
    }
    found
}

/// Whether a name is like a pattern with `*`.
fn like(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|name| {
            (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| like(&name[at..], rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        for (name, pattern, expected) in [
            ("17", "*", true),
            ("psql-17", "psql-*", true),
            ("psql", "psql-*", false),
            ("abc", "a*c", true),
            ("abd", "a*c", false),
        ] {
            assert_eq!(like(name, pattern), expected, "{name} {pattern}");
        }
    }

    #[test]
    fn a_need_is_met_by_the_path_or_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("17/bin/initdb");
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "").unwrap();
        let need = |elsewhere: Vec<String>| Need { command: "no-such-command".into(), package: None, elsewhere };
        let pattern = folder.path().join("*/bin/initdb").to_string_lossy().into_owned();
        assert!(!is_met(&need(vec![pattern.clone()]), &[]), "it cannot be run");
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert!(is_met(&need(vec![pattern]), &[]));
        assert!(!is_met(&need(Vec::new()), &[folder.path().to_owned()]));
    }
}
