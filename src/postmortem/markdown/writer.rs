//! What the writers of sections share.

use std::collections::BTreeSet;

use super::prompts::PROMPT;
use super::{escape, note};
use crate::postmortem::document::{Document, Evidence, Section};
use crate::postmortem::prose::{Prose, Span};
use crate::session::run::RunNo;

/// The text so far, and what may be linked to.
pub(super) struct Writer {
    pub(super) out: String,
    /// Runs that have a heading in the appendix.
    linked: BTreeSet<RunNo>,
    /// Entries that have one.
    texts: BTreeSet<u64>,
    /// The text goes to our own typesetting, which knows no HTML: notes are the Markdown they were written in.
    pub(super) typesetting: bool,
}

impl Writer {
    /// A writer with nothing to link to.
    pub(super) fn plain() -> Self {
        Self { out: String::new(), linked: BTreeSet::new(), texts: BTreeSet::new(), typesetting: false }
    }

    /// A writer that links to what the document's appendix holds.
    pub(super) fn new(document: &Document) -> Self {
        let mut writer = Self::plain();
        for section in &document.sections {
            if let Section::Output(output) = section {
                writer.linked.extend(output.runs.iter().map(|run| run.run));
                writer.texts.extend(output.texts.iter().map(|(seq, _)| *seq));
            }
        }
        writer
    }

    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.out.push_str(&"#".repeat(level));
        self.out.push(' ');
        self.out.push_str(text);
        self.out.push_str("\n\n");
    }

    /// A paragraph of Markdown.
    pub(super) fn paragraph(&mut self, markdown: &str) {
        self.out.push_str(markdown);
        self.out.push_str("\n\n");
    }

    pub(super) fn sentences(&mut self, sentences: &[Prose]) {
        let sentences: Vec<String> = sentences.iter().map(|sentence| self.prose(sentence)).collect();
        self.paragraph(&escape::at_start(&sentences.join(" ")));
    }

    /// A list of Markdown items.
    pub(super) fn bullets(&mut self, items: impl IntoIterator<Item = String>) {
        for item in items {
            self.out.push_str("- ");
            self.out.push_str(&escape::at_start(&item));
            self.out.push('\n');
        }
        self.out.push('\n');
    }

    /// A line that waits for a person.
    pub(super) fn prompt(&mut self, what: &str) {
        self.paragraph(&format!("{PROMPT} {what}"));
    }

    pub(super) fn prose(&self, prose: &Prose) -> String {
        let mut out = String::new();
        for span in &prose.0 {
            match span {
                Span::Text(words) => out.push_str(&escape::text(words)),
                Span::Code(code) => out.push_str(&escape::code(code)),
                Span::Title(title) => out.push_str(&emphasis(title)),
                Span::Note(text) => out.push_str(&self.cell_note(text)),
                Span::Run(run) => out.push_str(&self.run(*run)),
            }
        }
        out
    }

    /// What an operator wrote, in one line.
    pub(super) fn note(&self, text: &str) -> String {
        if self.typesetting { note::line(text) } else { escape::text(text) }
    }

    /// The same in a cell of a table, where a pipe would end it.
    pub(super) fn cell_note(&self, text: &str) -> String {
        if self.typesetting { note::line(text).replace('|', "\\|") } else { escape::text(text) }
    }

    pub(super) fn run(&self, run: RunNo) -> String {
        if self.linked.contains(&run) { format!("[run {run}](#run-{run})") } else { format!("run {run}") }
    }

    /// What proves a row: runs in a row as `run 0003 to run 0006`.
    pub(super) fn evidence(&self, evidence: &[Evidence]) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut rest = evidence;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            let Evidence::Run(first) = first else {
                if let Evidence::Entry(seq) = first {
                    parts.push(self.entry(*seq));
                }
                continue;
            };
            let mut last = *first;
            while let Some((Evidence::Run(next), after)) = rest.split_first().filter(|(next, _)| follows(last, next)) {
                (last, rest) = (*next, after);
            }
            match last.0 - first.0 {
                0 => parts.push(self.run(*first)),
                1 => parts.extend([self.run(*first), self.run(last)]),
                _ => parts.push(format!("{} to {}", self.run(*first), self.run(last))),
            }
        }
        parts.join(", ")
    }

    pub(super) fn entry(&self, seq: u64) -> String {
        if self.texts.contains(&seq) { format!("[entry {seq}](#entry-{seq})") } else { format!("entry {seq}") }
    }
}

fn follows(last: RunNo, next: &Evidence) -> bool {
    matches!(next, Evidence::Run(next) if Some(next.0) == last.0.checked_add(1))
}

/// Emphasised words. What emphasis cannot hold is written without it.
fn emphasis(words: &str) -> String {
    let words = escape::text(words);
    let words = words.trim();
    let edge = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    if edge(words.chars().next()) && edge(words.chars().next_back()) {
        format!("*{words}*")
    } else {
        format!("“{words}”")
    }
}
