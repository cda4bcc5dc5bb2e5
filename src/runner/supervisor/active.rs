//! The run under way, from its first process to its end.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::Builder;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpid, waitid};

use super::carry::Environment;
use super::clock::boot_ms;
use super::control::{Event, Parts};
use super::envelope::{Envelope, opening};
use super::keys::Keys;
use super::ladder::{Act, Ladder};
use super::launch::Launched;
use super::processes::{self, Process};
use super::recording::Source;
use super::relay::Relay;
use super::terminal::{mark, pump};
use crate::runbook::StopSignal;
use crate::runner::protocol::Notice;
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec};

/// How long after the shell's end its output may take to come through, in milliseconds. Only a child that floods takes any time.
const DRAIN_MS: u64 = 3000;
/// How often it is looked at first whether the rest of a stopped run is gone, in milliseconds.
const LOOK_MS: u64 = 20;
/// The longer that takes, the less often: after this part of the time gone by. A look reads of every process of the machine.
const LOOK_PART: u64 = 10;

/// The run under way.
pub(super) struct Active {
    run: RunNo,
    pid: Pid,
    handle: duct::Handle,
    began: u64,
    signal: StopSignal,
    grace_ms: u64,
    ladder: Ladder,
    /// Alive before it began: not its own.
    before: Vec<Process>,
    /// What was lent to it.
    pub(super) given: Environment,
    /// Its shell told its end state.
    pub(super) carried: bool,
    hidden: bool,
    /// It was told that keys were thrown away.
    pub(super) deaf: bool,
    exit: Option<(Exit, u64)>,
    /// Sources whose end was not seen yet.
    open: Vec<Source>,
    look_at: u64,
}

impl Active {
    /// For a command that exists.
    pub(super) fn begin(
        spec: &RunSpec,
        launched: Launched,
        given: Environment,
        before: Vec<Process>,
        parts: &Parts,
    ) -> io::Result<Self> {
        let Launched { handle, pid, pipe, source } = launched;
        let mut marks = vec![parts.terminal.marker()?];
        let mut open = vec![Source::Terminal];
        if let Some((read, end)) = pipe {
            let (sink, envelope, run) = (Arc::clone(&parts.sink), Envelope::new(&parts.nonce), spec.run);
            let relay = Relay::start("pipe read", read)?;
            Builder::new().name("pipe".to_owned()).spawn(move || pump(relay, &sink, envelope, source, Some(run)))?;
            marks.push(end);
            open.push(source);
        }
        let mut word = opening(&parts.nonce);
        word.extend_from_slice(format!("{};end\x07", spec.run.0).as_bytes());
        let (run, events) = (spec.run, parts.events.clone());
        Builder::new().name("wait".to_owned()).spawn(move || wait(pid, run, &events, &marks, &word))?;
        let began = boot_ms();
        Ok(Self {
            run,
            pid,
            handle,
            began,
            signal: spec.stop_signal,
            grace_ms: spec.stop_grace_ms,
            ladder: Ladder::new(spec.effect, spec.stop_signal, spec.stop_grace_ms, spec.timeout_ms, began),
            before,
            given,
            carried: false,
            hidden: false,
            deaf: false,
            exit: None,
            open,
            look_at: u64::MAX,
        })
    }

    /// Its number.
    pub(super) fn run(&self) -> RunNo {
        self.run
    }

    /// Its shell.
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What somebody who comes now must be told.
    pub(super) fn so_far(&self) -> Vec<Notice> {
        let others = u32::try_from(self.before.len()).unwrap_or(u32::MAX);
        let mut notices = vec![Notice::Started { run: self.run, pid: self.pid(), others }];
        notices.extend(self.hidden.then_some(Notice::Prompt { run: self.run, hidden: true }));
        notices
    }

    /// Its terminal hides what is typed, or not.
    pub(super) fn prompt(&mut self, hidden: bool) -> Option<Notice> {
        (std::mem::replace(&mut self.hidden, hidden) != hidden).then_some(Notice::Prompt { run: self.run, hidden })
    }

    /// It ends in the middle of asking.
    pub(super) fn prompt_over(&self) -> Option<Notice> {
        self.hidden.then_some(Notice::Prompt { run: self.run, hidden: false })
    }

    /// Its shell ended. It is a zombie until [`end`](Self::end), so that its number, which is its group's too, stays its own.
    pub(super) fn shell_ended(&mut self, exit: Exit, at: u64) {
        self.exit = Some((exit, at));
        self.look_at = 0;
    }

    /// Everything its shell wrote there was taken in.
    pub(super) fn drained(&mut self, source: Source) {
        self.open.retain(|open| *open != source);
    }

    /// The operator wants it stopped.
    pub(super) fn ask_to_stop(&mut self, force: bool, now: u64, keys: &Keys) -> Option<Notice> {
        let act = self.ladder.ask(force, now)?;
        Some(self.act(act, keys))
    }

    /// Time went by.
    pub(super) fn tick(&mut self, now: u64, keys: &Keys) -> Option<Notice> {
        if self.exit.is_some() && !self.ladder.is_climbing() {
            return None;
        }
        let act = self.ladder.tick(now)?;
        Some(self.act(act, keys))
    }

    /// When there is something to do without an event.
    pub(super) fn next(&self) -> Option<u64> {
        match &self.exit {
            Some((_, at)) if self.ladder.is_climbing() => {
                let drained = if self.open.is_empty() { 0 } else { at + DRAIN_MS };
                self.ladder.next().into_iter().chain([self.look_at.max(drained)]).min()
            }
            Some((_, at)) => Some(at + DRAIN_MS),
            None => self.ladder.next(),
        }
    }

    /// Whether it is over: the shell ended, its output is in, and where it is being stopped nothing of it is left that may still go.
    pub(super) fn is_over(&mut self, now: u64) -> bool {
        let Some((_, at)) = self.exit else { return false };
        if !self.open.is_empty() && now < at + DRAIN_MS {
            return false;
        }
        if !self.ladder.is_climbing() {
            return true;
        }
        if now < self.look_at {
            return false;
        }
        self.look_at = now + LOOK_MS.max(now.saturating_sub(at) / LOOK_PART);
        let left = self.own().into_iter().filter(is_in_session).collect::<Vec<_>>();
        if self.ladder.is_killing() {
            // Born while the others were killed.
            for process in &left {
                processes::signal_one(*process, Signal::KILL);
            }
        }
        left.is_empty()
    }

    /// What is known of its end, but for the output.
    pub(super) fn end(self) -> RunEnd {
        // The shell's status was seen already; this only reaps it. Then having no children is proof that nothing is left.
        drop(self.handle.wait());
        processes::reap_all();
        let left = self.own().len();
        let (exit, at) = self.exit.unwrap_or((Exit::Unknown, self.began));
        RunEnd {
            exit,
            stopped: self.ladder.why(),
            took_ms: at.saturating_sub(self.began),
            bytes: 0,
            lines: 0,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: self.carried,
            left_behind: u32::try_from(left).unwrap_or(u32::MAX),
        }
    }

    /// Its processes that are alive, wherever they went.
    fn own(&self) -> Vec<Process> {
        processes::alive_besides(&self.before)
    }

    fn act(&mut self, act: Act, keys: &Keys) -> Notice {
        let group = self.pid();
        match act {
            Act::Signal(kill_after_ms) => {
                let (signal, name) = named(self.signal);
                let allowed = processes::signal_group(group, signal);
                // What stands still takes no signal before it goes on.
                processes::signal_group(group, Signal::CONT);
                if !allowed {
                    // Its processes belong to another user; a key on their terminal reaches them all the same.
                    keys.press(if self.signal == StopSignal::Quit { b"\x1c" } else { b"\x03" });
                }
                let kill_after_ms = kill_after_ms.map(|_| self.grace_ms);
                Notice::Stopping { run: self.run, signal: name.to_owned(), kill_after_ms }
            }
            Act::Kill => {
                processes::signal_group(group, Signal::KILL);
                for process in self.own().into_iter().filter(is_in_session) {
                    processes::signal_one(process, Signal::KILL);
                }
                self.look_at = 0;
                Notice::Stopping { run: self.run, signal: "KILL".to_owned(), kill_after_ms: None }
            }
            Act::SayStillAlive => Notice::StillAlive { run: self.run },
        }
    }
}

/// Whether it is in the lane's session. One that went into a session of its own is reported, never killed.
fn is_in_session(process: &Process) -> bool {
    process.session == getpid().as_raw_nonzero().get()
}

fn named(signal: StopSignal) -> (Signal, &'static str) {
    match signal {
        StopSignal::Term => (Signal::TERM, "TERM"),
        StopSignal::Int => (Signal::INT, "INT"),
        StopSignal::Hup => (Signal::HUP, "HUP"),
        StopSignal::Quit => (Signal::QUIT, "QUIT"),
        StopSignal::Usr1 => (Signal::USR1, "USR1"),
        StopSignal::Usr2 => (Signal::USR2, "USR2"),
        StopSignal::Kill => (Signal::KILL, "KILL"),
    }
}

/// Waits for the shell's end without reaping it, and marks in the output where that was.
fn wait(pid: Pid, run: RunNo, events: &Sender<Event>, marks: &[File], word: &[u8]) {
    let status = loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other.ok().flatten(),
        }
    };
    let exit = match status.map(|status| (status.exit_status(), status.terminating_signal())) {
        Some((Some(code), _)) => Exit::Code(code),
        Some((_, Some(signal))) => Exit::Signal(signal),
        _ => Exit::Unknown,
    };
    drop(events.send(Event::ShellEnded(run, exit, boot_ms())));
    for file in marks {
        mark(file, word, Duration::from_millis(DRAIN_MS));
    }
}
