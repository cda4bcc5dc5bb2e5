//! A drive that never touches anything: it records into memory, plays scripts, and its clock stands still.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::drive::edited::Edited;
use crate::drive::{Answer, Found, Job, News, Page, Spot, Step, View, Window};
use crate::runbook::Runbook;
use crate::session::entry::{Entry, VERSION};
use crate::session::event::{Event, Opened as Begun, Source};
use crate::session::judge::Judge;
use crate::session::run::{Exit, RunEnd, RunNo, RunSpec};
use crate::session::site::Machine;
use crate::session::walk::{Draft, Happening, Opening, Order, Rules, RunOver, Walk};
use crate::store::clock::Stamp;
use crate::text::find::{Finder, Query};
use crate::text::styled::{Line, Span};
use crate::tui::effect::{Effect, Open};
use crate::tui::message::{Message, Opened};
use crate::tui::model::{Catalog, Details, Now, Role, RunbookRow};

/// What a scripted command writes, and how it ends.
#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) part: &'static str,
    pub(super) output: &'static str,
    /// None goes on until it is stopped.
    pub(super) exit: Option<i32>,
}

/// A command that contains this (`HOST: COMMAND`) writes that and ends so.
pub(super) fn script(part: &'static str, output: &'static str, exit: i32) -> Script {
    Script { part, output, exit: Some(exit) }
}

/// A drive that never touches anything: it records into memory and plays scripts.
#[derive(Debug)]
pub(super) struct World {
    pub(super) at: DateTime<Utc>,
    pub(super) runbook: Option<Arc<Runbook>>,
    pub(super) role: Role,
    pub(super) scripts: Vec<Script>,
    pub(super) journal: Vec<Entry>,
    pub(super) started: Vec<RunSpec>,
    pub(super) inputs: Vec<(RunNo, Vec<u8>)>,
    pub(super) stops: Vec<(RunNo, bool)>,
    pub(super) outbox: VecDeque<Message>,
    pub(super) suspended: usize,
    /// How often a recorded shell was to be opened.
    pub(super) shells: usize,
    pub(super) copied: Vec<String>,
    pub(super) frames: u64,
    pub(super) closed: bool,
    /// By how much the wall clock was set, in milliseconds.
    pub(super) set: i64,
    /// Nothing can be recorded.
    pub(super) broken: bool,
    shown: Option<(RunNo, Window)>,
    hunt: Option<(RunNo, Query)>,
    texts: Vec<(RunNo, String)>,
}

impl World {
    pub(super) fn new(runbook: Option<Runbook>, scripts: Vec<Script>) -> Self {
        Self {
            at: time("2022-04-30T19:33:40Z"),
            runbook: runbook.map(Arc::new),
            role: Role::Driver,
            scripts,
            journal: Vec::new(),
            started: Vec::new(),
            inputs: Vec::new(),
            stops: Vec::new(),
            outbox: VecDeque::new(),
            suspended: 0,
            shells: 0,
            copied: Vec::new(),
            hunt: None,
            frames: 0,
            closed: false,
            set: 0,
            broken: false,
            shown: None,
            texts: Vec::new(),
        }
    }

    pub(super) fn now(&self) -> Now {
        let boot_ms = u64::try_from(self.at.timestamp_millis() - time("2022-04-30T00:00:00Z").timestamp_millis());
        Now { at: self.at + TimeDelta::milliseconds(self.set), boot_ms: boot_ms.expect("after midnight") }
    }

    fn stamp(&self) -> Stamp {
        let now = self.now();
        Stamp { at: now.at, boot_ms: now.boot_ms }
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.at += TimeDelta::seconds(seconds);
    }

    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Job(job) => self.job(*job),
            Effect::LoadLibrary => {
                let row = self.runbook.as_ref().map(|runbook| RunbookRow {
                    id: runbook.id.clone(),
                    title: runbook.title.clone(),
                    origin: "bundled".to_owned(),
                    ..RunbookRow::default()
                });
                let runbooks = row.into_iter().collect();
                let catalog = Catalog { runbooks, ..Catalog::default() };
                self.outbox.push_back(Message::Catalog(Box::new(catalog)));
            }
            Effect::Describe { id, origin } => {
                let summary = self.runbook.as_ref().and_then(|runbook| runbook.summary.clone()).unwrap_or_default();
                let details = Details { summary, problems: Vec::new() };
                self.outbox.push_back(Message::Described { id, origin, details });
            }
            Effect::Open(open) => {
                let opened = self.open(&open);
                self.outbox.push_back(Message::Opened(Box::new(opened)));
            }
            Effect::ReadRunbook { .. } => self.outbox.push_back(Message::Edited(Edited::Unchanged)),
            Effect::Learn => self.outbox.push_back(Message::Learned(None)),
            Effect::Suspend
            | Effect::Shell
            | Effect::Redraw
            | Effect::Copy(_)
            | Effect::Pager { .. }
            | Effect::Read(_)
            | Effect::EditRunbook { .. }
            | Effect::Quit(_) => {
                unreachable!("the loop's own")
            }
        }
    }

    pub(super) fn open(&mut self, open: &Open) -> Opened {
        let title = match open {
            Open::Untitled { title } => title.clone(),
            _ => self.runbook.as_ref().map_or_else(String::new, |runbook| runbook.title.clone()),
        };
        let runbook = self.runbook.clone().filter(|_| !matches!(open, Open::Untitled { .. }));
        let severity = runbook.as_ref().and_then(|runbook| runbook.severity);
        let mut walk = Walk::new(runbook, Rules::default());
        let opened = Begun {
            title,
            runbook: None,
            severity,
            services: Vec::new(),
            planned: false,
            drill: None,
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".to_owned(),
            version: "0".to_owned(),
        };
        let attached =
            Event::Attached { boot_id: "boot".to_owned(), host: "alice".to_owned(), version: "0".to_owned() };
        let given = vec![("DB".to_owned(), "mastodon".to_owned(), Source::Flag)];
        let opening = Opening {
            opened,
            attached,
            given: given.into_iter().filter(|_| walk.runbook().is_some()).collect(),
            hosts: Vec::new(),
            detected: None,
            impact_started: None,
        };
        let first = walk.open(opening);
        Opened { id: "s-1".to_owned(), walk, first, history: Vec::new(), role: self.role.clone(), banner: None }
    }

    fn job(&mut self, job: Job) {
        match job {
            Job::Order(order) => self.order(order),
            Job::Orders(orders) => orders.into_iter().for_each(|order| self.order(order)),
            Job::Input { run, bytes } => self.inputs.push((run, bytes)),
            Job::Show { run, window } => {
                self.shown = Some((run, window));
                self.page();
            }
            Job::ShowNothing => self.shown = None,
            Job::Lasts(runs) => {
                for run in runs {
                    let text = self.text(run).lines().last().unwrap_or_default().to_owned();
                    self.outbox.push_back(Message::News(News::Last { run, text }));
                }
            }
            Job::Search { run, query, step } => {
                self.hunt = Some((run, query));
                self.found(step);
            }
            Job::Seek(step) => self.found(step),
            Job::SearchNothing => self.hunt = None,
            Job::Text { run, first, last, most } => self.lines(run, first, last, most),
            Job::Resize { .. } | Job::Lend | Job::Release { .. } | Job::Quit => {}
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Record(draft) if self.broken => {
                drop(draft);
                let news = News::JournalTrouble { error: "no space left on the disk".to_owned(), kept: 1 };
                self.outbox.push_back(Message::News(news));
            }
            Order::Record(draft) => self.record(*draft),
            Order::Start(spec) => self.start(*spec),
            Order::Stop { run, force } => {
                self.stops.push((run, force));
                self.end(run, Exit::Signal(15));
            }
            Order::Wait { step, .. } => self.walk(Happening::Waited(step)),
            Order::Keep(_) | Order::Remember { .. } => {}
        }
    }

    pub(super) fn record(&mut self, draft: Draft) {
        let now = self.now();
        let entry = Entry {
            v: VERSION,
            seq: self.journal.len() as u64 + 1,
            at: now.at,
            boot_ms: now.boot_ms,
            by: "nova@alice".to_owned(),
            happened: draft.happened,
            event: draft.event,
            prev: String::new(),
        };
        self.journal.push(entry.clone());
        self.walk(Happening::Recorded(Box::new(entry)));
    }

    /// A host is elsewhere from here on.
    pub(super) fn host(&mut self, name: &str, target: &str) {
        let machines = vec![Machine { name: name.to_owned(), target: target.to_owned() }];
        let event = Event::HostSet { host: name.to_owned(), machines, source: Source::Flag };
        self.record(event.into());
    }

    fn walk(&mut self, happening: Happening) {
        self.outbox.push_back(Message::News(News::Walk(happening)));
    }

    fn start(&mut self, spec: RunSpec) {
        let run = spec.run;
        let opened = self.journal.iter().find_map(|entry| match &entry.event {
            Event::LaneOpened { lane, key } if *lane == spec.lane => Some(key.host.as_deref().unwrap_or_default()),
            _ => None,
        });
        let named = format!("{}: {}", opened.unwrap_or_default(), spec.command);
        let script = self.scripts.iter().find(|script| named.contains(script.part)).cloned();
        let script = script.unwrap_or(Script { part: "", output: "", exit: Some(0) });
        self.texts.push((run, script.output.to_owned()));
        self.started.push(spec);
        let bytes = script.output.len() as u64;
        let lines = script.output.lines().count() as u64;
        self.outbox.push_back(Message::News(News::Grew { run, bytes, lines, at: self.stamp() }));
        self.page();
        if let Some(code) = script.exit {
            self.end(run, Exit::Code(code));
        }
    }

    /// A run ends.
    pub(super) fn end(&mut self, run: RunNo, exit: Exit) {
        let Some(spec) = self.started.iter().find(|spec| spec.run == run).cloned() else { return };
        let text = self.texts.iter().find(|(own, _)| *own == run).map(|(_, text)| text.clone()).unwrap_or_default();
        let mut judge = Judge::new(self.runbook.as_deref(), &spec.purpose);
        for (number, line) in text.lines().enumerate() {
            judge.line(number as u64 + 1, line);
        }
        let stopped = matches!(exit, Exit::Signal(_)).then_some(crate::session::run::Stopped::Operator);
        let end = RunEnd {
            exit,
            stopped,
            took_ms: 400,
            bytes: text.len() as u64,
            lines: text.lines().count() as u64,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        let judgement = judge.finish(&end);
        let over = RunOver { run, end, judgement, secret: None, unseen: false, flags: Vec::new() };
        self.walk(Happening::RunOver(Box::new(over)));
        self.page();
    }

    /// A run writes more.
    pub(super) fn write(&mut self, run: RunNo, more: &str) {
        if let Some((_, text)) = self.texts.iter_mut().find(|(own, _)| *own == run) {
            text.push_str(more);
            let (bytes, lines) = (text.len() as u64, text.lines().count() as u64);
            self.outbox.push_back(Message::News(News::Grew { run, bytes, lines, at: self.stamp() }));
        }
        self.page();
    }

    fn text(&self, run: RunNo) -> String {
        self.texts.iter().find(|(own, _)| *own == run).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn lines(&mut self, run: RunNo, first: u64, last: u64, most: usize) {
        let numbers = first..=last;
        let text = self.text(run);
        let lines = text.lines().zip(1..).filter(|(_, number)| numbers.contains(number)).map(|(line, _)| line);
        let text = lines.collect::<Vec<_>>().join("\n");
        let text = if text.len() > most { Err("too much".to_owned()) } else { Ok(text) };
        self.outbox.push_back(Message::News(News::Text { run, first, last, text }));
    }

    fn found(&mut self, step: Step) {
        let Some((run, query)) = self.hunt.clone() else { return };
        let finder = Finder::new(&query).expect("a query");
        let text = self.text(run);
        let all: Vec<u64> = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| finder.is_match(line.as_bytes()))
            .map(|(_, number)| number)
            .collect();
        let near = if step.back {
            all.iter().rposition(|line| *line <= step.from)
        } else {
            all.iter().position(|line| *line >= step.from)
        };
        let other = if step.back { all.len().checked_sub(1) } else { (!all.is_empty()).then_some(0) };
        let place = near.or(other);
        let spot = place.map(|place| Spot { line: all[place], place: place as u64 + 1, column: 0 });
        let answer = Some(Answer { asked: step.asked, spot, wrapped: near.is_none() && spot.is_some() });
        let (size, matching) = (text.len() as u64, all.len() as u64);
        let found = Found { run, query, matching, searched: size, of: size, all: true, answer };
        self.outbox.push_back(Message::News(News::Found(Box::new(found))));
    }

    fn page(&mut self) {
        let Some((run, window)) = self.shown else { return };
        let (view, rows) = (window.view, u64::from(window.rows));
        let text = self.texts.iter().find(|(own, _)| *own == run).map(|(_, text)| text.clone()).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        let total = all.len() as u64;
        let first = match view {
            View::End => total.saturating_sub(rows) + 1,
            View::From { line } => line.max(1),
        };
        let lines = all
            .iter()
            .skip(usize::try_from(first - 1).unwrap_or(0))
            .take(usize::try_from(rows).unwrap_or(0))
            .map(|line| line_of(line))
            .collect::<Vec<_>>();
        // A line a second.
        let times = (0..lines.len() as u64).map(|row| Some((first - 1 + row) * 1000)).collect();
        let page = Page {
            run,
            first_line: first,
            lines,
            times,
            unread: 0,
            total_lines: total,
            total_bytes: text.len() as u64,
            cursor: None,
            complete: false,
        };
        self.outbox.push_back(Message::News(News::Page(Box::new(page))));
    }
}

pub(super) fn line_of(text: &str) -> Line {
    Line { spans: vec![Span { text: text.to_owned(), ..Span::default() }], ..Line::default() }
}

pub(super) fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a time").with_timezone(&Utc)
}
