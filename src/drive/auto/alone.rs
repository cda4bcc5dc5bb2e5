//! The loop of a walk without a screen.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;

use super::limits::Limits;
use super::teller::{Teller, label};
use crate::drive::error::{Error, Result};
use crate::drive::{Job, News, Session, Surroundings};
use crate::runbook::Mode;
use crate::session::event::Event;
use crate::session::run::RunNo;
use crate::session::walk::{Advice, Happening, Intent, Path, Refusal};

/// How long the journal may be in trouble before a walk alone gives up: nobody is there to make room.
const JOURNAL_PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits for the last records, and for runs beside the walk to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// How a walk alone ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every step that was walked is as it should be.
    Healthy(String),
    /// A step, a check or a verify step failed.
    Failed(String),
    /// A person is needed.
    Person(String),
    /// The journal could not be written.
    Journal(String),
    /// A signal ended it.
    Interrupted {
        /// Its number.
        signal: i32,
    },
}

impl Ending {
    /// The last line.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Healthy(why) => format!("done: {why}"),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Person(why) => format!("a person is needed: {why}"),
            Self::Journal(why) => format!("could not go on: the journal is not written: {why}"),
            Self::Interrupted { signal } => format!("interrupted by signal {signal}"),
        }
    }
}

/// Walks a session to its end without a screen, printing a line for each event to `out`.
///
/// A drill is closed at its end; any other session stays open, so that it can be resumed and verified again.
///
/// # Errors
/// Where the loop cannot be set up, or somebody else drives the session.
pub fn walk_alone(session: Session, around: &Surroundings, path: Path, out: &mut dyn Write) -> Result<Ending> {
    work(session, around, path, out, None)
}

/// Ends a drill that was left on the screen: what runs is stopped, and the session is closed, because what it was about is gone.
///
/// # Errors
/// As [`walk_alone`].
pub fn end_drill(session: Session, around: &Surroundings) -> Result<()> {
    let over = Ending::Person("the drill is over".to_owned());
    work(session, around, Path::default(), &mut std::io::sink(), Some(over)).map(drop)
}

fn work(
    session: Session,
    around: &Surroundings,
    path: Path,
    out: &mut dyn Write,
    stopping: Option<Ending>,
) -> Result<Ending> {
    if session.drive.role().follows() {
        return Err(Error::new(crate::drive::Kind::Person, "could not walk the session: somebody else drives it"));
    }
    session.drive.nobody_answers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::io("start"))?;
    runtime.block_on(async {
        let signals = Signals::new().map_err(Error::io("listen to signals"))?;
        let session_closed = session.walk.state().closed;
        let mut alone = Alone {
            session,
            around,
            path,
            teller: Teller::new(out),
            limits: Limits::default(),
            trouble: None,
            stopping,
            asked: BTreeSet::new(),
            given_up: BTreeSet::new(),
            signals,
            was_closed: session_closed,
        };
        let ending = alone.walk().await;
        alone.leave(&ending).await;
        let Alone { session, mut teller, .. } = alone;
        if let Some(words) = session.drive.leave() {
            teller.say(around.clock.now(), &words);
        }
        Ok(ending)
    })
}

struct Alone<'a> {
    session: Session,
    around: &'a Surroundings,
    path: Path,
    teller: Teller<'a>,
    limits: Limits,
    /// Since when the journal is not written, and why.
    trouble: Option<(Instant, String)>,
    /// The signal, or the reason, for which everything is being stopped.
    stopping: Option<Ending>,
    /// Runs asked to stop.
    asked: BTreeSet<RunNo>,
    /// Runs that do not end by being asked, and are not killed.
    given_up: BTreeSet<RunNo>,
    signals: Signals,
    /// It was closed, and only opened again to look again.
    was_closed: bool,
}

impl Alone<'_> {
    async fn walk(&mut self) -> Ending {
        let id = self.session.dir.id().to_owned();
        self.say(&format!("session {id}"));
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            if let Some(ending) = self.next_step() {
                return ending;
            }
            tokio::select! {
                biased;
                signal = self.signals.next() => {
                    if let Some(ending) = self.interrupted(signal) {
                        return ending;
                    }
                }
                news = self.session.news.recv() => match news {
                    Some(news) => self.heard(news),
                    None => return Ending::Journal("the drive ended".to_owned()),
                },
                _ = ticks.tick() => self.remark(),
            }
        }
    }

    /// Does what comes next, as far as it can be done now; an ending where there is nothing left.
    fn next_step(&mut self) -> Option<Ending> {
        if let Some((_, why)) = self.trouble.as_ref().filter(|(since, _)| since.elapsed() > JOURNAL_PATIENCE) {
            return Some(Ending::Journal(why.clone()));
        }
        if let Some(ending) = self.stopping.clone() {
            // Also what was just being started when the signal came.
            self.stop_all();
            return self.session.walk.running().iter().all(|run| self.given_up.contains(run)).then_some(ending);
        }
        match self.session.walk.advise(self.path) {
            Advice::Wait => None,
            Advice::Finished { healthy: true, why } => Some(self.healed(why)),
            Advice::Finished { healthy: false, why } => Some(Ending::Failed(why)),
            Advice::Person(why) => Some(Ending::Person(why)),
            Advice::Do(intent) => self.intend(&intent),
        }
    }

    /// A drill has gone well only when everything it verifies was seen to hold after the last change.
    fn healed(&self, why: String) -> Ending {
        let red = if self.is_drill() { self.session.walk.not_holding() } else { Vec::new() };
        if red.is_empty() { Ending::Healthy(why) } else { Ending::Failed(format!("not verified: {}", red.join(", "))) }
    }

    fn is_drill(&self) -> bool {
        self.session.walk.state().opened.as_ref().is_some_and(|opened| opened.drill.is_some())
    }

    fn intend(&mut self, intent: &Intent) -> Option<Ending> {
        if let Some(step) = self.needs_keys(intent) {
            return Some(Ending::Person(format!("{step} is interactive: somebody must type")));
        }
        match self.session.walk.intend(intent) {
            Ok(orders) => {
                self.session.drive.send(Job::Orders(orders));
                None
            }
            Err(Refusal::NotYet | Refusal::Busy(_)) => None,
            Err(refusal) => Some(Ending::Failed(refusal.to_string())),
        }
    }

    fn needs_keys(&self, intent: &Intent) -> Option<String> {
        let Intent::Run { step, .. } = intent else { return None };
        let (_, found) = self.session.walk.runbook()?.step(step)?;
        found.command().is_some_and(|command| command.mode == Mode::Interactive).then(|| step.clone())
    }

    fn heard(&mut self, news: News) {
        match news {
            News::Walk(happening) => self.happened(happening),
            News::Runbook(runbook) => self.session.walk.take(runbook),
            News::Grew { run, .. } | News::Unkept { run, .. } => self.limits.heard(run, Instant::now()),
            News::Prompt { run, hidden: true } => {
                let why =
                    format!("{} asks for a password, and nobody is here to type it", label(run, &self.session.walk));
                self.say(&why);
                self.stopping.get_or_insert(Ending::Person(why));
            }
            // Nobody looks here: these were not asked for.
            News::Prompt { hidden: false, .. }
            | News::Page(_)
            | News::Counted { .. }
            | News::Last { .. }
            | News::Found(_)
            | News::Text { .. }
            // What it takes to start one without a record, only a person has.
            | News::Withheld { .. } => {}
            News::Stopping { run, signal, kill_in_ms } => {
                let then = kill_in_ms.map(|ms| format!(", KILL in {}", super::teller::seconds(ms))).unwrap_or_default();
                self.say(&format!("{}: sent {signal}{then}", label(run, &self.session.walk)));
            }
            News::StillAlive { run } => self.still_alive(run),
            News::JournalTrouble { error, kept } => {
                self.say(&format!("the journal is not written, {kept} kept in memory: {error}"));
                let since = self.trouble.take().map_or_else(Instant::now, |(since, _)| since);
                self.trouble = Some((since, error));
            }
            News::JournalHealed => {
                self.trouble = None;
                self.say("the journal is written again");
            }
            News::Trouble(what) => self.say(&what),
        }
    }

    fn happened(&mut self, happening: Happening) {
        let entry = match &happening {
            Happening::Recorded(entry) => Some(entry.clone()),
            _ => None,
        };
        let orders = self.session.walk.happened(happening);
        self.session.drive.send(Job::Orders(orders));
        if let Some(entry) = entry {
            match &entry.event {
                Event::RunStarted(started) => self.limits.heard(started.run, Instant::now()),
                Event::RunEnded(ended) => self.limits.over(ended.run),
                Event::RunInterrupted { run } => self.limits.over(*run),
                _ => {}
            }
            self.teller.entry(&entry, &self.session.walk);
        }
    }

    /// A change that does not end by itself is never killed by nobody: it goes on.
    fn still_alive(&mut self, run: RunNo) {
        let words =
            format!("{}: does not end; it goes on, and `stanch resume` shows it", label(run, &self.session.walk));
        self.say(&words);
        self.given_up.insert(run);
    }

    fn remark(&mut self) {
        for remark in self.limits.remarks(&self.session.walk, Instant::now()) {
            self.say(&remark);
        }
    }

    /// A signal: the first stops what runs, the second (or a hang-up) leaves it.
    fn interrupted(&mut self, signal: i32) -> Option<Ending> {
        let ending = Ending::Interrupted { signal };
        if signal == SignalKind::hangup().as_raw_value() || self.stopping.is_some() {
            return Some(ending);
        }
        self.say(&format!("signal {signal}: stopping"));
        self.stopping = Some(ending);
        None
    }

    fn stop_all(&mut self) {
        for run in self.session.walk.running() {
            self.stop(run);
        }
    }

    fn stop(&mut self, run: RunNo) {
        // A stop of one host's run is a stop of them all.
        if !self.asked.insert(run) || self.session.walk.is_asked_to_stop(run) {
            return;
        }
        if let Ok(orders) = self.session.walk.intend(&Intent::Stop { run, force: false }) {
            self.session.drive.send(Job::Orders(orders));
        }
    }

    /// The last records. Runs beside the walk are stopped: nobody watches them from here on.
    async fn leave(&mut self, ending: &Ending) {
        self.say(&ending.in_words());
        let hung_up = matches!(ending, Ending::Interrupted { .. });
        if !hung_up {
            let beside: Vec<RunNo> =
                self.session.walk.running().into_iter().filter(|run| self.session.walk.is_beside(*run)).collect();
            for run in beside {
                self.stop(run);
            }
            self.until(|alone| !alone.session.walk.running().iter().any(|run| alone.session.walk.is_beside(*run)))
                .await;
        }
        self.until(|alone| !alone.session.walk.is_recording()).await;
        let note = Some(ending.in_words());
        let despite =
            if self.is_drill() { "the drill is over" } else { "it was closed before, and is only looked at again" };
        let close = Intent::Close { note: note.clone(), despite: Some(despite.to_owned()) };
        let closes = self.is_drill() || (self.was_closed && !self.session.walk.state().closed);
        let said = if closes { self.session.walk.intend(&close) } else { Err(Refusal::NotYet) };
        if let Ok(orders) = said.or_else(|_| self.session.walk.intend(&Intent::Leave { note })) {
            self.session.drive.send(Job::Orders(orders));
        }
        self.until(|alone| !alone.session.walk.is_recording()).await;
        self.session.drive.close_lanes();
    }

    /// Listens until something holds, but not for ever.
    async fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let deadline = tokio::time::Instant::now() + FAREWELL;
        while !holds(self) && self.trouble.is_none() {
            match tokio::time::timeout_at(deadline, self.session.news.recv()).await {
                Ok(Some(news)) => self.heard(news),
                Ok(None) | Err(_) => return,
            }
        }
    }

    fn say(&mut self, words: &str) {
        self.teller.say(self.around.clock.now(), words);
    }
}

/// The signals that end a program.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// The next one's number.
    async fn next(&mut self) -> i32 {
        let kind = tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.hangup.recv() => SignalKind::hangup(),
        };
        kind.as_raw_value()
    }
}
