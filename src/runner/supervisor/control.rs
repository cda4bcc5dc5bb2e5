//! The thread that decides.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::active::{Active, Hands};
use super::carry::{self, Carry, Environment};
use super::clients::Clients;
use super::clock::boot_ms;
use super::far::{Link, Told};
use super::keys::Keys;
use super::launch::{self, Lane};
use super::prelude::Tools;
use super::processes;
use super::recording::{Recording, Source};
use super::sink::{Grown, Sink};
use super::terminal::Terminal;
use super::typed::{self, Typed};
use super::user::User;
use crate::runbook::Mode;
use crate::runner::folder::LaneFile;
use crate::runner::protocol::{Notice, Reply, Request, VERSION};
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec};
use crate::store::private;
use crate::text::redact::{Refused, Secrets, Shapes};

mod detached;
mod far;
mod records;

use records::{not_started, with_tally, written_late};

/// Growth is told at most once in so many milliseconds.
const GROWTH_EVERY_MS: u64 = 8;
/// Where the disk has no room, what comes is shown at most once in so many milliseconds.
const UNKEPT_EVERY_MS: u64 = 100;
/// A terminal is looked at for a password prompt this often, in milliseconds, while something runs and somebody listens.
const PROMPT_EVERY_MS: u64 = 100;
/// An exit record that the disk did not take is tried again this often, in milliseconds.
const RETRY_EVERY_MS: u64 = 1000;
/// How often a lane that is to be left, or was forgotten, looks whether it may go, in milliseconds.
const LEAVE_EVERY_MS: u64 = 500;
/// Orphans that end while something runs are reaped this often, in milliseconds.
const REAP_EVERY_MS: u64 = 1000;
/// How often a lane whose session is open looks whether its folder is gone.
const FORGOTTEN_EVERY_MS: u64 = 10_000;

/// What the other threads tell.
pub(super) enum Event {
    /// A connection came.
    Came(u64, UnixStream),
    /// It asks for something.
    Asked(u64, Request),
    /// It is gone.
    Went(u64),
    /// The output grew, for the first time since growth was asked for.
    Grew,
    /// A word of ours came out of the output.
    Word {
        /// Where it came from.
        source: Source,
        /// `RUN;end`, or `RUN;env;REPORT`.
        word: Vec<u8>,
    },
    /// The shell of this run ended, then (boot milliseconds); it is not reaped.
    ShellEnded(RunNo, Exit, u64),
    /// Some child ended.
    ChildEnded,
    /// Something an operator must know.
    Trouble(String),
    /// Of the connection to another machine, and of which call.
    Far(u32, Told),
}

/// A run that waits for its connection: what, and the secrets it is given.
struct Waiting(RunSpec, Vec<(String, String)>);

/// What a supervisor is made of.
pub(super) struct Parts {
    pub(super) lane: PathBuf,
    pub(super) setup: LaneFile,
    pub(super) terminal: Terminal,
    pub(super) sink: Arc<Sink>,
    pub(super) keys: Keys,
    pub(super) events: Sender<Event>,
    pub(super) nonce: String,
    pub(super) tools: Option<Tools>,
    pub(super) user: Option<User>,
    pub(super) operators: Environment,
    pub(super) carry: Carry,
    pub(super) shapes: Shapes,
    /// The connection, where the lane is on another machine.
    pub(super) far: Option<Link>,
}

/// The state of the deciding thread.
pub(super) struct Control {
    parts: Parts,
    inbox: Receiver<Event>,
    clients: Clients,
    active: Option<Active>,
    /// What waits for the connection: what is to be run, and its secrets.
    waiting: Option<Waiting>,
    /// The far terminal hides what is typed.
    far_hides: bool,
    /// When a lost connection is to be made again, for a run that outlives it.
    redial_at: u64,
    /// Every secret this lane ever saw: what is left behind by a run may print it much later.
    secrets: Vec<(String, String)>,
    typed: Typed,
    /// Ends that the disk did not take.
    unwritten: Vec<(RunNo, RunEnd)>,
    retry_at: u64,
    grown: bool,
    growth_at: u64,
    prompt_at: u64,
    leave_at: u64,
    reap_at: u64,
    closing: bool,
}

impl Control {
    pub(super) fn new(parts: Parts, inbox: Receiver<Event>) -> Self {
        Self {
            parts,
            inbox,
            clients: Clients::default(),
            active: None,
            waiting: None,
            far_hides: false,
            redial_at: u64::MAX,
            secrets: Vec::new(),
            typed: Typed::default(),
            unwritten: Vec::new(),
            retry_at: 0,
            grown: false,
            growth_at: 0,
            prompt_at: 0,
            leave_at: 0,
            reap_at: u64::MAX,
            closing: false,
        }
    }

    /// Works until the lane may be left. `lock` is held that long.
    pub(super) fn run(&mut self, lock: &File) {
        loop {
            let now = boot_ms();
            self.tick(now);
            if self.may_leave(now, lock) {
                break;
            }
            let wait = Duration::from_millis(self.next().saturating_sub(boot_ms()));
            match self.inbox.recv_timeout(wait) {
                Ok(event) => self.handle(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(link) = &mut self.parts.far {
            link.hang_up();
        }
        self.clients.leave();
        let stands_in = self.parts.setup.runs.parent().is_none_or(|session| !self.parts.lane.starts_with(session));
        if stands_in {
            // In memory, because the disk took no folder for it: nobody would ever take it away.
            drop(std::fs::remove_dir_all(&self.parts.lane));
        } else {
            drop(std::fs::remove_file(self.parts.lane.join("control")));
        }
    }

    /// When there is something to do without an event.
    fn next(&self) -> u64 {
        let active = self.active.as_ref();
        let growth = (self.grown && self.clients.waits_for_growth()).then_some(self.growth_at);
        let prompt = (active.is_some() && !self.clients.is_empty()).then_some(self.prompt_at);
        let leave = active.is_none().then_some(self.leave_at);
        let reap = active.is_some().then_some(self.reap_at);
        let redial = (self.redial_at != u64::MAX).then_some(self.redial_at);
        let retry = (!self.unwritten.is_empty()).then_some(self.retry_at);
        [growth, prompt, leave, reap, retry, redial, active.and_then(Active::next)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(u64::MAX)
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Came(id, stream) => self.clients.add(id, stream),
            Event::Asked(id, request) => self.answer(id, request),
            Event::Went(id) => self.clients.remove(id),
            Event::Grew => self.grown = true,
            Event::Word { source, word } => self.read(source, &word),
            Event::ShellEnded(run, exit, at) => {
                if let Some(active) = self.active.as_mut().filter(|active| active.run() == run) {
                    active.shell_ended(exit, at);
                    self.parts.terminal.flow();
                }
            }
            Event::ChildEnded => {
                if self.active.is_none() {
                    processes::reap_all();
                    self.leave_at = 0;
                } else if self.reap_at == u64::MAX {
                    self.reap_at = boot_ms() + REAP_EVERY_MS;
                }
            }
            Event::Trouble(what) => self.tell(Notice::Trouble { what }),
            Event::Far(call, told) => self.far_told(call, told),
        }
    }

    fn answer(&mut self, id: u64, request: Request) {
        match request {
            Request::Hello { version } => self.greet(id, version),
            Request::Start { spec, secrets } => self.start(&spec, secrets),
            Request::TakeUp { spec, secrets } => self.take_up(&spec, secrets),
            Request::Hide { secrets } => self.hide(secrets),
            Request::Input { run, data } => {
                let keys = STANDARD.decode(data).unwrap_or_default();
                if self.is_active(run) {
                    self.typed(&keys);
                }
                if let Some(active) = self.active.as_mut().filter(|active| active.run() == run)
                    && !self.parts.keys.press(&keys)
                    && !std::mem::replace(&mut active.deaf, true)
                {
                    let what = "the command does not read what is typed: keys were thrown away".to_owned();
                    self.tell(Notice::Trouble { what });
                }
            }
            Request::Resize { run, columns, rows } => {
                if !self.is_active(run) {
                    return;
                }
                match self.parts.terminal.resize(columns, rows) {
                    Ok(()) => self.parts.sink.resized(columns, rows),
                    Err(error) => {
                        self.tell(Notice::Trouble { what: format!("could not resize the terminal: {error}") });
                    }
                }
            }
            Request::Stop { run, force } => {
                let hands = Hands { keys: &self.parts.keys, far: self.parts.far.as_ref() };
                let active = self.active.as_mut().filter(|active| active.run() == run);
                if let Some(notice) = active.and_then(|active| active.ask_to_stop(force, boot_ms(), hands)) {
                    self.tell(notice);
                    self.give_up_call();
                }
            }
            Request::Keep { run } => self.keep(run),
            // Whoever missed something while it listened is told as soon as it can hear.
            Request::Heard => self.grown |= self.clients.heard(id),
            Request::Close => {
                self.clients.closed(id);
                self.closing = true;
                self.leave_at = 0;
            }
        }
    }

    fn greet(&mut self, id: u64, version: u32) {
        // A run whose end only this process knows is not over for whoever looks at the disk.
        let told_late = self.unwritten.last().map(|(run, _)| *run);
        let running = self.active.as_ref().map(Active::run).or(told_late);
        let pid = rustix::process::getpid().as_raw_nonzero().get();
        self.clients.greet(id, &Reply::Hello { version: VERSION, pid, running });
        if version != VERSION {
            // It was told ours, and will say so.
            self.clients.remove(id);
            return;
        }
        self.closing = false;
        for notice in self.active.iter().flat_map(Active::so_far).collect::<Vec<_>>() {
            self.clients.tell(id, &Reply::Notice { notice });
        }
        for (run, end) in self.unwritten.clone() {
            self.clients.tell(id, &Reply::Notice { notice: Notice::Ended { run, end, secret_output: None } });
        }
        self.grown |= self.active.is_some();
    }

    fn start(&mut self, spec: &RunSpec, secrets: Vec<(String, String)>) {
        if let Some(active) = &self.active {
            let why = format!("could not start run {}: run {} is under way in this lane", spec.run, active.run());
            return self.tell(not_started(spec.run, why, None));
        }
        let given = secrets.clone();
        self.learn(secrets);
        let (hidden, refused) = self.hidden();
        if let Some(refused) = refused.iter().find(|refused| given.iter().any(|(name, _)| *name == refused.name)) {
            // Its value would stand in the output for everybody to read.
            return self.tell(not_started(spec.run, refused.to_string(), None));
        }
        let folder = self.folder(spec.run);
        let made = private::create_dirs(&folder);
        let recording = match Recording::begin(&folder, spec.run, &hidden, spec.secret_output) {
            Ok(recording) => recording,
            Err(error) => {
                let why = format!("could not start run {}: it has a record already ({error})", spec.run);
                return self.tell(not_started(spec.run, why, None));
            }
        };
        if let Err(error) = made.and_then(|()| launch::write_command(&folder, spec, &hidden)) {
            self.tell(Notice::Trouble { what: format!("could not write command.json of run {}: {error}", spec.run) });
        }
        self.parts.sink.begin(recording, &hidden);
        self.grown = false;
        match self.launch(spec, &given) {
            Ok(active) => {
                for notice in active.so_far() {
                    self.tell(notice);
                }
                self.active = Some(active);
            }
            Err(error) => {
                let tally = self.parts.sink.end().map(Recording::finish);
                // It may name a directory, and that anything.
                let notice = not_started(spec.run, hidden.redact_str(&error.to_string()), tally);
                self.finish(notice);
            }
        }
    }

    fn launch(&mut self, spec: &RunSpec, secrets: &[(String, String)]) -> io::Result<Active> {
        if self.parts.far.is_some() {
            return self.launch_far(spec, secrets);
        }
        let parts = &mut self.parts;
        let (state, known) = parts.carry.start(spec.run, spec.as_before);
        let lane = Lane {
            nonce: &parts.nonce,
            tools: parts.tools.as_ref(),
            user: parts.user.as_ref(),
            operators: &parts.operators,
        };
        let plan = launch::plan(spec, secrets, &state, &lane)?;
        let before = processes::alive();
        parts.terminal.ready(spec.mode == Mode::Interactive, spec.width)?;
        parts.keys.are_for(spec.run.0);
        let launched = launch::launch(&plan, &parts.terminal)
            .map_err(|error| io::Error::new(error.kind(), format!("could not start the command: {error}")))?;
        let active = Active::begin(spec, launched, plan.given, before, parts)?;
        if !known {
            let what = "where that run started is not known any more; this one starts where the lane is".to_owned();
            self.tell(Notice::Trouble { what });
        }
        Ok(active)
    }

    /// A word out of the output. Words of earlier runs are only taken out.
    fn read(&mut self, source: Source, word: &[u8]) {
        let mut parts = word.splitn(3, |byte| *byte == b';').collect::<Vec<_>>().into_iter();
        let run = parts.next().and_then(|run| std::str::from_utf8(run).ok()?.parse().ok()).map(RunNo);
        if let (Some(RunNo(0)), Some(word), Some(rest)) = (run, parts.as_slice().first(), parts.as_slice().get(1)) {
            return self.far_word(word, rest);
        }
        let Some(active) = self.active.as_mut().filter(|active| Some(active.run()) == run) else { return };
        match (parts.next(), parts.next()) {
            (Some(b"end"), None) => {
                active.drained(source);
                self.collect();
            }
            (Some(b"enter"), None) => self.not_entered(),
            // What was lent to it is not known any more, so neither is what it changed.
            (Some(b"far"), Some(_)) if active.adopted().is_some() => {}
            (Some(b"far"), Some(report)) => {
                let state = carry::read_far(report, &self.parts.nonce);
                active.carried = self.parts.carry.ended(active.run(), state, &active.given);
            }
            (Some(b"env"), Some(report)) => {
                active.carried = self.parts.carry.ended(active.run(), carry::read(report), &active.given);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: u64) {
        if self.grown && now >= self.growth_at && self.clients.waits_for_growth() {
            self.grown = false;
            self.growth_at = now + GROWTH_EVERY_MS;
            if let Some(Grown { run, bytes, unkept }) = self.parts.sink.listen() {
                let mut notices = Vec::new();
                if let Some((bytes, last)) = unkept {
                    self.growth_at = now + UNKEPT_EVERY_MS;
                    notices.push(Notice::Unkept { run, bytes, last: STANDARD.encode(last) });
                }
                notices.push(Notice::Grew { run, bytes });
                self.clients.poke(notices);
            }
        }
        if now >= self.prompt_at {
            self.prompt_at = now + PROMPT_EVERY_MS;
            let hidden = self.parts.terminal.hides_typing() || self.far_hides;
            if let Some(notice) = self.active.as_mut().and_then(|active| active.prompt(hidden)) {
                self.tell(notice);
            }
        }
        if now >= self.retry_at && !self.unwritten.is_empty() {
            self.retry_at = now + RETRY_EVERY_MS;
            let runs = &self.parts.setup.runs;
            self.unwritten.retain(|(run, end)| !written_late(&runs.join(run.to_string()), end));
        }
        self.redial(now);
        let Some(active) = &mut self.active else { return };
        if now >= self.reap_at {
            self.reap_at = u64::MAX;
            processes::reap_except(active.pid());
        }
        let hands = Hands { keys: &self.parts.keys, far: self.parts.far.as_ref() };
        if let Some(notice) = active.tick(now, hands) {
            self.tell(notice);
            self.give_up_call();
        }
        let far = self.parts.far.as_ref();
        if self.active.as_mut().is_some_and(|active| active.is_over(now, far)) {
            self.end();
        }
    }

    /// The run under way is over.
    fn end(&mut self) {
        let Some(active) = self.active.take() else { return };
        self.parts.keys.are_for(0);
        let hidden = active.prompt_over();
        let (run, away) = (active.run(), active.away());
        let ending = active.end();
        let tally = self.close_record(run, hidden);
        let (end, secret_output) = with_tally(ending, tally);
        self.finish(Notice::Ended { run, end, secret_output });
        if let Some(away) = away {
            self.forget(run, away);
        }
        self.leave_at = 0;
    }

    /// Whether nothing keeps this process: the session was closed, or its folder is gone and nobody listens.
    fn may_leave(&mut self, now: u64, lock: &File) -> bool {
        if self.active.is_some() || now < self.leave_at {
            return false;
        }
        self.leave_at = now + if self.closing { LEAVE_EVERY_MS } else { FORGOTTEN_EVERY_MS };
        let forgotten = || self.clients.is_empty() && lock.metadata().is_ok_and(|lock| lock.nlink() == 0);
        let closed = self.closing && self.clients.all_closed();
        // What connects to another machine goes with this process.
        (closed || forgotten()) && (self.parts.far.is_some() || processes::alive().is_empty())
    }

    /// What is typed unseen is not to be written, from before the command can print it.
    fn typed(&mut self, keys: &[u8]) {
        let hidden = self.parts.terminal.hides_typing() || self.far_hides;
        let lines = self.typed.take(hidden, keys);
        if !lines.is_empty() {
            self.hide(lines.into_iter().map(|line| (typed::NAME.to_owned(), line)).collect());
        }
    }

    fn hide(&mut self, secrets: Vec<(String, String)>) {
        self.learn(secrets);
        self.parts.sink.hide(&self.hidden().0);
    }

    fn learn(&mut self, secrets: Vec<(String, String)>) {
        self.secrets.extend(secrets);
        self.secrets.sort_unstable();
        self.secrets.dedup();
    }

    /// All secrets of the lane, and those that cannot be hidden.
    fn hidden(&self) -> (Secrets, Vec<Refused>) {
        let (secrets, refused) = Secrets::new(self.secrets.iter().map(|(name, value)| (name, value)));
        (secrets.with_shapes(&self.parts.shapes), refused)
    }

    fn is_active(&self, run: RunNo) -> bool {
        self.active.as_ref().is_some_and(|active| active.run() == run)
    }

    fn folder(&self, run: RunNo) -> PathBuf {
        self.parts.setup.runs.join(run.to_string())
    }

    fn tell(&mut self, notice: Notice) {
        self.clients.tell_all(&Reply::Notice { notice });
    }
}
