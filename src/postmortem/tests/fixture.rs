//! Journals made by hand, with real times.

use chrono::{DateTime, TimeDelta, Utc};

use crate::postmortem::{Document, EventRow, Meta, Row, Section, Timeline, markdown};
use crate::runbook::{Effect, Mode, Runbook, Shell};
use crate::session::entry::{Entry, VERSION, When};
use crate::session::event::{Event, Opened, RunEnded, RunStarted, Verdict};
use crate::session::excerpt::{Excerpt, ExcerptLine, Excerpts};
use crate::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo};

pub(in crate::postmortem) struct Journal {
    pub(in crate::postmortem) entries: Vec<Entry>,
    pub(in crate::postmortem) excerpts: Excerpts,
    by: String,
    day: String,
    runs: u32,
}

/// A time of a day: `time("2019-03-01", "20:47:33")`, fractions allowed.
pub(in crate::postmortem) fn time(day: &str, clock: &str) -> DateTime<Utc> {
    format!("{day}T{clock}Z").parse().expect("a fixture's time")
}

impl Journal {
    pub(in crate::postmortem) fn new(by: &str, day: &str) -> Self {
        Self { entries: Vec::new(), excerpts: Excerpts::default(), by: by.to_owned(), day: day.to_owned(), runs: 0 }
    }

    pub(in crate::postmortem) fn time(&self, clock: &str) -> DateTime<Utc> {
        time(&self.day, clock)
    }

    pub(in crate::postmortem) fn day(&mut self, day: &str) {
        day.clone_into(&mut self.day);
    }

    pub(in crate::postmortem) fn add(&mut self, clock: &str, event: Event) -> &mut Entry {
        let at = self.time(clock);
        self.push(at, event)
    }

    pub(in crate::postmortem) fn push(&mut self, at: DateTime<Utc>, event: Event) -> &mut Entry {
        let seq = self.entries.len() as u64 + 1;
        let first = self.entries.first().map_or(at, |first| first.at);
        let boot_ms = u64::try_from((at - first).num_milliseconds()).unwrap_or(0) + 8_000_000;
        let by = self.by.clone();
        let entry = Entry { v: VERSION, seq, at, boot_ms, by, happened: None, event, prev: "0".repeat(64) };
        self.entries.push(entry);
        self.entries.last_mut().expect("just pushed")
    }

    pub(in crate::postmortem) fn happened(&mut self, clock: &str, happened: When, event: Event) {
        self.add(clock, event).happened = Some(happened);
    }

    pub(in crate::postmortem) fn open(&mut self, clock: &str, title: &str, services: &[&str]) {
        let opened = Opened {
            title: title.to_owned(),
            runbook: None,
            severity: crate::runbook::Severity::parse("sev2"),
            services: services.iter().map(|&service| service.to_owned()).collect(),
            planned: false,
            drill: None,
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".to_owned(),
            version: "0.1.0".to_owned(),
        };
        self.add(clock, Event::Opened(opened));
        let host = self.by.split('@').next_back().unwrap_or_default().to_owned();
        let attached = Event::Attached { boot_id: "b1".to_owned(), host, version: "0.1.0".to_owned() };
        self.add(clock, attached);
    }

    /// A run from its start to its end; returns its number.
    pub(in crate::postmortem) fn run(&mut self, clock: &str, run: Ran) -> RunNo {
        let number = self.start(clock, run.clone());
        let end = self.time(clock) + TimeDelta::milliseconds(i64::try_from(run.took_ms).expect("short"));
        let bytes = run.output.len() as u64;
        let lines = run.output.matches('\n').count() as u64;
        let sha256 = format!("{:064x}", number.0);
        let end_of = RunEnd {
            exit: run.exit,
            stopped: None,
            took_ms: run.took_ms,
            bytes,
            lines,
            sha256,
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        if !run.output.is_empty() {
            let head = run.output.lines().map(|line| ExcerptLine { text: line.to_owned(), cut: 0 }).collect();
            self.excerpts.of.insert(number, Excerpt { head, bytes, ..Excerpt::default() });
        }
        let ended = RunEnded { run: number, end: end_of, verdict: run.verdict, unseen: false, flags: Vec::new() };
        self.push(end, Event::RunEnded(Box::new(ended)));
        number
    }

    pub(in crate::postmortem) fn start(&mut self, clock: &str, run: Ran) -> RunNo {
        self.runs += 1;
        let number = RunNo(self.runs);
        let started = RunStarted {
            run: number,
            lane: LaneNo(1),
            purpose: run.purpose,
            command: run.command,
            edited: false,
            shell: Shell::Sh,
            mode: Mode::Pty,
            effect: run.effect,
            confirmed: run.effect != Effect::Read,
            user: None,
            host: None,
            cwd: None,
            values: Vec::new(),
        };
        self.add(clock, Event::RunStarted(Box::new(started)));
        number
    }

    pub(in crate::postmortem) fn document(&self, runbook: Option<&Runbook>) -> Document {
        let meta =
            Meta { session: "fixture-1".to_owned(), head: "ab".repeat(32), version: "0.1.0".to_owned(), trouble: None };
        Document::new(&self.entries, runbook, &self.excerpts, &meta)
    }

    pub(in crate::postmortem) fn markdown(&self, runbook: Option<&Runbook>) -> String {
        markdown::render(&self.document(runbook))
    }

    pub(in crate::postmortem) fn timeline(&self, runbook: Option<&Runbook>) -> Timeline {
        let mut sections = self.document(runbook).sections.into_iter();
        sections
            .find_map(|section| match section {
                Section::Timeline(timeline) => Some(timeline),
                _ => None,
            })
            .expect("every document has a timeline")
    }

    /// The timeline's rows as they are written.
    pub(in crate::postmortem) fn written_rows(&self, runbook: Option<&Runbook>) -> Vec<String> {
        let text = self.markdown(runbook);
        let rows = text.lines().skip_while(|line| !line.starts_with("| Time (UTC) | T+")).skip(2);
        rows.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    }
}

pub(in crate::postmortem) fn events(timeline: &Timeline) -> Vec<&EventRow> {
    let rows = timeline.rows.iter();
    rows.filter_map(|row| match row {
        Row::Event(row) => Some(row),
        Row::Gap(_) => None,
    })
    .collect()
}

/// A run for a fixture.
#[derive(Clone)]
pub(in crate::postmortem) struct Ran {
    pub(in crate::postmortem) purpose: Purpose,
    pub(in crate::postmortem) command: String,
    pub(in crate::postmortem) effect: Effect,
    pub(in crate::postmortem) exit: Exit,
    pub(in crate::postmortem) verdict: Verdict,
    pub(in crate::postmortem) took_ms: u64,
    pub(in crate::postmortem) output: String,
}

impl Ran {
    pub(in crate::postmortem) fn step(step: &str, attempt: u32, command: &str) -> Self {
        let purpose = Purpose::Step { step: step.to_owned(), attempt };
        Self { purpose, ..Self::own(command).reading() }
    }

    pub(in crate::postmortem) fn own(command: &str) -> Self {
        Self {
            purpose: Purpose::AdHoc,
            command: command.to_owned(),
            effect: Effect::Change,
            exit: Exit::Code(0),
            verdict: Verdict::Healthy,
            took_ms: 400,
            output: String::new(),
        }
    }

    pub(in crate::postmortem) fn reading(self) -> Self {
        Self { effect: Effect::Read, ..self }
    }

    pub(in crate::postmortem) fn changing(self) -> Self {
        Self { effect: Effect::Change, ..self }
    }

    pub(in crate::postmortem) fn unhealthy(self, code: i32, reason: &str) -> Self {
        Self { exit: Exit::Code(code), verdict: Verdict::Unhealthy(vec![reason.to_owned()]), ..self }
    }

    pub(in crate::postmortem) fn took(self, ms: u64) -> Self {
        Self { took_ms: ms, ..self }
    }

    pub(in crate::postmortem) fn printed(self, output: &str) -> Self {
        Self { output: output.to_owned(), ..self }
    }
}
