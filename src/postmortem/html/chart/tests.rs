//! However times lie, every label can be read.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

use super::scale::Scale;
use super::{CHAR, chart, px};
use crate::postmortem::tests::fixture::{Journal, Ran, time};
use crate::postmortem::tests::{hachyderm, incidents, lama};
use crate::runbook::PhaseName;
use crate::session::entry::When;
use crate::session::event::{Event, Mark, MoveCause};

/// A label as it is drawn: left, right, top, bottom, in tenths of a pixel.
#[derive(Debug, Clone, PartialEq)]
struct Label {
    words: String,
    left: i64,
    right: i64,
    top: i64,
    bottom: i64,
}

fn tenths(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let whole: i64 = whole.parse::<i64>().unwrap() * 10;
    if text.starts_with('-') { whole - part.parse::<i64>().unwrap() } else { whole + part.parse::<i64>().unwrap() }
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
}

fn labels(svg: &str) -> Vec<Label> {
    let label = |part: &str| {
        let (tag, rest) = part.split_once('>').unwrap();
        let tag = format!(" {tag}");
        let words = rest.split_once('<').unwrap().0.replace("&amp;", "&");
        let wide = i64::try_from(words.chars().count()).unwrap() * CHAR;
        let (x, y) = (tenths(attribute(&tag, "x")), tenths(attribute(&tag, "y")));
        let middle = matches!(attribute(&tag, "class"), "tick" | "gap-words");
        let left = if middle { x - wide / 2 } else { x };
        Label { words, left, right: left + wide, top: y - 90, bottom: y + 25 }
    };
    svg.split("<text ").skip(1).map(label).collect()
}

/// Both sheets.
fn assert_legible(figure: &str, of: &str) {
    let sheets: Vec<&str> = figure.split("<svg ").skip(1).collect();
    assert_eq!(sheets.len(), 2);
    for sheet in sheets {
        assert_sheet(&format!(" {sheet}"), of);
    }
}

fn assert_sheet(svg: &str, of: &str) {
    let mut size = attribute(svg, "viewBox").split(' ').skip(2).map(tenths);
    let (wide, tall) = (size.next().unwrap(), size.next().unwrap());
    let labels = labels(svg);
    for (place, label) in labels.iter().enumerate() {
        let inside = label.left >= -5 && label.right <= wide + 5 && label.top >= 0 && label.bottom <= tall;
        assert!(inside, "{label:?} is outside {wide}x{tall}: {of}");
        for other in &labels[place + 1..] {
            let apart = label.right <= other.left
                || other.right <= label.left
                || label.bottom <= other.top
                || other.bottom <= label.top;
            assert!(apart, "{label:?} and {other:?} overlap: {of}");
        }
    }
    // A pole goes down from its own label and through no other.
    for line in svg.lines().filter(|line| line.starts_with("<line class=\"pole\"")) {
        let (x, top) = (tenths(attribute(line, "x1")), tenths(attribute(line, "y1")));
        let crossed = labels.iter().find(|label| {
            label.left < x && x < label.right && label.top > top && label.bottom < tenths(attribute(line, "y2")) - 800
        });
        assert_eq!(crossed, None, "{line}: {of}");
    }
}

#[test]
fn the_picture_of_lama() {
    insta::assert_snapshot!(chart(&lama::journal().document(None)));
}

#[test]
fn the_incidents_can_be_read() {
    for (name, document) in incidents() {
        assert_legible(&chart(&document), name);
    }
    let svg = chart(&hachyderm::journal().document(Some(&hachyderm::runbook())));
    let words: Vec<String> = labels(&svg).into_iter().map(|label| label.words).collect();
    for word in [
        "Impact begins",
        "19:33:40",
        "Detected",
        "Declared SEV-2",
        "diagnose",
        "fix",
        "24 m",
        "19:40",
        "2022-04-30",
        "UTC",
    ] {
        assert!(words.iter().any(|own| own == word), "{word} is not among {words:?}");
    }
    assert!(
        svg.contains("<title id=\"broad__title\">Timeline of Mastodon answers 500 after an upgrade</title>"),
        "{svg}"
    );
    assert!(svg.contains(" Detected: 19:34:04. "), "{svg}");
}

#[test]
fn the_night_nobody_noticed_is_folded_and_the_work_has_room() {
    let hours = |hours: i64| hours * 3_600_000;
    let scale = Scale::new(0, hours(20), &[(hours(1), hours(19))], 0, 8_000);
    let folded: Vec<bool> = scale.pieces.iter().map(|piece| piece.folded).collect();
    assert_eq!(folded, [false, true, false]);
    assert!(scale.pieces[1].right - scale.pieces[1].left < 1_000);
    assert!(scale.at(hours(1)) > 3_000);
    assert_eq!((scale.at(-5), scale.at(0), scale.at(hours(20)), scale.at(hours(99))), (0, 0, 8_000, 8_000));
    // One that is short beside the rest is drawn as long as it is.
    let scale = Scale::new(0, hours(20), &[(hours(1), hours(2))], 0, 8_000);
    assert_eq!(scale.pieces.len(), 1);
}

#[test]
fn later_is_never_further_left() {
    let scale = Scale::new(0, 100_000, &[(10_000, 60_000), (60_500, 90_000)], 500, 8_500);
    let places: Vec<i64> = (0..1_000).map(|step| scale.at(step * 100)).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(px(-5), "-0.5");
    assert_eq!(px(120), "12");
}

#[test]
fn however_many_runs_there_are_the_picture_stays_small() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("00:00:00", "Many", &[]);
    let begin = time("2024-05-12", "00:00:01");
    for number in 0..3_000 {
        let at = begin + TimeDelta::seconds(number);
        journal.run(&at.format("%T").to_string(), Ran::own("true").took(500));
    }
    let svg = chart(&journal.document(None));
    assert!(svg.len() < 80_000, "{} bytes", svg.len());
    assert_legible(&svg, "many runs");
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let base = NaiveDate::from_ymd_opt(2024, 2, 28).unwrap().and_hms_opt(23, 59, 30).unwrap().and_utc();
    prop_oneof![
        2 => (0_i64..60).prop_map(move |seconds| base + TimeDelta::seconds(seconds)),
        3 => (0_i64..40_000).prop_map(move |seconds| base + TimeDelta::seconds(seconds)),
        1 => (0_i64..4_000_000).prop_map(move |seconds| base + TimeDelta::seconds(seconds)),
        1 => (-2_000_000_000_i64..2_000_000_000).prop_map(move |seconds| base + TimeDelta::seconds(seconds)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_label_can_be_read(
        marks in prop::collection::vec((moment(), 0_i64..5_000, 0_u8..3), 5),
        phases in prop::collection::vec((moment(), prop::sample::select(PhaseName::ALL.to_vec())), 0..8),
        runs in prop::collection::vec((moment(), 0_u64..9_000_000), 0..20),
        closed in any::<bool>(),
    ) {
        let mut journal = Journal::new("a@b", "2024-02-28");
        journal.open("23:59:30", "Anything & all", &[]);
        for (mark, (at, long, kind)) in Mark::ALL.into_iter().zip(marks) {
            let when = match kind {
                0 => When::Exact(at),
                1 => When::About(at),
                _ => When::Between(at, at + TimeDelta::seconds(long)),
            };
            journal.push(at, Event::Marked { mark }).happened = Some(when);
        }
        let mut phases = phases;
        phases.sort_unstable();
        for (at, phase) in phases {
            journal.push(at, Event::Moved { to: None, phase, because: MoveCause::Operator });
        }
        for (at, took) in runs {
            journal.day(&at.format("%F").to_string());
            journal.run(&at.format("%T").to_string(), Ran::own("true").took(took));
        }
        if closed {
            let last = journal.entries.iter().map(|entry| entry.at).max().unwrap();
            journal.push(last, Event::Closed { note: None });
        }
        let svg = chart(&journal.document(None));
        assert_legible(&svg, &format!("{:?}", journal.entries.len()));
        prop_assert_eq!(&svg, &chart(&journal.document(None)));
    }
}
