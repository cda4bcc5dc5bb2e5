//! The judge: a run's output and exit held against what the step expects.
//!
//! Lines come in as they are read, so that ten gigabytes are judged in the memory of one line. Patterns are held against one line
//! at a time: `^` and `$` are the ends of a line.

use crate::runbook::{ExitRule, Expect, Guard, Mode, Pattern, Runbook, Sign, VarName};
use crate::session::event::Verdict;
use crate::session::exit::{seconds, signal_name};
use crate::session::run::{Exit, Purpose, RunEnd, Stopped};

/// The longest text kept whole, in bytes: for `equals` and for a variable's `from`.
pub const TEXT_LIMIT: usize = 64 * 1024;
/// The longest line quoted in the record, in characters.
pub const QUOTE_LIMIT: usize = 400;

/// What a run's output and exit say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Held against `expect`.
    pub verdict: Verdict,
    /// Signs seen.
    pub signs: Vec<SignFound>,
    /// Captured values; none where the pattern found nothing.
    pub captures: Vec<(VarName, Option<String>)>,
    /// The whole text, trimmed, for a variable's `from` (at most 64 KiB; none where it was longer).
    pub text: Option<String>,
}

impl Judgement {
    /// A verdict and nothing else.
    #[must_use]
    pub fn of(verdict: Verdict) -> Self {
        Self { verdict, signs: Vec::new(), captures: Vec::new(), text: None }
    }
}

/// A sign found in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignFound {
    /// Which of the step's signs, from 0.
    pub sign: u32,
    /// In which line, from 1.
    pub line: u64,
    /// That line, cut to 400 characters.
    pub text: String,
    /// Its named groups.
    pub groups: Vec<(VarName, String)>,
}

/// Reads a run's lines and says in the end what they mean.
#[derive(Debug)]
pub struct Judge {
    expect: Expect,
    follows: bool,
    /// The output is a variable's value.
    is_value: bool,
    signs: Vec<(Sign, Option<SignFound>)>,
    captures: Vec<(VarName, Pattern, Option<String>)>,
    matched: bool,
    intruder: Option<String>,
    last: String,
    text: Option<String>,
    /// Bytes of the output that were never seen.
    missed: u64,
}

impl Judge {
    /// A judge for a run of this purpose.
    #[must_use]
    pub fn new(runbook: Option<&Runbook>, purpose: &Purpose) -> Self {
        let mut judge = Self {
            expect: Expect::default(),
            follows: false,
            is_value: matches!(purpose, Purpose::Variable { .. } | Purpose::Inventory { .. }),
            signs: Vec::new(),
            captures: Vec::new(),
            matched: false,
            intruder: None,
            last: String::new(),
            text: Some(String::new()),
            missed: 0,
        };
        let step_of = |id: &str| runbook.and_then(|runbook| runbook.step(id)).map(|(_, step)| step);
        match purpose {
            Purpose::Step { step, .. } => {
                if let Some(step) = step_of(step) {
                    judge.expect = step.expect.clone();
                    judge.follows = step.command().is_some_and(|command| command.mode == Mode::Follow);
                    judge.signs = step.signs.iter().map(|sign| (sign.clone(), None)).collect();
                    judge.captures =
                        step.capture.iter().map(|(name, pattern)| (name.clone(), pattern.clone(), None)).collect();
                }
            }
            Purpose::Guard { step, index } => {
                let own = runbook.map_or(&[][..], |runbook| &runbook.require);
                let guard: Option<&Guard> = step_of(step).and_then(|step| {
                    own.iter().chain(&step.require).nth(usize::try_from(*index).unwrap_or(usize::MAX))
                });
                judge.expect.matches = guard.and_then(|guard| guard.matches.clone());
            }
            Purpose::Undo { .. }
            | Purpose::Probe { .. }
            | Purpose::Variable { .. }
            | Purpose::Inventory { .. }
            | Purpose::AdHoc
            | Purpose::Shell => {}
        }
        judge
    }

    /// Whether what the output says counts for anything: where it does not, its lines need not be read.
    #[must_use]
    pub fn reads(&self) -> bool {
        let Expect { matches, absent, equals, .. } = &self.expect;
        matches.is_some()
            || absent.is_some()
            || equals.is_some()
            || !self.signs.is_empty()
            || !self.captures.is_empty()
            || self.is_value
    }

    /// One line of the output, without its escapes and line end; numbers count from 1.
    pub fn line(&mut self, number: u64, line: &str) {
        if let Some(pattern) = &self.expect.matches {
            self.matched = self.matched || pattern.regex().is_match(line);
        }
        if self.intruder.is_none() && self.expect.absent.as_ref().is_some_and(|absent| absent.regex().is_match(line)) {
            self.intruder = Some(quote(line));
        }
        for (place, (sign, found)) in self.signs.iter_mut().enumerate() {
            if found.is_some() {
                continue;
            }
            if let Some(groups) = sign.matches.regex().captures(line) {
                let names = sign.matches.regex().capture_names().flatten();
                let groups = names
                    .filter_map(|name| groups.name(name).map(|group| (name.to_owned(), group.as_str().to_owned())))
                    .collect();
                let sign = u32::try_from(place).unwrap_or(u32::MAX);
                *found = Some(SignFound { sign, line: number, text: quote(line), groups });
            }
        }
        for (_, pattern, value) in &mut self.captures {
            if value.is_none() {
                *value = pattern
                    .regex()
                    .captures(line)
                    .and_then(|groups| groups.get(1).or_else(|| groups.get(0)))
                    .map(|group| group.as_str().to_owned());
            }
        }
        if !line.trim().is_empty() {
            self.last = quote(line.trim());
        }
        match &mut self.text {
            Some(text) if text.len() + line.len() < TEXT_LIMIT => {
                if number > 1 {
                    text.push('\n');
                }
                text.push_str(line);
            }
            text => *text = None,
        }
    }

    /// So many bytes of the output are not to be had any more. Those the record knows it did not keep are known without this.
    pub fn missed(&mut self, bytes: u64) {
        self.missed += bytes;
    }

    /// The end: what it all means.
    #[must_use]
    pub fn finish(self, end: &RunEnd) -> Judgement {
        let verdict = self.verdict(end);
        let text = self.text.map(|text| text.trim().to_owned());
        Judgement {
            verdict,
            signs: self.signs.into_iter().filter_map(|(_, found)| found).collect(),
            captures: self.captures.into_iter().map(|(name, _, value)| (name, value)).collect(),
            text,
        }
    }

    fn verdict(&self, end: &RunEnd) -> Verdict {
        let mut reasons = Vec::new();
        // A follow run goes on until it is stopped: being stopped is its healthy end.
        let stopped = end.stopped == Some(Stopped::Operator);
        if stopped && !self.follows {
            return Verdict::Stopped;
        }
        match (&end.exit, end.stopped) {
            (Exit::Unknown, _) => return Verdict::Unknown,
            (Exit::NotStarted(why), _) => return Verdict::Unhealthy(vec![format!("could not be started: {why}")]),
            (_, Some(Stopped::Timeout)) => {
                reasons.push(format!("timed out after {}", seconds(end.took_ms)));
            }
            (_, Some(Stopped::Operator)) => {}
            (exit, None) => reasons.extend(exit_reason(&self.expect.exit, exit)),
        }
        if let Some(pattern) = self.expect.matches.as_ref().filter(|_| !self.matched) {
            let saw = if self.last.is_empty() { "no output".to_owned() } else { self.last.clone() };
            reasons.push(format!("expected {}, saw {saw}", pattern.as_str()));
        }
        if let (Some(pattern), Some(line)) = (&self.expect.absent, &self.intruder) {
            reasons.push(format!("expected no {}, saw {}", pattern.as_str(), line.trim()));
        }
        let missed = self.missed + end.dropped;
        let wanted = self.expect.absent.as_ref().map(Pattern::as_str).filter(|_| self.intruder.is_none());
        if let Some(wanted) = wanted.or(self.expect.equals.as_deref()).filter(|_| missed > 0) {
            let wanted = quote(wanted);
            reasons
                .push(format!("{missed} bytes of its output were not kept: whether {wanted} is in them is not known"));
        }
        if let Some(wanted) = &self.expect.equals {
            match &self.text {
                Some(text) if text.trim() == wanted.trim() => {}
                Some(text) => reasons.push(format!("expected exactly {}, saw {}", quote(wanted), quote(text.trim()))),
                None => reasons.push(format!("expected exactly {}, saw more than 64 KiB", quote(wanted))),
            }
        }
        if reasons.is_empty() { Verdict::Healthy } else { Verdict::Unhealthy(reasons) }
    }
}

fn exit_reason(rule: &ExitRule, exit: &Exit) -> Option<String> {
    let wanted = match rule {
        ExitRule::Any => return None,
        ExitRule::Codes(codes) => codes,
    };
    let saw = match exit {
        Exit::Code(code) if wanted.contains(code) => return None,
        Exit::Code(code) => format!("{code}"),
        Exit::Signal(signal) => signal_name(*signal),
        Exit::NotStarted(_) | Exit::Unknown => return None,
    };
    let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    Some(format!("expected exit {}, got {saw}", wanted.join(" or ")))
}

/// A line as it is quoted in the record.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_LIMIT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(exit: Exit) -> RunEnd {
        RunEnd {
            exit,
            stopped: None,
            took_ms: 400,
            bytes: 0,
            lines: 0,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        }
    }

    fn judge(expect: Expect) -> Judge {
        Judge { expect, ..Judge::new(None, &Purpose::AdHoc) }
    }

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text).unwrap()
    }

    fn lines(mut judge: Judge, lines: &[&str]) -> Judge {
        for (number, line) in (1..).zip(lines) {
            judge.line(number, line);
        }
        judge
    }

    #[test]
    fn exit_status_alone_is_not_truth() {
        let judge = lines(judge(Expect { matches: Some(pattern("^2")), ..Expect::default() }), &["500"]);
        let verdict = judge.finish(&end(Exit::Code(0))).verdict;
        assert_eq!(verdict, Verdict::Unhealthy(vec!["expected ^2, saw 500".to_owned()]));
    }

    #[test]
    fn what_was_not_seen_cannot_be_absent() {
        let expect = || Expect { absent: Some(pattern("ERROR")), ..Expect::default() };
        let full = RunEnd { dropped: 12, ..end(Exit::Code(0)) };
        let reason = "12 bytes of its output were not kept: whether ERROR is in them is not known".to_owned();
        let dropped = lines(judge(expect()), &["fine"]).finish(&full).verdict;
        assert_eq!(dropped, Verdict::Unhealthy(vec![reason.clone()]));
        let mut unread = lines(judge(expect()), &["fine"]);
        unread.missed(12);
        assert_eq!(unread.finish(&end(Exit::Code(0))).verdict, Verdict::Unhealthy(vec![reason]));
        // Where the exit status is all that counts, or what was wanted was seen, nothing is missing.
        assert_eq!(judge(Expect::default()).finish(&full).verdict, Verdict::Healthy);
        let seen = judge(Expect { matches: Some(pattern("fine")), ..Expect::default() });
        assert_eq!(lines(seen, &["fine"]).finish(&full).verdict, Verdict::Healthy);
    }

    #[test]
    fn anchors_are_the_ends_of_a_line() {
        let judge =
            lines(judge(Expect { absent: Some(pattern(r"^\s*down")), ..Expect::default() }), &["up", "  down  1"]);
        let verdict = judge.finish(&end(Exit::Code(0))).verdict;
        assert_eq!(verdict, Verdict::Unhealthy(vec![r"expected no ^\s*down, saw down  1".to_owned()]));
    }

    #[test]
    fn every_reason_is_given() {
        let expect = Expect { matches: Some(pattern("ok")), equals: Some("ok".to_owned()), ..Expect::default() };
        let verdict = lines(judge(expect), &[]).finish(&end(Exit::Signal(9))).verdict;
        let Verdict::Unhealthy(reasons) = verdict else { panic!("{verdict:?}") };
        assert_eq!(reasons.len(), 3, "{reasons:?}");
        assert_eq!(reasons[0], "expected exit 0, got SIGKILL");
    }

    #[test]
    fn a_timeout_is_said_as_one_and_not_as_a_signal() {
        let end = RunEnd { stopped: Some(Stopped::Timeout), took_ms: 30_000, ..end(Exit::Signal(15)) };
        let verdict = judge(Expect::default()).finish(&end).verdict;
        assert_eq!(verdict, Verdict::Unhealthy(vec!["timed out after 30 s".to_owned()]));
    }

    #[test]
    fn a_stopped_run_is_not_judged_but_a_stopped_follow_run_is_healthy() {
        let end = RunEnd { stopped: Some(Stopped::Operator), ..end(Exit::Signal(15)) };
        assert_eq!(judge(Expect::default()).finish(&end).verdict, Verdict::Stopped);
        let follow = Judge { follows: true, ..judge(Expect::default()) };
        assert_eq!(follow.finish(&end).verdict, Verdict::Healthy);
    }

    #[test]
    fn captures_take_the_first_match_and_group_one() {
        let mut judge = judge(Expect::default());
        judge.captures = vec![("N".into(), Pattern::new(r"id=(\d+)").unwrap(), None)];
        let judgement = lines(judge, &["none", "id=7 id=8", "id=9"]).finish(&end(Exit::Code(0)));
        assert_eq!(judgement.captures, [("N".to_owned(), Some("7".to_owned()))]);
    }

    #[test]
    fn a_text_over_the_limit_is_not_kept() {
        let line = "x".repeat(1000);
        let many: Vec<&str> = std::iter::repeat_n(line.as_str(), 70).collect();
        let judgement = lines(judge(Expect::default()), &many).finish(&end(Exit::Code(0)));
        assert_eq!(judgement.text, None);
    }
}
