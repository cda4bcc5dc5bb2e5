//! From a run's spec to its process.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::carry::{Environment, State};
use super::prelude::{self, Tools, VARIABLE};
use super::recording::Source;
use super::terminal::Terminal;
use super::user::{User, which};
use crate::runbook::{Mode, Shell};
use crate::session::run::RunSpec;
use crate::store::private;
use crate::text::redact::Secrets;

/// Programs that would wait for a key at the end of each page.
const PAGERS: [&str; 7] = ["PAGER", "GIT_PAGER", "SYSTEMD_PAGER", "MANPAGER", "PSQL_PAGER", "AWS_PAGER", "DELTA_PAGER"];
/// The size of a run's pipe in bytes; an unprivileged process may have this much.
pub(super) const PIPE_SIZE: usize = 1 << 20;

/// Everything that is settled before a process exists.
pub(super) struct Plan {
    /// What stands on top of the lane's environment for this run only.
    pub(super) given: Environment,
    arguments: Vec<OsString>,
    environment: Environment,
    directory: PathBuf,
    /// For another user: what the shell reads before it opens the terminal.
    script: Option<Vec<u8>>,
    source: Source,
}

/// A command that exists.
pub(super) struct Launched {
    /// Reaped through this, when the run is over.
    pub(super) handle: duct::Handle,
    /// The shell, and its group.
    pub(super) pid: Pid,
    /// The pipe it writes to, where it does: to read, and to mark its end.
    pub(super) pipe: Option<(File, File)>,
    /// What comes from there.
    pub(super) source: Source,
}

/// What the lane itself brings.
pub(super) struct Lane<'a> {
    /// Marks words of ours in the output.
    pub(super) nonce: &'a str,
    /// None where one of the programs is missing: then nothing carries over.
    pub(super) tools: Option<&'a Tools>,
    /// Another user.
    pub(super) user: Option<&'a User>,
    /// The operator's environment.
    pub(super) operators: &'a Environment,
}

/// What stands on top of the lane's environment for this run only.
pub(super) fn given(spec: &RunSpec, secrets: &[(String, String)]) -> io::Result<Environment> {
    let mut given = Environment::new();
    given.insert("TERM".into(), "xterm-256color".into());
    if spec.mode != Mode::Interactive {
        given.extend(PAGERS.iter().map(|name| (OsString::from(name), OsString::from("cat"))));
    }
    let values = spec.env.iter().chain(secrets);
    given.extend(values.map(|(name, value)| (OsString::from(name), OsString::from(value))));
    match given.iter().find(|(name, value)| !can_be_variable(name, value)) {
        None => Ok(given),
        Some((name, _)) => Err(io::Error::other(format!(
            "could not set {}: a NUL byte, an empty name or a `=` in the name cannot be in the environment",
            name.to_string_lossy()
        ))),
    }
}

/// Where its output comes from.
pub(super) fn source(spec: &RunSpec) -> Source {
    match (spec.secret_output, spec.mode) {
        (true, _) => Source::Secret,
        (false, Mode::Pipe) => Source::Pipe,
        (false, _) => Source::Terminal,
    }
}

/// Settles how a run will be started.
pub(super) fn plan(spec: &RunSpec, secrets: &[(String, String)], state: &State, lane: &Lane<'_>) -> io::Result<Plan> {
    let given = given(spec, secrets)?;
    let tools = lane.tools.filter(|_| spec.mode != Mode::Follow);
    let ending = tools.map(|tools| prelude::ending(lane.nonce, spec.run, tools));
    let text = prelude::text(&spec.command, spec.strict, ending.as_deref());
    let directory = match &spec.cwd {
        None => state.directory.clone(),
        Some(cwd) => state.directory.join(at_home(cwd, state, lane)),
    };
    let enterable = directory.is_dir() && rustix::fs::access(&directory, rustix::fs::Access::EXEC_OK).is_ok();
    let source = source(spec);
    let Some(user) = lane.user else {
        if !enterable {
            return Err(io::Error::other(format!("could not enter {}: no such directory", directory.display())));
        }
        let mut environment = state.environment.clone();
        environment.extend(given.clone());
        // So that the shell goes on calling the directory what the operator calls it.
        environment.insert("PWD".into(), directory.clone().into());
        environment.insert(VARIABLE.into(), OsStr::from_bytes(&text).to_owned());
        let arguments = shell(spec.shell, environment.get(OsStr::new("PATH")), "eval \"$STANCH_RUN\"")?;
        return Ok(Plan { given, arguments, environment, directory, script: None, source });
    };
    let values = state.environment.iter().chain(&given).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    // Where the operator may not go, the other user perhaps may.
    let enter = (!enterable).then(|| directory.as_os_str().as_bytes());
    let script = prelude::script(values, enter, &text);
    let mut arguments = user.switch()?;
    arguments.extend(shell(spec.shell, None, "eval \"$(cat)\"")?);
    let directory = if enterable { directory } else { PathBuf::from("/") };
    let environment = user.environment(lane.operators);
    Ok(Plan { given, arguments, environment, directory, script: Some(script), source })
}

/// The directory as it was written, with a leading `~` as a shell reads it.
fn at_home(cwd: &str, state: &State, lane: &Lane<'_>) -> PathBuf {
    let home = match lane.user {
        Some(user) => Some(PathBuf::from(user.home())),
        None => state.environment.get(OsStr::new("HOME")).map(PathBuf::from),
    };
    match (cwd.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(cwd),
    }
}

/// Starts it: a stage first, which becomes the command when it is in the foreground.
pub(super) fn launch(plan: &Plan, terminal: &Terminal) -> io::Result<Launched> {
    let stdin = match &plan.script {
        Some(script) => fed(script.clone())?,
        None => terminal.slave()?,
    };
    let (pipe, stdout, stderr) = match plan.source {
        Source::Terminal => (None, terminal.slave()?, terminal.slave()?),
        Source::Pipe | Source::Secret => {
            let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
            // Only slower where it is refused.
            let _ = fcntl_setpipe_size(&write, PIPE_SIZE);
            let stderr = if plan.source == Source::Pipe { write.try_clone()? } else { terminal.slave()? };
            let end = reopened(&write)?;
            (Some((File::from(read), end)), write, stderr)
        }
    };
    let mut arguments = vec![OsString::from("stage")];
    arguments.extend(plan.arguments.iter().cloned());
    let handle = duct::cmd("/proc/self/exe", arguments)
        .stdin_file(stdin)
        .stdout_file(stdout)
        .stderr_file(stderr)
        .dir(&plan.directory)
        .full_env(&plan.environment)
        .before_spawn(|command| {
            command.process_group(0);
            Ok(())
        })
        .unchecked()
        .start()?;
    let pid = handle.pids().first().and_then(|pid| i32::try_from(*pid).ok()).and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("could not learn the process of the command"))?;
    bring_forward(pid, terminal)?;
    Ok(Launched { handle, pid, pipe, source: plan.source })
}

/// Waits until the stage stands still, makes its group the foreground group, and lets it go on.
pub(super) fn bring_forward(pid: Pid, terminal: &Terminal) -> io::Result<()> {
    let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let status = loop {
        match waitid(WaitId::Pid(pid), options) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?,
        }
    };
    // One that ended already has said why in the run's output.
    if status.is_some_and(|status| status.stopped()) {
        let forward = terminal.bring_forward(pid);
        kill_process(pid, if forward.is_ok() { Signal::CONT } else { Signal::KILL })?;
        forward?;
    }
    Ok(())
}

/// A standard input that holds these bytes. They are written by a thread, because they may be more than a pipe takes.
fn fed(bytes: Vec<u8>) -> io::Result<OwnedFd> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
    let mut write = File::from(write);
    // A reader that dies early is seen as the run's end.
    std::thread::Builder::new().name("feed".to_owned()).spawn(move || drop(write.write_all(&bytes)))?;
    Ok(read)
}

/// The write end of a pipe, opened anew so that its not blocking is nobody else's.
pub(super) fn reopened(pipe: &OwnedFd) -> io::Result<File> {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    std::fs::OpenOptions::new().write(true).custom_flags(flags).open(format!("/proc/self/fd/{}", pipe.as_raw_fd()))
}

/// The spec as it may be written: no value of a secret, wherever it hides. Not synced: the journal says the same, and did it before.
pub(super) fn write_command(folder: &Path, spec: &RunSpec, secrets: &Secrets) -> io::Result<()> {
    let mut spec = spec.clone();
    spec.command = secrets.redact_str(&spec.command);
    spec.cwd = spec.cwd.map(|cwd| secrets.redact_str(&cwd));
    for (_, value) in &mut spec.env {
        *value = secrets.redact_str(value);
    }
    private::replace_cache(&folder.join("command.json"), &serde_json::to_vec_pretty(&spec)?)
}

/// The shell and its arguments.
fn shell(shell: Shell, path: Option<&OsString>, text: &str) -> io::Result<Vec<OsString>> {
    let (name, options): (_, &[&str]) = match shell {
        Shell::Sh => ("sh", &["-c"]),
        Shell::Bash => ("bash", &["-eo", "pipefail", "-c"]),
        Shell::Zsh => ("zsh", &["-c"]),
    };
    let found = which(name, path.map(OsString::as_os_str)).or_else(|| which(name, None));
    let program = found.ok_or_else(|| io::Error::other(format!("could not start {name}: it is not installed")))?;
    let mut words = vec![program.into_os_string()];
    words.extend(options.iter().map(OsString::from));
    words.extend([text, name].map(OsString::from));
    Ok(words)
}

/// Whether the environment can hold it.
fn can_be_variable(name: &OsStr, value: &OsStr) -> bool {
    let name = name.as_bytes();
    !name.is_empty() && !name.contains(&b'=') && !name.contains(&0) && !value.as_bytes().contains(&0)
}

/// The programs of the exit trap, where all are there.
pub(super) fn tools(path: Option<&OsStr>) -> Option<Tools> {
    let find = |name: &str| which(name, path).or_else(|| which(name, None)).and_then(|found| text(&found));
    Some(Tools { env: find("env")?, base64: find("base64")?, cksum: find("cksum")? })
}

fn text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}
