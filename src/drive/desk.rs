//! The thread between the lanes, the readers of output and the screen: what must never wait for a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::lanes::Lanes;
use super::news::{News, Step, Window};
use super::orders::Task;
use super::outbox::Outbox;
use super::reader::{Looks, Reader, Unkept, Wake, last_line};
use super::search::{Hunt, Searcher};
use crate::runbook::Runbook;
use crate::runner::Notice;
use crate::session::flags::Flags;
use crate::session::judge::Judge;
use crate::session::run::{LaneNo, Purpose, RunEnd, RunNo};
use crate::session::walk::{Happening, RunOver, Secret};
use crate::store::clock::Clock;
use crate::store::runs::RunDir;
use crate::store::session::SessionDir;
use crate::text::find::Query;

mod unread;
mod watched;

use unread::Unread;
pub(super) use watched::Watched;

/// How often it is looked for the end of a run whose supervisor cannot be reached.
const GLANCE: Duration = Duration::from_secs(1);

/// How many bytes of keys are held at most for a run that has not started yet.
const EARLY: usize = 64 << 10;

/// What the thread is told.
pub(super) enum Note {
    /// A run is about to start, or goes on: read its output.
    Watch(Watched),
    /// A lane says something.
    Notice(LaneNo, Notice),
    /// A run's end is known.
    Ended { run: RunNo, end: RunEnd, secret: Option<String>, unseen: bool },
    /// A run whose end nobody saw.
    Lost { run: RunNo },
    /// A run whose supervisor cannot be reached: its `exit.json` will tell.
    Orphaned { run: RunNo },
    /// The driver of the session recorded a run's end.
    Seen { run: RunNo },
    /// A lane broke.
    Gone { lane: LaneNo },
    /// A reader has read and judged all of a run.
    Over(Box<RunOver>),
    /// Keys for a run.
    Input { run: RunNo, bytes: Vec<u8> },
    /// A run has started, or was found going on: it takes keys.
    Started { run: RunNo },
    /// Another size.
    Resize { run: RunNo, columns: u16, rows: u16 },
    /// Show this.
    Show { run: RunNo, window: Window },
    /// Another version of the runbook is in force.
    Runbook(Arc<Runbook>),
    /// Show nothing.
    ShowNothing,
    /// Search this.
    Search { run: RunNo, query: Query, step: Step },
    /// To another match.
    Seek(Step),
    /// Search nothing.
    SearchNothing,
    /// The text of lines is wanted.
    Text { run: RunNo, first: u64, last: u64, most: usize },
    /// The last lines of these runs are wanted.
    Lasts(Vec<RunNo>),
    /// The end.
    Quit,
}

/// The thread's belongings.
pub(super) struct Desk {
    session: SessionDir,
    runbook: Option<Arc<Runbook>>,
    clock: Arc<dyn Clock>,
    lanes: Arc<Lanes>,
    own: Sender<Note>,
    tasks: Sender<Task>,
    news: Outbox,
    follows: bool,
    readers: BTreeMap<RunNo, Desked>,
    shown: Option<(RunNo, Window)>,
    searched: Option<(RunNo, Sender<Hunt>)>,
    orphans: BTreeSet<RunNo>,
    unread: Unread,
    started: BTreeSet<RunNo>,
    early: BTreeMap<RunNo, Early>,
}

/// What came for a run between its record and its start.
#[derive(Default)]
struct Early {
    size: Option<(u16, u16)>,
    keys: Vec<u8>,
}

/// A reader at work.
struct Desked {
    wake: Sender<Wake>,
    /// Its run is going on, or at least not judged yet.
    going_on: bool,
    /// Its end is known.
    ending: bool,
}

impl Desk {
    pub(super) fn new(
        session: SessionDir,
        runbook: Option<Arc<Runbook>>,
        clock: Arc<dyn Clock>,
        lanes: Arc<Lanes>,
        (own, tasks): (Sender<Note>, Sender<Task>),
        news: Outbox,
        follows: bool,
    ) -> Self {
        let (readers, shown, searched, orphans) = (BTreeMap::new(), None, None, BTreeSet::new());
        let (unread, started, early) = (Unread::default(), BTreeSet::new(), BTreeMap::new());
        Self {
            session,
            runbook,
            clock,
            lanes,
            own,
            tasks,
            news,
            follows,
            readers,
            shown,
            searched,
            orphans,
            unread,
            started,
            early,
        }
    }

    /// Works until it is told to quit.
    pub(super) fn work(mut self, notes: &Receiver<Note>) {
        loop {
            let note = if self.orphans.is_empty() && self.unread.is_empty() {
                notes.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                notes.recv_timeout(GLANCE)
            };
            match note {
                Ok(Note::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(note) => self.take(note),
                Err(RecvTimeoutError::Timeout) => {
                    self.look_for_orphans();
                    self.read_at_last();
                }
            }
        }
        for reader in self.readers.values() {
            drop(reader.wake.send(Wake::Quit));
        }
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Watch(watched) => self.watch(&watched),
            Note::Notice(lane, notice) => self.notice(lane, notice),
            Note::Ended { run, end, secret, unseen } => self.ended(run, end, secret, unseen),
            Note::Lost { run } => self.lost(run),
            Note::Orphaned { run } => {
                self.orphans.insert(run);
            }
            Note::Seen { run } => self.seen(run),
            Note::Gone { lane } => self.gone(lane),
            Note::Over(over) => self.over(over),
            Note::Input { run, bytes } => self.input(run, &bytes),
            Note::Started { run } => self.started(run),
            Note::Resize { run, columns, rows } => {
                self.wake(run, Wake::Resize { columns, rows });
                self.resize(run, columns, rows);
            }
            Note::Show { run, window } => self.show(run, window),
            Note::Runbook(runbook) => self.runbook = Some(runbook),
            Note::ShowNothing => self.hide(),
            Note::Search { run, query, step } => self.search(run, &query, step),
            Note::Seek(step) => self.hunt(Hunt::Seek(step)),
            // A search ends when nobody can wake it any more.
            Note::SearchNothing => self.searched = None,
            Note::Text { run, first, last, most } => self.text(run, first, last, most),
            Note::Lasts(runs) => self.lasts(runs),
            Note::Quit => {}
        }
    }

    fn watch(&mut self, watched: &Watched) {
        let run = watched.run;
        // A reader that only shows cannot judge what it has read already.
        if let Some(old) = self.readers.remove(&run) {
            drop(old.wake.send(Wake::Quit));
        }
        let judged_here = !self.follows && watched.purpose != Purpose::Shell;
        let judge = judged_here.then(|| Judge::new(self.runbook.as_deref(), &watched.purpose));
        let flags = Flags::new(self.runbook.as_deref(), &watched.purpose);
        self.spawn(watched, Looks { judge, flags }, false);
        if !self.readers.contains_key(&run) {
            self.unread.add(watched.clone());
        }
        // A screen that asked quickly asked the old one.
        if let Some((_, window)) = self.shown.filter(|(shown, _)| *shown == run) {
            self.wake(run, Wake::Show(Some(window)));
        }
    }

    fn spawn(&mut self, watched: &Watched, looks: Looks, over: bool) {
        let (wake, wakes) = channel();
        let going_on = looks.judge.is_some() || watched.polled;
        let reader = Reader::new(
            watched,
            &RunDir::at(&self.session.run(watched.run)),
            looks,
            over,
            Arc::clone(&self.clock),
            self.own.clone(),
            self.news.clone(),
        );
        let thread = std::thread::Builder::new().name(format!("reader {}", watched.run));
        match thread.spawn(move || reader.work(&wakes)) {
            Ok(_) => drop(self.readers.insert(watched.run, Desked { wake, going_on, ending: false })),
            Err(error) if self.unread.complains() => {
                self.trouble(format!("could not read the output of run {}: {error}", watched.run));
            }
            Err(_) => {}
        }
    }

    fn notice(&mut self, lane: LaneNo, notice: Notice) {
        match notice {
            Notice::Started { run, .. } => {
                self.started(run);
                self.wake(run, Wake::Grew);
            }
            Notice::Grew { run, .. } => self.wake(run, Wake::Grew),
            Notice::Unkept { run, bytes, last } => {
                // What cannot be decoded is counted all the same.
                let last = STANDARD.decode(last).unwrap_or_default();
                self.wake(run, Wake::Unkept(Unkept { bytes, last }));
                self.tell(News::Unkept { run, bytes });
            }
            Notice::Ended { run, end, secret_output } => self.ended(run, end, secret_output, false),
            Notice::Prompt { run, hidden } => self.tell(News::Prompt { run, hidden }),
            Notice::Stopping { run, signal, kill_after_ms } => {
                self.tell(News::Stopping { run, signal, kill_in_ms: kill_after_ms });
            }
            Notice::StillAlive { run } => self.tell(News::StillAlive { run }),
            Notice::Trouble { what } => self.trouble(what),
            Notice::Lost { run, what } => {
                self.trouble(format!("{what}; what became of run {run} there is not known"));
                self.lost(run);
            }
            Notice::Gone => self.gone(lane),
        }
    }

    fn ended(&mut self, run: RunNo, end: RunEnd, secret: Option<String>, unseen: bool) {
        self.orphans.remove(&run);
        if self.unread.ended(run, &(end.clone(), secret.clone(), unseen)) {
            return;
        }
        let Some(reader) = self.readers.get_mut(&run) else { return };
        if reader.going_on && !reader.ending {
            reader.ending = true;
            self.wake(run, Wake::Ended { end, secret, unseen });
        }
    }

    fn lost(&mut self, run: RunNo) {
        self.orphans.remove(&run);
        if self.unread.forget(run) {
            return self.tell(News::Walk(Happening::RunLost(run)));
        }
        let Some(reader) = self.readers.get_mut(&run) else { return };
        if !reader.going_on || reader.ending {
            return;
        }
        reader.going_on = false;
        self.wake(run, Wake::Lost);
        self.is_all(run);
        self.dismiss(run);
        self.tell(News::Walk(Happening::RunLost(run)));
    }

    /// Somebody else judged it: its reader has nothing to do any more but to show it.
    fn seen(&mut self, run: RunNo) {
        self.unread.forget(run);
        self.wake(run, Wake::Lost);
        if let Some(reader) = self.readers.get_mut(&run) {
            reader.going_on = false;
        }
        self.is_all(run);
        self.dismiss(run);
    }

    fn gone(&mut self, lane: LaneNo) {
        self.lanes.gone(lane);
        let there = |run: &RunNo| self.lanes.lane_of(*run) == Some(lane);
        let runs: Vec<RunNo> =
            self.readers.iter().filter(|(run, reader)| reader.going_on && there(run)).map(|(run, _)| *run).collect();
        for run in runs.into_iter().chain(self.unread.runs().filter(there).collect::<Vec<_>>()) {
            match RunDir::at(&self.session.run(run)).end() {
                Ok(Some(end)) => self.ended(run, end, None, false),
                // One that lives on elsewhere is taken up by a new supervisor.
                Ok(None) if self.lanes.may_live_on(lane, run) => drop(self.tasks.send(Task::LookFor(run))),
                Ok(None) | Err(_) => self.lost(run),
            }
        }
    }

    fn look_for_orphans(&mut self) {
        for run in self.orphans.clone() {
            // Asked first: a supervisor writes the end down before it goes.
            let dead = self.lanes.lane_of(run).is_some_and(|lane| self.lanes.is_dead(lane));
            match RunDir::at(&self.session.run(run)).end() {
                Ok(Some(end)) => self.ended(run, end, None, false),
                Ok(None) if dead => self.lost(run),
                Ok(None) | Err(_) => {}
            }
        }
    }

    fn over(&mut self, over: Box<RunOver>) {
        let run = over.run;
        if let Some(reader) = self.readers.get_mut(&run) {
            reader.going_on = false;
        }
        self.early.remove(&run);
        self.is_all(run);
        self.dismiss(run);
        if !self.follows {
            self.tell(News::Walk(Happening::RunOver(over)));
        }
    }

    /// Keys for a run. Who was told where they go may type before it has started; a lane would throw them away.
    fn input(&mut self, run: RunNo, bytes: &[u8]) {
        if self.started.contains(&run) {
            self.say(run, "give keys to", |lane| lane.input(run, bytes));
            return;
        }
        let keys = &mut self.early.entry(run).or_default().keys;
        if keys.len() + bytes.len() > EARLY {
            self.trouble(format!("run {run} has not started yet: these keys were thrown away"));
        } else {
            keys.extend_from_slice(bytes);
        }
    }

    fn resize(&mut self, run: RunNo, columns: u16, rows: u16) {
        if self.started.contains(&run) {
            self.say(run, "resize", |lane| lane.resize(run, columns, rows));
        } else {
            self.early.entry(run).or_default().size = Some((columns, rows));
        }
    }

    fn started(&mut self, run: RunNo) {
        self.started.insert(run);
        let Some(Early { size, keys }) = self.early.remove(&run) else { return };
        if let Some((columns, rows)) = size {
            self.resize(run, columns, rows);
        }
        if !keys.is_empty() {
            self.input(run, &keys);
        }
    }

    fn show(&mut self, run: RunNo, window: Window) {
        if self.shown.is_some_and(|(shown, _)| shown != run) {
            self.hide();
        }
        self.shown = Some((run, window));
        if !self.readers.contains_key(&run) {
            let folder = RunDir::at(&self.session.run(run));
            let purpose = folder.command().map_or(Purpose::AdHoc, |spec| spec.purpose);
            self.spawn(&Watched { run, purpose, polled: false }, Looks::default(), true);
        }
        self.wake(run, Wake::Show(Some(window)));
    }

    fn search(&mut self, run: RunNo, query: &Query, step: Step) {
        let closed = self.readers.get(&run).is_none_or(|reader| !reader.going_on);
        match Searcher::spawn(run, RunDir::at(&self.session.run(run)), query, step, closed, self.news.clone()) {
            Ok(hunt) => self.searched = Some((run, hunt)),
            Err(why) => {
                self.searched = None;
                self.trouble(why);
            }
        }
    }

    fn hunt(&self, hunt: Hunt) {
        if let Some((_, searcher)) = &self.searched {
            drop(searcher.send(hunt));
        }
    }

    /// Nothing more is expected of a run: its last line counts, though it may not be ended.
    fn is_all(&self, run: RunNo) {
        if self.searched.as_ref().is_some_and(|(searched, _)| *searched == run) {
            self.hunt(Hunt::Closed);
        }
    }

    fn text(&self, run: RunNo, first: u64, last: u64, most: usize) {
        if self.readers.contains_key(&run) {
            self.wake(run, Wake::Text { first, last, most });
        } else {
            let text = Err(format!("could not read lines of run {run}: it is not shown"));
            self.tell(News::Text { run, first, last, text });
        }
    }

    /// A thread of its own reads them: a disk may be slow.
    fn lasts(&self, runs: Vec<RunNo>) {
        let (session, news) = (self.session.clone(), self.news.clone());
        let read = move || {
            for run in runs {
                match last_line(&RunDir::at(&session.run(run)).output()) {
                    Ok(text) => news.tell(News::Last { run, text }),
                    Err(error) => news.tell(News::Trouble(format!("could not read the output of run {run}: {error}"))),
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("last lines".to_owned()).spawn(read) {
            self.trouble(format!("could not read last lines: {error}"));
        }
    }

    fn hide(&mut self) {
        if let Some((run, _)) = self.shown.take() {
            self.wake(run, Wake::Show(None));
            self.dismiss(run);
        }
    }

    /// A reader that neither judges nor shows has nothing left to do.
    fn dismiss(&mut self, run: RunNo) {
        if self.shown.is_none_or(|(shown, _)| shown != run)
            && self.readers.get(&run).is_some_and(|reader| !reader.going_on)
        {
            self.wake(run, Wake::Quit);
            self.readers.remove(&run);
        }
    }

    fn wake(&self, run: RunNo, wake: Wake) {
        if let Some(reader) = self.readers.get(&run) {
            drop(reader.wake.send(wake));
        }
    }

    fn say(&self, run: RunNo, verb: &str, what: impl FnOnce(&crate::runner::Lane) -> std::io::Result<()>) {
        if let Some(Err(error)) = self.lanes.of(run).map(|lane| what(&lane)) {
            self.trouble(format!("could not {verb} run {run}: {error}"));
        }
    }

    fn trouble(&self, what: String) {
        self.tell(News::Trouble(what));
    }

    fn tell(&self, news: News) {
        self.news.tell(news);
    }
}

/// A secret as the walk takes it.
pub(super) fn secret(text: Option<String>) -> Option<Secret> {
    text.map(Secret::new)
}
