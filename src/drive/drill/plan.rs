//! `drill.yaml`: what a drill needs and where it leads.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::drive::error::{Error, Kind, Result};
use crate::runbook::PhaseName;
use crate::store::library::{Item, plan_text};

/// What a drill says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Commands that must be there.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What a person should take at most.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// The ways out that heal, the usual one first: `revert`, `fix`.
    #[serde(default)]
    pub paths: Vec<PhaseName>,
}

/// A command a drill needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Its name, looked for on the `PATH`.
    pub command: String,
    /// The Debian package it comes in.
    #[serde(default)]
    pub package: Option<String>,
    /// Where else it may be; `*` stands for any part of a name.
    #[serde(default, rename = "or")]
    pub elsewhere: Vec<String>,
}

impl Plan {
    /// Reads that of a runbook's drill, where it is; nothing is written out.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read or says something unknown.
    pub fn of(item: &Item) -> Result<Self> {
        let (origin, text) = plan_text(item)?;
        Self::parse(&text).map_err(|why| Error::invalid(format!("could not understand {origin}: {why}")))
    }

    fn parse(text: &str) -> std::result::Result<Self, String> {
        let plan: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        match plan.paths.iter().find(|path| !matches!(path, PhaseName::Revert | PhaseName::Fix)) {
            Some(path) => Err(format!("paths: {path} is no way out; revert and fix are")),
            None => Ok(plan),
        }
    }

    /// The needs that are not met here.
    #[must_use]
    pub fn missing(&self) -> Vec<&Need> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        self.needs.iter().filter(|need| !need.is_met(&folders)).collect()
    }

    /// What to say of needs that are not met.
    #[must_use]
    pub fn lacking(id: &str, missing: &[&Need]) -> Error {
        let names: Vec<String> = missing.iter().map(|need| need.in_words()).collect();
        Error::new(Kind::Person, format!("could not begin the drill {id}: it needs {}", names.join(", ")))
            .hint("nothing was touched; install what is missing and try again")
    }
}

impl Need {
    fn is_met(&self, folders: &[PathBuf]) -> bool {
        folders.iter().any(|folder| is_program(&folder.join(&self.command)))
            || self.elsewhere.iter().any(|pattern| matches(Path::new(pattern)).iter().any(|path| is_program(path)))
    }

    /// `psql (in Debian's package postgresql-client)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.package {
            Some(package) => format!("{} (in Debian's package {package})", self.command),
            None => self.command.clone(),
        }
    }
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
    fn a_plan_is_read_and_an_unknown_word_is_refused() {
        let plan = Plan::parse(
            "needs: [{ command: psql, package: postgresql-client, or: [/usr/lib/*/psql] }]\nminutes: 10\npaths: [fix]",
        );
        let plan = plan.unwrap();
        assert_eq!(plan.needs[0].in_words(), "psql (in Debian's package postgresql-client)");
        assert_eq!(plan.paths, [PhaseName::Fix]);
        assert!(Plan::parse("need: []").unwrap_err().contains("need"));
        assert!(Plan::parse("paths: [verify]").unwrap_err().contains("verify"));
    }

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
        assert!(!need(vec![pattern.clone()]).is_met(&[]), "it cannot be run");
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert!(need(vec![pattern]).is_met(&[]));
        assert!(!need(Vec::new()).is_met(&[folder.path().to_owned()]));
    }
}
