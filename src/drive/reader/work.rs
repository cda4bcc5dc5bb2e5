//! The thread of a reader.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::Duration;

use super::super::desk::{Note, Watched, secret};
use super::super::frames::Frames;
use super::super::news::{News, Window};
use super::super::outbox::Outbox;
use super::page::Shelf;
use super::tail::Tail;
use super::unkept::Unkept;
use crate::session::flags::{FlagFound, Flags};
use crate::session::judge::Judge;
use crate::session::run::{RunEnd, RunNo};
use crate::session::walk::{Flagged, Happening, RunOver};
use crate::store::clock::Clock;
use crate::store::runs::RunDir;
use crate::store::times::Times;
use crate::text::foreword::Foreword;
use crate::text::human;
use crate::text::lines;
use crate::text::shown::Shown;

/// How often the file is looked at where nobody tells when it grows.
const GLANCE: Duration = Duration::from_millis(200);

/// What a reader is told.
pub(in super::super) enum Wake {
    /// There is more to read.
    Grew,
    /// The disk has no room for what comes.
    Unkept(Unkept),
    /// The run is over: read the rest and judge.
    Ended { end: RunEnd, secret: Option<String>, unseen: bool },
    /// The run is over, nobody knows how: read the rest.
    Lost,
    /// Show this part from now on, or nothing.
    Show(Option<Window>),
    /// The screen of an interactive run has another size.
    Resize { columns: u16, rows: u16 },
    /// The text of these lines is wanted, if it is at most so many bytes.
    Text { first: u64, last: u64, most: usize },
    /// The end.
    Quit,
}

/// What is looked for in a run's lines.
#[derive(Default)]
pub(in super::super) struct Looks {
    /// What its step expects; none where the run is only shown, or judged elsewhere.
    pub(in super::super) judge: Option<Judge>,
    /// What its step wants to be flagged.
    pub(in super::super) flags: Flags,
}

/// Reads one run's output.
pub(in super::super) struct Reader {
    run: RunNo,
    shelf: Shelf,
    /// What patterns are held against; read only where there are any.
    tail: Tail,
    plain: Shown,
    /// What a connection said first is held against nothing.
    foreword: Foreword,
    judge: Option<Judge>,
    /// What its step wants to be flagged; none where the run is only shown.
    flags: Flags,
    folder: RunDir,
    /// How it ended, once that is known; judged when everything was read.
    end: Option<End>,
    /// Nothing more will come: when all is read, it is complete.
    closed: bool,
    /// All was read, and nothing more will come.
    complete: bool,
    growth: Growth,
    unkept: Option<Unkept>,
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

struct End {
    how: RunEnd,
    secret: Option<String>,
    unseen: bool,
}

impl Reader {
    pub(in super::super) fn new(
        watched: &Watched,
        folder: &RunDir,
        Looks { judge, flags }: Looks,
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
            plain: Shown::new(),
            foreword: Foreword::default(),
            judge,
            flags,
            folder: folder.clone(),
            end: None,
            closed: over,
            complete: false,
            growth,
            unkept: None,
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
        // What could not be read is looked at again for as long as it is shown, also when the run is over.
        let again = (self.complained && self.window.is_some()).then_some(GLANCE);
        // A full channel is tried again a little later, not at once.
        [page, self.grew.left(), glance, again]
            .into_iter()
            .flatten()
            .min()
            .map(|pause| pause.max(Duration::from_millis(1)))
    }

    fn take(&mut self, wake: Wake) -> bool {
        match wake {
            Wake::Grew => {}
            Wake::Unkept(unkept) => {
                self.unkept = Some(unkept);
                self.pages.stale = true;
            }
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
                self.pages = Frames::at_once();
            }
            Wake::Resize { columns, rows } => {
                self.shelf.resize(columns, rows);
                self.pages.stale = true;
            }
            Wake::Text { first, last, most } => {
                let text = self.text(first, last, most);
                self.news.tell(News::Text { run: self.run, first, last, text });
            }
            Wake::Quit => return false,
        }
        true
    }

    fn text(&self, first: u64, last: u64, most: usize) -> Result<String, String> {
        let text = self.shelf.text(first, last, most);
        let text = text.map_err(|error| format!("could not read the output of run {}: {error}", self.run))?;
        text.ok_or_else(|| format!("these lines are more than {}", human::bytes(most as u64)))
    }

    /// Goes on in the output, for whoever shows it and for who looks for something in it; false where there is nothing more.
    fn read(&mut self) -> bool {
        let (page, tail) = (self.shelf.read(), self.look());
        let sound = page.is_ok() && tail.is_ok();
        let shown = page.unwrap_or_else(|error| self.complain(&error));
        let looked = tail.unwrap_or_else(|error| self.complain(&error));
        self.complained &= !sound;
        self.pages.stale |= shown;
        self.grew.stale |= (shown || looked) && self.growth != Growth::None;
        shown || looked
    }

    /// Whether anything is looked for in the lines.
    fn looks(&self) -> bool {
        !self.flags.is_empty() || self.judge.as_ref().is_some_and(Judge::reads)
    }

    /// Holds the next lines against what is looked for; false where there are none, or nothing is.
    fn look(&mut self) -> std::io::Result<bool> {
        if !self.looks() {
            return Ok(false);
        }
        let (plain, judge, flags) = (&mut self.plain, &mut self.judge, &mut self.flags);
        let foreword = &mut self.foreword;
        let start = self.tail.offset();
        let Some(bytes) = self.tail.next()? else { return Ok(false) };
        let mut found = Vec::new();
        let ended = plain.count();
        foreword.push(bytes);
        plain.push(bytes, |number, line| {
            if foreword.holds(number) {
                return;
            }
            if let Some(judge) = judge {
                judge.line(number, line);
            }
            for flag in flags.line(number, line) {
                let end = lines::after(bytes, number - ended).unwrap_or(bytes.len());
                found.push((flag, start + end as u64));
            }
        });
        for (flag, end) in found {
            self.flagged(flag, end);
        }
        Ok(true)
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
        let Some(end) = self.end.take().filter(|_| self.judge.is_some()) else { return };
        self.grew.hurry();
        self.publish_grew();
        let looks = self.looks();
        let (flags, judge, mut found) = (&mut self.flags, &mut self.judge, Vec::new());
        let foreword = &self.foreword;
        self.plain.finish(|number, line| {
            if foreword.holds(number) {
                return;
            }
            if let Some(judge) = judge {
                judge.line(number, line);
            }
            found.extend(flags.line(number, line));
        });
        for flag in found {
            self.flagged(flag, self.tail.offset());
        }
        let Some(mut judge) = self.judge.take() else { return };
        let read = if looks { self.tail.offset() } else { self.shelf.bytes().unwrap_or(0) };
        let unread = end.how.bytes.saturating_sub(read);
        if unread > 0 {
            judge.missed(unread);
            let what = format!("could not read the output of run {} to its end: {unread} bytes are missing", self.run);
            self.news.tell(News::Trouble(what));
        }
        let judgement = judge.finish(&end.how);
        let over = RunOver {
            run: self.run,
            end: end.how,
            judgement,
            secret: secret(end.secret),
            unseen: end.unseen,
            flags: self.flags.counts(),
        };
        drop(self.desk.send(Note::Over(Box::new(over))));
    }

    /// The first match of a flag, in the line that ends at this byte.
    fn flagged(&mut self, found: FlagFound, end: u64) {
        // Where it is not judged here, somebody else drives the session and records.
        if self.judge.is_some() {
            let after_ms = Times::open(&self.folder.times()).and_then(|times| times.of(end.saturating_sub(1)));
            let flagged = Flagged { run: self.run, found, after_ms, read: self.clock.now() };
            self.news.tell(News::Walk(Happening::Flagged(Box::new(flagged))));
        }
    }

    fn publish(&mut self) {
        self.publish_grew();
        let Some(window) = self.window.filter(|_| self.pages.is_due()) else { return };
        let done = match self.shelf.page(self.run, window, self.complete) {
            // A full channel: the next page shows more, and instead.
            Ok(mut page) => {
                if let Some(unkept) = &self.unkept {
                    unkept.onto(&mut page, window);
                }
                self.news.offer(News::Page(Box::new(page)))
            }
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
            let told = self.news.offer(news);
            let counts = self.flags.counts();
            let counted = counts.is_empty() || self.news.offer(News::Counted { run: self.run, flags: counts });
            self.grew.told(told && counted);
        }
    }
}
