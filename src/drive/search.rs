//! The thread of a search: reads an output from its start, as fast as it can and as it grows, and leads from match to match.
//!
//! It holds one piece of the output and counts of its parts. It ends as soon as nobody can wake it any more.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;

use super::frames::Frames;
use super::news::{Answer, Found, News, Spot, Step};
use super::outbox::Outbox;
use crate::session::run::RunNo;
use crate::store::runs::RunDir;
use crate::store::transcript::Reading;
use crate::text::find::{Finder, LONGEST, Part, Query, Search};
use crate::text::{visible, width};

/// How often the file is looked at while its run goes on.
const GLANCE: Duration = Duration::from_millis(100);
/// The most that a piece of output takes back of the text before it, in bytes: rows that its terminal needs to begin with, several
/// times over.
const TAKEN_BACK: u64 = 8 << 20;
/// Most parts that are looked into for one step: a line stands in few.
const LOOKS: usize = 8;

/// What a search is told.
pub(super) enum Hunt {
    /// To another match.
    Seek(Step),
    /// Nothing more will come.
    Closed,
}

/// Searches one output.
pub(super) struct Searcher {
    run: RunNo,
    query: Query,
    folder: RunDir,
    /// The output as lines a person would have seen; none before there is any.
    reading: Option<Reading>,
    /// How often text was taken back.
    cuts: u64,
    search: Search,
    buffer: Vec<u8>,
    /// Nothing more will come.
    closed: bool,
    /// All that could be searched was.
    all: bool,
    /// What is still to be answered.
    step: Option<Step>,
    answer: Option<Answer>,
    frames: Frames,
    complained: bool,
    news: Outbox,
}

impl Searcher {
    /// Starts a search; it goes on until the sender is dropped.
    pub(super) fn spawn(
        run: RunNo,
        folder: RunDir,
        query: &Query,
        step: Step,
        closed: bool,
        news: Outbox,
    ) -> Result<Sender<Hunt>, String> {
        let search = Search::new(Finder::new(query)?);
        let searcher = Self {
            run,
            query: query.clone(),
            folder,
            reading: None,
            cuts: 0,
            search,
            buffer: vec![0; LONGEST],
            closed,
            all: false,
            step: Some(step),
            answer: None,
            frames: Frames::at_once(),
            complained: false,
            news,
        };
        let (hunt, hunts) = channel();
        std::thread::Builder::new()
            .name(format!("search {run}"))
            .spawn(move || searcher.work(&hunts))
            .map_err(|error| format!("could not search the output of run {run}: {error}"))?;
        Ok(hunt)
    }

    fn work(mut self, hunts: &Receiver<Hunt>) {
        let mut more = true;
        while self.listen(hunts, more) {
            more = match self.read() {
                Ok(more) => more,
                Err(error) => {
                    self.complain(&error);
                    false
                }
            };
            let all = !more;
            self.frames.stale |= all != self.all;
            self.all = all;
            if !more || self.frames.is_due() {
                self.look();
                self.publish();
            }
        }
    }

    /// Takes what it is told; waits where there is nothing to do. False at the end.
    fn listen(&mut self, hunts: &Receiver<Hunt>, busy: bool) -> bool {
        if !busy {
            let waited = match self.pause() {
                Some(pause) => hunts.recv_timeout(pause),
                None => hunts.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match waited {
                Ok(hunt) => self.take(&hunt),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        loop {
            match hunts.try_recv() {
                Ok(hunt) => self.take(&hunt),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn pause(&self) -> Option<Duration> {
        let glance = (!self.closed).then_some(GLANCE);
        // A full channel is tried again a little later, not at once.
        let news = self.frames.left().map(|left| left.max(Duration::from_millis(1)));
        [glance, news].into_iter().flatten().min()
    }

    fn take(&mut self, hunt: &Hunt) {
        match hunt {
            Hunt::Seek(step) => self.step = Some(*step),
            Hunt::Closed => self.closed = true,
        }
    }

    /// Searches the next piece; false where there is none.
    fn read(&mut self) -> io::Result<bool> {
        if self.reading.is_none() {
            self.reading = Reading::open(&self.folder)?;
        }
        let Some(reading) = &mut self.reading else { return Ok(false) };
        let (at, before) = (self.search.tally().bytes(), reading.text().len());
        let mut more = false;
        if before.saturating_sub(at) < self.buffer.len() as u64 {
            more = reading.advance()?;
            if !more && self.closed {
                reading.finish()?;
            }
        }
        if std::mem::replace(&mut self.cuts, reading.cuts()) != reading.cuts() {
            // Rows that stand on a terminal again are no lines yet.
            self.search.back_to(before.saturating_sub(TAKEN_BACK));
        }
        let at = self.search.tally().bytes();
        if reading.search_slices(&mut self.search)? {
            self.frames.stale = true;
            return Ok(true);
        }
        let count = reading.read_text(at, &mut self.buffer)?;
        let last = self.closed && !more && count < self.buffer.len();
        let taken = self.search.take(self.buffer.get(..count).unwrap_or_default(), last);
        self.frames.stale |= taken > 0;
        Ok(more || taken > 0)
    }

    /// Answers the step that is asked for, where that is possible by now.
    fn look(&mut self) {
        if let Some(step) = self.step {
            match self.answer(step) {
                Ok(None) => {}
                Ok(Some((spot, wrapped))) => {
                    self.step = None;
                    self.answer = Some(Answer { asked: step.asked, spot, wrapped: wrapped && spot.is_some() });
                    self.frames = Frames::at_once();
                }
                Err(error) => self.complain(&error),
            }
        }
    }

    /// The line that a step leads to, if any, and whether it was found from the other side; none where that is not known yet.
    fn answer(&mut self, step: Step) -> io::Result<Option<(Option<Spot>, bool)>> {
        let line = step.from.saturating_sub(1);
        if !self.all && self.search.tally().bytes() < self.after(line.saturating_add(1))? {
            return Ok(None);
        }
        match self.nearest(line, step.back)? {
            Some(spot) => Ok(Some((Some(spot), false))),
            None if !self.all => Ok(None),
            None => {
                let other = if step.back { u64::MAX } else { 0 };
                Ok(Some((self.nearest(other, step.back)?, true)))
            }
        }
    }

    /// The nearest line that matches, from a line (from 0) on or back.
    fn nearest(&mut self, line: u64, back: bool) -> io::Result<Option<Spot>> {
        let near = self.after(if back { line.saturating_add(1) } else { line })?;
        let tally = self.search.tally();
        let parts: Vec<Part> =
            if back { tally.back(near).take(LOOKS).collect() } else { tally.from(near).take(LOOKS).collect() };
        for part in parts {
            let bytes = self.part(part)?;
            let first = self.before(part.from)?;
            let (mut spot, mut place) = (None, part.before);
            self.search.hits(&bytes, |number, before| {
                let number = first + number;
                place += 1;
                if back && number > line {
                    return false;
                }
                if back || number >= line {
                    let text = String::from_utf8_lossy(before);
                    let column = width::columns(&visible::clean(&text)) as u64;
                    spot = Some(Spot { line: number + 1, place, column });
                }
                back || spot.is_none()
            });
            if spot.is_some() {
                return Ok(spot);
            }
        }
        Ok(None)
    }

    /// The byte behind the line feed of this number (from 1); the end where there are not so many.
    fn after(&self, number: u64) -> io::Result<u64> {
        self.reading.as_ref().map_or(Ok(0), |reading| reading.text().after(number))
    }

    /// Line feeds before a byte.
    fn before(&self, byte: u64) -> io::Result<u64> {
        self.reading.as_ref().map_or(Ok(0), |reading| reading.text().before(byte))
    }

    fn part(&self, part: Part) -> io::Result<Vec<u8>> {
        self.reading.as_ref().map_or_else(|| Ok(Vec::new()), |reading| reading.text().part(part.from, part.to))
    }

    fn publish(&mut self) {
        if !self.frames.is_due() {
            return;
        }
        let tally = self.search.tally();
        let of = self.reading.as_ref().map_or(0, |reading| {
            let unread = reading.length().unwrap_or(0).saturating_sub(reading.taken());
            reading.text().len() + unread
        });
        let found = Found {
            run: self.run,
            query: self.query.clone(),
            matching: tally.matching(),
            searched: tally.bytes(),
            of: of.max(tally.bytes()),
            all: self.all,
            answer: self.answer,
        };
        self.frames.told(self.news.offer(News::Found(Box::new(found))));
    }

    fn complain(&mut self, error: &io::Error) {
        if !self.complained {
            self.complained = true;
            self.news.tell(News::Trouble(format!("could not search the output of run {}: {error}", self.run)));
        }
    }
}
