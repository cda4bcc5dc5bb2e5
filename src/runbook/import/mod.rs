//! Markdown runbooks as runbooks in YAML: [`import()`].
//!
//! The way of a text: `front` takes what stands before it, `dialect` makes plain Markdown of it, `source` a tree of blocks, `section` finds what each
//! heading means; `build` and `flow` make steps of the blocks, with what `fence`, `prompt`, `shell` and `program` know of commands; `write` writes it.
//!
//! Nothing is invented and nothing is lost: what cannot be mapped stays text, and a [`Note`] says so; a command that became something else stands in
//! its note.

mod build;
mod choice;
mod dialect;
mod draft;
mod effect;
mod emit;
mod fence;
mod finish;
mod flow;
mod front;
mod heading;
mod piece;
mod placeholder;
mod program;
mod prompt;
mod prose;
mod scalar;
mod section;
mod shell;
mod source;
mod title;
mod words;
mod write;

pub use draft::Note;

#[cfg(test)]
mod tests;

use build::Builder;

/// Longest source, in bytes: what is made of more could be more than a runbook may be. The longest in the wild have a quarter of a million.
pub const MAX_SOURCE: usize = 384 << 10;

/// A runbook that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The runbook, in YAML.
    pub yaml: String,
    /// What a person must look at, in the order of the source.
    pub notes: Vec<Note>,
}

impl Note {
    /// The note in one line.
    #[must_use]
    pub fn told(&self) -> String {
        write::told(self)
    }
}

/// Makes a runbook of Markdown. `name` is the source's file name: an origin to be told, and the title where the text has none.
#[must_use]
pub fn import(name: &str, text: &str) -> Imported {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (front, text) = front::take(text);
    let plain = dialect::plain(&text);
    let sections = section::sections(source::read(&plain.text));
    let mut builder = Builder::default();
    for (line, words) in plain.left_out {
        builder.draft.left_out(
            line,
            "is known only to the program the source was written for, and is left out",
            &words,
        );
    }
    let stem = name.rsplit('/').next().unwrap_or(name);
    let stem = stem.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("Runbook");
    let head = sections.iter().find(|section| section.level == 1).or_else(|| {
        // Without a title of its own, a document is called by the heading it begins with, and never by one further down.
        let begins = sections.first().is_some_and(|above| above.blocks.is_empty());
        sections.get(1).filter(|_| begins && front.title.is_none())
    });
    let said = head
        .map(|section| section.title.clone())
        .or(front.title)
        .filter(|title| title.chars().any(char::is_alphanumeric));
    let title = said.unwrap_or_else(|| stem.replace(['-', '_'], " "));
    builder.draft.title = title::line(&title);
    if builder.draft.title.is_empty() {
        builder.draft.title = stem.replace(['-', '_'], " ");
    }
    builder.draft.severity = front.severity.filter(|severity| crate::runbook::Severity::parse(severity).is_some());
    builder.draft.reviewed = front.reviewed;
    builder.draft.services = front.services;
    builder.draft.alerts = front.alerts;
    builder.draft.tags = front.tags;
    if is_alert(&title) && builder.draft.alerts.is_empty() {
        builder.draft.alerts.push(title);
    }
    builder.sections(&sections);
    let draft = builder.finish();
    Imported { yaml: write::write(&draft, name), notes: draft.notes }
}

/// Whether a title is the name of an alert: runbooks of alerts are called so.
fn is_alert(title: &str) -> bool {
    let humps = title.chars().filter(char::is_ascii_uppercase).count();
    title.len() > 6
        && humps > 1
        && title.chars().all(|c| c.is_ascii_alphanumeric())
        && title.chars().any(|c| c.is_ascii_lowercase())
}
