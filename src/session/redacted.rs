//! The tombstone of a value that was taken out of the whole record.

use serde::{Deserialize, Serialize};

/// A value stood in the record that should not have, and was replaced everywhere. What was altered by that is named here, so that
/// everything else can still be proven: see [`hashes`](Self::hashes).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Redacted {
    /// What stands in for the value.
    pub placeholder: String,
    /// In how many places it stood.
    pub places: u64,
    /// The entries that were altered, by number: the value stood in them, or they hold the sum of an output that it stood in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<u64>,
    /// The other files that were altered, by their paths below the session's folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The hash of the journal's last line before that: what stands in exports of that time.
    pub head: String,
    /// The hashes that lines had before; none where no entry was altered, so that all have theirs still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes>,
}

/// A file of hashes, one a line: of the line before entry `first`, of that entry's, and so on up to the last one there was. An entry that
/// was not altered has its hash from there when its `prev` is set back, so it is proven untouched though its chain is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// The first entry that was altered: those before it are in the same chain still.
    pub first: u64,
    /// The file, in the session's folder.
    pub file: String,
    /// sha-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

impl Redacted {
    /// `3 places: entries 4, 7; runs/0002/output`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let entries: Vec<String> = self.entries.iter().map(u64::to_string).collect();
        let entries = match entries.as_slice() {
            [] => None,
            [one] => Some(format!("entry {one}")),
            _ => Some(format!("entries {}", entries.join(", "))),
        };
        let places = if self.places == 1 { "1 place".to_owned() } else { format!("{} places", self.places) };
        let parts: Vec<String> = entries.into_iter().chain(self.files.iter().cloned()).collect();
        format!("{places}: {}", parts.join(", "))
    }
}
