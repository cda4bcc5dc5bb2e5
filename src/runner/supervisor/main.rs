//! How a supervisor begins.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Sender, channel};
use std::thread::Builder;

use nix::sys::signal::{SigSet, Signal};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{DumpableBehavior, getpid, set_child_subreaper, set_dumpable_behavior, setsid};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout, stdin, stdout};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTSTP};

use super::carry::{Carry, Environment, State};
use super::clients::door;
use super::control::{Control, Event, Parts};
use super::envelope::Envelope;
use super::far::Link;
use super::keys::Keys;
use super::launch::tools;
use super::recording::Source;
use super::relay::Relay;
use super::sink::Sink;
use super::sum::hexadecimal;
use super::terminal::{Terminal, pump};
use super::user::User;
use crate::runner::folder::Folder;
use crate::store::config;
use crate::store::paths::Paths;
use crate::text::redact::Shapes;

/// Keeps the lane in `dir` until its session is closed and nothing is alive in it. Returns the exit code.
///
/// Standard input is the lane's lock, standard output a pipe to whoever started this: one line, `ready` or what went wrong.
#[must_use]
pub fn main(dir: &Path) -> i32 {
    let Ok(told) = fcntl_dupfd_cloexec(stdout(), 3) else { return 1 };
    let mut told = File::from(told);
    match begin(dir) {
        Ok((mut control, lock)) => {
            let ready = writeln!(told, "ready").map_err(|error| io::Error::new(error.kind(), "nobody waits for this"));
            drop(told);
            if ready.is_ok() {
                control.run(&lock);
            }
            0
        }
        Err(error) => {
            // Without a reader there is nobody to tell.
            drop(writeln!(told, "{error}"));
            1
        }
    }
}

fn begin(dir: &Path) -> io::Result<(Control, File)> {
    let folder = Folder::open(dir)?;
    let lock = File::from(fcntl_dupfd_cloexec(stdin(), 3)?);
    if !folder.is_lock(&lock)? {
        return Err(io::Error::other("this is started by stanch itself, never by hand"));
    }
    let setup = folder.setup()?;
    close_standard_files()?;
    setsid()?;
    // The operator's values are in this process; nobody but root looks into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_child_subreaper(Some(getpid()))?;
    let (events, inbox) = channel();
    mind_signals(&events)?;

    let terminal = Terminal::open()?;
    let operators = operators_environment();
    // Who is known on another machine is known there.
    let user = setup.user.as_deref().filter(|_| setup.far.is_none()).map(User::find).transpose()?;
    let first = State {
        directory: setup.directory.clone(),
        // What another user's environment is, their first command tells.
        environment: if user.is_some() { Environment::new() } else { operators.clone() },
    };
    let nonce = nonce()?;
    // Where no folder of a configuration is known there is none.
    let shapes = Paths::from_env().map_or_else(|_| Shapes::known(), |paths| config::shapes(&paths));
    let sink = Arc::new(Sink::new(folder.path(), &shapes, events.clone()));
    let (relay, keeper) = (Relay::start("terminal read", terminal.master()?)?, Arc::clone(&sink));
    let envelope = Envelope::new(&nonce);
    let ended = events.clone();
    Builder::new().name("terminal".to_owned()).spawn(move || {
        pump(relay, &keeper, envelope, Source::Terminal, None);
        drop(ended.send(Event::Trouble("the lane's terminal is gone".to_owned())));
    })?;
    let keys = Keys::start(terminal.master()?)?;
    let listener = folder.listen()?;
    let visitors = events.clone();
    Builder::new().name("door".to_owned()).spawn(move || door(&listener, &visitors))?;
    std::env::set_current_dir("/")?;

    let tools = tools(operators.get(OsStr::new("PATH")).map(OsString::as_os_str));
    let carry = Carry::new(first);
    // Lanes of a session share what connects them.
    let lanes = folder.path().parent().unwrap_or(folder.path()).to_owned();
    let link = |far| Link::new(far, operators.clone(), lanes, nonce.clone(), events.clone());
    let far = setup.far.clone().map(link);
    let parts = Parts {
        lane: folder.path().to_owned(),
        setup,
        terminal,
        sink,
        keys,
        events,
        nonce,
        tools,
        user,
        operators,
        carry,
        shapes,
        far,
    };
    Ok((Control::new(parts, inbox), lock))
}

/// From here on this process has no files in common with the screen that started it.
fn close_standard_files() -> io::Result<()> {
    let null: OwnedFd = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    Ok(())
}

/// Signals get handlers: what is ignored would be ignored by every command too. SIGTTOU is blocked, so that this process may set up the
/// terminal while another group is in the foreground.
fn mind_signals(events: &Sender<Event>) -> io::Result<()> {
    let unheeded = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTSTP] {
        signal_hook::flag::register(signal, Arc::clone(&unheeded))?;
    }
    let mut children = signal_hook::iterator::Signals::new([SIGCHLD])?;
    let events = events.clone();
    Builder::new().name("signals".to_owned()).spawn(move || {
        for _ in children.forever() {
            if events.send(Event::ChildEnded).is_err() {
                break;
            }
        }
    })?;
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGTTOU);
    blocked.thread_block()?;
    Ok(())
}

/// The operator's environment, without what is this program's own.
fn operators_environment() -> Environment {
    use std::os::unix::ffi::OsStrExt as _;
    std::env::vars_os()
        .filter(|(name, _)| {
            let name = name.as_bytes();
            // Values of variables, secret ones too, reach a run only where they are in force.
            !name.starts_with(b"STANCH_VAR_") && !matches!(name, b"COLUMNS" | b"LINES" | b"STANCH_RUN")
        })
        .collect()
}

pub(in crate::runner) fn nonce() -> io::Result<String> {
    let mut bytes = [0; 16];
    let mut filled = 0;
    while filled < bytes.len() {
        filled += rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty())?;
    }
    Ok(hexadecimal(&bytes))
}
