//! The flags of a run that is followed: each pattern's first match is put on the timeline, all of them are counted.

use super::judge::quote;
use super::run::Purpose;
use crate::runbook::{Mode, Pattern, Runbook};

/// The first match of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagFound {
    /// Which of the step's flags, from 0.
    pub flag: u32,
    /// In which line, from 1.
    pub line: u64,
    /// That line, cut to 400 characters.
    pub text: String,
}

/// Counts the lines of a run that match its flags.
#[derive(Debug, Default)]
pub struct Flags {
    of: Vec<(Pattern, u64)>,
}

impl Flags {
    /// Those of the run's step, where it is followed; none for any other run.
    #[must_use]
    pub fn new(runbook: Option<&Runbook>, purpose: &Purpose) -> Self {
        let Purpose::Step { step, .. } = purpose else { return Self::default() };
        let step = runbook.and_then(|runbook| runbook.step(step)).map(|(_, step)| step);
        let command = step.and_then(|step| step.command()).filter(|command| command.mode == Mode::Follow);
        let flags = command.map_or(&[][..], |command| &command.flags);
        Self { of: flags.iter().map(|flag| (flag.matches.clone(), 0)).collect() }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// One line of the output, without its escapes and line end; numbers count from 1. Gives the flags whose first match it is.
    pub fn line(&mut self, number: u64, line: &str) -> Vec<FlagFound> {
        let mut found = Vec::new();
        for (flag, (pattern, count)) in (0..).zip(&mut self.of) {
            if pattern.regex().is_match(line) {
                *count += 1;
                if *count == 1 {
                    found.push(FlagFound { flag, line: number, text: quote(line.trim_end()) });
                }
            }
        }
        found
    }

    /// Lines that matched so far, for each flag.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.of.iter().map(|(_, count)| *count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(patterns: &[&str]) -> Flags {
        Flags { of: patterns.iter().map(|pattern| (Pattern::new(pattern).unwrap(), 0)).collect() }
    }

    #[test]
    fn the_first_match_of_each_flag_is_given_and_all_are_counted() {
        let mut flags = flags(&["5..$", "timeout"]);
        assert!(flags.line(1, "GET / 200").is_empty());
        let first = flags.line(2, "timeout 504");
        let found = |flag| FlagFound { flag, line: 2, text: "timeout 504".to_owned() };
        assert_eq!(first, [found(0), found(1)]);
        assert!(flags.line(3, "GET / 500").is_empty());
        assert_eq!(flags.counts(), [2, 1]);
    }
}
