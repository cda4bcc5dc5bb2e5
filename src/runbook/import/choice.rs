//! Ways to choose from: sections called "Option A", "Method 2" are no sequence, so a decision leads to one of them and past the others.

use super::build::Builder;
use super::draft::{Does, Step};
use super::heading::Sort;
use super::section::Section;
use super::words::Words;
use crate::runbook::model::PhaseName;

static OPTION: Words = Words::new(
    r"(?i)^(option|opci[oó]n|opção|method|methode|método|méthode|approach|alternative|alternativa|variante?|way|strategy|strategie|möglichkeit|solution|scenario|szenario|case|fall)\s*(\d{1,2}|[a-h]|[ivx]+)\b|^(alternative|option)\s*[:–-]",
);

/// A way that was written, to be led past the others behind it.
#[derive(Debug)]
pub(super) struct Past {
    phase: PhaseName,
    /// Its last step.
    last: usize,
    /// Where the ways end.
    end: usize,
}

impl Builder {
    /// Takes all sections in.
    pub(super) fn sections(&mut self, sections: &[Section]) {
        let mut at = 0;
        while let Some(section) = sections.get(at) {
            let ways = ways(sections, at);
            match section.sort {
                Some(Sort::Phase(phase)) if ways.len() > 2 => {
                    self.decision(sections, &ways, phase);
                    at = ways.last().copied().unwrap_or(at + 1);
                }
                _ => {
                    self.section(section);
                    at += 1;
                }
            }
        }
    }

    /// A question, and the ways below it. `ways` are their sections, and the one behind them.
    fn decision(&mut self, sections: &[Section], ways: &[usize], phase: PhaseName) {
        let Some(first) = ways.first().and_then(|first| sections.get(*first)) else { return };
        self.draft.note(first.line, "ways to choose from became a decision");
        let asked = self.draft.steps(phase).len();
        let question = Step {
            title: "Which way?".to_owned(),
            does: Does::Ask("Which way?".to_owned(), Vec::new()),
            ..Step::default()
        };
        self.push(phase, question);
        let mut options = Vec::new();
        let mut lasts = Vec::new();
        for pair in ways.windows(2) {
            let before = self.draft.steps(phase).len();
            for section in sections.get(pair[0]..pair[1]).unwrap_or_default() {
                self.section(section);
            }
            let steps = self.draft.steps(phase);
            let title = sections.get(pair[0]).map(|section| section.title.clone()).unwrap_or_default();
            options.push((super::title::line(&title), steps.get(before).map(|step| step.id.clone())));
            lasts.push((steps.len() > before).then(|| steps.len() - 1));
        }
        let end = self.draft.steps(phase).len();
        if let Some(Step { does: Does::Ask(_, own), .. }) = self.draft.steps_mut(phase).get_mut(asked) {
            *own = options;
        }
        lasts.pop();
        self.past.extend(lasts.into_iter().flatten().map(|last| Past { phase, last, end }));
    }

    /// Leads each way past the others, now that what comes after them is there.
    pub(super) fn lead_past(&mut self) {
        for past in std::mem::take(&mut self.past) {
            let next = self.draft.steps(past.phase).get(past.end).map(|step| step.id.clone());
            let after = match past.phase {
                PhaseName::Diagnose => [PhaseName::Fix, PhaseName::Verify].as_slice(),
                PhaseName::Revert | PhaseName::Fix => &[PhaseName::Verify],
                PhaseName::Verify => &[],
            };
            let phase = after.iter().find(|phase| !self.draft.steps(**phase).is_empty());
            let lead =
                next.or_else(|| phase.map(|phase| phase.as_str().to_owned())).unwrap_or_else(|| "stop".to_owned());
            if let Some(step) = self.draft.steps_mut(past.phase).get_mut(past.last) {
                step.on_pass = Some(lead);
            }
        }
    }
}

/// The ways that begin at a section: their sections, and the one behind the last. Fewer than three where there is nothing to choose.
fn ways(sections: &[Section], at: usize) -> Vec<usize> {
    let level = sections[at].level;
    let mut ways = Vec::new();
    if !OPTION.found(&sections[at].title) || level == 0 {
        return ways;
    }
    for (index, section) in sections.iter().enumerate().skip(at) {
        let deeper = section.level > level;
        if deeper {
            continue;
        }
        ways.push(index);
        if section.level < level || !OPTION.found(&section.title) || section.sort != sections[at].sort {
            return ways;
        }
    }
    ways.push(sections.len());
    ways
}
