//! What comes from the shell's terminal, held against what the shell said would run: where each command's output begins and ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::asks::{Ask, Id};
use crate::runner::supervisor::clock::boot_ms;
use crate::runner::supervisor::recording::{Recording, Source, Tally};
use crate::session::run::{Exit, RunEnd, RunNo};
use crate::session::shell;
use crate::text::redact::Secrets;

/// Something for the thread that records.
pub(super) enum Job {
    /// A command is about to run.
    Asked(Ask),
    /// It is over.
    Ended(RunNo, Box<RunEnd>),
    /// The operator had one run that could not be recorded.
    Free(Id),
    /// So many ran of which nothing was told.
    Missed(u64),
    /// No more.
    Quit,
}

/// A command that is recorded as begun.
pub(super) struct Begun {
    pub(super) run: RunNo,
    /// None where its output cannot be kept.
    pub(super) recording: Option<Recording>,
    /// When, by the clock for durations, in milliseconds.
    pub(super) at: u64,
}

/// Shared by the thread that carries the output and the one that records.
pub(super) struct Tape {
    inner: Mutex<Inner>,
    jobs: Sender<Job>,
}

struct Inner {
    size: (u16, u16),
    /// Recorded, and not seen to begin on the terminal yet.
    prepared: BTreeMap<Id, Begun>,
    current: Option<Begun>,
    /// Seen to begin without a record: the shell did not wait for it.
    ahead: BTreeSet<Id>,
    /// How many commands the shell had run at the last prompt, where it counts them, and how many began since.
    counted: Option<u64>,
    begun: u64,
    hooked: bool,
    /// All that is not to be written, where that became more since the shell began.
    hidden: Option<Secrets>,
    /// What is to be said before the next prompt.
    notices: Vec<String>,
}

impl Inner {
    /// What follows is the output of this command.
    fn begin(&mut self, id: Id) {
        self.begun += 1;
        let Some(mut begun) = self.prepared.remove(&id) else {
            self.ahead.insert(id);
            return;
        };
        if let Some(recording) = &mut begun.recording {
            recording.resized(self.size.0, self.size.1);
            // It may have been prepared before something was typed unseen.
            if let Some(secrets) = &self.hidden {
                recording.hide(secrets);
            }
        }
        self.current = Some(begun);
    }
}

impl Tape {
    pub(super) fn new(size: (u16, u16), jobs: Sender<Job>) -> Self {
        let inner = Inner {
            size,
            prepared: BTreeMap::new(),
            current: None,
            ahead: BTreeSet::new(),
            counted: None,
            begun: 0,
            hooked: false,
            hidden: None,
            notices: Vec::new(),
        };
        Self { inner: Mutex::new(inner), jobs }
    }

    /// The terminal's columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.lock().size
    }

    /// Whether the shell was heard of.
    pub(super) fn is_hooked(&self) -> bool {
        self.lock().hooked
    }

    /// Something is to be said before the next prompt.
    pub(super) fn notice(&self, what: String) {
        self.lock().notices.push(what);
    }

    /// The terminal has another size.
    pub(super) fn resized(&self, columns: u16, rows: u16) {
        let mut inner = self.lock();
        inner.size = (columns, rows);
        if let Some(recording) = inner.current.as_mut().and_then(|current| current.recording.as_mut()) {
            recording.resized(columns, rows);
        }
    }

    /// These are not to be written from now on.
    pub(super) fn hide(&self, secrets: Secrets) {
        let mut inner = self.lock();
        if let Some(recording) = inner.current.as_mut().and_then(|current| current.recording.as_mut()) {
            recording.hide(&secrets);
        }
        inner.hidden = Some(secrets);
    }

    /// A command is on record: when the terminal shows that it begins, what follows is its output.
    pub(super) fn prepare(&self, id: Id, begun: Begun) {
        let mut inner = self.lock();
        if inner.ahead.remove(&id) {
            self.over(begun, Exit::Unknown);
        } else if let Some(old) = inner.prepared.insert(id, begun) {
            self.not_begun(old);
        }
    }

    /// The shell wrote this.
    pub(super) fn plain(&self, bytes: &[u8]) {
        let mut inner = self.lock();
        if let Some(recording) = inner.current.as_mut().and_then(|current| current.recording.as_mut()) {
            recording.push(Source::Terminal, bytes);
            let trouble = recording.trouble();
            inner.notices.extend(trouble);
        }
    }

    /// Nothing came for a while.
    pub(super) fn quiet(&self) {
        if let Some(recording) = self.lock().current.as_mut().and_then(|current| current.recording.as_mut()) {
            recording.quiet(Source::Terminal);
        }
    }

    /// A word of the hooks; gives what is to be said now.
    pub(super) fn word(&self, word: &[u8]) -> Vec<String> {
        let Ok(word) = std::str::from_utf8(word) else { return Vec::new() };
        let mut parts = word.split(';');
        let mut inner = self.lock();
        match (parts.next(), parts.next()) {
            (Some("begin"), Some(id)) => {
                // Lines that were pasted: the end of the one before is the beginning of the next.
                let status = parts.next().and_then(|status| status.parse().ok()).unwrap_or(0);
                if let Some(before) = inner.current.take() {
                    self.over(before, Exit::Code(status));
                }
                if let Some(id) = Id::parse(id) {
                    inner.begin(id);
                }
            }
            (Some("skip"), _) => inner.begun += 1,
            (Some("free"), Some(id)) => {
                if let Some(id) = Id::parse(id) {
                    self.tell(Job::Free(id));
                }
            }
            (Some("drop"), Some(id)) => {
                if let Some(begun) = Id::parse(id).and_then(|id| inner.prepared.remove(&id)) {
                    self.not_begun(begun);
                }
            }
            (Some("end"), Some(status)) => {
                let status = status.parse().unwrap_or(0);
                let mut number = || parts.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
                let (count, prompt) = (number(), number());
                self.end(&mut inner, status, count, prompt);
                return std::mem::take(&mut inner.notices);
            }
            _ => {}
        }
        Vec::new()
    }

    fn end(&self, inner: &mut Inner, status: i32, count: u64, prompt: u64) {
        inner.hooked = true;
        if let Some(current) = inner.current.take() {
            self.over(current, Exit::Code(status));
        }
        // Of an earlier prompt, and nothing of it ran: interrupted while it was being recorded.
        let later = inner.prepared.split_off(&Id { prompt: prompt + 1, number: 0 });
        for (_, begun) in std::mem::replace(&mut inner.prepared, later) {
            self.not_begun(begun);
        }
        let ran = inner.counted.map_or(0, |before| count.saturating_sub(before));
        let missed = ran.saturating_sub(inner.begun);
        if missed > 0 {
            inner.notices.push(format!(
                "{missed} of what was just typed ran unrecorded: the hook of this shell (PS0) was taken away; it is back now"
            ));
            self.tell(Job::Missed(missed));
        }
        inner.counted = Some(count);
        inner.begun = 0;
    }

    /// The shell itself has ended.
    pub(super) fn finish(&self, exit: &Exit) {
        let mut inner = self.lock();
        if let Some(current) = inner.current.take() {
            self.over(current, exit.clone());
        }
        for (_, begun) in std::mem::take(&mut inner.prepared) {
            self.not_begun(begun);
        }
    }

    fn not_begun(&self, begun: Begun) {
        self.over(begun, Exit::NotStarted("it was given up before it began".to_owned()));
    }

    fn over(&self, begun: Begun, exit: Exit) {
        let since = if matches!(exit, Exit::NotStarted(_)) { boot_ms() } else { begun.at };
        let Tally { bytes, lines, sha256, dropped, redacted, .. } =
            begun.recording.map(Recording::finish).unwrap_or_default();
        let end = RunEnd {
            stopped: shell::stopped(&exit),
            exit,
            took_ms: boot_ms().saturating_sub(since),
            bytes,
            lines,
            sha256,
            dropped,
            redacted,
            carried: false,
            left_behind: 0,
        };
        self.tell(Job::Ended(begun.run, Box::new(end)));
    }

    fn tell(&self, job: Job) {
        // Nobody is left to record anything where that thread is gone, and then it was told.
        drop(self.jobs.send(job));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn tape() -> (Tape, Receiver<Job>) {
        let (jobs, list) = channel();
        let tape = Tape::new((80, 24), jobs);
        tape.word(b"end;0;1;0");
        (tape, list)
    }

    fn id(prompt: u64, number: u64) -> Id {
        Id { prompt, number }
    }

    fn prepare(tape: &Tape, id: Id, run: u32) {
        tape.prepare(id, Begun { run: RunNo(run), recording: None, at: boot_ms() });
    }

    /// What was told since, in words.
    fn told(list: &Receiver<Job>) -> Vec<String> {
        let words = |job| match job {
            Job::Ended(run, end) => format!("{} {:?}", run.0, end.exit),
            Job::Free(id) => format!("free {id}"),
            Job::Missed(count) => format!("missed {count}"),
            Job::Asked(_) | Job::Quit => "other".to_owned(),
        };
        list.try_iter().map(words).collect()
    }

    const GIVEN_UP: &str = "NotStarted(\"it was given up before it began\")";

    #[test]
    fn a_command_ends_with_the_prompt_that_follows_it() {
        let (tape, list) = tape();
        prepare(&tape, id(1, 1), 7);
        for word in [&b"begin;1.1;0"[..], b"end;3;2;1", b"end;3;2;2", b"end;x", b"what", b"begin"] {
            assert_eq!(tape.word(word), Vec::<String>::new());
        }
        assert_eq!(told(&list), ["7 Code(3)"], "an empty line ends nothing");
    }

    #[test]
    fn lines_that_were_pasted_end_each_other() {
        let (tape, list) = tape();
        for (number, word) in [(1, &b"begin;1.1;0"[..]), (2, b"begin;1.2;5"), (3, b"begin;1.3;0")] {
            prepare(&tape, id(1, number), u32::try_from(number).unwrap());
            tape.word(word);
        }
        tape.word(b"end;9;4;1");
        assert_eq!(told(&list), ["1 Code(5)", "2 Code(0)", "3 Code(9)"]);
    }

    #[test]
    fn what_was_given_up_while_it_was_recorded_did_not_start_and_what_was_typed_ahead_still_may() {
        let (tape, list) = tape();
        prepare(&tape, id(1, 1), 1);
        prepare(&tape, id(2, 1), 2);
        tape.word(b"end;130;1;1");
        assert_eq!(told(&list), [format!("1 {GIVEN_UP}")]);
        prepare(&tape, id(3, 1), 3);
        tape.word(b"begin;2.1;0");
        tape.word(b"drop;3.1");
        assert_eq!(told(&list), [format!("3 {GIVEN_UP}")]);
        tape.finish(&Exit::Signal(1));
        assert_eq!(told(&list), ["2 Signal(1)"]);
    }

    #[test]
    fn a_command_that_did_not_wait_for_its_record_has_an_end_that_nobody_saw() {
        let (tape, list) = tape();
        tape.word(b"free;1.1");
        tape.word(b"begin;1.1;0");
        tape.word(b"end;0;2;1");
        prepare(&tape, id(1, 1), 4);
        assert_eq!(told(&list), ["free 1.1", "4 Unknown"]);
    }

    #[test]
    fn commands_that_the_shell_counts_and_did_not_tell_are_missed() {
        let (tape, list) = tape();
        tape.word(b"skip;1.1");
        assert_eq!(tape.word(b"end;0;2;1"), Vec::<String>::new(), "an exit that was refused");
        let said = tape.word(b"end;0;4;2");
        assert!(said[0].starts_with("2 of what was just typed ran unrecorded"), "{said:?}");
        assert_eq!(told(&list), ["missed 2"]);
        assert!(tape.word(b"end;0;0;3").is_empty(), "a zsh counts nothing");
    }
}
