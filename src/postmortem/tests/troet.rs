//! troet.cafe, 2024-05-11 and 12: a move of a database that took two days, and what led nowhere on the way.

use super::fixture::{Journal, Ran, time};
use crate::postmortem::{Length, Section};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Opened, Status, Tag};

const INDEX: &str = "index row size 2712 exceeds btree version 4 maximum 2704 for index \"index_preview_cards_on_url\"";

struct Work {
    journal: Journal,
    findings: u32,
    /// The finding that the longest way round was about.
    orbit: u32,
}

impl Work {
    fn note(&mut self, clock: &str, tag: Tag, text: &str) {
        self.journal.add(clock, Event::Note { tag, text: text.to_owned() });
    }

    /// Something that was thought from one time to another of a day, and was not so.
    fn in_vain(&mut self, from: &str, to: &str, thought: &str, because: &str) {
        self.think(from, thought);
        let settled = Event::FindingSettled { finding: self.findings, confirmed: false, because: because.to_owned() };
        self.journal.add(to, settled);
    }

    fn think(&mut self, clock: &str, thought: &str) {
        self.findings += 1;
        self.journal.add(clock, Event::FindingOpened { text: thought.to_owned() });
    }

    fn joins(&mut self, clock: &str, who: &str, role: &str) {
        self.journal.add(clock, Event::Joined { who: who.to_owned(), role: Some(role.to_owned()) });
    }
}

/// As it would have been recorded while it was worked. Times of the source are local, two hours ahead of UTC.
pub(in crate::postmortem) fn journal() -> Journal {
    let mut journal = Journal::new("martin@db2", "2024-05-11");
    let opened = Opened {
        title: "Move the database from PostgreSQL 10 to 15".to_owned(),
        runbook: None,
        severity: None,
        services: vec!["mastodon".to_owned()],
        planned: true,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+02:00".to_owned(),
        version: "0.1.0".to_owned(),
    };
    journal.add("06:30:00", Event::Opened(opened));
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: "db2".to_owned(), version: "0.1.0".to_owned() };
    journal.add("06:30:00", attached);
    let mut work = Work { journal, findings: 0, orbit: 0 };
    on_a_copy(&mut work);
    work.journal.day("2024-05-12");
    for_real(&mut work);
    to_the_cause(&mut work);
    work.journal
}

/// Saturday: all of it on a copy, nothing is down.
fn on_a_copy(work: &mut Work) {
    work.joins("06:30:10", "Erik", "scribe");
    let restore =
        Ran::own("pg_restore -Fc -v -c -j 16 -d mastodon_production dump").unhealthy(1, "expected exit 0, got 1");
    work.journal.run("07:55:00", restore.took(3_180_000).printed(&format!("pg_restore: error: {INDEX}\n")));
    work.in_vain("08:21:00", "10:20:00", "A restore into PostgreSQL 10 keeps the index", "617 errors");
    work.note("10:21:00", Tag::DeadEnd, "One core instead of 16: the same errors");
    work.note("10:23:00", Tag::DeadEnd, "The schema alone, taken from the full dump: errors again");
    work.in_vain(
        "11:11:00",
        "13:35:00",
        "Six million posts are missing",
        "that number is the planner's estimate; the counts differ by what the weekly purge removed",
    );
    work.in_vain(
        "13:30:00",
        "13:41:00",
        "The size on disk tells whether all rows are there",
        "33 GB, 44 GB and 40 GB hold the same rows",
    );
    work.joins("13:41:00", "Jain", "adviser");
    work.joins("13:41:10", "Panda", "adviser");
    work.note(
        "14:30:00",
        Tag::DeadEnd,
        "The method of the index changed in the schema as text: the restore stops at the same rows",
    );
    work.journal.run("15:10:00", Ran::own("REINDEX DATABASE mastodon_production").took(900_000));
    let unique = Ran::own("CREATE UNIQUE INDEX index_preview_cards_on_url ON preview_cards (url)");
    work.journal.run(
        "15:40:00",
        unique.unhealthy(1, "expected exit 0, got 1").took(120_000).printed(&format!("ERROR:  {INDEX}\n")),
    );
    let note = Some("day 2: the load balancer goes off at 09:20".to_owned());
    work.journal.add("16:45:00", Event::Paused { note });
}

/// Sunday until lunch: the instance is off.
fn for_real(work: &mut Work) {
    work.journal.add("06:15:00", Event::Resumed);
    work.joins("06:15:10", "Nick", "adviser");
    let reason = "the load balancer is off: nobody reaches the instance until this is done".to_owned();
    work.journal.add("07:20:30", Event::Declared { reason });
    let off = When::About(time("2024-05-12", "07:20:00"));
    work.journal.happened("07:20:40", off.clone(), Event::Marked { mark: Mark::ImpactStarted });
    work.journal.happened("07:20:50", off, Event::Marked { mark: Mark::Detected });
    work.journal.run("07:30:00", Ran::own("pg_dump -Fc -f dump mastodon_production").reading().took(2_280_000));
    work.journal.run("08:24:00", Ran::own("psql -f schema.sql mastodon_production").took(20_000));
    work.journal.run("08:27:00", Ran::own("pg_restore -a -j 16 -d mastodon_production dump").took(780_000));
    work.journal.run("08:45:00", Ran::own("REINDEX DATABASE mastodon_production").took(600_000));
    work.note(
        "09:14:00",
        Tag::Good,
        "Counts are equal: 10,108,999 statuses, 51,148 local accounts, 19,268,713 preview cards",
    );
    work.journal.run("09:38:00", Ran::own("ALTER USER mastodon WITH NOSUPERUSER").took(100));
    work.in_vain("09:46:00", "10:03:00", "pgbouncer may not write", "its log shows that worker3 connects");
    work.think("10:05:00", "tootctl maintenance fix-duplicates repairs it");
    work.orbit = work.findings;
    work.note("10:05:30", Tag::Plain, "database schema is more recent than this script");
    work.in_vain(
        "10:47:00",
        "11:39:00",
        "The firewall keeps the worker out",
        "permission denied, also with the rules taken out",
    );
    let note = Some("lunch; permission denied is not understood".to_owned());
    work.journal.add("11:44:00", Event::Paused { note });
}

/// Sunday after lunch.
fn to_the_cause(work: &mut Work) {
    work.journal.add("14:03:00", Event::Resumed);
    work.think("14:18:00", "The database belongs to postgres and not to mastodon since the schema was made");
    let owner = Event::FindingSettled {
        finding: work.findings,
        confirmed: true,
        because: "db:migrate goes through after ALTER DATABASE ... OWNER TO mastodon".to_owned(),
    };
    work.journal.add("14:30:00", owner);
    let hash = Ran::own("CREATE INDEX index_preview_cards_on_url ON preview_cards USING hash (url)");
    work.journal.run("15:05:00", hash.unhealthy(1, "expected exit 0, got 1").took(60_000));
    work.joins("15:06:00", "Patrick", "adviser");
    work.think("15:12:00", "URLs are too long for the index");
    let long = Event::FindingSettled {
        finding: work.findings,
        confirmed: true,
        because: "select max(length(url)) is 9150; 15 rows are longer than 2730".to_owned(),
    };
    work.journal.add("15:14:00", long);
    let delete = Ran::own("DELETE FROM preview_cards WHERE created_at <= '2024-02-12'");
    work.journal.run("15:50:00", delete.took(300_000).printed("DELETE 16672362\n"));
    work.note("16:00:00", Tag::DeadEnd, "Webhooks: they have nothing to do with it");
    work.journal.run("16:15:00", Ran::own("REFRESH MATERIALIZED VIEW public.instances").took(2_000));
    let settled = Event::FindingSettled {
        finding: work.orbit,
        confirmed: false,
        because: "it runs through now, and had nothing to repair".to_owned(),
    };
    work.journal.add("16:25:00", settled);
    work.note("18:03:30", Tag::Plain, "The load balancer is switched on; 20:02 was planned");
    let online = When::Exact(time("2024-05-12", "18:05:00"));
    work.journal.happened("18:05:30", online, Event::Marked { mark: Mark::Mitigated });
    work.journal.add("18:05:30", Event::StatusChanged { status: Status::Mitigated });
    work.journal.add("18:15:00", Event::Marked { mark: Mark::Resolved });
    work.journal.add("18:15:00", Event::StatusChanged { status: Status::Resolved });
    work.note("18:30:00", Tag::Todo, "Change the password of the database: it stands in chats");
    work.journal.add("19:25:00", Event::Closed { note: None });
}

#[test]
fn ten_hours_and_three_quarters_come_out_of_arithmetic() {
    let document = journal().document(None);
    let metric = document.front.metrics.iter().find(|metric| metric.key == "time_to_mitigate").expect("there");
    assert_eq!(metric.value, Length::About(38_700_000));
    assert_eq!(metric.value.words(), "~10 h 45 m");
}

#[test]
fn the_break_is_a_row_of_its_own_and_says_that_it_was_one() {
    let rows = journal().written_rows(None);
    let paused: Vec<_> = rows.iter().filter(|row| row.contains("paused")).collect();
    assert!(paused.iter().any(|row| row.contains("2 h 19 m")), "{rows:#?}");
    assert!(paused.iter().any(|row| row.contains("13 h 30 m")), "{rows:#?}");
}

#[test]
fn dead_ends_are_kept_with_what_they_took() {
    let sections = journal().document(None).sections;
    let ends = sections.iter().find_map(|section| match section {
        Section::DeadEnds(ends) => Some(ends),
        _ => None,
    });
    let ends = ends.expect("there");
    assert!(ends.len() >= 10, "{}", ends.len());
    let took = |words: &str| ends.iter().find(|end| end.what.plain().contains(words)).and_then(|end| end.took_ms);
    assert_eq!(took("fix-duplicates"), Some(22_800_000), "6 h 20 m");
    assert_eq!(took("pgbouncer"), Some(1_020_000), "17 m");
}

#[test]
fn people_who_typed_nothing_are_on_the_record() {
    let text = journal().markdown(None);
    for who in ["| Jain | adviser | 2024-05-11 13:41:00 |", "| Erik | scribe | 2024-05-11 06:30:10 |"] {
        assert!(text.contains(who), "{who}\n{text}");
    }
}

#[test]
fn troet_as_markdown() {
    insta::assert_snapshot!(journal().markdown(None));
}
