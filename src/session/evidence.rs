//! Times in lines of output: what a log says of when it happened is better evidence than anybody's memory.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use regex::Regex;

use super::entry::When;
use super::when;

/// As a pattern that is known to be one.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// `2019-03-01 02:22:11.098 UTC`, `2022-04-30T19:33:40Z`, `2022-04-30T14:33:40-05:00`.
static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,]\d+)?(?: ?(Z|UTC|GMT)\b| ?([+-]\d{2}:?\d{2})\b)?")
});
/// `30/Apr/2022:14:33:40 -0500`, as web servers write.
static COMMON: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(\d{2}/[A-Z][a-z]{2}/\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})"));
/// `Fri Mar  1 02:22:11 2019`, `Mar  1 02:22:11 UTC 2019`, as `date`, `pg_controldata` and others write.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\b([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2})(?: (Z|UTC|GMT))? (\d{4})(?: (Z|UTC|GMT)\b| ([+-]\d{4})\b)?",
    )
});
/// `Apr 30 14:33:40`, as syslog and journalctl write: no year, no zone.
static SYSLOG: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\b([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2})\b"));
/// A time of day alone.
static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\b(\d{2}:\d{2}:\d{2})\b"));

/// The first time in a text that has passed at `now`, to the second. A zone that is not named is the operator's.
#[must_use]
pub fn time_in(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let lines = || text.lines();
    let dated = lines()
        .find_map(|line| iso(line, zone))
        .or_else(|| lines().find_map(common))
        .or_else(|| lines().find_map(|line| date(line, zone)))
        .or_else(|| lines().find_map(|line| syslog(line, now, zone)));
    match dated {
        Some(time) => (time <= now + TimeDelta::minutes(1)).then_some(time),
        None => lines().find_map(|line| clock(line, now, zone)),
    }
}

fn local(date: NaiveDate, time: NaiveTime, zone: FixedOffset) -> Option<DateTime<Utc>> {
    Some(NaiveDateTime::new(date, time).and_local_timezone(zone).single()?.with_timezone(&Utc))
}

fn iso(line: &str, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let found = ISO.as_ref()?.captures(line)?;
    let zone = match (found.get(3), found.get(4)) {
        (Some(_), _) => FixedOffset::east_opt(0)?,
        (None, Some(offset)) => offset.as_str().parse().ok()?,
        (None, None) => zone,
    };
    local(found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str().parse().ok()?, zone)
}

fn common(line: &str) -> Option<DateTime<Utc>> {
    let found = COMMON.as_ref()?.captures(line)?;
    let date = NaiveDate::parse_from_str(found.get(1)?.as_str(), "%d/%b/%Y").ok()?;
    local(date, found.get(2)?.as_str().parse().ok()?, found.get(3)?.as_str().parse().ok()?)
}

fn date(line: &str, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let found = DATE.as_ref()?.captures(line)?;
    let zone = match (found.get(4).or_else(|| found.get(6)), found.get(7)) {
        (Some(_), _) => FixedOffset::east_opt(0)?,
        (None, Some(offset)) => offset.as_str().parse().ok()?,
        (None, None) => zone,
    };
    let (month, day) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let date = NaiveDate::parse_from_str(&format!("{} {month} {day}", found.get(5)?.as_str()), "%Y %b %d").ok()?;
    local(date, found.get(3)?.as_str().parse().ok()?, zone)
}

fn syslog(line: &str, now: DateTime<Utc>, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let found = SYSLOG.as_ref()?.captures(line)?;
    let (month, day) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let time = found.get(3)?.as_str().parse().ok()?;
    // Of this year, or of the last one where that is still to come.
    let year = now.with_timezone(&zone).year();
    let of = |year: i32| {
        let date = NaiveDate::parse_from_str(&format!("{year} {month} {day}"), "%Y %b %d").ok()?;
        local(date, time, zone)
    };
    of(year).filter(|time| *time <= now + TimeDelta::days(1)).or_else(|| of(year - 1))
}

fn clock(line: &str, now: DateTime<Utc>, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let found = CLOCK.as_ref()?.captures(line)?;
    match when::parse(found.get(1)?.as_str(), now, zone) {
        Ok(When::Exact(time)) => Some(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_as_programs_write_them() {
        let (now, zone) = ("2022-05-01T08:00:00Z".parse().unwrap(), "-05:00".parse().unwrap());
        for (line, time) in [
            ("2019-03-01 02:22:11.098 UTC LOG:  database system is shut down", "2019-03-01T02:22:11Z"),
            ("[2022-04-30T14:33:40-05:00] 500", "2022-04-30T19:33:40Z"),
            ("2022-04-30 14:33:40,123 ERROR", "2022-04-30T19:33:40Z"),
            ("2022-04-30T19:33:40Z x", "2022-04-30T19:33:40Z"),
            ("::1 - - [30/Apr/2022:14:33:40 -0500] \"POST /\" 500", "2022-04-30T19:33:40Z"),
            ("Apr 30 14:33:40 alice bundle[72760]: method=POST", "2022-04-30T19:33:40Z"),
            ("pg_control last modified:             Fri Mar  1 02:22:11 2019", "2019-03-01T07:22:11Z"),
            ("Fri Mar  1 02:22:11 2019 UTC", "2019-03-01T02:22:11Z"),
            ("Fri Mar  1 02:22:11 UTC 2019", "2019-03-01T02:22:11Z"),
            ("Fri Mar  1 02:22:11 2019 +0100", "2019-03-01T01:22:11Z"),
            ("Dec  1 00:00:00 alice", "2021-12-01T05:00:00Z"),
            ("14:33:40 something", "2022-04-30T19:33:40Z"),
            ("first\nApr 30 14:33:40 second", "2022-04-30T19:33:40Z"),
        ] {
            assert_eq!(time_in(line, now, zone), Some(time.parse().unwrap()), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let (now, zone) = ("2022-05-01T08:00:00Z".parse().unwrap(), "-05:00".parse().unwrap());
        for line in
            ["", "port 5432", "2022-13-41 99:99:99", "Foo 30 14:99:40", "aa:bb:cc", "10.12.30", "2099-01-01 00:00:00"]
        {
            assert_eq!(time_in(line, now, zone), None, "{line}");
        }
    }
}
