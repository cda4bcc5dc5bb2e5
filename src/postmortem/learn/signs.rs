//! Findings that were confirmed, and the lines that showed them.

use std::collections::{BTreeMap, BTreeSet};

use crate::postmortem::history::{History, step_of};
use crate::runbook::StepId;
use crate::runbook::learn::{Edit, Lesson, NewSign};
use crate::session::event::Event;
use crate::session::run::{Purpose, RunNo};

/// Lines that were pinned, and what of them became signs.
pub(super) struct Signs {
    pinned: BTreeSet<RunNo>,
    /// By the run that the line is of; the step whose run it is, where it is one's.
    found: BTreeMap<RunNo, (Option<StepId>, Vec<NewSign>)>,
    told: Vec<Lesson>,
}

impl Signs {
    /// For every confirmed finding that no sign told: the line that was pinned last before it was confirmed.
    pub(super) fn new(history: &History) -> Self {
        let pins: Vec<(u64, RunNo, &str)> = history
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::Pinned { run, text, .. } => Some((entry.seq, *run, text.as_str())),
                _ => None,
            })
            .collect();
        let mut signs =
            Self { pinned: pins.iter().map(|pin| pin.1).collect(), found: BTreeMap::new(), told: Vec::new() };
        let mut used = BTreeSet::new();
        for finding in history.state.findings.iter().filter(|finding| finding.run.is_none()) {
            let Some(settled) = finding.settled.last().filter(|settled| settled.confirmed) else { continue };
            let before = pins.iter().rfind(|(seq, run, text)| {
                *seq < settled.at.1 && !used.contains(seq) && pattern(text).is_some() && belongs(history, *run)
            });
            let Some((seq, run, text)) = before else {
                let because = format!("\"{}\" was confirmed, but no line was pinned that shows it", finding.text);
                signs.told.push(Lesson { edit: Edit::Nothing, because });
                continue;
            };
            used.insert(*seq);
            let step = history.run(*run).and_then(|run| step_of(&run.started.purpose)).cloned();
            let sign = NewSign {
                pattern: pattern(text).unwrap_or_default(),
                // In prose a dollar sign shows a value.
                finding: finding.text.replace('$', "$$"),
            };
            signs.found.entry(*run).or_insert((step, Vec::new())).1.push(sign);
        }
        signs
    }

    /// Whether lines of a run's output were pinned.
    pub(super) fn is_pinned(&self, run: RunNo) -> bool {
        self.pinned.contains(&run)
    }

    /// The signs of a run that becomes a step itself.
    pub(super) fn of(&mut self, run: RunNo) -> Vec<NewSign> {
        self.found.remove(&run).map(|(_, signs)| signs).unwrap_or_default()
    }

    /// Those of steps that the runbook has, and what could not be made a sign.
    pub(super) fn rest(self) -> Vec<Lesson> {
        let lesson = |(step, sign): (Option<StepId>, NewSign)| {
            match step {
            Some(step) => Lesson {
                because: "a finding that was confirmed, shown by a line that was pinned; make the pattern as wide as it should be"
                    .to_owned(),
                edit: Edit::Sign { step, sign },
            },
            None => Lesson {
                because: format!("\"{}\" was confirmed by the output of a command that no step runs", sign.finding),
                edit: Edit::Nothing,
            },
        }
        };
        let found = self.found.into_values();
        let found = found.flat_map(|(step, signs)| signs.into_iter().map(move |sign| (step.clone(), sign)));
        found.map(lesson).chain(self.told).collect()
    }
}

/// Whether a run's output can have a sign: a step's own, or a command that may become one.
fn belongs(history: &History, run: RunNo) -> bool {
    let purpose = history.run(run).map(|run| &run.started.purpose);
    matches!(purpose, Some(Purpose::Step { .. } | Purpose::AdHoc | Purpose::Shell))
}

/// The pattern of the first pinned line that says something, without the time it begins with; none where there is none.
fn pattern(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = without_time(line);
    (!line.is_empty()).then(|| regex_syntax::escape(line))
}

/// A line without a time at its beginning, as logs have it: the next incident has another.
fn without_time(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | ',' | '+' | '/'));
    let rest = rest.strip_prefix(['T', ' ']).unwrap_or(rest);
    let again = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | '+' | '-'));
    let cut = line.len() - again.len();
    // A time has digits and a colon; a number alone may be what matters.
    if line[..cut].contains(':') && line[..cut].bytes().filter(u8::is_ascii_digit).count() >= 4 {
        again.trim_start_matches(['Z', ' ']).trim_start_matches("UTC").trim_start()
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_the_line_without_its_time() {
        for (line, wanted) in [
            ("2022-04-30 19:33:40.123 UTC [12] ERROR: x (y)", r"\[12\] ERROR: x \(y\)"),
            ("2022-04-30T19:33:40Z failed", "failed"),
            ("19:33 failed", "failed"),
            ("  404 not found", "404 not found"),
            ("12 rows", "12 rows"),
            ("::1 refused", "::1 refused"),
        ] {
            assert_eq!(pattern(line).as_deref(), Some(wanted), "{line}");
        }
        assert_eq!(pattern(" \n"), None);
    }
}
