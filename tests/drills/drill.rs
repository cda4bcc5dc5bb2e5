//! A drill worked by hand: its scripts, and its runbook's commands judged as the program judges them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stanch::runbook::{Host, Mode, Pattern, PhaseName, Runbook, Step};
use stanch::session::judge::{Judge, Judgement};
use stanch::session::run::{Exit, Purpose, RunEnd};

use crate::support::Home;

/// A drill after its `break`; cleaned when dropped.
pub(crate) struct Drill {
    home: Home,
    folder: PathBuf,
    scripts: PathBuf,
    runbook: Runbook,
    values: BTreeMap<String, String>,
    patience: Option<Duration>,
}

/// What a step did.
pub(crate) struct Done {
    pub(crate) healthy: bool,
    pub(crate) output: String,
    /// Where its signs lead.
    pub(crate) leads: Vec<String>,
}

/// Whether one of the lines is this.
pub(crate) fn sees(done: &Done, line: &str) -> bool {
    done.output.lines().any(|own| own == line)
}

impl Drill {
    pub(crate) fn start(id: &str) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks").join(id);
        let parsed = stanch::runbook::parse(id, &std::fs::read_to_string(source.join("runbook.yaml")).unwrap());
        assert_eq!(parsed.problems, [], "{id}");
        let home = Home::new();
        // Blanks and a quote in the name: nobody promised a folder without.
        let folder = home.root().join("it's a drill");
        std::fs::create_dir(&folder).unwrap();
        let runbook = parsed.runbook.unwrap();
        let values = BTreeMap::new();
        let mut drill = Self { home, folder, scripts: source.join("drill"), runbook, values, patience: None };
        drill.script("break");
        let given = std::fs::read_to_string(drill.folder.join("vars.env")).unwrap();
        let pairs = given.lines().map(|line| line.split_once('=').unwrap());
        drill.values.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut declared: Vec<_> = drill.runbook.vars.iter().map(|(name, _)| name).collect();
        declared.sort();
        assert_eq!(drill.values.keys().collect::<Vec<_>>(), declared, "a drill gives every variable and no other");
        drill
    }

    /// Runs a script of the drill as the program does: with nothing but `PATH` and `DRILL`.
    pub(crate) fn script(&self, name: &str) {
        let mut command = self.home.command("sh");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("DRILL", &self.folder);
        let output = command.arg(self.scripts.join(name)).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// From now on `until` is given up after the first try: for what is known to stay red.
    pub(crate) fn quickly(&mut self) -> &mut Self {
        self.patience = Some(Duration::ZERO);
        self
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Gives a variable another value, as an operator may.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Runs something that is no step, with the values in force.
    #[track_caller]
    pub(crate) fn outside(&self, text: &str) -> String {
        let (code, output) = self.sh(text, true);
        assert_eq!(code, 0, "{text}: {output}");
        output
    }

    /// The same on a server of the drill.
    #[track_caller]
    pub(crate) fn outside_on(&self, host: &str, text: &str) -> String {
        let (code, output) = self.sh_on(host, text, true);
        assert_eq!(code, 0, "{text} on {host}: {output}");
        output
    }

    fn step(&self, id: &str) -> &Step {
        self.runbook.step(id).unwrap_or_else(|| panic!("there is no step {id}")).1
    }

    fn command(&self, text: &str, strict: bool) -> Command {
        let mut command = self.home.command("sh");
        command.envs(&self.values).arg(if strict { "-ec" } else { "-c" }).arg(format!("exec 2>&1\n{text}"));
        command
    }

    fn sh(&self, text: &str, strict: bool) -> (i32, String) {
        let output = self.command(text, strict).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// The same on a server of the drill; values go there through standard input.
    fn sh_on(&self, host: &str, text: &str, strict: bool) -> (i32, String) {
        let mut ssh = self.home.command("ssh");
        let folder = self.outside_folder().expect("a folder of its own").join("ssh");
        // One connection for each server, as long as that is there.
        ssh.arg("-F").arg(folder.join("config")).args(["-o", "ControlMaster=auto", "-o", "ControlPersist=yes", "-o"]);
        ssh.arg(format!("ControlPath={}/%n", folder.display()));
        ssh.args([host, if strict { "exec sh -es" } else { "exec sh -s" }]);
        let mut child = ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let values = self.values.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value)));
        // Evaluated, so that what the command reads is not the rest of its own text.
        let script = format!("exec 2>&1\n{}eval {} </dev/null\n", values.collect::<String>(), quoted(text));
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// The hosts that these names lead to, groups spread.
    fn hosts(&self, names: &[String]) -> Vec<String> {
        let spread = |name: &String| match &self.runbook.hosts[name] {
            Host::Group(members) => members.clone(),
            Host::One(_) | Host::From(_) => vec![name.clone()],
        };
        names.iter().flat_map(spread).collect()
    }

    /// What a command of a step does, on each of its hosts: the host where not this machine, its exit code, its output.
    fn everywhere(&self, on: &[String], text: &str, strict: bool) -> Vec<(Option<String>, i32, String)> {
        if on.is_empty() {
            let (code, output) = self.sh(text, strict);
            return vec![(None, code, output)];
        }
        let hosts = self.hosts(on).into_iter();
        hosts
            .map(|host| (self.sh_on(&host, text, strict), host))
            .map(|((code, output), host)| (Some(host), code, output))
            .collect()
    }

    /// What a step that is followed says first.
    fn glance(&self, text: &str, strict: bool) -> (i32, String) {
        let mut child = self.command(text, strict).process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let group = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
        child.wait().unwrap();
        (0, first)
    }

    /// Runs a step, again as its `until` says. Captured values and the named groups of signs become variables.
    pub(crate) fn run(&mut self, id: &str) -> Done {
        let step = self.step(id).clone();
        let command = step.command().unwrap();
        let began = Instant::now();
        loop {
            let ran = match command.mode {
                Mode::Follow => {
                    let (code, output) = self.glance(&command.run, command.strict);
                    vec![(None, code, output)]
                }
                _ => self.everywhere(&command.on, &command.run, command.strict),
            };
            let judged = |(_, code, output): &(Option<String>, i32, String)| {
                let mut judge = Judge::new(Some(&self.runbook), &Purpose::Step { step: id.to_owned(), attempt: 1 });
                for (number, line) in (1..).zip(output.lines()) {
                    judge.line(number, line);
                }
                judge.finish(&ended(*code))
            };
            let judgements: Vec<Judgement> = ran.iter().map(judged).collect();
            let healthy = judgements.iter().all(|judgement| judgement.verdict.is_healthy());
            if let Some(until) = step.until.filter(|_| !healthy)
                && began.elapsed() < self.patience.unwrap_or(until.for_)
            {
                std::thread::sleep(until.every); // the runbook's own pause between two tries
                continue;
            }
            let mut leads = Vec::new();
            for judgement in judgements {
                let captures = judgement.captures.into_iter().filter_map(|(name, value)| Some((name, value?)));
                self.values.extend(captures.chain(judgement.signs.iter().flat_map(|sign| sign.groups.clone())));
                let signs = judgement.signs.iter().map(|found| &step.signs[found.sign as usize]);
                leads.extend(signs.flat_map(|sign| sign.go.iter().map(ToString::to_string)));
            }
            let outputs =
                ran.into_iter().map(|(host, _, output)| match host.filter(|_| command.on != self.hosts(&command.on)) {
                    Some(host) => output.lines().flat_map(|line| [&host, ": ", line, "\n"]).collect(),
                    None => output,
                });
            return Done { healthy, output: outputs.collect(), leads };
        }
    }

    pub(crate) fn expect(&mut self, ids: &[&str], healthy: bool) {
        for id in ids {
            let done = self.run(id);
            assert_eq!(done.healthy, healthy, "{id}, which said:\n{}", done.output);
        }
    }

    /// Runs a step until it comes out so: what loads a service needs a moment to do it.
    pub(crate) fn becomes(&mut self, id: &str, healthy: bool) {
        let began = Instant::now();
        loop {
            let done = self.run(id);
            if done.healthy == healthy {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{id} stays as it is, and says:\n{}", done.output);
        }
    }

    fn ids(&self, phase: PhaseName) -> Vec<String> {
        self.runbook.phase(phase).steps.iter().map(|step| step.id.clone()).collect()
    }

    /// Runs every step of a phase, whatever comes of it; true when all were healthy.
    pub(crate) fn walk(&mut self, phase: PhaseName) -> bool {
        let healthy: Vec<bool> = self.ids(phase).iter().map(|id| self.run(id).healthy).collect();
        healthy.into_iter().all(|healthy| healthy)
    }

    /// Works a way out: every step of it, then the whole verify phase.
    pub(crate) fn work(&mut self, phase: PhaseName) {
        let ids = self.ids(phase);
        self.take(&ids);
        for id in self.ids(PhaseName::Verify) {
            self.expect(&[&id], true);
        }
    }

    /// Takes steps: each of them healthy, and after each change what it wants verified.
    pub(crate) fn take(&mut self, ids: &[impl AsRef<str>]) {
        for id in ids.iter().map(AsRef::as_ref) {
            let step = self.step(id).clone();
            let on = step.command().map(|command| command.on.clone()).unwrap_or_default();
            for guard in self.runbook.require.iter().chain(&step.require) {
                for (host, code, output) in self.everywhere(&on, &guard.run, false) {
                    let regex = guard.matches.as_ref().map(Pattern::regex);
                    let holds = regex.is_none_or(|it| output.lines().any(|line| it.is_match(line)));
                    assert!(code == 0 && holds, "{} on {host:?}: {output}", guard.run);
                }
            }
            self.expect(&[id], true);
            if let Some(probe) = &step.done_if {
                for (host, code, output) in self.everywhere(&on, probe, false) {
                    assert_eq!(code, 0, "{id}: done_if says that it was not done on {host:?}: {output}");
                }
            }
            for verify in self.step(id).verify.clone() {
                self.expect(&[&verify], true);
            }
        }
    }

    /// Takes every change of a way out back, the last one first.
    pub(crate) fn undo(&mut self, phase: PhaseName) {
        for id in self.ids(phase).into_iter().rev() {
            let step = self.step(&id).clone();
            if let (Some(undo), Some(command)) = (&step.undo, step.command()) {
                let on = if undo.on.is_empty() { &command.on } else { &undo.on };
                for (host, code, output) in self.everywhere(on, &undo.run, undo.strict) {
                    assert_eq!(code, 0, "undo of {id} on {host:?}: {output}");
                }
            }
        }
    }

    /// What the drill keeps outside of its folder, where it does.
    fn outside_folder(&self) -> Option<PathBuf> {
        let outside = std::fs::read_to_string(self.folder.join("outside")).ok();
        outside.map(|path| PathBuf::from(path.trim()))
    }

    /// The folders a process of the drill names on its command line.
    fn places(&self) -> Vec<PathBuf> {
        self.outside_folder().into_iter().chain([self.folder.clone()]).collect()
    }

    pub(crate) fn cleans_up(self) {
        let places = self.places();
        assert!(!processes(&places).is_empty(), "it has processes that can be told by their command lines");
        self.script("clean");
        assert_eq!(processes(&places), Vec::<String>::new());
        assert_eq!(std::fs::read_dir(&self.folder).unwrap().count(), 0, "the folder is empty");
        assert!(places.iter().all(|place| *place == self.folder || !place.exists()), "{places:?}");
        self.script("clean");
    }

    pub(crate) fn ends_when_its_folder_vanishes(self) {
        let places = self.places();
        std::fs::remove_dir_all(&self.folder).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let left = processes(&places);
            if left.is_empty() && places.iter().all(|place| !place.exists()) {
                break;
            }
            assert!(Instant::now() < deadline, "still there: {left:?} in {places:?}");
            std::thread::sleep(Duration::from_millis(20)); // between two looks at a state that nobody announces
        }
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        if self.folder.exists() {
            let clean = self.home.command("sh").arg(self.scripts.join("clean")).env("DRILL", &self.folder).status();
            assert!(std::thread::panicking() || clean.is_ok_and(|status| status.success()), "clean failed");
        }
    }
}

fn ended(code: i32) -> RunEnd {
    RunEnd {
        exit: Exit::Code(code),
        stopped: None,
        took_ms: 0,
        bytes: 0,
        lines: 0,
        sha256: String::new(),
        dropped: 0,
        redacted: 0,
        carried: true,
        left_behind: 0,
    }
}

/// The command lines of the processes that name one of these folders, or that stand in one.
fn processes(places: &[PathBuf]) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| places.iter().any(|place| line.contains(&*place.to_string_lossy()))).collect()
}
