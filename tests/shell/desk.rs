//! A session, and shells at work in it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use stanch::session::entry::Entry;
use stanch::session::event::{Event, Opened, RunbookRef, Verdict};
use stanch::session::run::{RunEnd, RunNo};
use stanch::session::state::State;
use stanch::store::clock::{Clock, System};
use stanch::store::journal::{self, Journal};
use stanch::store::paths::Paths;
use stanch::store::session::{self, SessionDir};

use crate::play::{Play, Screen};
use crate::support::Terminal;

/// Both shells that can be recorded.
pub(crate) const BOTH: [&str; 2] = ["bash", "zsh"];

/// A home in which a session is open.
pub(crate) struct Desk {
    pub(crate) play: Play,
    pub(crate) dir: SessionDir,
}

/// What is on record of a command.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) command: String,
    pub(crate) directory: String,
    pub(crate) by: String,
    pub(crate) end: RunEnd,
    pub(crate) verdict: Verdict,
    pub(crate) output: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// A session with a runbook.
    pub(crate) fn with(runbook: Option<&str>) -> Self {
        let play = Play::new();
        let paths = Paths::at(&play.home.data(), &play.home.config());
        let dir = session::create(&paths, "disk full", runbook, System.now()).unwrap();
        let mut journal = Journal::create(&dir.journal(), "nova@alice", Arc::new(System)).unwrap();
        let opened = Opened {
            title: "Disk full".to_owned(),
            runbook: runbook.map(|_| RunbookRef { id: "book".into(), origin: "here".into(), sha256: String::new() }),
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: None,
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".to_owned(),
            version: "0".to_owned(),
        };
        journal.append(&Event::Opened(opened).into()).unwrap();
        let desk = Self { play, dir };
        desk.rc(".bashrc", "PS1='ready> '\n");
        desk.rc(".zshrc", "PS1='ready> '\n");
        desk
    }

    /// Writes a file of the operator's home.
    pub(crate) fn rc(&self, name: &str, text: &str) {
        std::fs::write(self.play.home.root().join("home").join(name), text).unwrap();
    }

    /// Opens a shell of this name.
    pub(crate) fn shell(&self, name: &str) -> Typist<'_> {
        self.shell_as(name, &[], &[])
    }

    pub(crate) fn shell_as(&self, name: &str, arguments: &[&str], env: &[(&str, &str)]) -> Typist<'_> {
        let mut command = self.play.home.stanch();
        command.arg("shell").args(arguments).env("SHELL", format!("/bin/{name}")).env_remove("PS1");
        command.envs(env.iter().copied());
        let typist = Typist { desk: self, screen: Screen(Terminal::start(&command, 24, 80)) };
        typist.screen.see(&["Recorded shell in", name]);
        typist.prompt();
        typist
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        journal::read(&self.dir.journal()).unwrap().entries
    }

    /// How many commands are on record as over.
    pub(crate) fn ended(&self) -> usize {
        self.entries().iter().filter(|entry| matches!(entry.event, Event::RunEnded(_))).count()
    }

    /// What is on record of every command that is over, in the order of their numbers.
    pub(crate) fn told(&self) -> Vec<Told> {
        let entries = self.entries();
        let state = State::replay(&entries);
        let told = |(number, run): (&RunNo, &stanch::session::state::Run)| {
            let ended = run.ended.clone()?;
            let output = std::fs::read(self.dir.run(*number).join("output")).unwrap_or_default();
            Some(Told {
                command: run.started.command.clone(),
                directory: run.started.cwd.clone().unwrap_or_default(),
                by: entries.iter().find(|entry| entry.seq == run.seq).unwrap().by.clone(),
                end: ended.end,
                verdict: ended.verdict,
                output: String::from_utf8_lossy(&output).replace("\r\n", "\n"),
            })
        };
        state.runs.iter().filter_map(told).collect()
    }

    /// The commands, and what each printed.
    pub(crate) fn story(&self) -> Vec<(String, String)> {
        self.told().into_iter().map(|told| (told.command, told.output)).collect()
    }
}

/// Somebody at a recorded shell.
pub(crate) struct Typist<'a> {
    desk: &'a Desk,
    pub(crate) screen: Screen,
}

impl Deref for Typist<'_> {
    type Target = Screen;

    fn deref(&self) -> &Screen {
        &self.screen
    }
}

impl Typist<'_> {
    /// Waits for the prompt.
    #[track_caller]
    pub(crate) fn prompt(&self) -> &Self {
        self.screen.0.wait("the shell's prompt", |screen| {
            screen.contents().trim_end().lines().last().is_some_and(|line| line.trim_end().ends_with("ready>"))
        });
        self
    }

    /// Types a command and waits until it is on record and the prompt is back.
    #[track_caller]
    pub(crate) fn run(&self, keys: &str) -> &Self {
        let before = self.desk.ended();
        self.prompt().screen.press(&format!("{keys}<enter>"));
        self.over(keys, before)
    }

    /// The same for the last line of several, which stand at a prompt of their own.
    #[track_caller]
    pub(crate) fn run_here(&self, keys: &str) -> &Self {
        let before = self.desk.ended();
        self.screen.press(&format!("{keys}<enter>"));
        self.over(keys, before)
    }

    /// Waits until one more command is over, and for the prompt.
    #[track_caller]
    fn over(&self, keys: &str, before: usize) -> &Self {
        self.wait_for(&format!("the end of {keys:?}"), || self.desk.ended() > before);
        self.prompt()
    }

    /// Waits until so many commands are over.
    #[track_caller]
    pub(crate) fn until_ended(&self, count: usize) {
        self.wait_for(&format!("the end of {count} commands"), || self.desk.ended() >= count);
    }

    /// Waits for something in the record; where it does not come, the screen says why.
    #[track_caller]
    fn wait_for(&self, what: &str, holds: impl Fn() -> bool) {
        let due = Instant::now() + Duration::from_mins(1);
        while !holds() {
            assert!(Instant::now() < due, "waited in vain: {what}; the screen:\n{}", self.screen.0.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the prompt that comes behind this line.
    #[track_caller]
    pub(crate) fn prompt_after(&self, line: &str) -> &Self {
        self.screen.0.wait(&format!("the prompt behind {line}"), |screen| {
            screen.contents().trim_end().ends_with(&format!("\n{line}\nready>"))
        });
        self
    }

    /// Leaves the shell; gives what stands on the screen then.
    #[track_caller]
    pub(crate) fn leave(&self) -> String {
        self.prompt().screen.press("exit<enter>");
        self.screen.ended(0)
    }
}
