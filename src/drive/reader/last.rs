//! The last line of an output: what a list of many runs has room for.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::text::plain;

/// So much of the end is looked at, in bytes: a line that is longer shows its end.
const LOOK: u64 = 4096;

/// The last line of a file that says something, without escapes, as a person would have read it; empty where there is none, or no file.
pub(in crate::drive) fn last_line(path: &Path) -> io::Result<String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let from = length.saturating_sub(LOOK);
    let mut end = vec![0; usize::try_from(length - from).unwrap_or(0)];
    file.read_exact_at(&mut end, from)?;
    let mut last = String::new();
    let mut lines = plain::Lines::new();
    let mut keep = |_, line: &str| {
        if !line.trim().is_empty() {
            last.clear();
            last.push_str(line.trim());
        }
    };
    lines.push(&end, &mut keep);
    lines.finish(&mut keep);
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_says_something_is_read_as_a_person_sees_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        assert_eq!(last_line(&path).unwrap(), "");
        let long = "x".repeat(10_000);
        for (text, last) in [
            ("", ""),
            ("one\ntwo\n\n  \n", "two"),
            ("one\n10 %\r20 %", "20 %"),
            ("a\n\x1b[31mred\x1b[0m\r\n", "red"),
            (&format!("{long}\n{long} end"), &format!("{} end", "x".repeat(4092))),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(last_line(&path).unwrap(), last, "{text:.20}");
        }
    }
}
