//! The hook: a command of the operator's that is told of what this process records.
//!
//! It has a thread of its own, which takes one event after the other: whatever becomes of the command, neither the record nor the
//! screen waits for it. What it fails to take is told once and counted; it is the record that counts, not its echo.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::auto::line;
use super::error::{Error, Result};
use crate::runbook::Hook as Rules;
use crate::session::entry::Entry;
use crate::session::event::Status;
use crate::session::walk::{Happening, Walk};

/// Events that wait at most; a command that is so far behind is told of no more.
const WAITING: usize = 256;
/// How long leaving waits for the command.
pub(super) const FAREWELL: Duration = Duration::from_secs(2);
/// How long it may take until it is certain that nothing more is sent.
const LAST: Duration = Duration::from_millis(500);
/// How often it is looked whether the command is still waited for.
const GLANCE: Duration = Duration::from_millis(50);

/// What a hook is told, as one JSON object.
#[derive(Serialize)]
struct Message<'a> {
    /// The version of this very form.
    stanch_hook: u32,
    session: &'a str,
    title: &'a str,
    severity: Option<String>,
    status: Option<Status>,
    planned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<&'a str>,
    /// What happened, in a sentence.
    text: String,
    /// The entry as it stands in the journal.
    entry: &'a Entry,
}

/// A hook at work.
pub struct Hook {
    rules: Arc<Rules>,
    session: String,
    /// Where the session stands after the last entry that was seen.
    walk: Walk,
    queue: SyncSender<Vec<u8>>,
    tally: Arc<Tally>,
    ended: Receiver<()>,
}

/// What became of the events.
#[derive(Default)]
struct Tally {
    /// Given to the thread.
    given: AtomicU64,
    /// Taken by the command.
    taken: AtomicU64,
    /// Given to the command, which failed.
    failed: AtomicU64,
    /// Not even given to the thread: too many waited.
    beyond: AtomicU64,
    /// Why the command failed last.
    why: Mutex<String>,
    /// Nobody waits any more.
    over: AtomicBool,
}

impl Hook {
    /// Starts one for a session that stands so. `trouble` is told of the first failure.
    ///
    /// # Errors
    /// Where its thread cannot be started.
    pub fn start(
        rules: Arc<Rules>,
        session: &str,
        walk: Walk,
        trouble: impl Fn(String) + Send + 'static,
    ) -> Result<Self> {
        let (queue, waiting) = sync_channel::<Vec<u8>>(WAITING);
        let (end, ended) = channel();
        let tally = Arc::new(Tally::default());
        let (own, counts) = (Arc::clone(&rules), Arc::clone(&tally));
        let work = move || {
            for message in waiting {
                if counts.over.load(Ordering::SeqCst) {
                    break;
                }
                match call(&own, &message, &counts.over) {
                    Ok(()) => drop(counts.taken.fetch_add(1, Ordering::SeqCst)),
                    // Broken off by leaving: that is told there.
                    Err(None) => break,
                    Err(Some(why)) => {
                        if counts.failed.fetch_add(1, Ordering::SeqCst) == 0 {
                            trouble(format!("the hook failed: {why}; further failures are only counted"));
                        }
                        *counts.why.lock().unwrap_or_else(PoisonError::into_inner) = why;
                    }
                }
            }
            // Whoever waits for it may have given up.
            let _ = end.send(());
        };
        std::thread::Builder::new()
            .name("hook".to_owned())
            .spawn(work)
            .map_err(Error::io("start the thread of the hook"))?;
        Ok(Self { rules, session: session.to_owned(), walk, queue, tally, ended })
    }

    /// An entry that somebody else wrote: whoever did has a hook of their own.
    pub fn saw(&mut self, entry: &Entry) {
        // What follows from it is ordered elsewhere; here only the state counts.
        drop(self.walk.happened(Happening::Recorded(Box::new(entry.clone()))));
    }

    /// An entry that this process wrote. Never waits.
    pub fn tell(&mut self, entry: &Entry) {
        self.saw(entry);
        let kind = kind(entry);
        let state = self.walk.state();
        let Some(opened) = state.opened.as_ref().filter(|opened| opened.drill.is_none() || self.rules.drills) else {
            return;
        };
        if !self.rules.wants(&kind) {
            return;
        }
        let message = Message {
            stanch_hook: 1,
            session: &self.session,
            title: &opened.title,
            severity: state.severity.map(|severity| severity.to_string()),
            status: state.status,
            planned: state.is_planned(),
            drill: opened.drill.as_deref(),
            text: line(entry, &self.walk).unwrap_or_else(|| kind.replace('_', " ")),
            entry,
        };
        // An entry that stands in the journal has been written as JSON before.
        let Ok(mut text) = serde_json::to_vec(&message) else { return };
        text.push(b'\n');
        match self.queue.try_send(text) {
            Ok(()) => drop(self.tally.given.fetch_add(1, Ordering::SeqCst)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.tally.beyond.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// Waits for what is still to be sent, at most two seconds, and breaks it off then. What went wrong, in words.
    #[must_use]
    pub fn finish(self) -> Option<String> {
        let Self { queue, tally, ended, .. } = self;
        // The thread ends with the last that waits.
        drop(queue);
        if ended.recv_timeout(FAREWELL).is_err() {
            tally.over.store(true, Ordering::SeqCst);
            let _ = ended.recv_timeout(LAST);
        }
        tally.words()
    }
}

impl Tally {
    fn words(&self) -> Option<String> {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let failed = count(&self.failed);
        let unsent = count(&self.given).saturating_sub(count(&self.taken) + failed) + count(&self.beyond);
        let events = |count: u64| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
        let mut words = Vec::new();
        if failed > 0 {
            let why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
            words.push(format!("the hook failed for {}: {why}", events(failed)));
        }
        if unsent > 0 {
            words.push(format!("the hook was too slow: {} not sent", events(unsent)));
        }
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// The event's `type` as it stands in the journal.
fn kind(entry: &Entry) -> String {
    let event = serde_json::to_value(&entry.event).unwrap_or_default();
    event.get("type").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// Gives one event to the command and waits for its end.
fn call(rules: &Rules, message: &[u8], over: &AtomicBool) -> std::result::Result<(), Option<String>> {
    let said = |what: &'static str| move |cause: std::io::Error| Some(format!("could not {what}: {cause}"));
    let mut command = Command::new("sh");
    command.arg("-c").arg(&rules.run).stdout(Stdio::null()).stderr(Stdio::null());
    command.stdin(held(message).map_err(said("hold the event"))?);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    // Values of variables, secrets among them, are for the runbook's commands.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"STANCH_VAR_")) {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(said("start it"))?;
    let group = rustix::process::Pid::from_child(&child);
    let deadline = Instant::now() + rules.timeout;
    loop {
        if let Some(status) = wait(&mut child, group, GLANCE.min(deadline.saturating_duration_since(Instant::now())))
            .map_err(said("wait for it"))?
        {
            return if status.success() { Ok(()) } else { Err(Some(format!("it ended with {}", told(status)))) };
        }
        let late = Instant::now() >= deadline;
        if late || over.load(Ordering::SeqCst) {
            // It has not been waited for, so the number is still its own. One that just ended has no group any more.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            drop(child.wait());
            let seconds = rules.timeout.as_secs_f64();
            return Err(late.then(|| format!("it took longer than {seconds} s and was killed")));
        }
    }
}

/// The event in a file without a name: however little of it the command reads, and however late, nobody waits for a pipe.
fn held(message: &[u8]) -> std::io::Result<Stdio> {
    use std::io::{Seek as _, Write as _};
    let memory = rustix::fs::memfd_create("stanch-hook", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(memory);
    file.write_all(message)?;
    file.rewind()?;
    Ok(Stdio::from(file))
}

/// The child's end, waited for at most so long.
fn wait(
    child: &mut std::process::Child,
    pid: rustix::process::Pid,
    most: Duration,
) -> std::io::Result<Option<std::process::ExitStatus>> {
    let handle = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?;
    let mut fds = [rustix::event::PollFd::new(&handle, rustix::event::PollFlags::IN)];
    let most = rustix::time::Timespec::try_from(most).ok();
    match rustix::event::poll(&mut fds, most.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => child.try_wait(),
        Err(error) => Err(error.into()),
    }
}

fn told(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(127), _) => "exit 127 (command not found)".to_owned(),
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse_config;
    use crate::session::entry::VERSION;
    use crate::session::event::{Event, Opened};
    use crate::session::walk::Rules as Walking;

    fn entry(seq: u64, event: Event) -> Entry {
        let at = chrono::DateTime::UNIX_EPOCH;
        Entry { v: VERSION, seq, at, boot_ms: seq, by: "n@a".into(), happened: None, event, prev: String::new() }
    }

    fn opened(drill: Option<&str>) -> Event {
        Event::Opened(Opened {
            title: "T".into(),
            runbook: None,
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: drill.map(str::to_owned),
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".into(),
            version: "0".into(),
        })
    }

    /// What a hook with this configuration wrote, and its last words, after these events.
    fn told(config: &str, events: impl IntoIterator<Item = Event>) -> (String, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("told");
        let config = config.replace("TOLD", path.to_str().unwrap());
        let rules = parse_config(config.as_bytes()).config.unwrap().hook.unwrap();
        let mut hook = Hook::start(Arc::new(rules), "s", Walk::new(None, Walking::default()), drop).unwrap();
        for (seq, event) in (1..).zip(events) {
            hook.tell(&entry(seq, event));
        }
        let words = hook.finish();
        (std::fs::read_to_string(path).unwrap_or_default(), words)
    }

    #[test]
    fn a_rehearsal_is_not_told_unless_it_is_asked_for() {
        let (told_of, words) = told("hook: cat >> TOLD", [opened(Some("d"))]);
        assert_eq!((told_of.as_str(), words), ("", None));
        let (told_of, words) = told("hook: { run: cat >> TOLD, drills: true }", [opened(Some("d"))]);
        assert!(told_of.contains(r#""drill":"d""#) && words.is_none(), "{told_of}");
    }

    #[test]
    fn events_beyond_what_may_wait_are_counted_and_nobody_waits_for_them() {
        let many = std::iter::once(opened(None)).chain((0..2 * WAITING).map(|_| Event::Reopened));
        let began = Instant::now();
        let (_, words) = told("hook: { run: sleep 1000, timeout: 1h }", many);
        assert!(began.elapsed() < Duration::from_secs(20));
        assert_eq!(words.unwrap(), format!("the hook was too slow: {} events not sent", 2 * WAITING + 1));
    }
}
