//! Sessions to be looked at: an ordinary one, one over days, one that means harm, one that was over at once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use stanch::runbook::{Effect, Mode, PhaseName, Severity, Shell};
use stanch::session::entry::When;
use stanch::session::event::{Event, Mark, MoveCause, Opened, RunEnded, RunStarted, Status, Tag, Verdict};
use stanch::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo};
use stanch::session::walk::Draft;
use stanch::store::clock::{Clock as _, Fixed};
use stanch::store::journal::Journal;
use stanch::store::paths::Paths;
use stanch::store::session::{self, SessionDir};

use crate::support::Home;

#[path = "../sessions/mod.rs"]
mod fields;

/// A session that is being written.
pub(crate) struct Writer {
    pub(crate) dir: SessionDir,
    journal: Journal,
    clock: Arc<Fixed>,
    runs: u32,
}

impl Writer {
    fn new(home: &Home, name: &str, at: &str, by: &str) -> Self {
        let at: DateTime<Utc> = at.parse().expect("a time");
        let dir = session::create(&Paths::at(&home.data(), &home.config()), name, None, at).expect("a session");
        let clock = Arc::new(Fixed::new(at));
        let journal = Journal::create(&dir.journal(), by, clock.clone()).expect("a journal");
        Self { dir, journal, clock, runs: 0 }
    }

    fn opened(home: &Home, name: &str, at: &str, title: &str, services: &[&str]) -> Self {
        let mut writer = Self::new(home, name, at, "nova@alice");
        writer.add(Event::Opened(Opened {
            title: title.to_owned(),
            runbook: None,
            severity: Severity::parse("sev2"),
            services: services.iter().map(|&service| service.to_owned()).collect(),
            planned: false,
            drill: None,
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+02:00".to_owned(),
            version: "0.1.0".to_owned(),
        }));
        let attached =
            Event::Attached { boot_id: "b1".to_owned(), host: "alice".to_owned(), version: "0.1.0".to_owned() };
        writer.add(attached);
        writer
    }

    pub(crate) fn add(&mut self, event: Event) {
        self.journal.append(&Draft { happened: None, event }).expect("appended");
    }

    fn happened(&mut self, happened: When, event: Event) {
        self.journal.append(&Draft { happened: Some(happened), event }).expect("appended");
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(seconds * 1000);
    }

    fn ago(&self, seconds: i64) -> DateTime<Utc> {
        self.clock.now() - TimeDelta::seconds(seconds)
    }

    fn note(&mut self, tag: Tag, text: &str) {
        self.add(Event::Note { tag, text: text.to_owned() });
    }

    fn phase(&mut self, phase: PhaseName) {
        self.add(Event::Moved { to: None, phase, because: MoveCause::Operator });
    }

    fn run(&mut self, command: &str, effect: Effect, code: i32, seconds: u64, output: &str) -> RunNo {
        self.runs += 1;
        let run = RunNo(self.runs);
        self.add(Event::RunStarted(Box::new(RunStarted {
            run,
            lane: LaneNo(1),
            purpose: Purpose::AdHoc,
            command: command.to_owned(),
            edited: false,
            shell: Shell::Sh,
            mode: Mode::Pty,
            effect,
            confirmed: effect != Effect::Read,
            user: None,
            host: None,
            cwd: None,
            values: Vec::new(),
        })));
        std::fs::create_dir_all(self.dir.run(run)).expect("a folder");
        std::fs::write(self.dir.run(run).join("output"), output).expect("written");
        self.clock.advance(seconds * 1000 + 400);
        let end = RunEnd {
            exit: Exit::Code(code),
            stopped: None,
            took_ms: seconds * 1000 + 400,
            bytes: output.len() as u64,
            lines: output.matches('\n').count() as u64,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        let verdict = match code {
            0 => Verdict::Healthy,
            _ => Verdict::Unhealthy(vec![format!("expected exit 0, got {code}")]),
        };
        self.add(Event::RunEnded(Box::new(RunEnded { run, end, verdict, unseen: false, flags: Vec::new() })));
        run
    }
}

fn mark(mark: Mark) -> Event {
    Event::Marked { mark }
}

/// An outage as most are: noticed late, a wrong turn, a fix, a proof.
pub(crate) fn ordinary(home: &Home) -> Writer {
    let title = "Mastodon answers 500 after an upgrade";
    let mut it =
        Writer::opened(home, "mastodon", "2022-04-30T19:36:00Z", title, &["mastodon-web", "mastodon-streaming"]);
    let (detected, began) = (When::Exact(it.ago(116)), When::Exact(it.ago(140)));
    it.happened(detected, mark(Mark::Detected));
    it.add(mark(Mark::Acknowledged));
    it.phase(PhaseName::Diagnose);
    it.wait(10);
    it.run("curl -s \"$URL/health\"", Effect::Read, 0, 0, "200\n");
    it.wait(25);
    it.run("curl -s -X POST \"$URL/api/v1/statuses\"", Effect::Read, 22, 1, "500\n");
    it.happened(began, mark(Mark::ImpactStarted));
    it.wait(40);
    let log: String = (1..=60)
        .flat_map(|line| {
            [format!("Apr 30 19:37:{:02} alice bundle[72760]: status=500 request {line}", line % 60), "\n".into()]
        })
        .collect();
    let run = it.run("journalctl -u mastodon-web -n 200 --no-pager", Effect::Read, 0, 1, &log);
    it.add(Event::Pinned {
        run,
        first: 3,
        last: 3,
        text: "Apr 30 19:37:03 alice bundle[72760]: status=500".to_owned(),
    });
    it.note(Tag::DeadEnd, "The missing `status_edits` table is **not** it: the error names _Status_");
    it.wait(300);
    it.phase(PhaseName::Revert);
    it.run("apt-get install -y --allow-downgrades mastodon=3.4.6", Effect::Change, 100, 20, "E: Version not found\n");
    it.note(Tag::Bad, "The old package was gone, see [the archive](https://archive.example/mastodon)");
    it.phase(PhaseName::Fix);
    it.wait(30);
    it.run("pg_dump -Fc -f /backup/before.dump \"$DB\"", Effect::Read, 0, 38, "");
    it.run("RAILS_ENV=production bundle exec rails db:migrate", Effect::Change, 0, 95, "== migrated (0.0109s)\n");
    it.phase(PhaseName::Verify);
    it.run("curl -fsS \"$URL/health\"", Effect::Read, 0, 0, "200\n");
    it.add(mark(Mark::Mitigated));
    it.add(Event::StatusChanged { status: Status::Mitigated });
    it.wait(1_500);
    it.run("rails db:migrate:status", Effect::Read, 0, 3, "up 20220316233212\n");
    it.add(mark(Mark::Resolved));
    it.note(Tag::Good, "The dump was taken before the migration");
    it.note(Tag::Luck, "Nobody wrote in the minutes between");
    it.note(Tag::Todo, "Ask for `db:migrate:status` after every upgrade");
    it.note(Tag::Question, "Why did streaming stop 24 minutes earlier?");
    it.add(Event::Closed { note: None });
    it
}

/// Three days, moments that lie close together, times that are known roughly, hundreds of runs.
pub(crate) fn days(home: &Home) -> Writer {
    let mut it = Writer::opened(home, "days", "2018-03-23T23:41:07Z", "Workers are dead over the weekend", &["obs"]);
    let (from, to) = (it.ago(45_000), it.ago(43_000));
    it.happened(When::Between(from, to), mark(Mark::ImpactStarted));
    let about = When::About(it.ago(60));
    it.happened(about, mark(Mark::Detected));
    it.add(mark(Mark::Acknowledged));
    for round in 0..12 {
        it.phase(if round % 3 == 0 { PhaseName::Diagnose } else { PhaseName::Fix });
        for number in 0..10 {
            it.wait(17 + 2 * number);
            let effect = if number % 9 == 8 { Effect::Change } else { Effect::Read };
            it.run(
                &format!("systemctl status worker-{number}"),
                effect,
                i32::from(number == 3),
                number % 4,
                "active\n",
            );
        }
        it.wait(if round % 2 == 0 { 3_000 } else { 27_000 });
    }
    it.phase(PhaseName::Verify);
    it.run("obs_admin --check", Effect::Read, 0, 2, "ok\n");
    it.add(mark(Mark::Mitigated));
    it.wait(1);
    it.add(mark(Mark::Resolved));
    it.wait(1);
    it.add(Event::Closed { note: None });
    it
}

/// Over in a moment.
pub(crate) fn short(home: &Home) -> Writer {
    let mut it = Writer::opened(home, "short", "2026-03-01T11:59:59Z", "Drill", &[]);
    it.phase(PhaseName::Diagnose);
    it.run("true", Effect::Read, 0, 0, "");
    it.add(mark(Mark::Detected));
    it.add(mark(Mark::Mitigated));
    it.add(mark(Mark::Resolved));
    it.add(Event::Closed { note: None });
    it
}

/// Texts that mean harm.
const HOSTILE: [&str; 8] = [
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "![picture](https://evil.example/x.png) [link](javascript:alert(1)) [data](data:text/html,x)",
    "</style></title><base href=https://evil.example/><link rel=stylesheet href=https://evil.example/x.css>",
    "<svg onload=alert(1)><iframe src=https://evil.example></iframe> <!-- comment",
    "\u{202e}gnp.exe\u{202c} \u{1b}[2J \u{9b}31m nul\0",
    "[x]: https://evil.example/ \"title\"\n\n# Heading\n\n```\nfence\n\n- item\n\n> quote\n\n---\n\n<div onclick=alert(1)>",
    "averylongwordwithoutanyspaceinit/averylongwordwithoutanyspaceinit/averylongwordwithoutanyspaceinit/averylongword",
    "<https://plain.example/ok?a=1&b=2> and mailto:<a@b.example>",
];

/// Whatever could be carried out, fetched, or break the page.
pub(crate) fn hostile(home: &Home) -> Writer {
    let texts = HOSTILE;
    let mut it = Writer::opened(home, "hostile", "2024-05-12T08:00:00Z", &texts.join(" "), &texts);
    it.add(mark(Mark::Detected));
    for text in texts {
        for tag in [Tag::Plain, Tag::Good, Tag::Bad, Tag::Luck, Tag::Question, Tag::DeadEnd, Tag::Todo] {
            it.note(tag, text);
        }
        let run = it.run(text, Effect::Change, 1, 1, &format!("{text}\n"));
        it.add(Event::Pinned { run, first: 1, last: 1, text: text.to_owned() });
        it.add(Event::Overridden { rule: text.to_owned(), reason: text.to_owned() });
    }
    it.note(Tag::Plain, &texts.join("\n\n").repeat(3));
    it
}

/// Whatever could be carried out, fetched, or break the page, in every field that there is: another text in each field each time.
pub(crate) fn every_field(home: &Home, time: usize) -> Writer {
    let text =
        |field: usize| HOSTILE[(field + time) % HOSTILE.len()].to_owned() + " " + HOSTILE[field / 8 % HOSTILE.len()];
    let mut it = Writer::new(home, &format!("every-{time}"), "2024-05-12T08:00:00Z", &text(0));
    for event in fields::events(&text) {
        it.wait(10);
        it.add(serde_json::from_value(event).expect("an event"));
    }
    for run in [1, 2, 5, 6, 8].map(RunNo) {
        std::fs::create_dir_all(it.dir.run(run)).expect("a folder");
        std::fs::write(it.dir.run(run).join("output"), HOSTILE.join("\n")).expect("written");
    }
    it
}
