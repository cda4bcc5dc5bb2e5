//! Which files are in a pack, by their names below the session's folder.

use crate::runbook::MAX_BYTES;
use crate::session::run::RunNo;

/// Of each run, by name.
pub(super) const RUN: [&str; 4] = ["command.json", "exit.json", "output", "times"];

/// Longest journal, in bytes: it is read as a whole.
const JOURNAL: u64 = 256 << 20;
/// Longest file of JSON.
const JSON: u64 = 64 << 20;

/// Whether a session of this id can be packed: it is the name of a folder wherever it is unpacked.
pub(super) fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=100).contains(&id.len()) && !id.starts_with(['.', '-']) && id.bytes().all(plain)
}

/// The longest that a file of this name may be, in bytes; none where no such file is in a pack.
pub(super) fn longest(name: &str) -> Option<u64> {
    match name {
        "pack.json" => Some(64 << 10),
        "journal.jsonl" => Some(JOURNAL),
        "runbook.yaml" => Some(MAX_BYTES as u64),
        _ if version(name).is_some() => Some(MAX_BYTES as u64),
        _ if is_aside(name) => Some(JOURNAL),
        _ => {
            let (number, file) = name.strip_prefix("runs/")?.split_once('/')?;
            let number: u32 = number.parse().ok().filter(|known| RunNo(*known).to_string() == number)?;
            let known = number > 0 && RUN.contains(&file);
            known.then_some(if matches!(file, "command.json" | "exit.json") { JSON } else { u64::MAX })
        }
    }
}

/// The version of the runbook that a file of this name is.
pub(super) fn version(name: &str) -> Option<u32> {
    let number = name.strip_prefix("runbook-").and_then(|rest| rest.strip_suffix(".yaml"))?;
    number.parse().ok().filter(|version: &u32| *version > 1 && version.to_string() == number)
}

/// Whether it is kept beside the journal: an end that was torn by a crash and set aside, or the hashes from before a redaction.
pub(super) fn is_aside(name: &str) -> bool {
    let between = |before: &str, after: &str| name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    let number = between("torn-", ".bin").or_else(|| between("was-", ".hashes"));
    number.is_some_and(|number| (1..=5).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
}
