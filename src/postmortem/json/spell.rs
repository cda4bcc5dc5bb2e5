//! Times, durations and sentences as data, each with how well it is known.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Number;

use super::data::{Data, list, object};
use crate::postmortem::document::Evidence;
use crate::postmortem::length::Length;
use crate::postmortem::prose::{Prose, Span};
use crate::session::entry::When;

/// RFC 3339 in UTC, to the second or the millisecond, whichever is known.
pub(super) fn stamp(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A time with its precision; one that is not known is said to be unknown.
pub(super) fn when(time: Option<&When>) -> Data {
    match time {
        None => object! { "precision": "unknown" },
        Some(When::Exact(at)) => object! { "precision": "exact", "at": stamp(at) },
        Some(When::About(at)) => object! { "precision": "about", "at": stamp(at) },
        Some(When::Between(from, to)) => object! { "precision": "between", "from": stamp(from), "to": stamp(to) },
    }
}

/// A duration with its precision.
pub(super) fn length(length: &Length) -> Data {
    let both = |precision: &str, ms| match duration(ms) {
        Data::Object(rest) => Data::Object([("precision", Data::from(precision))].into_iter().chain(rest).collect()),
        other => other,
    };
    match length {
        Length::Exact(ms) => both("exact", *ms),
        Length::About(ms) => both("about", *ms),
        Length::Range(least, most) => {
            object! { "precision": "between", "least": duration(*least), "most": duration(*most) }
        }
        Length::Unknown(missing) => {
            object! { "precision": "unknown", "not_marked": list(missing, |mark| key(mark.as_str())) }
        }
    }
}

/// A duration that was measured: seconds, and the same as ISO 8601 has it.
pub(super) fn duration(ms: i64) -> Data {
    object! { "seconds": seconds(ms), "iso8601": iso(ms) }
}

/// The same of a count that cannot be negative.
pub(super) fn took(ms: u64) -> Data {
    duration(crate::postmortem::spell::signed(ms))
}

/// Whole seconds as a whole number, others with their fraction.
fn seconds(ms: i64) -> Data {
    if ms % 1000 == 0 {
        return Data::from(ms / 1000);
    }
    #[expect(clippy::cast_precision_loss, reason = "exact to the millisecond for longer than any incident")]
    let seconds = ms as f64 / 1000.0;
    Number::from_f64(seconds).map_or(Data::Null, Data::Number)
}

/// `PT18H25M22.5S`.
fn iso(ms: i64) -> String {
    let whole = crate::postmortem::spell::iso(ms);
    let fraction = ms.unsigned_abs() % 1000;
    if fraction == 0 {
        return whole;
    }
    let fraction = format!("{fraction:03}");
    let fraction = fraction.trim_end_matches('0');
    match whole.strip_suffix('S') {
        Some(seconds) => format!("{seconds}.{fraction}S"),
        None => format!("{whole}0.{fraction}S"),
    }
}

/// A sentence: its words, and its pieces for who wants to link and to set them.
pub(super) fn prose(prose: &Prose) -> Data {
    let spans = list(&prose.0, |span| match span {
        Span::Text(text) => object! { "text": text },
        Span::Code(code) => object! { "code": code },
        Span::Title(title) => object! { "title": title },
        Span::Note(text) => object! { "note": text },
        Span::Run(run) => object! { "run": run.0 },
    });
    object! { "text": prose.plain(), "spans": spans }
}

/// What proves something.
pub(super) fn evidence(evidence: &[Evidence]) -> Data {
    list(evidence, |one| match one {
        Evidence::Run(run) => object! { "run": run.0 },
        Evidence::Entry(seq) => object! { "entry": *seq },
    })
}

/// Words as a key: `impact_started`.
pub(super) fn key(words: &str) -> String {
    words.replace(' ', "_")
}
