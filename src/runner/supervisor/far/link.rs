//! The connection of a lane: its processes, and how far it has come.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use super::super::carry::{Environment, State, parse_far};
use super::super::control::Event;
use super::super::envelope::opening;
use super::super::launch::{PIPE_SIZE, bring_forward, reopened};
use super::super::main::nonce;
use super::super::terminal::{Terminal, mark};
use super::plan::Plan;
use super::ssh::{Ssh, short};
use super::text;
use crate::runner::far::Far;
use crate::session::run::{RunNo, RunSpec};
use crate::store::private;

/// How long the last words of a connection may take to come through its terminal.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// How far the connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Phase {
    /// There is none.
    Down,
    /// It is being made: `ssh` may ask the operator.
    Calling,
    /// The far terminal is there, its clerk not yet.
    Greeting,
    /// Runs may start.
    Up,
}

/// What comes from the connection's threads.
pub(in super::super) enum Told {
    /// How `ssh` is to be called; nobody else calls that host meanwhile.
    Settled(Result<(Ssh, File), String>),
    /// The clerk, or the keeper through it: one line.
    Line(String),
    /// The clerk is gone; what its `ssh` said.
    ClerkEnded(String),
}

/// Programs of the far side that tell a run's end state.
pub(in super::super) struct Tools {
    pub(super) awk: String,
    pub(super) od: String,
    pub(super) cksum: String,
}

/// What is known of the far side.
pub(in super::super) struct Ground {
    pub(super) folder: String,
    pub(super) terminal: String,
    pub(super) nonce: String,
    /// Whoever logged in is root.
    pub(super) root: bool,
    /// None where one is missing: then nothing carries over.
    pub(super) tools: Option<Tools>,
    /// Where everything begins.
    pub(super) first: State,
}

impl Ground {
    /// Where everything begins.
    pub(in super::super) fn first(&self) -> &State {
        &self.first
    }
}

/// The connection of a lane.
pub(in super::super) struct Link {
    pub(in super::super) far: Far,
    environment: Environment,
    /// Where the session's lanes are: they share the connection.
    folder: PathBuf,
    nonce: String,
    events: Sender<Event>,
    phase: Phase,
    /// Which attempt this is; what an earlier one's threads still tell is not heard.
    call: u32,
    key: String,
    ssh: Option<Ssh>,
    /// Held until the connection is there.
    turn: Option<File>,
    keeper: Option<Pid>,
    clerk: Option<Sender<Vec<u8>>>,
    /// Standard input of what carries the output of a run that outlives its connection: it goes when this does.
    follower: Option<ChildStdin>,
    ground: Option<Ground>,
}

impl Link {
    pub(in super::super) fn new(
        far: Far,
        environment: Environment,
        folder: PathBuf,
        nonce: String,
        events: Sender<Event>,
    ) -> Self {
        let (phase, call, key) = (Phase::Down, 0, String::new());
        let (ssh, turn, keeper, clerk, follower, ground) = (None, None, None, None, None, None);
        Self { far, environment, folder, nonce, events, phase, call, key, ssh, turn, keeper, clerk, follower, ground }
    }

    pub(in super::super) fn phase(&self) -> Phase {
        self.phase
    }

    /// What is known of the far side, once it is up.
    pub(in super::super) fn ground(&self) -> Option<&Ground> {
        self.ground.as_ref().filter(|_| self.phase == Phase::Up)
    }

    /// The call under way.
    pub(in super::super) fn call_no(&self) -> u32 {
        self.call
    }

    /// The local `ssh`, for people.
    pub(in super::super) fn pid(&self) -> i32 {
        self.keeper.map_or(0, |pid| pid.as_raw_nonzero().get())
    }

    /// Begins to make the connection: how `ssh` is called must be asked, which may take its time. Quietly: without asking anybody.
    pub(in super::super) fn dial(&mut self, quietly: bool) -> io::Result<()> {
        self.call += 1;
        self.phase = Phase::Calling;
        self.key = nonce()?;
        let (call, events, mut far) = (self.call, self.events.clone(), self.far.clone());
        far.unattended |= quietly;
        let (environment, folder) = (self.environment.clone(), self.folder.clone());
        Builder::new().name("dial".to_owned()).spawn(move || {
            let settled = Ssh::settle(&far, &environment, &folder).and_then(|ssh| {
                // To each target one lane at a time, so that the next finds the connection of the first and nobody is asked twice.
                let turn = folder.join(format!("ssh-turn-{}", short(&far.target)));
                let lock = private::options().create(true).write(true).truncate(false).open(turn);
                let lock = lock.map_err(|error| error.to_string())?;
                flock(&lock, FlockOperation::LockExclusive).map_err(|error| error.to_string())?;
                Ok((ssh, lock))
            });
            drop(events.send(Event::Far(call, Told::Settled(settled))));
        })?;
        Ok(())
    }

    /// Starts the `ssh` that has the lane's terminal.
    pub(in super::super) fn start_keeper(&mut self, ssh: Ssh, turn: File, terminal: &Terminal) -> io::Result<()> {
        let mut command =
            self.command("/proc/self/exe".into(), ssh.keeper(&text::keeper(&self.key, &self.nonce)), true);
        command.env("TERM", "xterm-256color");
        command.stdin(terminal.slave()?).stdout(terminal.slave()?).stderr(terminal.slave()?);
        let child = command.process_group(0).spawn()?;
        let pid = pid_of(&child)?;
        self.keeper = Some(pid);
        let mut word = opening(&self.nonce);
        word.extend_from_slice(format!("0;down;{}\x07", self.call).as_bytes());
        let marker = terminal.marker()?;
        Builder::new().name("keeper".to_owned()).spawn(move || {
            while matches!(
                waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT),
                Err(rustix::io::Errno::INTR)
            ) {}
            // Behind its last words.
            mark(&marker, &word, LAST_WORDS);
        })?;
        bring_forward(pid, terminal)?;
        self.ssh = Some(ssh);
        self.turn = Some(turn);
        Ok(())
    }

    /// The far terminal is there: starts the clerk.
    pub(in super::super) fn start_clerk(&mut self, folder: &str) -> io::Result<()> {
        self.phase = Phase::Greeting;
        let Some(ssh) = &self.ssh else { return Ok(()) };
        let (remote, text) = text::clerk(folder, &self.key, &self.nonce);
        let words = ssh.channel(&remote);
        let mut child =
            self.channel(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let first = State { directory: "/".into(), environment: Environment::new() };
        let (folder, terminal, nonce) = (folder.to_owned(), "/dev/tty".to_owned(), self.nonce.clone());
        self.ground = Some(Ground { folder, terminal, nonce, root: false, tools: None, first });
        let (requests, waiting): (Sender<Vec<u8>>, Receiver<Vec<u8>>) = channel();
        if let Some(mut stdin) = child.stdin.take() {
            Builder::new().name("clerk in".to_owned()).spawn(move || {
                for request in std::iter::once(text).chain(waiting) {
                    if stdin.write_all(&request).and_then(|()| stdin.flush()).is_err() {
                        break;
                    }
                }
            })?;
        }
        let (call, events, stdout, stderr) = (self.call, self.events.clone(), child.stdout.take(), child.stderr.take());
        let words = Builder::new().name("clerk words".to_owned()).spawn(move || {
            let mut said = Vec::new();
            // What it says to the end, or nothing.
            drop(stderr.map(|stderr| stderr.take(4096).read_to_end(&mut said)));
            String::from_utf8_lossy(&said).trim().to_owned()
        })?;
        Builder::new().name("clerk out".to_owned()).spawn(move || {
            for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).split(b'\n')).map_while(Result::ok)
            {
                let line = String::from_utf8_lossy(&line).into_owned();
                if events.send(Event::Far(call, Told::Line(line))).is_err() {
                    return;
                }
            }
            let said = words.join().unwrap_or_default();
            drop(events.send(Event::Far(call, Told::ClerkEnded(said))));
        })?;
        self.clerk = Some(requests);
        Ok(())
    }

    /// What the far side tells of itself; true when that was all.
    pub(in super::super) fn learn(&mut self, line: &str) -> bool {
        let Some(ground) = &mut self.ground else { return false };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ground" => {
                let words: Vec<&str> = rest.split(' ').collect();
                if let [user, terminal, awk, od, cksum] = words[..] {
                    ground.root = user == "0";
                    terminal.clone_into(&mut ground.terminal);
                    let there = [awk, od, cksum].iter().all(|tool| *tool != "-");
                    let tool = |path: &str| path.to_owned();
                    ground.tools = there.then(|| Tools { awk: tool(awk), od: tool(od), cksum: tool(cksum) });
                }
                false
            }
            "home" => {
                ground.first.directory = PathBuf::from(rest);
                false
            }
            "first" => {
                if let Some(first) = parse_far(rest.as_bytes(), &self.nonce) {
                    ground.first = first;
                }
                self.phase = Phase::Up;
                self.turn = None;
                true
            }
            _ => false,
        }
    }

    /// Has a run started. The pipe its output comes through, where it has one, and its end for a mark.
    pub(in super::super) fn run(&self, spec: &RunSpec, plan: &Plan, rows: u16) -> io::Result<Option<(File, File)>> {
        let Some(ground) = self.ground() else { return Err(io::Error::other("the connection is not there")) };
        let pipe = match plan.kind {
            "pipe" | "secret" => Some(self.carry_output(spec.run, &ground.folder)?),
            _ => None,
        };
        let (run, job, script) = (spec.run.0, plan.job.len(), plan.script.len());
        let line = format!("run {run} {job} {script} {} {} {rows} {}\n", plan.kind, spec.width, ground.terminal);
        self.ask([line.as_bytes(), &plan.job, &plan.script].concat());
        Ok(pipe)
    }

    /// Starts what carries the output of a run with a pipe.
    fn carry_output(&self, run: RunNo, folder: &str) -> io::Result<(File, File)> {
        let Some(ssh) = &self.ssh else { return Err(io::Error::other("the connection is not there")) };
        let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
        // Only slower where it is refused.
        let _ = fcntl_setpipe_size(&write, PIPE_SIZE);
        let end = reopened(&write)?;
        let words = ssh.channel(&text::carrier(folder, run.0));
        let said: OwnedFd = write.try_clone()?;
        let mut child = self.channel(words).stdin(Stdio::null()).stdout(write).stderr(said).spawn()?;
        let (call, events) = (self.call, self.events.clone());
        Builder::new().name("carrier".to_owned()).spawn(move || {
            // One that was reaped by others has ended too.
            drop(child.wait());
            drop(events.send(Event::Far(call, Told::Line(format!("carried {}", run.0)))));
        })?;
        Ok((File::from(read), end))
    }

    /// What names the folders of this call.
    pub(in super::super) fn key(&self) -> &str {
        &self.key
    }

    /// Starts what carries the output of a run that outlives its connection; `key` named its folder, so many bytes of it are here.
    pub(in super::super) fn follow(&mut self, run: RunNo, key: &str, from: u64) -> io::Result<File> {
        let (Some(ssh), Some(ground)) = (&self.ssh, self.ground()) else {
            return Err(io::Error::other("the connection is not there"));
        };
        let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
        let base = ground.folder.rsplit_once('/').map_or("/tmp", |(base, _)| base);
        let words = ssh.channel(&text::follower(&format!("{base}/stanch-{key}-{}", run.0), from));
        let mut child = self.channel(words).stdin(Stdio::piped()).stdout(write).stderr(Stdio::null()).spawn()?;
        self.follower = child.stdin.take();
        Builder::new().name("follower".to_owned()).spawn(move || drop(child.wait()))?;
        Ok(File::from(read))
    }

    /// All of that output is here.
    pub(in super::super) fn unfollow(&mut self) {
        self.follower = None;
    }

    /// A request to the clerk. One that is gone is known to be by its own end.
    pub(in super::super) fn ask(&self, request: Vec<u8>) {
        if let Some(clerk) = &self.clerk {
            drop(clerk.send(request));
        }
    }

    /// Ends what there is of the connection on this side.
    pub(in super::super) fn hang_up(&mut self) {
        if let Some(keeper) = self.keeper {
            let _ = kill_process_group(keeper, Signal::TERM);
            let _ = kill_process(keeper, Signal::CONT);
        }
        (self.clerk, self.follower) = (None, None);
    }

    /// It is over.
    pub(in super::super) fn down(&mut self) {
        self.hang_up();
        (self.phase, self.keeper, self.turn, self.ground) = (Phase::Down, None, None, None);
    }

    fn channel(&self, words: Vec<OsString>) -> Command {
        let mut words = words.into_iter();
        self.command(words.next().unwrap_or_default(), words.collect(), false)
    }

    fn command(&self, program: OsString, words: Vec<OsString>, staged: bool) -> Command {
        let mut command = Command::new(program);
        command.args(staged.then_some("stage")).args(words);
        command.current_dir(&self.folder).env_clear().envs(&self.environment).process_group(0);
        command
    }
}

fn pid_of(child: &Child) -> io::Result<Pid> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| io::Error::other("could not learn the process of ssh"))
}
