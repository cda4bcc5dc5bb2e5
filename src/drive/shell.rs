//! What is typed in a recorded shell, on its way into a session's journal: one scribe more, whoever drives.

use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::{Error, Result};
use super::hook::Hook;
use super::veil::veil;
use crate::runbook::{Effect, Hook as Rules, Mode, Runbook, Shell, StopSignal, VarName, parse_bytes};
use crate::runner::shell::{Hidden, Record, Typed};
use crate::session::entry::Entry;
use crate::session::event::{Event, Opened, RECORD_BEFORE_ACT, RunStarted, Tag};
use crate::session::numbers::Numbers;
use crate::session::run::{LaneNo, Purpose, RunEnd, RunNo, RunSpec};
use crate::session::shell;
use crate::session::state::State;
use crate::session::walk::{Draft, Rules as Walking, Walk};
use crate::store::clock::{Clock, Stamp};
use crate::store::journal::Journal;
use crate::store::private;
use crate::store::runs::RunDir;
use crate::store::session::SessionDir;
use crate::text::redact::Shapes;

/// The record of a shell.
pub struct Chronicle {
    session: SessionDir,
    journal: Journal,
    clock: Arc<dyn Clock>,
    shell: Shell,
    /// What is taken, as far as was read.
    numbers: Numbers,
    closed: bool,
    lane: LaneNo,
    /// Held as long as this lives: whoever drives sees by it whether the shell does.
    _lock: File,
    secrets: Hidden,
    names: Vec<VarName>,
    /// What the disk did not take, with the time of its first try.
    kept: VecDeque<(Draft, Stamp)>,
    /// The operator's hook.
    hook: Option<Hook>,
}

/// A shell that may be opened, and what its operator is to be told first.
pub struct Opening {
    /// The record.
    pub chronicle: Chronicle,
    /// Secret variables whose values are known and left out.
    pub hidden: Vec<VarName>,
    /// Secret variables whose values are known and cannot be left out; why, in words.
    pub unhidden: Vec<String>,
}

/// Opens a record in a session's journal, for a shell that is about to begin. `values` are the environment's, by which the values of
/// secret variables are known. The hook is told of what is typed.
///
/// # Errors
/// Where the journal cannot be read or written, and where the session is closed.
pub fn open(
    dir: SessionDir,
    by: &str,
    clock: Arc<dyn Clock>,
    shell: Shell,
    hook: Option<Arc<Rules>>,
    values: impl Fn(&str) -> Option<String>,
    shapes: &Shapes,
) -> Result<Opening> {
    let (mut journal, entries) = Journal::open(&dir.journal(), by, Arc::clone(&clock))?;
    let state = State::replay(&entries);
    let Some(opened) = &state.opened else {
        return Err(Error::invalid(format!("could not open a shell in {}: its journal has no beginning", dir.id())));
    };
    if state.closed {
        return Err(Error::usage(format!("could not open a shell in {}: the session is closed", dir.id()))
            .hint(format!("`stanch resume {}` opens it again", dir.id())));
    }
    let (names, known) = known_secrets(&secret_names(&dir, opened, state.runbook)?, values);
    let (secrets, refused) = Hidden::new(known, shapes);
    let unhidden: Vec<String> = refused.iter().map(ToString::to_string).collect();
    let hidden = names.iter().filter(|name| !refused.iter().any(|refused| refused.name == **name)).cloned().collect();

    let taken = Numbers::of(&state);
    let mut lane = taken.next_lane();
    let written = journal.append_numbered(clock.stamp(), &mut |others| {
        let taken = taken.and(others);
        lane = taken.next_lane();
        Event::LaneOpened { lane, key: taken.next_shell() }.into()
    })?;
    let lock = lock(&dir, lane).map_err(Error::io(format!("lock lane {lane} of {}", dir.id())))?;
    let numbers = taken.and(&written);
    let hook = hook.map(|rules| Hook::start(rules, dir.id(), Walk::replay(None, Walking::default(), &entries), drop));
    let hook = hook.transpose()?;
    let mut chronicle = Chronicle {
        session: dir,
        journal,
        clock,
        shell,
        numbers,
        closed: false,
        lane,
        _lock: lock,
        secrets,
        names,
        kept: VecDeque::new(),
        hook,
    };
    chronicle.echo(&written);
    Ok(Opening { chronicle, hidden, unhidden })
}

/// The variables that the session's runbook declares secret.
fn secret_names(dir: &SessionDir, opened: &Opened, version: u32) -> Result<Vec<VarName>> {
    let Some(reference) = &opened.runbook else { return Ok(Vec::new()) };
    let path = dir.runbook_version(version);
    let text = std::fs::read(&path).map_err(Error::io(format!("read {}", path.display())))?;
    let secret = |runbook: Runbook| {
        let secret = runbook.vars.into_iter().filter(|(_, variable)| variable.secret);
        secret.map(|(name, _)| name).collect()
    };
    // One that cannot be understood declares something all the same: nothing may be written in its name.
    parse_bytes(&reference.id, &text).runbook.map(secret).ok_or_else(|| {
        Error::invalid(format!("could not understand {}, which says what is secret", path.display()))
            .hint("the session was begun with another version of this program")
    })
}

/// Their values, as far as the environment has them: those given to this program, and those that commands use.
fn known_secrets(names: &[VarName], values: impl Fn(&str) -> Option<String>) -> (Vec<VarName>, Vec<(VarName, String)>) {
    let mut known = Vec::new();
    for name in names {
        for value in [values(&format!("STANCH_VAR_{name}")), values(name)].into_iter().flatten() {
            if !value.is_empty() {
                known.push((name.clone(), value));
            }
        }
    }
    let names = names.iter().filter(|name| known.iter().any(|(own, _)| own == *name)).cloned().collect();
    (names, known)
}

/// Takes the lane's lock; only those who look whether it is held have it now and then, for a moment.
fn lock(dir: &SessionDir, lane: LaneNo) -> std::io::Result<File> {
    let folder = dir.lane(lane);
    private::create_dirs(&folder)?;
    let lock = private::options().create(true).write(true).truncate(false).open(folder.join("lock"))?;
    lock.lock()?;
    Ok(lock)
}

impl Chronicle {
    /// The session's id.
    #[must_use]
    pub fn session(&self) -> &str {
        self.session.id()
    }

    /// Tells the hook of what was written: an entry of this process, after those that others wrote before it.
    fn echo(&mut self, written: &[Entry]) {
        if let (Some(hook), Some((own, others))) = (&mut self.hook, written.split_last()) {
            for other in others {
                hook.saw(other);
            }
            hook.tell(own);
        }
    }

    fn read(&mut self, entries: &[Entry]) {
        self.numbers = self.numbers.and(entries);
        for entry in entries {
            match entry.event {
                Event::Closed { .. } => self.closed = true,
                Event::Reopened => self.closed = false,
                _ => {}
            }
        }
    }

    /// Writes what was kept; in words why not all of it is on disk.
    fn catch_up(&mut self) -> std::result::Result<(), String> {
        while let Some((draft, stamp)) = self.kept.front() {
            let written = self.journal.append_at(draft, *stamp).map_err(|error| words(&error))?;
            self.kept.pop_front();
            self.read(&written);
            self.echo(&written);
        }
        let others = self.journal.others().map_err(|error| words(&error))?;
        if let Some(hook) = &mut self.hook {
            for other in &others {
                hook.saw(other);
            }
        }
        self.read(&others);
        Ok(())
    }

    fn keep(&mut self, event: Event) {
        let mut draft = Draft::from(event);
        veil(&self.secrets.secrets(), &mut draft.event);
        self.kept.push_back((draft, self.clock.stamp()));
    }

    fn started(&self, typed: &Typed) -> RunStarted {
        let secrets = self.secrets.secrets();
        RunStarted {
            run: RunNo(0),
            lane: self.lane,
            purpose: Purpose::Shell,
            command: secrets.redact_str(typed.text.trim_end_matches('\n')),
            edited: false,
            shell: self.shell,
            mode: Mode::Pty,
            effect: Effect::Change,
            confirmed: false,
            user: None,
            host: None,
            cwd: Some(secrets.redact_str(&typed.directory)),
            values: Vec::new(),
        }
    }

    fn spec(&self, started: &RunStarted, columns: u16) -> RunSpec {
        RunSpec {
            run: started.run,
            lane: started.lane,
            purpose: started.purpose.clone(),
            command: started.command.clone(),
            shell: started.shell,
            strict: false,
            mode: started.mode,
            effect: started.effect,
            cwd: started.cwd.clone(),
            env: Vec::new(),
            secrets: self.names.clone(),
            width: columns,
            timeout_ms: None,
            stop_signal: StopSignal::Term,
            stop_grace_ms: 0,
            as_before: None,
            secret_output: false,
            detach: false,
        }
    }
}

impl Record for Chronicle {
    fn begin(&mut self, typed: &Typed) -> std::result::Result<(RunSpec, PathBuf), String> {
        self.catch_up()?;
        if self.closed {
            return Err(format!("the session {} was closed", self.session.id()));
        }
        let mut started = self.started(typed);
        let numbers = self.numbers;
        let written = self.journal.append_numbered(self.clock.stamp(), &mut |others| {
            started.run = numbers.and(others).next_run();
            Event::RunStarted(Box::new(started.clone())).into()
        });
        let written = written.map_err(|error| words(&error))?;
        self.read(&written);
        self.echo(&written);
        let spec = self.spec(&started, typed.columns);
        Ok((spec, self.session.run(started.run)))
    }

    fn end(&mut self, run: RunNo, end: RunEnd) -> std::result::Result<(), String> {
        let folder = self.session.run(run);
        // One whose output could not be kept has none.
        let written =
            if folder.exists() { RunDir::at(&folder).write_end(&end).map_err(|error| words(&error)) } else { Ok(()) };
        self.keep(Event::RunEnded(Box::new(shell::ended(run, end))));
        self.catch_up().and(written)
    }

    fn unrecorded(&mut self, text: &str, why: &str) {
        let reason = format!("the operator had `{text}` run in a shell all the same: {why}");
        self.keep(Event::Overridden { rule: RECORD_BEFORE_ACT.to_owned(), reason });
    }

    fn missed(&mut self, count: u64) {
        let commands = if count == 1 { "a command".to_owned() } else { format!("{count} commands") };
        let text =
            format!("{commands} ran unrecorded in shell lane {}: the shell's hook had been taken away", self.lane);
        self.keep(Event::Note { tag: Tag::Plain, text });
        // Where it cannot be written now it is kept, and what runs next is asked about.
        drop(self.catch_up());
    }

    fn hidden(&self) -> Hidden {
        self.secrets.clone()
    }

    fn farewell(&mut self) -> Option<String> {
        self.hook.take().and_then(Hook::finish)
    }

    fn leave(&mut self) -> std::result::Result<(), String> {
        let lost = |why: String, kept: usize| format!("{why}; {kept} entries were kept in memory and are lost");
        self.catch_up().map_err(|why| if self.kept.is_empty() { why } else { lost(why, self.kept.len()) })
    }
}

/// An error as it is told in the shell, on a line.
fn words(error: &crate::store::Error) -> String {
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} ({hint})"))
}
