//! The lama-corp databases, 2019-03-01: what its author computed by hand, and what he did not, comes out of arithmetic.

use super::fixture::{Journal, Ran};
use crate::postmortem::{Length, Section};
use crate::session::entry::When;
use crate::session::event::{Detection, Event, Mark, Status, Tag};

/// The work as it would have been recorded: begun when the fault was noticed, the start of the impact taken from the server's log.
pub(in crate::postmortem) fn journal() -> Journal {
    let mut journal = Journal::new("admin@duck", "2019-03-01");
    let note = |tag, text: &str| Event::Note { tag, text: text.to_owned() };
    let mark = |mark| Event::Marked { mark };
    journal.open("20:38:10", "Databases are down after moving their data", &["mattermost", "zabbix", "privatebin"]);
    let noticed = When::About(journal.time("20:37:00"));
    journal.happened("20:38:12", noticed.clone(), mark(Mark::Detected));
    journal.add("20:38:12", mark(Mark::Acknowledged));
    let by_hand = Some("the administrator came back; nothing watched PostgreSQL".to_owned());
    journal.happened("20:38:40", noticed, Event::DetectedBy { source: Detection::Responder, text: by_hand });
    let down = "pg_ctl: directory \"/var/lib/postgresql\" does not exist\n";
    journal.run(
        "20:39:02",
        Ran::own("pg_ctl -D /var/lib/postgresql status").unhealthy(1, "expected exit 0, got 1").printed(down),
    );
    let log = "2019-03-01 02:22:11.098 UTC LOG:  database system is shut down\n";
    let run = journal.run("20:41:30", Ran::own("tail -n 1 /srv/postgresql/log").reading().printed(log));
    journal.add("20:42:05", Event::Pinned { run, first: 1, last: 1, text: log.trim_end().to_owned() });
    let impact = When::Exact(journal.time("02:22:11"));
    journal.happened("20:42:20", impact.clone(), mark(Mark::ImpactStarted));
    let stopped = note(Tag::Plain, "PostgreSQL was stopped for the move; Mattermost cannot reach it from here on");
    journal.happened("20:42:50", impact, stopped);
    journal.run("20:47:31", Ran::own("pg_ctl -D /srv/postgresql start").took(2_000).printed("server started\n"));
    journal.add("20:47:33", mark(Mark::Mitigated));
    journal.add("20:47:33", Event::StatusChanged { status: Status::Mitigated });
    journal.add(
        "20:55:00",
        note(Tag::DeadEnd, "The socket is not where the configuration says | php-fpm looks elsewhere"),
    );
    let socket = Ran::own("mysql -e 'select 1'").unhealthy(1, "expected exit 0, got 1");
    journal.run(
        "21:05:10",
        socket.printed(
            "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)\n",
        ),
    );
    journal.run("21:40:00", Ran::own("systemctl restart php-fpm").took(1_900));
    journal.add("21:52:13", mark(Mark::Resolved));
    journal.add("21:52:13", Event::StatusChanged { status: Status::Resolved });
    journal.add("21:55:00", note(Tag::Todo, "Monitor Mattermost from a machine that does not need its database"));
    journal.add("21:55:30", note(Tag::Question, "Was anything written between 02:22 and 20:47 lost?"));
    journal.add("21:56:00", note(Tag::Bad, "MariaDB was down too, and nothing said so"));
    journal.add("21:57:00", Event::Closed { note: None });
    journal
}

#[test]
fn eighteen_hours_and_nineteen_and_a_half_come_out_of_arithmetic() {
    let document = journal().document(None);
    let value = |key: &str| {
        let metric = document.front.metrics.iter().find(|metric| metric.key == key).expect(key);
        (metric.value.words(), metric.formula.clone())
    };
    let formula = |text: &str| text.to_owned();
    assert_eq!(value("time_to_mitigate"), ("18 h 25 m 22 s".to_owned(), formula("mitigated − impact started")));
    assert_eq!(value("time_to_resolve"), ("19 h 30 m 02 s".to_owned(), formula("resolved − impact started")));
    assert_eq!(value("time_to_detect"), ("~18 h 15 m".to_owned(), formula("detected − impact started")));
}

#[test]
fn the_night_nobody_noticed_is_a_row() {
    let rows = journal().written_rows(None);
    assert_eq!(rows[2], "| | | | … 18 h 14 m with no recorded activity … | |");
}

#[test]
fn lama_as_markdown() {
    insta::assert_snapshot!(journal().markdown(None));
}

#[test]
fn within_one_boot_the_wall_clock_does_not_count() {
    let mut journal = Journal::new("a@b", "2019-03-01");
    journal.open("10:00:00", "Clock", &[]);
    journal.add("10:00:00", Event::Marked { mark: Mark::ImpactStarted });
    // Somebody sets the wall clock an hour forward; ten minutes pass.
    journal.add("11:10:00", Event::Marked { mark: Mark::Mitigated }).boot_ms = 8_600_000;
    let document = journal.document(None);
    let mitigate = document.front.metrics.iter().find(|metric| metric.key == "time_to_mitigate").expect("there");
    assert_eq!(mitigate.value, Length::Exact(600_000));
    let steps = document.sections.iter().find_map(|section| match section {
        Section::Provenance(provenance) => Some(provenance.clock_steps.clone()),
        _ => None,
    });
    assert_eq!(steps, Some(vec![(3, 4, 3_600_000)]));
}

#[test]
fn after_a_restart_of_the_machine_only_the_wall_clock_is_left() {
    let mut journal = Journal::new("a@b", "2019-03-01");
    journal.open("10:00:00", "Restart", &[]);
    journal.add("10:00:00", Event::Marked { mark: Mark::ImpactStarted });
    let attached = Event::Attached { boot_id: "b2".to_owned(), host: "b".to_owned(), version: "0.1.0".to_owned() };
    journal.add("10:05:00", attached).boot_ms = 12_000;
    journal.add("10:10:00", Event::Marked { mark: Mark::Mitigated }).boot_ms = 312_000;
    let document = journal.document(None);
    let mitigate = document.front.metrics.iter().find(|metric| metric.key == "time_to_mitigate").expect("there");
    assert_eq!(mitigate.value, Length::Exact(600_000));
}
