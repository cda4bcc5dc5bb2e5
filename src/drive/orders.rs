//! The thread that carries out orders, strictly one after the other.
//!
//! It alone writes the journal, so a slow disk delays what depends on it and nothing else: keys and output go by the desk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::desk::{Note, Watched};
use super::lanes::Lanes;
use super::news::News;
use super::outbox::Outbox;
use super::scribe::{Scribe, Told};
use super::session::runbook_of;
use super::veil::veil;
use crate::runbook::{Runbook, StepId, VarName};
use crate::runner::Lane;
use crate::session::entry::Entry;
use crate::session::event::{Event, RunStarted};
use crate::session::judge::{Judge, Judgement};
use crate::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo, RunSpec};
use crate::session::shell;
use crate::session::walk::{Draft, Happening, Order, RunOver};
use crate::store::runs::RunDir;
use crate::store::session::SessionDir;
use crate::text::redact::{Secrets, Shapes};

/// How often it is looked whether another scribe wrote.
const GLANCE: Duration = Duration::from_secs(1);

/// What the thread is told.
pub(super) enum Task {
    /// Carry this out.
    Order(Order),
    /// Runs that were going on when the session was taken up.
    TakeUp(Vec<RunStarted>),
    /// A lane's supervisor died, and this run may live on elsewhere.
    LookFor(RunNo),
    /// Go on without the disk.
    Lend,
    /// Start what was withheld without a record, or not at all.
    Release { start: bool },
    /// Let the lanes go in which nothing lives.
    CloseLanes,
    /// Write what is kept, and end.
    Quit,
}

/// The thread's belongings.
pub(super) struct Orders {
    pub(super) session: SessionDir,
    pub(super) runbook: Option<Arc<Runbook>>,
    pub(super) scribe: Scribe,
    pub(super) lanes: Arc<Lanes>,
    pub(super) desk: Sender<Note>,
    pub(super) news: Outbox,
    /// A follower only adds notes and marks.
    pub(super) follows: bool,
    pub(super) memory: Memory,
}

/// What is held in memory between orders.
pub(super) struct Memory {
    values: BTreeMap<VarName, String>,
    secrets: Secrets,
    shapes: Shapes,
    waits: Vec<(Instant, StepId)>,
    /// Runs that were not started because the record was not on disk.
    withheld: BTreeMap<RunNo, RunSpec>,
    told: Option<(String, usize)>,
    /// Runs seen to start and not to end that others keep: all of them for a follower, those of recorded shells for whoever drives.
    seen: BTreeSet<RunNo>,
    /// Those of recorded shells, where this drives: who takes care of them when their shell is gone.
    beside: BTreeSet<RunNo>,
}

impl Memory {
    pub(super) fn new(shapes: &Shapes) -> Self {
        Self {
            values: BTreeMap::new(),
            secrets: Secrets::none().with_shapes(shapes),
            shapes: shapes.clone(),
            waits: Vec::new(),
            withheld: BTreeMap::new(),
            told: None,
            seen: BTreeSet::new(),
            beside: BTreeSet::new(),
        }
    }
}

impl Orders {
    /// Works until it is told to quit or nobody is there any more to tell it anything. `written` is called when the last record was
    /// written; what the hook did not take comes back.
    pub(super) fn work(mut self, tasks: &Receiver<Task>, written: impl FnOnce()) -> Option<String> {
        loop {
            match tasks.recv_timeout(self.pause()) {
                Ok(Task::Order(order)) => self.carry_out(order),
                Ok(Task::TakeUp(runs)) => self.take_up(&runs),
                Ok(Task::LookFor(run)) => self.look_for(run),
                Ok(Task::Lend) => drop(self.lend()),
                Ok(Task::Release { start }) => self.release(start),
                Ok(Task::CloseLanes) => self.lanes.close(),
                Ok(Task::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.keep_time();
        }
        let entries = self.scribe.retry(Instant::now());
        self.recorded(entries);
        drop(self.desk.send(Note::Quit));
        written();
        self.scribe.finish()
    }

    fn pause(&self) -> Duration {
        let now = Instant::now();
        let waits = self.memory.waits.iter().map(|(due, _)| *due);
        let due = waits.chain(self.scribe.next_try()).min();
        due.map_or(GLANCE, |due| due.saturating_duration_since(now).min(GLANCE))
    }

    /// What the clock brings: waits that are over, another try, other scribes.
    fn keep_time(&mut self) {
        let now = Instant::now();
        let (over, waits) = std::mem::take(&mut self.memory.waits).into_iter().partition(|(due, _)| *due <= now);
        self.memory.waits = waits;
        for (_, step) in Vec::<(Instant, StepId)>::from_iter(over) {
            self.tell(News::Walk(Happening::Waited(step)));
        }
        // Asked first: who is dead writes nothing more, so that all it wrote is read after this.
        let dead = self.abandoned();
        let entries = match self.scribe.next_try() {
            Some(next) if next <= now => self.scribe.retry(now),
            Some(_) => Vec::new(),
            None => self.scribe.others(now),
        };
        self.recorded(entries);
        if self.scribe.is_clear() {
            self.bury(&dead);
        }
    }

    /// Runs of recorded shells that are gone.
    fn abandoned(&self) -> Vec<RunNo> {
        let dead = |run: &&RunNo| self.lanes.lane_of(**run).is_some_and(|lane| self.lanes.is_dead(lane));
        self.memory.beside.iter().filter(dead).copied().collect()
    }

    /// Brings runs to their end whose shell died before it could.
    fn bury(&mut self, dead: &[RunNo]) {
        for run in dead {
            if !self.memory.beside.remove(run) {
                continue;
            }
            match RunDir::at(&self.session.run(*run)).end() {
                Ok(Some(end)) => {
                    let judgement = Judgement::of(shell::verdict(&end));
                    let over = RunOver { run: *run, end, judgement, secret: None, unseen: true, flags: Vec::new() };
                    self.tell(News::Walk(Happening::RunOver(Box::new(over))));
                }
                Ok(None) | Err(_) => self.tell(News::Walk(Happening::RunLost(*run))),
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        if self.follows && !may_follow(&order) {
            self.trouble(
                "could not do this here: somebody else drives this session; notes and marks can be added".to_owned(),
            );
            return;
        }
        match order {
            Order::Record(draft) => self.record(*draft),
            Order::Start(spec) => self.start(*spec),
            Order::Stop { run, force } => self.say(run, "stop", |lane| lane.stop(run, force)),
            Order::Keep(run) => {
                // A run that ended while nobody was there: its lane lives on, but this process has not called it yet.
                if let Some(lane) = self.lanes.lane_of(run)
                    && let Err(error) = self.lanes.open(lane)
                {
                    return self.trouble(error.to_string());
                }
                self.say(run, "keep the environment of", |lane| lane.keep(run));
            }
            Order::Remember { name, value } => {
                // A run beside the walk may print it any moment.
                self.lanes.hide(&name, value.reveal());
                self.memory.values.insert(name, value.reveal().to_owned());
                self.remembered();
            }
            Order::Wait { step, ms } => {
                self.memory.waits.push((Instant::now() + Duration::from_millis(ms), step));
            }
        }
    }

    fn record(&mut self, mut draft: Draft) {
        veil(&self.memory.secrets, &mut draft.event);
        let entries = self.scribe.record(draft, Instant::now());
        self.recorded(entries);
    }

    /// The operator goes on without the disk; false where that cannot be.
    fn lend(&mut self) -> bool {
        match self.scribe.lend() {
            Ok(told) => {
                self.recorded(told);
                true
            }
            Err(error) => {
                self.trouble(format!("could not go on without a record: {error}"));
                false
            }
        }
    }

    /// What was withheld is to start without a record, or not to start.
    fn release(&mut self, start: bool) {
        let withheld = std::mem::take(&mut self.memory.withheld);
        if start {
            // The disk may take it by now.
            let told = self.scribe.retry(Instant::now());
            self.recorded(told);
        }
        if !self.scribe.is_clear() {
            // First what is before them, so that it is sure that their numbers are theirs.
            if !self.lend() {
                self.memory.withheld = withheld;
                return;
            }
            self.scribe.release(start);
            self.lend();
        }
        for (_, mut spec) in withheld {
            self.scribe.renamed().apply(&mut spec);
            if start {
                self.launch(&spec);
            } else {
                self.not_started(
                    spec.run,
                    &spec.purpose,
                    "its record could not be written, and it was not wanted without one",
                );
            }
        }
    }

    /// Hands on what is on disk now, and tells how the journal stands where that has changed.
    fn recorded(&mut self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Recorded(entry) => self.told(entry),
                Told::Lent(entry) => {
                    self.noted(&entry.event);
                    self.tell(News::Walk(Happening::Lent(Box::new(entry))));
                }
                Told::Written { entries, others } => {
                    for entry in &others {
                        self.noted(&entry.event);
                    }
                    self.tell(News::Walk(Happening::Written { entries, others }));
                }
            }
        }
        let trouble = self.scribe.trouble().map(|(error, kept)| (error.to_owned(), kept));
        if trouble != self.memory.told {
            let news = match &trouble {
                Some((error, kept)) => News::JournalTrouble { error: error.clone(), kept: *kept },
                None => News::JournalHealed,
            };
            self.memory.told = trouble;
            self.tell(news);
        }
    }

    /// An entry is on disk.
    fn told(&mut self, entry: Entry) {
        self.noted(&entry.event);
        let event = matches!(entry.event, Event::RunStarted(_)).then(|| entry.event.clone());
        self.tell(News::Walk(Happening::Recorded(Box::new(entry))));
        if let Some(Event::RunStarted(started)) = event
            && !started.is_shells()
            && let Some(spec) = self.memory.withheld.remove(&self.scribe.renamed().asked(started.run))
        {
            self.not_started(started.run, &spec.purpose, "its record came onto the disk too late");
        }
    }

    /// From here on another version of the runbook is in force, for everybody who judges by it.
    fn reload(&mut self, version: u32) {
        let Some(id) = self.runbook.as_ref().map(|runbook| runbook.id.clone()) else { return };
        match runbook_of(&self.session, &id, version) {
            Ok(runbook) => {
                self.runbook = Some(Arc::clone(&runbook));
                drop(self.desk.send(Note::Runbook(Arc::clone(&runbook))));
                self.tell(News::Runbook(runbook));
            }
            Err(error) => self.tell(News::Trouble(format!("the version before stays in force: {error}"))),
        }
    }

    /// What an entry means for this thread, whoever wrote it.
    fn noted(&mut self, event: &Event) {
        match event {
            Event::LaneOpened { lane, key } => self.lanes.declare(*lane, key.clone()),
            Event::RunbookChanged { version, .. } => self.reload(*version),
            Event::RunStarted(started) => {
                self.lanes.assign(started.run, started.lane);
                if started.is_shells() && !self.follows {
                    self.memory.beside.insert(started.run);
                }
                if self.follows || started.is_shells() {
                    self.memory.seen.insert(started.run);
                    drop(self.desk.send(Note::Watch(Watched::of(started, true))));
                }
            }
            Event::RunEnded(ended) if self.memory.seen.remove(&ended.run) => {
                self.memory.beside.remove(&ended.run);
                drop(self.desk.send(Note::Seen { run: ended.run }));
            }
            Event::RunInterrupted { run } if self.memory.seen.remove(run) => {
                self.memory.beside.remove(run);
                drop(self.desk.send(Note::Seen { run: *run }));
            }
            Event::Closed { .. } if !self.follows => self.lanes.close(),
            _ => {}
        }
    }

    fn start(&mut self, mut spec: RunSpec) {
        if self.scribe.is_clear() {
            self.scribe.renamed().apply(&mut spec);
            return self.launch(&spec);
        }
        self.trouble(format!("run {} was not started: its record is not on disk", spec.run));
        self.tell(News::Withheld { command: self.memory.secrets.redact_str(&spec.command) });
        self.memory.withheld.insert(spec.run, spec);
    }

    fn launch(&mut self, spec: &RunSpec) {
        self.lanes.assign(spec.run, spec.lane);
        let secrets: Vec<(VarName, String)> = self.memory.values.clone().into_iter().collect();
        let lane = match self.lanes.open(spec.lane) {
            Ok(lane) => lane,
            Err(error) => return self.not_started(spec.run, &spec.purpose, &error.to_string()),
        };
        drop(self.desk.send(Note::Watch(Watched::by(spec))));
        if let Err(error) = lane.start(spec, secrets) {
            // It may have got the order before it broke: what it left behind tells.
            self.lanes.gone(spec.lane);
            self.trouble(error.to_string());
            drop(self.desk.send(Note::Gone { lane: spec.lane }));
        }
    }

    /// A run that is recorded as started, but never was.
    fn not_started(&mut self, run: RunNo, purpose: &Purpose, why: &str) {
        let exit = Exit::NotStarted(why.to_owned());
        let end = RunEnd { sha256: EMPTY_SHA256.to_owned(), ..RunEnd::of(exit) };
        let judgement = Judge::new(self.runbook.as_deref(), purpose).finish(&end);
        let over = RunOver { run, end, judgement, secret: None, unseen: false, flags: Vec::new() };
        self.tell(News::Walk(Happening::RunOver(Box::new(over))));
    }

    /// Runs the journal knows to be going on: shown live, or brought to their end.
    fn take_up(&mut self, runs: &[RunStarted]) {
        for started in runs {
            self.lanes.assign(started.run, started.lane);
            if self.follows || started.is_shells() {
                self.memory.seen.insert(started.run);
                if !self.follows {
                    self.memory.beside.insert(started.run);
                }
                drop(self.desk.send(Note::Watch(Watched::of(started, true))));
                continue;
            }
            drop(self.desk.send(Note::Watch(Watched::of(started, false))));
            if self.ended_unseen(started.run) {
                continue;
            }
            match self.lanes.open(started.lane) {
                Ok(lane) if lane.running() == Some(started.run) => {
                    drop(self.desk.send(Note::Started { run: started.run }));
                }
                Ok(lane) => {
                    // Over, though not a moment ago; or living on where nobody of this machine sees it.
                    if !self.ended_unseen(started.run) && !self.lives_on(&lane, started.lane, started.run) {
                        drop(self.desk.send(Note::Lost { run: started.run }));
                    }
                }
                // Nobody keeps the lane, so nobody will bring the end.
                Err(_) if self.lanes.is_dead(started.lane) => {
                    if !self.ended_unseen(started.run) {
                        drop(self.desk.send(Note::Lost { run: started.run }));
                    }
                }
                Err(error) => {
                    self.trouble(format!("run {} cannot be reached, only its end is waited for: {error}", started.run));
                    drop(self.desk.send(Note::Orphaned { run: started.run }));
                }
            }
        }
    }

    /// Has a run taken up that outlives its connection, and now its lane's supervisor too. False where it is none.
    fn lives_on(&self, lane: &Lane, number: LaneNo, run: RunNo) -> bool {
        if !self.lanes.may_live_on(number, run) {
            return false;
        }
        let secrets = self.memory.values.clone().into_iter().collect();
        let spec = RunDir::at(&self.session.run(run)).command().map_err(|error| error.to_string());
        let taken = spec.and_then(|spec| lane.take_up(&spec, secrets).map_err(|error| error.to_string()));
        match &taken {
            Ok(()) => {
                let what = format!("the supervisor of lane {number} died; run {run} may live on, and is looked for");
                self.trouble(what);
            }
            Err(error) => self.trouble(format!("could not take up run {run}: {error}")),
        }
        taken.is_ok()
    }

    /// A lane's supervisor died, and one of its runs may live on elsewhere.
    fn look_for(&self, run: RunNo) {
        let found = self.lanes.lane_of(run).is_some_and(|number| match self.lanes.open(number) {
            Ok(lane) => self.lives_on(&lane, number, run),
            Err(error) => {
                self.trouble(error.to_string());
                false
            }
        });
        if !found {
            drop(self.desk.send(Note::Lost { run }));
        }
    }

    fn ended_unseen(&self, run: RunNo) -> bool {
        let Ok(Some(end)) = RunDir::at(&self.session.run(run)).end() else { return false };
        self.desk.send(Note::Ended { run, end, secret: None, unseen: true }).is_ok()
    }

    fn say(&mut self, run: RunNo, verb: &str, what: impl FnOnce(&crate::runner::Lane) -> std::io::Result<()>) {
        let said =
            self.lanes.of(run).map_or_else(|| Err(std::io::Error::other("its lane is not open")), |lane| what(&lane));
        if let Err(error) = said {
            self.trouble(format!("could not {verb} run {run}: {error}"));
        }
    }

    fn remembered(&mut self) {
        let (secrets, refused) =
            Secrets::new(self.memory.values.iter().map(|(name, value)| (name.clone(), value.clone())));
        self.memory.secrets = secrets.with_shapes(&self.memory.shapes);
        // Each is said once, when it comes; a value of nothing is no secret.
        for refused in refused {
            self.trouble(refused.to_string());
        }
    }

    fn trouble(&self, what: String) {
        self.tell(News::Trouble(what));
    }

    fn tell(&self, news: News) {
        self.news.tell(news);
    }
}

/// sha-256 of nothing.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn may_follow(order: &Order) -> bool {
    matches!(order, Order::Record(draft) if matches!(draft.event, Event::Note { .. } | Event::Marked { .. }))
}
