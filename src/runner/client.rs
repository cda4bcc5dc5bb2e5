//! A lane as the rest of the house sees it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::far::Far;
use super::folder::{Folder, LaneFile};
use super::protocol::{Notice, Reply, Request, VERSION};
use crate::runbook::VarName;
use crate::session::run::{RunNo, RunSpec};
use crate::store::private;

/// How long a supervisor that holds the lock may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a supervisor that died may still hold its lock.
const HANG_UP: Duration = Duration::from_secs(2);

/// What a lane needs to know before its first run. Where its supervisor lives already, that one's setup stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneSetup {
    /// The folder that holds a folder for each run (`runs` of the session).
    pub runs: PathBuf,
    /// Another user than the operator.
    pub user: Option<String>,
    /// The directory the first run starts in; none means the directory of this process.
    pub directory: Option<PathBuf>,
    /// The program to start as supervisor; none means this very program. (A test is not `stanch`.)
    pub program: Option<PathBuf>,
    /// The `systemd-run` to start it through, in a scope of the user's manager: it ends with the login otherwise.
    pub scope: Option<PathBuf>,
    /// The environment of what runs; none means that of this process.
    pub environment: Option<Vec<(OsString, OsString)>>,
    /// Another machine, where commands run; none means this one.
    pub far: Option<Far>,
}

/// A connection to a lane's supervisor. Dropping it leaves the supervisor, and whatever runs, alone.
#[derive(Debug)]
pub struct Lane {
    stream: Arc<Mutex<UnixStream>>,
    left: Arc<AtomicBool>,
    running: Option<RunNo>,
    fresh: bool,
    pid: i32,
}

impl Lane {
    /// Connects to the living supervisor of the lane in `dir`, or starts one. `notices` is called from a thread of its own, in order;
    /// while it does not return, no further growth is told to this client (and nobody else waits for it).
    ///
    /// A run that the session believes to be under way and that is not [`running`](Self::running) is over: its `exit.json` says how,
    /// and where there is none nobody saw its end.
    ///
    /// # Errors
    /// Where the folder cannot be used, the supervisor does not start, or one of another version lives there.
    pub fn open(dir: &Path, setup: &LaneSetup, notices: impl FnMut(Notice) + Send + 'static) -> io::Result<Self> {
        let folder = made(dir)?;
        let (conversation, fresh) = Self::reach(&folder, setup)?;
        Self::listen(folder, conversation, fresh, notices)
    }

    /// Finds or starts the supervisor, and says hello.
    fn reach(folder: &Folder, setup: &LaneSetup) -> io::Result<(Conversation, bool)> {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(lock) = folder.claim().map_err(|error| could("lock the lane", &error))? {
                start_supervisor(folder.path(), setup, lock)?;
                let conversation = folder.connect().and_then(Conversation::begin);
                return Ok((conversation.map_err(|error| could("reach the lane just started", &error))?, true));
            }
            match folder.connect().and_then(Conversation::begin) {
                Ok(conversation) => return Ok((conversation, false)),
                // Somebody else is just starting it, or it is just dying.
                Err(error) if Instant::now() > patience => return Err(could("reach the lane's supervisor", &error)),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Listens from here on.
    fn listen(
        folder: Folder,
        conversation: Conversation,
        fresh: bool,
        mut notices: impl FnMut(Notice) + Send + 'static,
    ) -> io::Result<Self> {
        let Conversation { stream, mut reader, version, pid, running } = conversation;
        if version != VERSION {
            return Err(io::Error::other(format!(
                "could not use the lane: process {pid} keeps it and speaks version {version}, this program {VERSION}; \
                 finish the session with the program that began it"
            )));
        }
        let stream = Arc::new(Mutex::new(stream));
        let mut line = String::new();
        let hung_up = Arc::new(AtomicBool::new(false));
        let opened = Self { stream: Arc::clone(&stream), left: Arc::clone(&hung_up), running, fresh, pid };
        std::thread::Builder::new().name("lane".to_owned()).spawn(move || {
            loop {
                line.clear();
                if !matches!(reader.read_line(&mut line), Ok(1..)) {
                    break;
                }
                // What a newer supervisor of the same version has to say beyond this is not for us.
                if let Ok(Reply::Notice { notice }) = serde_json::from_str(&line) {
                    let grew = matches!(notice, Notice::Grew { .. });
                    notices(notice);
                    if grew && send(&stream, &Request::Heard).is_err() {
                        break;
                    }
                }
            }
            if !hung_up.load(Ordering::Acquire) {
                notices(why_hung_up(&folder));
            }
        })?;
        Ok(opened)
    }

    /// The run that was under way when this was opened.
    #[must_use]
    pub fn running(&self) -> Option<RunNo> {
        self.running
    }

    /// Whether the supervisor was started by this: then environment and directory of earlier runs are not there (see [`Lost`]).
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The supervisor's process, for people.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Starts a run. How that went comes as a notice: [`Notice::Started`], or [`Notice::Ended`] with `NotStarted`.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn start(&self, spec: &RunSpec, secrets: Vec<(VarName, String)>) -> io::Result<()> {
        self.send(&Request::Start { spec: Box::new(spec.clone()), secrets })
    }

    /// Goes on with a run that [lives on](super::may_live_on) on another machine while nobody keeps it on this one. What comes of that is
    /// told as of any other run: [`Notice::Started`] first. Where secrets that it was given are not known any more, nothing more of its
    /// output is kept.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn take_up(&self, spec: &RunSpec, secrets: Vec<(VarName, String)>) -> io::Result<()> {
        self.send(&Request::TakeUp { spec: Box::new(spec.clone()), secrets })
    }

    /// Has secrets redacted from now on that were not known yet when the run under way began.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn hide(&self, secrets: Vec<(VarName, String)>) -> io::Result<()> {
        self.send(&Request::Hide { secrets })
    }

    /// Gives keys to the running command.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn input(&self, run: RunNo, bytes: &[u8]) -> io::Result<()> {
        self.send(&Request::Input { run, data: STANDARD.encode(bytes) })
    }

    /// Gives the run's terminal another size.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn resize(&self, run: RunNo, columns: u16, rows: u16) -> io::Result<()> {
        self.send(&Request::Resize { run, columns, rows })
    }

    /// Stops a run by the ladder of its spec. With `force`, KILL is allowed for a change too; while a stop is under way, `force` is KILL now.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn stop(&self, run: RunNo, force: bool) -> io::Result<()> {
        self.send(&Request::Stop { run, force })
    }

    /// The run passed: what it exported and the directory it ended in carry over to the next.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn keep(&self, run: RunNo) -> io::Result<()> {
        self.send(&Request::Keep { run })
    }

    /// The session is closed: the supervisor leaves as soon as nothing is alive in the lane.
    ///
    /// # Errors
    /// Where the supervisor cannot be reached.
    pub fn close(&self) -> io::Result<()> {
        self.left.store(true, Ordering::Release);
        self.send(&Request::Close)
    }

    fn send(&self, request: &Request) -> io::Result<()> {
        send(&self.stream, request).map_err(|error| could("reach the lane's supervisor", &error))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Release);
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        // Ends the listening thread; nothing to be done where the other side did so already.
        drop(stream.shutdown(std::net::Shutdown::Both));
    }
}

/// What an earlier supervisor of a lane had carried over and a later one does not have: only names, the values were in its memory.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lost {
    /// The run it was carried over from.
    pub run: RunNo,
    /// The directory the lane was in.
    pub directory: String,
    /// Variables that runs had exported or changed.
    pub names: Vec<String>,
}

impl Lost {
    /// What the last supervisor of the lane in `dir` carried over; none where nothing was.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn read(dir: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(dir.join("state.json")) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A connection whose other side said hello.
struct Conversation {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    version: u32,
    pid: i32,
    running: Option<RunNo>,
}

impl Conversation {
    fn begin(stream: UnixStream) -> io::Result<Self> {
        // Only this once: a supervisor answers at once or is dead.
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(stream.try_clone()?);
        write_line(&stream, &Request::Hello { version: VERSION })?;
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Ok(Reply::Hello { version, pid, running }) = serde_json::from_str(&line) else {
            return Err(io::Error::other("it hung up"));
        };
        stream.set_read_timeout(None)?;
        Ok(Self { stream, reader, version, pid, running })
    }
}

/// The lane's folder, made where it is not there.
fn made(dir: &Path) -> io::Result<Folder> {
    private::create_dirs(dir).map_err(|error| could("make the lane's folder", &error))?;
    Folder::open(dir).map_err(|error| could("open the lane's folder", &error))
}

/// What it means that the supervisor hung up: mostly that it is dead, and its lock free.
fn why_hung_up(folder: &Folder) -> Notice {
    let until = Instant::now() + HANG_UP;
    loop {
        match folder.claim() {
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => break,
            // Free, or not to be found at all.
            Ok(Some(_)) | Err(_) => return Notice::Gone,
        }
    }
    let what =
        "the lane hung up on this screen, which did not listen; what runs goes on: open the session again".to_owned();
    Notice::Trouble { what }
}

fn could(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("could not {what}: {error}"))
}

fn send(stream: &Mutex<UnixStream>, request: &Request) -> io::Result<()> {
    write_line(&stream.lock().unwrap_or_else(PoisonError::into_inner), request)
}

fn write_line(mut stream: &UnixStream, request: &Request) -> io::Result<()> {
    let mut line = serde_json::to_string(request)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}

/// Everything that is said until the other side hangs up, which it must do within `patience`.
fn hear(mut stdout: impl Read + AsFd, patience: Duration) -> io::Result<String> {
    let until = Instant::now() + patience;
    let (mut said, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let wait = Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(0), tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&stdout, PollFlags::IN)], Some(&wait)) {
            Ok(0) => {
                let why = format!("it did not answer within {} s", patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            Ok(_) => match stdout.read(&mut buffer) {
                Ok(0) => return Ok(String::from_utf8_lossy(&said).into_owned()),
                Ok(count) => said.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            },
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Starts the supervisor and waits until it listens. It holds the lock from here on: the lock is its standard input.
fn start_supervisor(dir: &Path, setup: &LaneSetup, lock: File) -> io::Result<()> {
    let directory = match &setup.directory {
        Some(directory) => directory.clone(),
        None => std::env::current_dir().map_err(|error| could("find out the present directory", &error))?,
    };
    let runs = std::path::absolute(&setup.runs)?;
    let file = LaneFile { v: 1, runs, user: setup.user.clone(), directory, far: setup.far.clone() };
    private::replace(&dir.join("lane.json"), &serde_json::to_vec(&file)?)
        .map_err(|error| could("write lane.json", &error))?;
    // Never the path of this program: it may have been replaced by an upgrade.
    let program = setup.program.clone();
    let mut command = match &setup.scope {
        None => Command::new(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe"))),
        Some(runner) => {
            let mut command = Command::new(runner);
            // It becomes the program when the scope is there, so what it was given stays open.
            command.args(["--user", "--scope", "--quiet", "--collect", "--"]);
            command.arg(program.unwrap_or_else(|| PathBuf::from(format!("/proc/{}/exe", std::process::id()))));
            command
        }
    };
    if setup.scope.is_none() {
        // So that a list of processes says what it is.
        command.arg0("stanch");
    }
    if let Some(environment) = &setup.environment {
        command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    }
    let mut child = command
        .arg("lane")
        .arg(std::path::absolute(dir)?)
        .stdin(Stdio::from(lock))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| could("start the lane's supervisor", &error))?;
    let said = match child.stdout.take() {
        Some(stdout) => hear(stdout, PATIENCE),
        None => Ok(String::new()),
    };
    if said.is_err() {
        // It may be asking a directory service that is down; one that comes too late finds nobody waiting.
        drop(child.kill());
    }
    // Reaped when it leaves before this process does; else it is init's.
    std::thread::Builder::new().name("reaper".to_owned()).spawn(move || drop(child.wait()))?;
    match said.map_err(|error| could("start the lane's supervisor", &error))?.trim() {
        "ready" => Ok(()),
        "" => Err(io::Error::other("could not start the lane's supervisor: it died at once")),
        why => Err(io::Error::other(format!("could not start the lane's supervisor: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_says_nothing_is_not_waited_for_long() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (&theirs).write_all(b"rea").unwrap();
        let error = hear(ours.try_clone().unwrap(), Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        (&theirs).write_all(b"ready\n").unwrap();
        drop(theirs);
        assert_eq!(hear(ours, PATIENCE).unwrap(), "ready\n");
    }
}
