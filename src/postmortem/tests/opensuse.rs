//! openSUSE's Build Service, 2018-03-23: a deployment that could not be reverted, and workers that were found dead on Monday.

use super::fixture::{Journal, time};
use crate::postmortem::Length;
use crate::session::entry::When;
use crate::session::event::{Detection, Event, Mark, Opened, Status, Tag};

/// As it would have been recorded right after it, and completed on Monday: only two times of the day are known to the minute.
pub(in crate::postmortem) fn journal() -> Journal {
    let mut journal = Journal::new("ops@build", "2018-03-23");
    let opened = Opened {
        title: "build.opensuse.org does not answer after a deployment".to_owned(),
        runbook: None,
        severity: crate::runbook::Severity::parse("sev1"),
        services: vec!["obs-api".to_owned(), "delayed_job".to_owned()],
        planned: false,
        drill: None,
        time_boxes: Vec::new(),
        auto: false,
        alert: None,
        zone: "+01:00".to_owned(),
        version: "0.1.0".to_owned(),
    };
    journal.add("11:05:00", Event::Opened(opened));
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: "build".to_owned(), version: "0.1.0".to_owned() };
    journal.add("11:05:00", attached);
    let note = |tag, text: &str| Event::Note { tag, text: text.to_owned() };
    let exact = |clock: &str| When::Exact(time("2018-03-23", clock));
    let sometime = When::Between(time("2018-03-23", "10:32:00"), time("2018-03-23", "10:58:00"));
    journal.happened("11:05:20", exact("10:32:00"), Event::Marked { mark: Mark::ImpactStarted });
    journal.happened("11:05:40", When::About(time("2018-03-23", "10:32:00")), Event::Marked { mark: Mark::Detected });
    let tracker =
        Some("the exception tracker received TypeError: superclass mismatch for class BsRequestAction".to_owned());
    journal.add("11:06:00", Event::DetectedBy { source: Detection::Monitoring, text: tracker });
    journal.happened("11:06:10", exact("10:32:00"), note(Tag::Plain, "A new version was deployed"));
    for (clock, finding, because) in [
        ("11:07:00", "Something broke the configuration of apache", "the configuration is as it was"),
        ("11:08:00", "The logs have moved", "nothing in the general logs of apache either"),
        ("11:09:00", "The log of the application says what it is", "there is no output: PassengerLogLevel is 0"),
    ] {
        journal.happened(clock, sometime.clone(), Event::FindingOpened { text: finding.to_owned() });
        let number = match clock {
            "11:07:00" => 1,
            "11:08:00" => 2,
            _ => 3,
        };
        let settled = Event::FindingSettled { finding: number, confirmed: false, because: because.to_owned() };
        journal.happened(clock, sometime.clone(), settled);
    }
    journal.happened("11:10:00", sometime.clone(), note(Tag::Plain, "The maintenance page was switched on"));
    let revert = "Install the old package: gems it depends on are no longer in the repository; the second time that this keeps a revert from being made";
    journal.happened("11:11:00", sometime.clone(), note(Tag::DeadEnd, revert));
    let cause = "A file of the refactored request models defines its class outside of the model directory; eager loading in production loads it twice";
    journal.happened("11:12:00", sometime.clone(), Event::FindingOpened { text: cause.to_owned() });
    let console = "the Rails console stops with the same TypeError";
    let settled = Event::FindingSettled { finding: 4, confirmed: true, because: console.to_owned() };
    journal.happened("11:12:10", sometime, settled);
    journal.happened(
        "11:13:00",
        exact("10:58:00"),
        note(Tag::Plain, "The changes were removed by hand, and the server was up"),
    );
    journal.happened("11:13:20", exact("10:58:00"), Event::Marked { mark: Mark::Mitigated });
    journal.add("11:13:20", Event::StatusChanged { status: Status::Mitigated });
    journal.add("11:20:00", note(Tag::Todo, "Enable eager loading in the test suite"));
    journal.add("11:20:30", note(Tag::Todo, "Keep the old package and all that it depends on installable"));
    journal.add("11:21:00", note(Tag::Bad, "Old log files lay about, and nobody knew which one was in use"));
    journal.add("11:22:00", Event::Left { note: None });
    journal.day("2018-03-26");
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: "build".to_owned(), version: "0.1.0".to_owned() };
    journal.add("09:00:00", attached);
    let morning = When::Between(time("2018-03-26", "06:00:00"), time("2018-03-26", "09:00:00"));
    let workers = "The workers of delayed_job died with the application on Friday: no notifications over the weekend, several thousand jobs wait";
    journal.happened("09:01:00", morning, note(Tag::Bad, workers));
    journal.add("09:02:00", note(Tag::Todo, "Look at workers and queues after every recovery"));
    journal
}

#[test]
fn twenty_six_minutes_come_out_of_arithmetic() {
    let document = journal().document(None);
    let metric = document.front.metrics.iter().find(|metric| metric.key == "time_to_mitigate").expect("there");
    assert_eq!(metric.value, Length::Exact(26 * 60_000));
}

#[test]
fn what_was_found_on_monday_is_a_row_of_monday() {
    let rows = journal().written_rows(None);
    let workers = rows.iter().find(|row| row.contains("delayed\\_job died")).expect("a row");
    assert!(workers.starts_with("| 2018-03-26 06:00–09:00 |"), "{workers}");
    assert!(rows.iter().any(|row| row.contains("with no recorded activity")), "{rows:#?}");
}

#[test]
fn opensuse_as_markdown() {
    insta::assert_snapshot!(journal().markdown(None));
}
