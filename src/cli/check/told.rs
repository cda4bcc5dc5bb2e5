//! How problems and rules are told: to people, and to programs.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::sarif::Sarif;
use super::tally::Tally;
use crate::runbook::render::{Look, Source, json_line};
use crate::runbook::{Problem, ProblemSeverity, rules};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Sarif,
}

/// Tells what is found as it is found, or all of it at the end.
pub(super) enum Teller {
    Text(Look),
    Json,
    Sarif(Sarif),
}

impl Teller {
    pub(super) fn new(format: Format) -> Self {
        match format {
            Format::Text => {
                let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                Self::Text(if io::stdout().is_terminal() && !plain { Look::Styled } else { Look::Plain })
            }
            Format::Json => Self::Json,
            Format::Sarif => Self::Sarif(Sarif::default()),
        }
    }

    /// The problems of one file.
    pub(super) fn tell(
        &mut self,
        path: &Path,
        text: &str,
        problems: &[Problem],
        out: &mut impl Write,
    ) -> io::Result<()> {
        if let Self::Sarif(sarif) = self {
            sarif.found(path, problems);
            return Ok(());
        }
        let source = Source::new(&path.to_string_lossy(), text);
        for problem in problems {
            match self {
                Self::Text(look) => writeln!(out, "{}\n", source.show(problem, *look))?,
                _ => writeln!(out, "{}", source.json(problem))?,
            }
        }
        Ok(())
    }

    /// Something could not be read, which was said on standard error.
    pub(super) fn unread(&mut self, path: &Path, message: &str) {
        if let Self::Sarif(sarif) = self {
            sarif.unread(path, message);
        }
    }

    /// What comes after everything.
    pub(super) fn end(&self, tally: &Tally, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Text(_) => writeln!(out, "{}", tally.summary()),
            Self::Json => Ok(()),
            Self::Sarif(sarif) => writeln!(out, "{}", sarif.log()),
        }
    }
}

/// Lists the rules. There is no SARIF without a file: its log carries them anyway, and is told without results.
pub(super) fn rules(format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Text => {
            let width = rules::ALL.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
            for (severity, head) in [
                (ProblemSeverity::Error, "Errors keep a runbook from being worked. They cannot be silenced."),
                (
                    ProblemSeverity::Warning,
                    "Warnings are silenced by `allow: [{ rule: NAME, because: ... }]` in the runbook.",
                ),
            ] {
                let gap = if severity == ProblemSeverity::Error { "" } else { "\n" };
                writeln!(out, "{gap}{head}\n")?;
                for rule in rules::ALL.iter().filter(|rule| rule.severity == severity) {
                    writeln!(out, "  {:width$}  {}", rule.name, rule.doc)?;
                }
            }
            Ok(())
        }
        Format::Json => {
            for rule in rules::ALL {
                let silenced = rule.severity == ProblemSeverity::Warning;
                let object = serde_json::json!({
                    "rule": rule.name, "severity": rule.severity, "doc": rule.doc, "can_be_silenced": silenced,
                });
                writeln!(out, "{}", json_line(&object))?;
            }
            Ok(())
        }
        Format::Sarif => writeln!(out, "{}", Sarif::default().log()),
    }
}
