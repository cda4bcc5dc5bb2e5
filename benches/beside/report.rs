//! The page.

use std::fmt::Write as _;
use std::path::Path;

use crate::machine;
use crate::options::Options;
use crate::peers::Peers;

/// A table with what has to be said about it.
pub(crate) struct Section {
    /// Its heading.
    pub(crate) title: String,
    /// What was measured, and how.
    pub(crate) about: String,
    /// The heads of its columns.
    pub(crate) head: Vec<&'static str>,
    /// Its rows, each as wide as the head.
    pub(crate) rows: Vec<Vec<String>>,
}

/// The page so far, as Markdown.
pub(crate) struct Report(String);

impl Report {
    /// Its head: which machine, which programs, when, and by which command.
    pub(crate) fn begin(options: &Options, peers: &Peers, folder: &Path) -> Self {
        let mut text = "# Stanch beside others\n\n".to_owned();
        text += "Written by a command, not by hand; taken in one run, the contestants in turn. Figures are medians, with the least and \
                 the most in brackets.\n\n";
        let mut facts = vec![("Command", format!("`{}`", options.command()))];
        facts.extend(machine::facts(folder));
        facts.extend(peers.facts());
        for (name, fact) in facts {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- {name}: {fact}");
        }
        Self(text)
    }

    /// Adds a section, and returns its text.
    pub(crate) fn add(&mut self, section: &Section) -> String {
        let mut text = format!("\n## {}\n\n{}\n\n", section.title, section.about);
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        text += &line(&section.head.iter().map(|&head| head.to_owned()).collect::<Vec<_>>());
        text += &line(&vec!["---".to_owned(); section.head.len()]);
        for row in &section.rows {
            text += &line(row);
        }
        self.0 += &text;
        text
    }

    /// All of it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}
