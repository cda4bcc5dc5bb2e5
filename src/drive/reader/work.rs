//! The thread of a reader.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use super::super::desk::{Note, Watched, secret};
use super::super::news::{News, Window};
use super::super::outbox::Outbox;
use super::page::Shelf;
use super::tail::Tail;
use crate::session::judge::Judge;
use crate::session::run::{RunEnd, RunNo};
use crate::session::walk::RunOver;
use crate::store::clock::Clock;
use crate::store::runs::RunDir;
use crate::text::plain::Lines;

/// The shortest time between two pages, or two notices of growth.
const FRAME: Duration = Duration::from_millis(16);
/// How often the file is looked at where nobody tells when it grows.
const GLANCE: Duration = Duration::from_millis(200);

/// What a reader is told.
pub(in super::super) enum Wake {
    /// There is more to read.
    Grew,
    /// The run is over: read the rest and judge.
    Ended { end: RunEnd, secret: Option<String>, unseen: bool },
    /// The run is over, nobody knows how: read the rest.
    Lost,
    /// Show this part from now on, or nothing.
    Show(Option<Window>),
    /// The screen of an interactive run has another size.
    Resize { columns: u16, rows: u16 },
    /// The end.
    Quit,
}

/// Reads one run's output.
pub(in super::super) struct Reader {
    run: RunNo,
    shelf: Shelf,
    /// What patterns are held against; read only where there are any.
    tail: Tail,
    plain: Lines,
    judge: Option<Judge>,
    /// How it ended, once that is known; judged when everything was read.
    end: Option<End>,
    /// Nothing more will come: when all is read, it is complete.
    closed: bool,
    /// All was read, and nothing more will come.
    complete: bool,
    growth: Growth,
    window: Option<Window>,
    /// Pages of the window.
    pages: Frames,
    /// Notices of growth.
    grew: Frames,
    complained: bool,
    clock: Arc<dyn Clock>,
    desk: Sender<Note>,
    news: Outbox,
}

/// How it is known that there is more to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Growth {
    /// It is told.
    Told,
    /// The file is looked at.
    Polled,
    /// There is none: the run is over.
    None,
}

/// Something told at most once in a frame.
#[derive(Default)]
struct Frames {
    /// What was told is no longer so.
    stale: bool,
    last: Option<Instant>,
}

impl Frames {
    fn left(&self) -> Option<Duration> {
        self.stale.then(|| self.last.map_or(Duration::ZERO, |last| FRAME.saturating_sub(last.elapsed())))
    }

    fn is_due(&self) -> bool {
        self.left() == Some(Duration::ZERO)
    }

    /// Told, or to be tried again with the next frame.
    fn told(&mut self, done: bool) {
        *self = Self { stale: !done, last: Some(Instant::now()) };
    }
}

struct End {
    how: RunEnd,
    secret: Option<String>,
    unseen: bool,
}

impl Reader {
    pub(in super::super) fn new(
        watched: &Watched,
        folder: &RunDir,
        judge: Option<Judge>,
        over: bool,
        clock: Arc<dyn Clock>,
        desk: Sender<Note>,
        news: Outbox,
    ) -> Self {
        let growth = match (over, watched.polled) {
            (true, _) => Growth::None,
            (false, true) => Growth::Polled,
            (false, false) => Growth::Told,
        };
        Self {
            run: watched.run,
            shelf: Shelf::new(folder.clone()),
            tail: Tail::new(folder.output()),
            plain: Lines::new(),
            judge,
            end: None,
            closed: over,
            complete: false,
            growth,
            window: None,
            pages: Frames::default(),
            grew: Frames::default(),
            complained: false,
            clock,
            desk,
            news,
        }
    }

    pub(in super::super) fn work(mut self, wakes: &Receiver<Wake>) {
        let mut more = true;
        loop {
            if !self.listen(wakes, more) {
                return;
            }
            more = self.read();
            if !more && self.closed && !self.complete {
                // Also where nothing more came: that this is all was not said yet.
                self.complete = true;
                self.pages.stale = true;
                if let Err(error) = self.shelf.finish() {
                    self.complain(&error);
                }
                self.finish();
            }
            self.publish();
        }
    }

    /// Takes what it is told; waits where there is nothing to do. False at the end.
    fn listen(&mut self, wakes: &Receiver<Wake>, busy: bool) -> bool {
        if !busy {
            let waited = match self.pause() {
                Some(pause) => wakes.recv_timeout(pause),
                None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let goes_on = match waited {
                Ok(wake) => self.take(wake),
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if !goes_on {
                return false;
            }
        }
        loop {
            match wakes.try_recv() {
                Ok(wake) => {
                    if !self.take(wake) {
                        return false;
                    }
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn pause(&self) -> Option<Duration> {
        let page = self.window.and_then(|_| self.pages.left());
        let glance = (self.growth == Growth::Polled && !self.closed).then_some(GLANCE);
        // A full channel is tried again a little later, not at once.
        [page, self.grew.left(), glance].into_iter().flatten().min().map(|pause| pause.max(Duration::from_millis(1)))
    }

    fn take(&mut self, wake: Wake) -> bool {
        match wake {
            Wake::Grew => {}
            Wake::Ended { end, secret, unseen } => {
                self.end = Some(End { how: end, secret, unseen });
                self.closed = true;
            }
            Wake::Lost => {
                self.judge = None;
                self.closed = true;
                self.pages.stale = true;
            }
            Wake::Show(window) => {
                self.window = window;
                // Asked for by a person: answered at once.
                self.pages = Frames { stale: true, last: None };
            }
            Wake::Resize { columns, rows } => {
                self.shelf.resize(columns, rows);
                self.pages.stale = true;
            }
            Wake::Quit => return false,
        }
        true
    }

    /// Goes on in the output, for whoever shows it and for the judge; false where there is nothing more.
    fn read(&mut self) -> bool {
        let shown = match self.shelf.read() {
            Ok(more) => more,
            Err(error) => self.complain(&error),
        };
        let (plain, judge) = (&mut self.plain, &mut self.judge);
        let judged = match judge.as_mut().filter(|judge| judge.reads()) {
            Some(judge) => match self.tail.next() {
                Ok(Some(bytes)) => {
                    plain.push(bytes, |number, line| judge.line(number, line));
                    true
                }
                Ok(None) => false,
                Err(error) => self.complain(&error),
            },
            None => false,
        };
        self.pages.stale |= shown;
        self.grew.stale |= shown && self.growth != Growth::None;
        shown || judged
    }

    /// Says once that the output cannot be read. Gives false: nothing more is to be had of it now.
    fn complain(&mut self, error: &std::io::Error) -> bool {
        if !std::mem::replace(&mut self.complained, true) {
            let what = format!("could not read the output of run {}: {error}", self.run);
            self.news.tell(News::Trouble(what));
        }
        false
    }

    /// All was read and nothing more comes: the judgement.
    fn finish(&mut self) {
        let (Some(mut judge), Some(end)) = (self.judge.take(), self.end.take()) else { return };
        self.grew.last = None;
        self.publish_grew();
        self.plain.finish(|number, line| judge.line(number, line));
        let read = if judge.reads() { self.tail.offset() } else { self.shelf.bytes().unwrap_or(0) };
        let unread = end.how.bytes.saturating_sub(read);
        if unread > 0 {
            judge.missed(unread);
            let what = format!("could not read the output of run {} to its end: {unread} bytes are missing", self.run);
            self.news.tell(News::Trouble(what));
        }
        let judgement = judge.finish(&end.how);
        let over = RunOver { run: self.run, end: end.how, judgement, secret: secret(end.secret), unseen: end.unseen };
        drop(self.desk.send(Note::Over(Box::new(over))));
    }

    fn publish(&mut self) {
        self.publish_grew();
        let Some(window) = self.window.filter(|_| self.pages.is_due()) else { return };
        let done = match self.shelf.page(self.run, window, self.complete) {
            // A full channel: the next page shows more, and instead.
            Ok(page) => self.news.offer(News::Page(Box::new(page))),
            Err(error) => {
                let what = format!("could not show the output of run {}: {error}", self.run);
                self.news.offer(News::Trouble(what));
                true
            }
        };
        self.pages.told(done);
    }

    fn publish_grew(&mut self) {
        if self.grew.is_due() {
            let (Ok(bytes), Ok(lines)) = (self.shelf.bytes(), self.shelf.lines()) else {
                // What is wrong was said where it was read.
                return self.grew.told(true);
            };
            let news = News::Grew { run: self.run, bytes, lines, at: self.clock.stamp() };
            self.grew.told(self.news.offer(news));
        }
    }
}
