//! What an import makes of its source, before it is written as YAML.

use std::collections::{HashMap, HashSet};

use crate::runbook::model::PhaseName;
use crate::runbook::names::{RESERVED_IDS, slug};

/// Something that a person must decide, or should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The line of the source, from 1; 0 where it is about the whole.
    pub line: usize,
    /// What became of it, in a sentence without its stop.
    pub what: String,
    /// The words of the source it is about, where they stand nowhere in the result.
    pub source: Option<String>,
}

/// A runbook in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) summary: Vec<String>,
    pub(super) symptoms: Vec<String>,
    pub(super) severity: Option<String>,
    pub(super) reviewed: Option<String>,
    pub(super) services: Vec<String>,
    pub(super) alerts: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) links: Vec<(String, String)>,
    pub(super) vars: Vec<Var>,
    pub(super) diagnose: Vec<Step>,
    pub(super) revert: Vec<Step>,
    pub(super) fix: Vec<Step>,
    pub(super) verify: Vec<Step>,
    pub(super) notes: Vec<Note>,
}

/// A variable made of a placeholder, or of one that the environment was to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Var {
    pub(super) name: String,
    /// As the source writes it.
    pub(super) written: String,
    pub(super) choices: Vec<String>,
    pub(super) secret: bool,
}

/// A step in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) title: String,
    /// Markdown.
    pub(super) text: String,
    pub(super) does: Does,
    pub(super) mode: Option<&'static str>,
    pub(super) bash: bool,
    pub(super) user: Option<String>,
    pub(super) effect: Option<&'static str>,
    pub(super) verify: Vec<String>,
    pub(super) on_pass: Option<String>,
    /// Its line in the source.
    pub(super) line: usize,
    /// Its text holds what is to be typed somewhere.
    pub(super) typed: bool,
    /// A failing command ends it.
    pub(super) strict: bool,
    /// Written above the step.
    pub(super) comments: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Default)]
pub(super) enum Does {
    /// Done by hand.
    #[default]
    Hand,
    /// Commands, each of one line or several.
    Run(Vec<String>),
    /// A question with its answers, each with where it leads.
    Ask(String, Vec<(String, Option<String>)>),
}

impl Draft {
    /// The steps of a phase.
    pub(super) fn steps(&self, phase: PhaseName) -> &[Step] {
        match phase {
            PhaseName::Diagnose => &self.diagnose,
            PhaseName::Revert => &self.revert,
            PhaseName::Fix => &self.fix,
            PhaseName::Verify => &self.verify,
        }
    }

    /// The steps of a phase, to be added to.
    pub(super) fn steps_mut(&mut self, phase: PhaseName) -> &mut Vec<Step> {
        match phase {
            PhaseName::Diagnose => &mut self.diagnose,
            PhaseName::Revert => &mut self.revert,
            PhaseName::Fix => &mut self.fix,
            PhaseName::Verify => &mut self.verify,
        }
    }

    /// Every step.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        self.diagnose.iter_mut().chain(&mut self.revert).chain(&mut self.fix).chain(&mut self.verify)
    }

    /// Notes something about a line of the source.
    pub(super) fn note(&mut self, line: usize, what: impl Into<String>) {
        self.notes.push(Note { line, what: what.into(), source: None });
    }

    /// Notes that a command of the source stands nowhere in the result.
    pub(super) fn left_out(&mut self, line: usize, what: impl Into<String>, source: &str) {
        self.notes.push(Note { line, what: what.into(), source: Some(source.trim().to_owned()) });
    }
}

/// Ids that are taken.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// The last number given to ids that begin alike.
    numbers: HashMap<String, usize>,
}

impl Ids {
    /// An id for a step with this title: short, and no other step's.
    pub(super) fn take(&mut self, title: &str, phase: PhaseName) -> String {
        const LONG: usize = 40;
        let mut id = slug(&latin(title));
        if id.len() > LONG {
            let cut = id.get(..LONG).and_then(|head| head.rfind('-')).filter(|at| *at > 8).unwrap_or(LONG);
            id.truncate(cut);
        }
        if id.is_empty() || RESERVED_IDS.contains(&id.as_str()) {
            id = if id.is_empty() { phase.as_str().to_owned() + "-1" } else { id + "-1" };
        }
        let stem = id.trim_end_matches("-1").to_owned();
        while !self.taken.insert(id.clone()) {
            let number = self.numbers.entry(stem.clone()).or_insert(1);
            *number += 1;
            id = format!("{stem}-{number}");
        }
        id
    }
}

/// Letters with signs as letters without, so that an id stays readable.
fn latin(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for c in title.to_lowercase().chars() {
        let plain = match c {
            'ä' => "ae",
            'ö' | 'œ' => "oe",
            'ü' => "ue",
            'ß' => "ss",
            'á' | 'à' | 'â' | 'ã' | 'å' => "a",
            'é' | 'è' | 'ê' | 'ë' => "e",
            'í' | 'ì' | 'î' | 'ï' => "i",
            'ó' | 'ò' | 'ô' | 'õ' => "o",
            'ú' | 'ù' | 'û' => "u",
            'ç' => "c",
            'ñ' => "n",
            c => {
                out.push(c);
                continue;
            }
        };
        out.push_str(plain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_unique_and_no_words_of_the_format() {
        let mut ids = Ids::default();
        let mut take = |title: &str| ids.take(title, PhaseName::Fix);
        assert_eq!(take("Restart"), "restart");
        assert_eq!(take("Restart!"), "restart-2");
        assert_eq!(take("Fix"), "fix-1");
        assert_eq!(take("数据库"), "fix-2");
        assert_eq!(take("Status prüfen"), "status-pruefen");
        assert_eq!(
            take("Check the deployment details for issues such as crashing"),
            "check-the-deployment-details-for-issues"
        );
    }
}
