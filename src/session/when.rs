//! Times as an operator types them.

use chrono::{DateTime, Days, FixedOffset, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::entry::When;

/// What is taken, for messages and help.
pub const FORMS: &str =
    "20:37, 20:37:05, 20:37Z, 2022-04-30 20:37, 2022-04-30T20:37:00Z, -25m; ~20:37 for about, 20:30..20:40 for a range";

/// How far a time may be ahead of `now`: clocks differ, and what is typed has no seconds.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// Understands a time that has passed: `20:37` (in `zone`; yesterday where today's is still to come), `20:37Z` (UTC), with a date
/// before it, RFC 3339, or `-25m` before `now`. An `@` in front is dropped; `~` makes it approximate; `A..B` is a range.
///
/// # Errors
/// Why it cannot be one, in a clause.
pub fn parse(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Result<When, String> {
    let text = text.trim();
    let text = text.strip_prefix('@').unwrap_or(text);
    if let Some((from, to)) = text.split_once("..") {
        let (from, to) = (one(from, now, zone)?, one(to, now, zone)?);
        return if from <= to { Ok(When::Between(from, to)) } else { Err(format!("{text:?} ends before it begins")) };
    }
    match text.strip_prefix('~') {
        Some(text) => one(text, now, zone).map(When::About),
        None => one(text, now, zone).map(When::Exact),
    }
}

/// The operator's zone from the form kept in the journal: `+02:00`.
#[must_use]
pub fn zone(text: &str) -> Option<FixedOffset> {
    text.parse().ok()
}

/// The date of a time that was not today, in the operator's zone: `2022-04-29, yesterday`. A time of day that is still to come is
/// taken for yesterday's; said, that is seen.
#[must_use]
pub fn other_day(when: &When, now: DateTime<Utc>, zone: FixedOffset) -> Option<String> {
    let (day, today) = (when.sort_key().with_timezone(&zone).date_naive(), now.with_timezone(&zone).date_naive());
    if day == today {
        return None;
    }
    let yesterday = if today.pred_opt() == Some(day) { ", yesterday" } else { "" };
    Some(format!("{day}{yesterday}"))
}

fn one(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("a time is missing; understood are {FORMS}"));
    }
    let time = if let Some(ago) = text.strip_prefix('-') {
        before(ago, now)?
    } else if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        time.with_timezone(&Utc)
    } else {
        local(text, now, zone).ok_or_else(|| format!("{text:?} is no time; understood are {FORMS}"))?
    };
    if time > now + AHEAD {
        return Err(format!("{text:?} is still to come"));
    }
    Ok(time)
}

fn before(ago: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let duration = humantime::parse_duration(ago).map_err(|error| format!("\"-{ago}\" is no duration: {error}"))?;
    TimeDelta::from_std(duration)
        .ok()
        .and_then(|duration| now.checked_sub_signed(duration))
        .ok_or_else(|| format!("\"-{ago}\" is too long ago"))
}

/// A time of day, with a date or without, in the operator's zone or (with `Z`) in UTC.
fn local(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let (text, zone) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, FixedOffset::east_opt(0)?),
        None => (text, zone),
    };
    let utc = |time: NaiveDateTime| time.and_local_timezone(zone).single().map(|time| time.with_timezone(&Utc));
    for format in ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return utc(time);
        }
    }
    let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())?;
    let today = now.with_timezone(&zone).date_naive();
    let time_today = utc(today.and_time(time))?;
    if time_today > now + AHEAD { utc(today.checked_sub_days(Days::new(1))?.and_time(time)) } else { Some(time_today) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        at("2022-04-30T19:40:00Z")
    }

    fn berlin() -> FixedOffset {
        zone("+02:00").unwrap()
    }

    #[test]
    fn times_are_understood_as_operators_type_them() {
        for (text, meant) in [
            ("21:37", "2022-04-30T19:37:00Z"),
            ("@21:37", "2022-04-30T19:37:00Z"),
            (" 21:37:05 ", "2022-04-30T19:37:05Z"),
            ("19:37Z", "2022-04-30T19:37:00Z"),
            // Still to come today, so it was yesterday.
            ("22:10", "2022-04-29T20:10:00Z"),
            // Within a minute ahead it is now, by another clock.
            ("21:41", "2022-04-30T19:41:00Z"),
            ("0:30", "2022-04-29T22:30:00Z"),
            ("2022-04-29 08:00", "2022-04-29T06:00:00Z"),
            ("2022-04-29T08:00:01", "2022-04-29T06:00:01Z"),
            ("2022-04-30T20:37:00+02:00", "2022-04-30T18:37:00Z"),
            ("2022-04-30T18:37:00.250Z", "2022-04-30T18:37:00.250Z"),
            ("-25m", "2022-04-30T19:15:00Z"),
            ("-1h 30m", "2022-04-30T18:10:00Z"),
        ] {
            assert_eq!(parse(text, now(), berlin()), Ok(When::Exact(at(meant))), "{text}");
        }
    }

    #[test]
    fn a_time_may_be_approximate_or_a_range() {
        assert_eq!(parse("~21:30", now(), berlin()), Ok(When::About(at("2022-04-30T19:30:00Z"))));
        let range = When::Between(at("2022-04-30T19:15:00Z"), at("2022-04-30T19:20:00Z"));
        assert_eq!(parse("-25m..21:20", now(), berlin()), Ok(range));
    }

    #[test]
    fn just_after_midnight_the_evening_was_yesterday() {
        let now = at("2022-04-30T22:05:00Z");
        assert_eq!(parse("23:50", now, berlin()), Ok(When::Exact(at("2022-04-30T21:50:00Z"))));
        assert_eq!(parse("00:01", now, berlin()), Ok(When::Exact(at("2022-04-30T22:01:00Z"))));
    }

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let day = |text| other_day(&parse(text, now(), berlin()).unwrap(), now(), berlin());
        assert_eq!(day("21:30"), None);
        assert_eq!(day("22:10"), Some("2022-04-29, yesterday".to_owned()));
        assert_eq!(day("2022-04-01 22:10"), Some("2022-04-01".to_owned()));
        // Yesterday in UTC is today for the operator.
        assert_eq!(day("2022-04-29T22:30:00Z"), None);
    }

    #[test]
    fn what_is_no_time_that_has_passed_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "missing"),
            ("@", "missing"),
            ("soon", "no time"),
            ("25:99", "no time"),
            ("2022-02-30 10:00", "no time"),
            ("2022-05-01T00:00:00Z", "still to come"),
            ("-", "no duration"),
            ("-5parsecs", "no duration"),
            ("-99999999y", "too long ago"),
            ("21:20..21:10", "ends before"),
            ("21:20..", "missing"),
        ] {
            let error = parse(text, now(), berlin()).unwrap_err();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused_and_never_lies_ahead(text in ".{0,24}") {
            if let Ok(when) = parse(&text, now(), berlin()) {
                prop_assert!(when.sort_key() <= now() + AHEAD);
            }
        }
    }
}
