//! A lane to test with, and what is true of every run.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use stanch::runbook::{Effect, Mode, Shell, StopSignal};
use stanch::runner::{Lane, LaneSetup, Notice};
use stanch::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo, RunSpec};

/// Longer than anything takes, even on a machine under load. Nothing waits this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A session folder with one lane in it.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) lane: Lane,
    pub(crate) notices: Receiver<Notice>,
    pub(crate) next: u32,
}

pub(crate) fn setup(folder: &Path, user: Option<&str>) -> LaneSetup {
    LaneSetup {
        scope: None,
        environment: None,
        far: None,
        runs: folder.join("runs"),
        user: user.map(str::to_owned),
        directory: Some(PathBuf::from("/")),
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_stanch"))),
    }
}

pub(crate) fn open(folder: &Path, user: Option<&str>) -> (Lane, Receiver<Notice>) {
    open_with(folder, |setup| LaneSetup { user: user.map(str::to_owned), ..setup })
}

fn open_with(folder: &Path, change: impl FnOnce(LaneSetup) -> LaneSetup) -> (Lane, Receiver<Notice>) {
    let (sender, notices) = channel();
    let setup = change(setup(folder, None));
    let lane = Lane::open(&folder.join("lanes/1"), &setup, move |notice| drop(sender.send(notice)));
    (lane.unwrap(), notices)
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::of(None)
    }

    pub(crate) fn of(user: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (lane, notices) = open(folder.path(), user);
        Self { folder, lane, notices, next: 1 }
    }

    /// In a lane with this setup, made from the plain one.
    pub(crate) fn with(change: impl FnOnce(LaneSetup) -> LaneSetup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (lane, notices) = open_with(folder.path(), change);
        Self { folder, lane, notices, next: 1 }
    }

    /// Kills the lane's supervisor, lets `meanwhile` happen, and opens the lane anew.
    pub(crate) fn bereave(&mut self, change: impl FnOnce(LaneSetup) -> LaneSetup, meanwhile: impl FnOnce()) {
        kill_process(Pid::from_raw(self.lane.pid()).unwrap(), Signal::KILL).unwrap();
        self.wait(|notice| (*notice == Notice::Gone).then_some(()));
        meanwhile();
        (self.lane, self.notices) = open_with(self.folder.path(), change);
        assert!(self.lane.is_fresh());
    }

    /// With another program as supervisor.
    pub(crate) fn with_program(program: &Path) -> Self {
        Self::with(|setup| LaneSetup { program: Some(program.to_owned()), ..setup })
    }

    pub(crate) fn spec(&mut self, command: &str) -> RunSpec {
        let run = RunNo(self.next);
        self.next += 1;
        RunSpec {
            run,
            lane: LaneNo(1),
            purpose: Purpose::AdHoc,
            command: command.to_owned(),
            shell: Shell::Sh,
            strict: false,
            mode: Mode::Pty,
            effect: Effect::Read,
            cwd: None,
            env: Vec::new(),
            secrets: Vec::new(),
            width: 240,
            timeout_ms: None,
            stop_signal: StopSignal::Term,
            stop_grace_ms: 5000,
            as_before: None,
            secret_output: false,
            detach: false,
        }
    }

    /// The next notice that `wanted` turns into something.
    pub(crate) fn wait<T>(&self, wanted: impl FnMut(&Notice) -> Option<T>) -> T {
        wait(&self.notices, wanted)
    }

    pub(crate) fn wait_end(&self, run: RunNo) -> RunEnd {
        self.wait(|notice| match notice {
            Notice::Ended { run: ended, end, .. } if *ended == run => Some(end.clone()),
            _ => None,
        })
    }

    pub(crate) fn start(&self, spec: &RunSpec) {
        self.lane.start(spec, Vec::new()).unwrap();
    }

    /// Runs to the end.
    pub(crate) fn run_spec(&self, spec: &RunSpec) -> RunEnd {
        self.start(spec);
        self.wait_end(spec.run)
    }

    pub(crate) fn run(&mut self, command: &str) -> (RunEnd, String) {
        let spec = self.spec(command);
        let end = self.run_spec(&spec);
        (end, self.output(spec.run))
    }

    /// Runs it, and it carries over.
    pub(crate) fn run_kept(&mut self, command: &str) -> (RunEnd, String) {
        let done = self.run(command);
        self.lane.keep(RunNo(self.next - 1)).unwrap();
        done
    }

    pub(crate) fn path(&self, run: RunNo, name: &str) -> PathBuf {
        self.folder.path().join("runs").join(run.to_string()).join(name)
    }

    pub(crate) fn bytes(&self, run: RunNo) -> Vec<u8> {
        std::fs::read(self.path(run, "output")).unwrap()
    }

    pub(crate) fn output(&self, run: RunNo) -> String {
        String::from_utf8_lossy(&self.bytes(run)).into_owned()
    }

    /// Waits until the output of a run under way holds this.
    pub(crate) fn wait_output(&self, run: RunNo, text: &str) {
        let path = self.path(run, "output");
        let holds = || std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text));
        self.wait(|notice| match notice {
            Notice::Grew { .. } => holds().then_some(()),
            Notice::Ended { end, .. } => panic!("ended: {end:?}: {:?}", self.output(run)),
            _ => None,
        });
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A test that failed in the middle of a run leaves nothing behind either.
        let _ = self.lane.stop(RunNo(self.next - 1), true);
        let _ = self.lane.stop(RunNo(self.next - 1), true);
        let _ = self.lane.close();
    }
}

pub(crate) fn wait<T>(notices: &Receiver<Notice>, mut wanted: impl FnMut(&Notice) -> Option<T>) -> T {
    let mut seen = Vec::new();
    loop {
        match notices.recv_timeout(PATIENCE) {
            Ok(notice) => {
                if let Some(found) = wanted(&notice) {
                    return found;
                }
                seen.push(notice);
            }
            Err(error) => panic!("it did not come ({error}); these did: {seen:#?}"),
        }
    }
}

/// Waits for something that no notice tells of.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(std::time::Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process lives; zombies do not.
pub(crate) fn is_alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

#[test]
fn a_command_runs_and_its_record_is_whole() {
    let mut bench = Bench::new();
    let (end, output) = bench.run("echo one; echo two >&2; exit 3");
    assert_eq!(output, "one\ntwo\n");
    assert_eq!((end.exit.clone(), end.bytes, end.lines, end.dropped), (Exit::Code(3), 8, 2, 0));
    assert!(end.carried);
    let written: RunEnd = serde_json::from_slice(&std::fs::read(bench.path(RunNo(1), "exit.json")).unwrap()).unwrap();
    assert_eq!(written, end);
    let spec: RunSpec = serde_json::from_slice(&std::fs::read(bench.path(RunNo(1), "command.json")).unwrap()).unwrap();
    assert_eq!(spec.command, "echo one; echo two >&2; exit 3");
    let times = std::fs::read_to_string(bench.path(RunNo(1), "times")).unwrap();
    assert!(times.lines().last().unwrap().ends_with(" 8"), "{times:?}");
}

#[test]
fn five_hundred_commands_that_touch_the_terminal_at_once_all_end() {
    let mut bench = Bench::new();
    for round in 0..250 {
        let (end, output) = bench.run("stty -a </dev/tty >/dev/null && stty rows 10 && tty");
        assert_eq!(end.exit, Exit::Code(0), "round {round}: {output}");
        assert!(output.starts_with("/dev/pts/"), "round {round}: {output}");
        let (end, output) = bench.run("tty >/dev/tty; stty size");
        assert_eq!(end.exit, Exit::Code(0), "round {round}: {output}");
        assert!(output.ends_with("50 240\n"), "a run's terminal has its own size again: {output}");
    }
}

#[test]
fn every_run_of_a_lane_has_the_same_terminal_and_is_in_its_foreground() {
    let mut bench = Bench::new();
    // Fields 5 and 8 of the shell's own stat: its group, and the terminal's foreground group.
    let command = "tty; read -r line </proc/$$/stat; set -- $line; [ \"$5\" = \"$8\" ] && echo foreground";
    let first = bench.run(command).1;
    assert!(first.ends_with("foreground\n"), "{first}");
    assert_eq!(bench.run(command).1, first);
}

#[test]
fn a_command_inherits_no_blocked_or_ignored_signal_and_no_file() {
    let mut bench = Bench::new();
    let command = "grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | tr '\\n' ' '";
    // Whoever runs the tests may have left something to their children; the lane adds nothing to it.
    let plain = std::process::Command::new("sh").args(["-c", command]).output().unwrap();
    assert_eq!(bench.run(command).1, String::from_utf8(plain.stdout).unwrap());
}

#[test]
fn a_syntax_error_is_told_and_the_lane_goes_on() {
    let mut bench = Bench::new();
    let (end, output) = bench.run("if true; the");
    assert_ne!(end.exit, Exit::Code(0));
    assert!(output.to_lowercase().contains("syntax error"), "{output}");
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_run_is_never_run_twice() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("echo once");
    bench.run_spec(&spec);
    spec.command = "echo twice".to_owned();
    let end = bench.run_spec(&spec);
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("has a record already")), "{end:?}");
    assert_eq!(bench.output(spec.run), "once\n");
    let written: RunEnd = serde_json::from_slice(&std::fs::read(bench.path(RunNo(1), "exit.json")).unwrap()).unwrap();
    assert_eq!(written.exit, Exit::Code(0));
}

#[test]
fn what_cannot_be_started_says_why() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("true");
    spec.cwd = Some("/nowhere/at/all".to_owned());
    let end = bench.run_spec(&spec);
    assert_eq!(end.exit, Exit::NotStarted("could not enter /nowhere/at/all: no such directory".to_owned()));
    let mut spec = bench.spec("true");
    spec.env = vec![("BIG".to_owned(), "x".repeat(200_000))];
    let end = bench.run_spec(&spec);
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("Argument list too long")), "{end:?}");
    let spec = bench.spec("while :; do sleep 100; done");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Started { .. }).then_some(()));
    let other = bench.spec("true");
    let end = bench.run_spec(&other);
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("is under way in this lane")), "{end:?}");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
}

#[test]
fn a_directory_is_entered_relative_to_the_lane_and_home_is_home() {
    let mut bench = Bench::new();
    bench.run_kept("cd /usr");
    for (cwd, there) in [("share", "/usr/share\n"), ("/etc", "/etc\n"), ("~", "home\n"), ("~/.", "home\n")] {
        let mut spec = bench.spec("[ \"$PWD\" -ef ~ ] && echo home || pwd");
        spec.cwd = Some(cwd.to_owned());
        bench.run_spec(&spec);
        assert_eq!(bench.output(spec.run), there, "{cwd}");
    }
}

#[test]
fn what_a_command_does_to_the_terminal_does_not_reach_the_next() {
    let mut bench = Bench::new();
    let before = bench.run("stty -g").1;
    bench.run("stty raw -echo intr x rows 3 columns 7");
    assert_eq!(bench.run("stty -g").1, before);
}

#[test]
fn strict_commands_stop_at_the_first_failure_and_bash_is_bash() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("false\necho not reached");
    spec.strict = true;
    let end = bench.run_spec(&spec);
    assert_eq!((end.exit, end.bytes, end.carried), (Exit::Code(1), 0, true));
    let mut spec = bench.spec("false | true\necho \"not reached\"");
    spec.shell = Shell::Bash;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(1));
    let mut spec = bench.spec("x=(a b); echo ${x[1]}");
    spec.shell = Shell::Bash;
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    assert_eq!(bench.output(spec.run), "b\n");
}

#[test]
fn the_commands_own_shell_is_not_found_by_a_search_for_its_words() {
    let mut bench = Bench::new();
    let (end, output) =
        bench.run("grep -l needle-in-arguments /proc/[0-9]*/cmdline 2>/dev/null | grep -v self | wc -l");
    // Only grep itself.
    assert_eq!((end.exit, output.trim()), (Exit::Code(0), "1"));
}
