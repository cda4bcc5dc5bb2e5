//! What an export wrote, part by part, as a comment of the page itself.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::split::{Page, split};

/// How the comment begins. It holds slugs and hashes only, nothing from outside.
const BEGINS: &str = "<!-- stanch: sections";
/// The line that ends it.
const ENDS: &str = "-->";
/// Columns of its lines.
const COLUMNS: usize = 100;
/// Hexadecimal digits of a hash. It tells a change from none, not a friend from an enemy.
const DIGITS: usize = 12;

/// What the last export wrote.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seal {
    /// The session, as a hash.
    pub(super) session: String,
    /// Name and hash of every part, in order.
    pub(super) parts: Vec<(String, String)>,
}

/// The page with the comment that tells what was written, at its end. `session` is the session's id.
pub(in crate::postmortem) fn seal(text: &str, session: &str) -> String {
    seal_of(text, &Seal { session: hash(session), parts: names(&split(text)) })
}

/// A page with this seal.
pub(super) fn seal_of(text: &str, seal: &Seal) -> String {
    let mut out = format!("{}\n\n{BEGINS}\n", text.trim_end());
    let words = seal.parts.iter().map(|(name, hash)| format!("{name}={hash}"));
    let mut column = 0;
    for word in [format!("session={}", seal.session)].into_iter().chain(words) {
        if column > 0 {
            let fits = column + 1 + word.len() <= COLUMNS;
            out.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        let _ = write!(out, "{word}");
        column += word.len();
    }
    let _ = writeln!(out, "\n{ENDS}");
    out
}

/// A page without its seal, and the seal. What a person added behind it stays in the page.
pub(super) fn unseal(text: &str) -> Option<(String, Seal)> {
    let at = if text.starts_with(BEGINS) { 0 } else { text.rfind(&format!("\n{BEGINS}"))? + 1 };
    let (before, rest) = text.split_at(at);
    let end = rest.find(&format!("\n{ENDS}"))?;
    let words = rest.get(BEGINS.len()..end)?;
    let mut seal = Seal::default();
    for word in words.split_whitespace() {
        let (name, hash) = word.split_once('=')?;
        match name {
            "session" => hash.clone_into(&mut seal.session),
            _ => seal.parts.push((name.to_owned(), hash.to_owned())),
        }
    }
    let after = rest[end + 1 + ENDS.len()..].trim_matches('\n');
    let page = match (before.trim_end_matches('\n'), after) {
        (before, "") => format!("{before}\n"),
        (before, after) => format!("{before}\n\n{after}\n"),
    };
    Some((page, seal))
}

/// Whether nobody has changed this page since it was generated.
#[must_use]
pub fn is_untouched(text: &str) -> bool {
    unseal(&plain(text)).is_some_and(|(page, seal)| names(&split(&page)) == seal.parts)
}

/// Whether a page is the postmortem of this session; none where it does not tell.
#[must_use]
pub fn is_of(text: &str, session: &str) -> Option<bool> {
    unseal(&plain(text)).map(|(_, seal)| seal.session == hash(session))
}

/// A file as it is compared: whatever an editor does to line ends and the beginning of a file.
pub(super) fn plain(text: &str) -> String {
    text.trim_start_matches(['\u{feff}', '\r', '\n']).replace("\r\n", "\n")
}

/// Name and hash of every part.
pub(super) fn names(page: &Page) -> Vec<(String, String)> {
    let front = page.front.iter().flatten();
    front.chain(&page.body).map(|part| (part.name.clone(), hash(part.text))).collect()
}

/// A short hash of a text, whatever space stands at the ends of its lines and behind it.
pub(super) fn hash(text: &str) -> String {
    let mut sum = Sha256::new();
    for line in text.trim_end().lines() {
        sum.update(line.trim_end().as_bytes());
        sum.update(b"\n");
    }
    let mut hex = String::with_capacity(DIGITS);
    for byte in sum.finalize().iter().take(DIGITS / 2) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
