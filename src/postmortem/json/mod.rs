//! The postmortem as data: the same document, for programs.
//!
//! The shape is a contract of its own, spelled out here and not taken from the types: those may change, a version of the format
//! may not. Keys keep their order. What is added to the document is added here, and the compiler says where.

mod data;
mod document;
mod drill;
mod sections;
mod spell;

#[cfg(test)]
mod tests;

pub use drill::render_drills;
use serde_json::Value;

use super::document::Document;

/// The version of the format: the value of the first key.
const VERSION: u32 = 1;
/// The first key. It tells what the file is.
const KEY: &str = "stanch_postmortem";

/// The document as JSON. The same document gives the same bytes.
#[must_use]
pub fn render(document: &Document) -> String {
    let mut text = data::pretty(&document::document(document));
    text.push('\n');
    text
}

/// Whether a file is the data of a postmortem that this program has written.
#[must_use]
pub fn is_ours(text: &str) -> bool {
    let begins =
        text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(&format!("\"{KEY}\"")));
    begins && serde_json::from_str::<Value>(text).is_ok_and(|value| value[KEY].is_u64())
}
