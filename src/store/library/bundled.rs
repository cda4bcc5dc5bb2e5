//! The runbooks inside the program.

use std::path::Path;

use include_dir::{Dir, include_dir};

static RUNBOOKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/runbooks");

/// The ids of all bundled runbooks, in order, each with whether it has a drill.
pub(super) fn ids() -> Vec<(String, bool)> {
    let mut ids: Vec<_> = RUNBOOKS
        .dirs()
        .filter(|folder| folder.get_file(folder.path().join("runbook.yaml")).is_some())
        .filter_map(|folder| Some((folder.path().file_name()?.to_str()?.to_owned(), drill_of(folder).is_some())))
        .collect();
    ids.sort();
    ids
}

/// The text of a bundled runbook.
pub(super) fn runbook(id: &str) -> Option<&'static [u8]> {
    RUNBOOKS.get_file(Path::new(id).join("runbook.yaml")).map(include_dir::File::contents)
}

/// The drill folder of a bundled runbook.
pub(super) fn drill(id: &str) -> Option<&'static Dir<'static>> {
    RUNBOOKS.get_dir(id).and_then(drill_of)
}

fn drill_of(folder: &'static Dir<'static>) -> Option<&'static Dir<'static>> {
    folder.get_dir(folder.path().join("drill"))
}
