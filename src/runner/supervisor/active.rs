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
use super::far::Link;
use super::keys::Keys;
use super::ladder::{Act, Ladder};
use super::launch::Launched;
use super::processes::{self, Process};
use super::recording::Source;
use super::relay::Relay;
use super::terminal::{mark, pump};
use super::there::{Adopted, Counted, Detached, There};
use crate::runbook::StopSignal;
use crate::runner::protocol::Notice;
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec, Stopped};

/// How long after the shell's end its output may take to come through, in milliseconds. Only a child that floods takes any time.
const DRAIN_MS: u64 = 3000;
/// How often it is looked at first whether the rest of a stopped run is gone, in milliseconds.
const LOOK_MS: u64 = 20;
/// The longer that takes, the less often: after this part of the time gone by. A look reads of every process of the machine.
const LOOK_PART: u64 = 10;

/// Where its processes are.
enum Body {
    /// On this machine.
    Here {
        pid: Pid,
        handle: Box<duct::Handle>,
        /// Alive before it began: not its own.
        before: Vec<Process>,
    },
    /// On another.
    There(There),
}

/// What reaches a run.
#[derive(Clone, Copy)]
pub(super) struct Hands<'a> {
    /// Its terminal.
    pub(super) keys: &'a Keys,
    /// The other machine, where it is there.
    pub(super) far: Option<&'a Link>,
}

/// The run under way.
pub(super) struct Active {
    run: RunNo,
    body: Body,
    began: u64,
    signal: StopSignal,
    grace_ms: u64,
    ladder: Ladder,
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
        let body = Body::Here { pid, handle: Box::new(handle), before };
        let mut active = Self::new(spec, body, given, vec![Source::Terminal]);
        if let Some((read, end)) = pipe {
            active.pipe(read, source, parts)?;
            marks.push(end);
        }
        let mut word = opening(&parts.nonce);
        word.extend_from_slice(format!("{};end\x07", spec.run.0).as_bytes());
        let (run, events) = (spec.run, parts.events.clone());
        Builder::new().name("wait".to_owned()).spawn(move || wait(pid, run, &events, &marks, &word))?;
        Ok(active)
    }

    /// For a run on another machine, before it is started there.
    pub(super) fn there(spec: &RunSpec) -> Self {
        Self::new(spec, Body::There(There::default()), Environment::new(), vec![Source::Terminal])
    }

    fn new(spec: &RunSpec, body: Body, given: Environment, open: Vec<Source>) -> Self {
        let began = boot_ms();
        Self {
            run: spec.run,
            body,
            began,
            signal: spec.stop_signal,
            grace_ms: spec.stop_grace_ms,
            ladder: Ladder::new(spec.effect, spec.stop_signal, spec.stop_grace_ms, spec.timeout_ms, began),
            given,
            carried: false,
            hidden: false,
            deaf: false,
            exit: None,
            open,
            look_at: u64::MAX,
        }
    }

    /// What is known of it, where it is on another machine.
    pub(super) fn far(&mut self) -> Option<&mut There> {
        match &mut self.body {
            Body::There(there) => Some(there),
            Body::Here { .. } => None,
        }
    }

    /// Its output comes through a pipe, too.
    pub(super) fn pipe(&mut self, read: File, source: Source, parts: &Parts) -> io::Result<()> {
        let (sink, run) = (Arc::clone(&parts.sink), self.run);
        let detached = self.far().and_then(|there| there.detached.as_ref());
        let adopted = detached.and_then(|detached| detached.adopted.as_ref());
        let envelope = Envelope::new(adopted.map_or(&parts.nonce, |adopted| &adopted.nonce));
        let came = detached.map(|detached| Arc::clone(&detached.came)).unwrap_or_default();
        let relay = Relay::start("pipe read", Counted(read, came))?;
        Builder::new().name("pipe".to_owned()).spawn(move || pump(relay, &sink, envelope, source, Some(run)))?;
        if !self.open.contains(&source) {
            self.open.push(source);
        }
        Ok(())
    }

    /// Its group on the other machine.
    pub(super) fn group(&mut self, group: i32, far: Option<&Link>) {
        let run = self.run;
        let Some(there) = self.far() else { return };
        there.group = Some(group);
        if let (Some(signal), Some(link)) = (there.owed.take(), far) {
            link.ask(format!("stop {} {signal} {group}\n", run.0).into_bytes());
        }
    }

    /// Its shell on the other machine ended with this status; whether somebody of its group lives on.
    pub(super) fn far_ended(&mut self, status: i32, left: bool) {
        // The far shell tells a signal as a number above 128, and whoever exits with such a number is told apart only by having been asked to.
        let by_signal = self.ladder.why().is_some() && (129..=192).contains(&status);
        let exit = if by_signal { Exit::Signal(status - 128) } else { Exit::Code(status) };
        self.left(left);
        self.shell_ended(exit, boot_ms());
    }

    /// It was not started there, for this reason; its shell's end is still to come.
    pub(super) fn cannot(&mut self, why: String) {
        if let Some(there) = self.far() {
            there.cannot = Some(why);
            if !there.asked {
                self.open.clear();
                self.shell_ended(Exit::Unknown, boot_ms());
            }
        }
    }

    /// Whether somebody of its group lives on.
    pub(super) fn left(&mut self, left: bool) {
        if let Some(there) = self.far() {
            there.left = left;
        }
    }

    /// Why it was stopped, where it was.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        self.ladder.why()
    }

    /// Since when it is under way.
    pub(super) fn began(&self) -> u64 {
        self.began
    }

    /// Its number.
    pub(super) fn run(&self) -> RunNo {
        self.run
    }

    /// Its shell; for one on another machine, what connects it.
    pub(super) fn pid(&self) -> i32 {
        match &self.body {
            Body::Here { pid, .. } => pid.as_raw_nonzero().get(),
            Body::There(there) => there.pid,
        }
    }

    /// What somebody who comes now must be told.
    pub(super) fn so_far(&self) -> Vec<Notice> {
        let others = match &self.body {
            Body::Here { before, .. } => u32::try_from(before.len()).unwrap_or(u32::MAX),
            Body::There(_) => 0,
        };
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

    /// It outlives its connection.
    pub(super) fn is_detached(&self) -> bool {
        matches!(&self.body, Body::There(There { detached: Some(_), .. }))
    }

    /// All its output is in.
    pub(super) fn is_drained(&self) -> bool {
        self.open.is_empty()
    }

    /// It outlives its connection: all its output comes through a pipe, from where it is kept.
    pub(super) fn detach(&mut self, key: &str) {
        self.open = vec![Source::Pipe];
        if let Some(there) = self.far() {
            there.detached = Some(Detached { key: key.to_owned(), ..Detached::default() });
        }
    }

    /// It was started by another supervisor, so many milliseconds ago: only its machine knows more.
    pub(super) fn adopt(&mut self, key: &str, adopted: Adopted, age_ms: u64) {
        self.began = self.began.saturating_sub(age_ms);
        self.open = vec![if adopted.blind { Source::Secret } else { Source::Pipe }];
        if let Some(there) = self.far() {
            there.asked = true;
            there.detached =
                Some(Detached { key: key.to_owned(), lost: Some(0), adopted: Some(adopted), ..Detached::default() });
        }
    }

    /// Where it goes on without its first keeper.
    pub(super) fn adopted(&self) -> Option<&Adopted> {
        match &self.body {
            Body::There(there) => there.detached.as_ref()?.adopted.as_ref(),
            Body::Here { .. } => None,
        }
    }

    /// Where it outlives its connection: what names its folder there, and whether its output must stay in it.
    pub(super) fn away(&self) -> Option<(String, bool)> {
        let Body::There(There { detached: Some(detached), .. }) = &self.body else { return None };
        Some((detached.key.clone(), detached.adopted.as_ref().is_some_and(|adopted| adopted.blind)))
    }

    /// The operator wants it stopped.
    pub(super) fn ask_to_stop(&mut self, force: bool, now: u64, hands: Hands<'_>) -> Option<Notice> {
        let act = self.ladder.ask(force, now)?;
        Some(self.act(act, hands))
    }

    /// Time went by.
    pub(super) fn tick(&mut self, now: u64, hands: Hands<'_>) -> Option<Notice> {
        if self.exit.is_some() && !self.ladder.is_climbing() {
            return None;
        }
        let act = self.ladder.tick(now)?;
        Some(self.act(act, hands))
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
    pub(super) fn is_over(&mut self, now: u64, far: Option<&Link>) -> bool {
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
        if let Body::There(there) = &self.body {
            if let (true, Some(group), Some(link)) = (there.left, there.group, far) {
                link.ask(format!("look {} {group}\n", self.run.0).into_bytes());
            }
            return !there.left;
        }
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
        let left = match &self.body {
            Body::Here { handle, .. } => {
                // The shell's status was seen already; this only reaps it. Then having no children is proof that nothing is left.
                drop(handle.wait());
                processes::reap_all();
                self.own().len()
            }
            Body::There(there) => usize::from(there.left),
        };
        let (exit, at) = self.exit.unwrap_or((Exit::Unknown, self.began));
        let exit = match self.body {
            Body::There(There { cannot: Some(why), .. }) => Exit::NotStarted(why),
            _ => exit,
        };
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
        match &self.body {
            Body::Here { before, .. } => processes::alive_besides(before),
            Body::There(_) => Vec::new(),
        }
    }

    /// Its processes belong to another user; a key on their terminal reaches them all the same.
    pub(super) fn press_stop(&self, keys: &Keys) {
        keys.press(if self.signal == StopSignal::Quit { b"\x1c" } else { b"\x03" });
    }

    fn act(&mut self, act: Act, hands: Hands<'_>) -> Notice {
        let group = self.pid();
        if let Body::There(there) = &mut self.body {
            let name = match act {
                Act::Signal(_) => named(self.signal).1,
                Act::Kill => "KILL",
                Act::SayStillAlive => return Notice::StillAlive { run: self.run },
            };
            self.look_at = 0;
            match (there.group, hands.far) {
                (Some(group), Some(link)) => {
                    let run = self.run.0;
                    let request = match &there.detached {
                        Some(Detached { key, .. }) if act == Act::Kill => format!("kill {run} {group} {key}\n"),
                        _ => format!("stop {run} {name} {group}\n"),
                    };
                    link.ask(request.into_bytes());
                }
                _ => there.owed = Some(name),
            }
            let kill_after_ms = matches!(act, Act::Signal(Some(_))).then_some(self.grace_ms);
            return Notice::Stopping { run: self.run, signal: name.to_owned(), kill_after_ms };
        }
        match act {
            Act::Signal(kill_after_ms) => {
                let (signal, name) = named(self.signal);
                let allowed = processes::signal_group(group, signal);
                // What stands still takes no signal before it goes on.
                processes::signal_group(group, Signal::CONT);
                if !allowed {
                    self.press_stop(hands.keys);
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
