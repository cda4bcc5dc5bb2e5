//! Runbooks as people write them, good ones and bad ones, through the library.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

use std::path::Path;

use stanch::runbook::{Parsed, parse_bytes};

fn read(path: &str) -> Parsed {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runbooks").join(path);
    let id = path.file_stem().unwrap().to_str().unwrap();
    parse_bytes(id, &std::fs::read(&path).unwrap())
}

#[test]
fn good_runbooks_have_no_problems() {
    for name in ["mastodon-500", "everything"] {
        let parsed = read(&format!("good/{name}.yaml"));
        assert_eq!(parsed.problems, [], "{name}");
        assert_eq!(parsed.runbook.unwrap().id, name);
    }
}
