//! The programs compared with.

use std::path::{Path, PathBuf};

use crate::machine;

/// A program, how it tells its version, and what it is compared in.
struct Known {
    name: &'static str,
    version: &'static str,
    package: &'static str,
}

const KNOWN: [Known; 6] = [
    Known { name: "script", version: "--version", package: "util-linux" },
    Known { name: "tee", version: "--version", package: "coreutils" },
    Known { name: "tmux", version: "-V", package: "tmux" },
    Known { name: "asciinema", version: "--version", package: "asciinema" },
    Known { name: "rg", version: "--version", package: "ripgrep" },
    Known { name: "mprocs", version: "--version", package: "cargo install mprocs" },
];

/// Those that are there.
pub(crate) struct Peers {
    found: Vec<(&'static str, PathBuf)>,
}

impl Peers {
    /// Looks along `PATH`, then where `benches/peers` installs.
    pub(crate) fn find() -> Self {
        let mut folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/bin"));
        let there = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        Self { found: KNOWN.iter().filter_map(|known| Some((known.name, there(known.name)?))).collect() }
    }

    /// Where this one is; none where it is missing, and then it is left out of what it would be compared in.
    pub(crate) fn get(&self, name: &str) -> Option<&Path> {
        self.found.iter().find(|(found, _)| *found == name).map(|(_, path)| path.as_path())
    }

    /// Versions of those that are there, and how to get the others.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let version = |known: &Known| {
            let program = self.get(known.name)?;
            Some(machine::said(&program.to_string_lossy(), &[known.version]))
        };
        let there: Vec<String> = KNOWN.iter().filter_map(version).collect();
        let missing: Vec<String> = KNOWN
            .iter()
            .filter(|known| self.get(known.name).is_none())
            .map(|known| format!("{} ({})", known.name, known.package))
            .collect();
        let mut facts = vec![("Beside", there.join(", "))];
        if !missing.is_empty() {
            facts.push(("Missing, so not compared (`benches/peers` installs them)", missing.join(", ")));
        }
        facts
    }
}
