//! The operator's configuration: `config.yaml` in the configuration folder.

use std::fs::File;
use std::io::{self, Read as _};

use super::paths::Paths;
use crate::runbook::render::{Look, Source};
use crate::runbook::{Config, MAX_BYTES, parse_config};
use crate::text::redact::Shapes;

/// Why a configuration counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// On one line: `/home/nova/.config/stanch/config.yaml:2:7: ...`.
    pub brief: String,
    /// Every problem, as a compiler shows them.
    pub whole: String,
}

/// Reads it; one that is not there says nothing.
///
/// # Errors
/// Where it cannot be read or understood.
pub fn load(paths: &Paths) -> Result<Config, Broken> {
    let path = paths.config.join("config.yaml");
    let mut bytes = Vec::new();
    // One character more than is taken, so that the parser sees that it is too long.
    let most = MAX_BYTES as u64 + 4;
    match File::open(&path).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => {
            let why = format!("could not read {}: {error}", path.display());
            return Err(Broken { brief: why.clone(), whole: why });
        }
    }
    let read = parse_config(&bytes);
    if let Some(config) = read.config {
        return Ok(config);
    }
    let text = String::from_utf8_lossy(&bytes);
    let name = path.display().to_string();
    let source = Source::new(&name, &text);
    let errors: Vec<_> = read.problems.iter().filter(|problem| problem.is_error()).collect();
    let brief = errors.first().map_or_else(
        || name.clone(),
        |first| format!("{name}:{}:{}: {}", first.place.line, first.place.column, first.message),
    );
    let whole = errors.iter().map(|problem| source.show(problem, Look::Plain)).collect::<Vec<_>>().join("\n\n");
    Err(Broken { brief, whole })
}

/// What is looked for by its shape: what is known, and what the configuration adds. One that is broken adds nothing; whoever works is told of
/// that by [`load`].
#[must_use]
pub fn shapes(paths: &Paths) -> Shapes {
    match load(paths) {
        Ok(config) if !config.secrets.is_empty() => Shapes::new(&config.secrets),
        _ => Shapes::known(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_missed_or_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(folder.path(), folder.path());
        assert_eq!(load(&paths), Ok(Config::default()));
        let path = folder.path().join("config.yaml");
        std::fs::write(&path, "hook: x\n").unwrap();
        assert_eq!(load(&paths).unwrap().hook.unwrap().run, "x");
        std::fs::write(&path, "hook:\n  runs: x\n").unwrap();
        let broken = load(&paths).unwrap_err();
        assert!(broken.brief.contains("config.yaml:2:3: a hook has no key `runs`"), "{broken:?}");
        assert!(broken.whole.contains("did you mean `run`?"), "{broken:?}");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(load(&paths).unwrap_err().brief.starts_with("could not read "));
    }
}
