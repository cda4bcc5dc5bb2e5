//! The life of a recorded shell.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Pid, Signal, kill_process};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::asks::listen;
use super::clerk::{Clerk, Summary};
use super::own::{Raw, Screen, pair, resize, size};
use super::place::Place;
use super::tape::{Job, Tape};
use super::{Hidden, Kind, Record, VARIABLE};
use crate::runner::supervisor::envelope::{Envelope, Piece};
use crate::runner::supervisor::nonce;
use crate::runner::supervisor::relay::{Came, Relay};
use crate::runner::supervisor::terminal::hides_typing;
use crate::runner::supervisor::typed::{self, Typed};
use crate::session::run::Exit;
use crate::text::escape::Scan;

/// Nothing more is expected to follow when nothing came for this long.
const QUIET: Duration = Duration::from_millis(50);
/// How long a shell may take to its first prompt before it is said that nothing was heard of it.
const FIRST_PROMPT: Duration = Duration::from_secs(15);
/// How long a shell that is hung up may take to end.
const GRACE: Duration = Duration::from_secs(2);
/// How long the rest of its output, and the last records, may take.
const REST: Duration = Duration::from_secs(5);

/// How it was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The shell ended.
    Left,
    /// A signal with this number ended it.
    Signal(i32),
    /// A part of this program broke.
    Broke(String),
}

/// What is to be said when it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How it was left.
    pub how: How,
    /// Commands recorded.
    pub commands: u64,
    /// What is not on record, in words.
    pub trouble: Option<String>,
    /// What else is to be said, in words.
    pub remark: Option<String>,
}

/// What the main thread is told.
enum Event {
    Signal(i32),
    /// The operator's terminal gives no more keys.
    NoKeys,
    ShellEnded(Exit),
    OutputEnded,
    /// A thread ended that must not.
    Broke(&'static str),
}

/// Tells of its thread's end, in whatever way that comes.
struct Bell(Sender<Event>, Option<Event>);

impl Bell {
    /// The end is the one that is meant to come.
    fn rings(&mut self, event: Event) {
        self.1 = Some(event);
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(event) = self.1.take() {
            // The main thread is gone: then nothing is waited for.
            drop(self.0.send(event));
        }
    }
}

/// Opens the shell and works until it is left. Standard input and output are the operator's terminal, which is as it was when this
/// returns.
///
/// # Errors
/// Where terminal, folder, thread or shell cannot be had.
pub fn work(kind: &Kind, session: &str, record: impl Record + 'static) -> io::Result<Ending> {
    let nonce = nonce()?;
    let place = Place::make(kind, &nonce)?;
    let (asks, answers) = place.pipes()?;
    let (master, slave) = pair()?;
    let (jobs, job_list) = channel();
    let (events, inbox) = channel();
    let tape = Arc::new(Tape::new(size(), jobs.clone()));
    let (done, summary) = channel();
    let hidden = record.hidden();
    let clerk = Clerk::new(record, Arc::clone(&tape), answers);
    let bell = Bell(events.clone(), Some(Event::Broke("clerk")));
    spawn("clerk", move || {
        let _bell = bell;
        clerk.work(&job_list, &done);
    })?;
    let mut signals = Signals::new([SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP])?;
    let called = events.clone();
    spawn("signals", move || {
        for signal in signals.forever() {
            if called.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    })?;
    let child = seat(kind, &place, session, slave)?;
    let shell = Shell { pid: Pid::from_child(&child), master, ended: false };
    // From here on, whatever fails, the terminal is handed back and the shell hung up.
    let raw = Raw::take()?;
    watch(child, &events)?;
    let told = jobs.clone();
    let asked = nonce.clone();
    spawn("asks", move || listen(asks, &asked, |ask| told.send(Job::Asked(ask)).is_ok()))?;
    keys(&shell.master, hidden, &tape, &events)?;
    output(&shell.master, &nonce, &tape, &events)?;
    let mut work = Work { shell, tape, inbox, kind: kind.clone(), place };
    let how = work.until_left();
    drop(jobs.send(Job::Quit));
    let Summary { commands, trouble, remark } = summary.recv_timeout(REST).unwrap_or_else(|_| Summary {
        commands: 0,
        trouble: Some("the disk did not take the last records".to_owned()),
        remark: None,
    });
    drop(raw);
    Ok(Ending { how, commands, trouble, remark })
}

/// The shell's process, and the recorder's end of its terminal.
struct Shell {
    pid: Pid,
    master: OwnedFd,
    ended: bool,
}

impl Shell {
    /// As when a terminal's window is closed.
    fn hang_up(&self) {
        if !self.ended {
            for signal in [Signal::HUP, Signal::CONT] {
                let _ = kill_process(self.pid, signal);
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.hang_up();
    }
}

struct Work {
    shell: Shell,
    tape: Arc<Tape>,
    inbox: Receiver<Event>,
    kind: Kind,
    place: Place,
}

impl Work {
    fn until_left(&mut self) -> How {
        let mut first_prompt = Some(Instant::now() + FIRST_PROMPT);
        let mut exit = None;
        let mut open = true;
        let how = loop {
            let wait = first_prompt.map_or(FIRST_PROMPT, |due| due.saturating_duration_since(Instant::now()));
            let event = self.inbox.recv_timeout(wait);
            if first_prompt.is_some() && self.tape.is_hooked() {
                first_prompt = None;
                self.place.begun(&self.kind);
            }
            match event {
                Ok(Event::Signal(SIGWINCH)) => {
                    let (columns, rows) = size();
                    self.tape.resized(columns, rows);
                    let _ = resize(&self.shell.master, (columns, rows));
                }
                // Keys that stop belong to the shell, and so does who else wants this to stop.
                Ok(Event::Signal(SIGTSTP)) => {}
                Ok(Event::Signal(signal)) => break How::Signal(signal),
                Ok(Event::NoKeys) => break How::Signal(SIGHUP),
                Ok(Event::ShellEnded(ended)) => {
                    self.shell.ended = true;
                    exit = Some(ended);
                    break How::Left;
                }
                Ok(Event::OutputEnded) => open = false,
                Ok(Event::Broke(thread)) => break How::Broke(format!("the thread {thread} broke")),
                Err(RecvTimeoutError::Disconnected) => break How::Broke("every thread is gone".to_owned()),
                Err(RecvTimeoutError::Timeout) => {
                    if first_prompt.take().is_some_and(|due| due <= Instant::now()) {
                        self.unheard();
                    }
                }
            }
        };
        self.shell.hang_up();
        let until = Instant::now() + if exit.is_some() { REST } else { GRACE };
        while exit.is_none() || open {
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::ShellEnded(ended)) => {
                    self.shell.ended = true;
                    exit = Some(ended);
                }
                Ok(Event::OutputEnded) => open = false,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.tape.finish(&exit.unwrap_or(Exit::Unknown));
        how
    }

    /// The shell came to no prompt with its hooks.
    fn unheard(&self) {
        if let Ok(mut screen) = Screen::open() {
            screen.say(&format!(
                "NOTHING IS RECORDED HERE so far: this {} has not told that it takes the hooks (does one of its files replace it by \
                 another program, or wait for something?)",
                self.kind.name()
            ));
        }
    }
}

/// Starts the shell on its terminal.
fn seat(kind: &Kind, place: &Place, session: &str, slave: OwnedFd) -> io::Result<Child> {
    // Never the path of this program: it may have been replaced by an upgrade.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("stanch").arg("seat").arg(&kind.program).args(place.arguments(kind));
    command.env(VARIABLE, OsStr::new(session)).envs(place.environment(kind));
    command.stdin(Stdio::from(slave.try_clone()?)).stdout(Stdio::from(slave.try_clone()?)).stderr(Stdio::from(slave));
    command.spawn()
}

fn watch(mut child: Child, events: &Sender<Event>) -> io::Result<()> {
    let events = events.clone();
    spawn("wait", move || {
        let exit = match child.wait() {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => Exit::Unknown,
            },
            Err(_) => Exit::Unknown,
        };
        drop(events.send(Event::ShellEnded(exit)));
    })
}

/// Brings what is typed to the shell. What is typed unseen is not to be written, from before anything can print it.
fn keys(master: &OwnedFd, hidden: Hidden, tape: &Arc<Tape>, events: &Sender<Event>) -> io::Result<()> {
    let mut from = File::from(fcntl_dupfd_cloexec(stdin(), 3)?);
    let mut to = File::from(master.try_clone()?);
    let tape = Arc::clone(tape);
    let bell = Bell(events.clone(), Some(Event::NoKeys));
    spawn("keys", move || {
        let _bell = bell;
        let (mut buffer, mut unseen) = ([0; 4096], Typed::default());
        loop {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let lines = unseen.take(hides_typing(&to), &buffer[..count]);
                    if !lines.is_empty() {
                        tape.hide(hidden.learn(typed::NAME, lines));
                    }
                    // A shell that has ended takes no keys, and its end is seen elsewhere.
                    if to.write_all(&buffer[..count]).is_err() {
                        std::thread::park();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    })
}

/// Shows what the shell's terminal says, and keeps it.
fn output(master: &OwnedFd, nonce: &str, tape: &Arc<Tape>, events: &Sender<Event>) -> io::Result<()> {
    let mut relay = Relay::start("terminal read", File::from(master.try_clone()?))?;
    let mut envelope = Envelope::new(nonce);
    let mut screen = Screen::open()?;
    let tape = Arc::clone(tape);
    let mut bell = Bell(events.clone(), Some(Event::Broke("terminal")));
    spawn("terminal", move || {
        let mut scan = Scan::new();
        let mut loose = false;
        loop {
            let mut each = |piece: Piece<'_>| match piece {
                Piece::Plain(bytes) => {
                    scan.push(bytes);
                    screen.show(bytes);
                    tape.plain(bytes);
                }
                Piece::Word(word) => {
                    for notice in tape.word(word) {
                        screen.say(&notice);
                    }
                }
            };
            match relay.take(loose.then_some(QUIET)) {
                Came::Bytes(bytes) => {
                    envelope.push(bytes, &mut each);
                    loose = true;
                }
                Came::Nothing => {
                    envelope.quiet(&mut each);
                    tape.quiet();
                    loose = false;
                }
                Came::End => {
                    envelope.quiet(&mut each);
                    break;
                }
            }
        }
        // What was cut off in the middle of a full screen left that behind.
        if scan.alternate() {
            screen.show(b"\x1b[?1049l\x1b[?25h\x1b[m");
        }
        // A shell has pastes in brackets while it waits for a line, and the kernel may throw away what it says last.
        screen.show(b"\x1b[?2004l");
        bell.rings(Event::OutputEnded);
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.to_owned()).spawn(work).map(drop)
}
