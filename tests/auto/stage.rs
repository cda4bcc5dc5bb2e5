//! What these tests share: a runbook in a home of its own, and a program that walks it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use stanch::session::entry::Entry;
use stanch::session::event::Event;
use stanch::store::journal;
use stanch::store::session::SessionDir;

use crate::support::Home;

/// Longer than anything here may take on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// The same where a drill loads the machine itself.
const LOADED: Duration = Duration::from_mins(4);

/// A home with a runbook in it.
pub(crate) struct Stage {
    pub(crate) home: Home,
}

/// What a program said in the end.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    /// Standard output, its times taken off.
    pub(crate) lines: Vec<String>,
    /// Standard output as it is.
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = out.lines().map(|line| line.split_once(' ').map_or(line, |(_, words)| words).to_owned()).collect();
        Self { code: output.status.code(), lines, out, err: String::from_utf8_lossy(&output.stderr).into_owned() }
    }

    /// The lines, durations replaced, without those of the session's own life.
    #[track_caller]
    pub(crate) fn story(&self) -> Vec<String> {
        let life = ["session ", "begun: ", "mark: acknowledged", "left; ", "closed"];
        let told = self.lines.iter().filter(|line| !life.iter().any(|head| line.starts_with(head)));
        told.map(|line| regex::Regex::new(r"\((\d+\.\d s|\d+ m \d+ s)\)").unwrap().replace(line, "(time)").into_owned())
            .collect()
    }

    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{:#?}\n{}", self.lines, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn expect_line(&self, part: &str) -> &Self {
        assert!(
            self.lines.iter().any(|line| line.contains(part)),
            "no line with {part:?} in {:#?}\n{}",
            self.lines,
            self.err
        );
        self
    }

    #[track_caller]
    pub(crate) fn expect_err(&self, part: &str) -> &Self {
        assert!(self.err.contains(part), "no {part:?} in {:?}\n{:#?}", self.err, self.lines);
        self
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// A stage with the runbook `book`.
    pub(crate) fn with(text: &str) -> Self {
        let stage = Self::new();
        stage.write("runbooks/book.yaml", text);
        stage
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.home.work().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A file in the folder commands start in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.work().join(name)
    }

    pub(crate) fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.stanch();
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn stanch(&self, arguments: &[&str]) -> Said {
        self.end(self.command(arguments).spawn().unwrap())
    }

    /// For a drill that keeps a processor busy all the time.
    pub(crate) fn loaded(&self, arguments: &[&str]) -> Said {
        self.end_within(self.command(arguments).spawn().unwrap(), LOADED)
    }

    /// Walks `book` alone.
    pub(crate) fn walk(&self, more: &[&str]) -> Said {
        self.stanch(&[&["run", "book", "--auto"], more].concat())
    }

    /// The end of a program; one that does not end is killed, and that is told.
    #[track_caller]
    pub(crate) fn end(&self, child: Child) -> Said {
        self.end_within(child, PATIENCE)
    }

    #[track_caller]
    fn end_within(&self, child: Child, patience: Duration) -> Said {
        let pid = child.id();
        let (done, ended) = std::sync::mpsc::channel();
        let waiting = std::thread::spawn(move || {
            let output = child.wait_with_output().unwrap();
            let _ = done.send(());
            output
        });
        let hung = ended.recv_timeout(patience).is_err();
        if hung {
            kill(pid, "KILL");
        }
        let said = Said::of(&waiting.join().unwrap());
        assert!(!hung, "it hung: {:#?}\n{}\n{:#?}", said.lines, said.err, self.events());
        said
    }

    /// The only session.
    #[track_caller]
    pub(crate) fn session(&self) -> SessionDir {
        let mut all = self.sessions();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    pub(crate) fn sessions(&self) -> Vec<SessionDir> {
        let Ok(entries) = std::fs::read_dir(self.home.data().join("sessions")) else { return Vec::new() };
        entries.map(|entry| SessionDir::at(&entry.unwrap().path())).collect()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let sessions = self.sessions();
        let Some(session) = sessions.first() else { return Vec::new() };
        journal::read(&session.journal()).map(|read| read.entries).unwrap_or_default()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.entries().into_iter().map(|entry| entry.event).collect()
    }

    /// Waits until a step's run stands in the journal and has written its first output.
    #[track_caller]
    pub(crate) fn wait_output(&self, run: &str, text: &str) {
        let path = |session: &SessionDir| session.path().join("runs").join(run).join("output");
        until(&format!("run {run} wrote {text:?}"), || {
            self.sessions().iter().any(|session| {
                std::fs::read(path(session)).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
            })
        });
    }

    /// How often a line stands in a file of the working folder.
    pub(crate) fn count(&self, file: &str, line: &str) -> usize {
        std::fs::read_to_string(self.path(file)).unwrap_or_default().lines().filter(|own| *own == line).count()
    }

    /// Every file below the data folder, by what it holds.
    #[track_caller]
    pub(crate) fn assert_nowhere(&self, secret: &str) {
        let mut folders = vec![self.home.data()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let bytes = std::fs::read(&path).unwrap();
                    assert!(
                        memchr::memmem::find(&bytes, secret.as_bytes()).is_none(),
                        "{secret} is in {}",
                        path.display()
                    );
                }
            }
        }
    }
}

/// Waits for something that another process does.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn kill(pid: u32, signal: &str) {
    let status = Command::new("kill").args(["-s", signal, &pid.to_string()]).stderr(Stdio::null()).status();
    drop(status);
}

/// Lets whoever reads a named pipe go on.
pub(crate) fn release(fifo: &Path) {
    std::fs::write(fifo, "go\n").unwrap();
}

/// The supervisors of lanes below a folder.
pub(crate) fn supervisors(below: &Path) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        let words: Vec<String> =
            line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        if words.get(1).is_some_and(|word| word == "lane")
            && words.get(2).is_some_and(|dir| Path::new(dir).starts_with(below))
        {
            found.push(pid);
        }
    }
    found
}
