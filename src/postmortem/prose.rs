//! Sentences as data: what is said, before a format decides how it is written.

use serde::Serialize;

use crate::session::run::RunNo;

/// A piece of a sentence. Content is raw: escaping is the renderer's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Words.
    Text(String),
    /// A command, a name, a line of output.
    Code(String),
    /// A title.
    Title(String),
    /// What an operator wrote, as they wrote it.
    Note(String),
    /// A run, linked to its output where there is some.
    Run(RunNo),
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Prose(pub Vec<Span>);

impl Prose {
    /// Its words alone.
    #[must_use]
    pub fn plain(&self) -> String {
        let word = |span: &Span| match span {
            Span::Text(text) | Span::Code(text) | Span::Title(text) | Span::Note(text) => text.clone(),
            Span::Run(run) => format!("run {run}"),
        };
        self.0.iter().map(word).collect()
    }

    /// The empty sentence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With these words added.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Text(text.into()));
        self
    }

    /// With this code added.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Code(text.into()));
        self
    }

    /// With this title added.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Title(text.into()));
        self
    }

    /// With what an operator wrote added.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Note(text.into()));
        self
    }

    /// With this run added.
    #[must_use]
    pub fn run(mut self, run: RunNo) -> Self {
        self.0.push(Span::Run(run));
        self
    }

    /// With another sentence added.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// The first line of a text, cut to `limit` characters, and whether anything was left out.
#[must_use]
pub(super) fn brief(text: &str, limit: usize) -> (String, bool) {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let several = text.trim().lines().nth(1).is_some();
    match line.char_indices().nth(limit) {
        Some((end, _)) => (format!("{}…", &line[..end]), true),
        None if several => (format!("{line} …"), true),
        None => (line.to_owned(), false),
    }
}
