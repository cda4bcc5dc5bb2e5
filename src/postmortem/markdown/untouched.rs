//! Whether a file is still what was generated, or a person has worked on it.
//!
//! The front matter holds the sha-256 of the whole document with that sum left blank.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

pub(super) const KEY: &str = "generated_sha256";
/// What stands for the sum while it is computed: quoted, so that a sum of digits alone is not read as a number.
pub(super) const BLANK: &str = "\"----------------------------------------------------------------\"";

/// Puts the sum where the front matter has left room for it.
pub(super) fn seal(text: &str) -> String {
    text.replacen(&format!("\n{KEY}: {BLANK}"), &format!("\n{KEY}: {}", sum(text)), 1)
}

/// Whether nobody has changed this document since it was generated.
#[must_use]
pub fn is_untouched(text: &str) -> bool {
    let key = format!("\n{KEY}: ");
    let Some(at) = text.find(&key).map(|at| at + key.len()) else { return false };
    let Some((own, after)) = text.get(at..at + BLANK.len()).zip(text.get(at + BLANK.len()..)) else { return false };
    sum(&format!("{}{BLANK}{after}", &text[..at])) == own
}

fn sum(text: &str) -> String {
    let mut hex = String::from("\"");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.push('"');
    hex
}
