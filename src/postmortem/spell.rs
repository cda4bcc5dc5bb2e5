//! Times, durations and sizes as they are written in the record.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use crate::session::entry::When;

/// `18 h 25 m 22 s`, `4 m 02 s`, `24 s`; negative ones with a minus sign.
#[must_use]
pub(super) fn duration(ms: i64) -> String {
    let sign = if ms < 0 { "−" } else { "" };
    let seconds = ms.unsigned_abs() / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds} s"),
        (0, _) => format!("{sign}{minutes} m {seconds:02} s"),
        _ => format!("{sign}{hours} h {minutes:02} m {seconds:02} s"),
    }
}

/// A duration that is not known to the second: `18 h 15 m`, rounded to the minute.
#[must_use]
pub(super) fn about(ms: i64) -> String {
    let sign = if ms < 0 { "−" } else { "" };
    let minutes = (ms.unsigned_abs() + 30_000) / 60_000;
    if minutes < 60 { format!("{sign}{minutes} m") } else { format!("{sign}{} h {:02} m", minutes / 60, minutes % 60) }
}

/// A duration cut to the minute: `18 h 14 m`, for what lasted at least that long.
#[must_use]
pub(super) fn at_least(ms: i64) -> String {
    about(ms - ms.rem_euclid(60_000))
}

/// How long a run took: tenths below ten seconds; what takes no tenth took some time all the same.
#[must_use]
pub(super) fn took(ms: u64) -> String {
    if ms < 100 {
        "under 0.1 s".to_owned()
    } else if ms < 10_000 {
        let tenths = (ms + 50) / 100;
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        duration(signed(ms))
    }
}

/// `PT18H25M22S`.
#[must_use]
pub(super) fn iso(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let seconds = ms.unsigned_abs() / 1000;
    let mut text = format!("{sign}PT");
    for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    if !seconds.is_multiple_of(60) || seconds == 0 {
        let _ = write!(text, "{}S", seconds % 60);
    }
    text
}

/// `+18:25:22`, `−00:24:11`; without seconds where the time is not known to the second.
#[must_use]
pub(super) fn t_plus(ms: i64, exact: bool) -> String {
    let sign = if ms < 0 { '−' } else { '+' };
    let seconds = if ms < 0 { ms.unsigned_abs().div_ceil(1000) } else { ms.unsigned_abs() / 1000 };
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    if exact {
        format!("{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)
    } else {
        format!("{sign}{hours:02}:{minutes:02}")
    }
}

/// `20:47:33`, `~20:37`, `13:30–13:45`, each with its date where `date` says so.
#[must_use]
pub(super) fn when(time: &When, date: bool) -> String {
    let head = |time: &DateTime<Utc>| if date { format!("{} ", time.format("%F")) } else { String::new() };
    match time {
        When::Exact(time) => format!("{}{}", head(time), time.format("%T")),
        When::About(time) => format!("{}~{}", head(time), short(time)),
        When::Between(from, to) if from.date_naive() == to.date_naive() => {
            format!("{}{}–{}", head(from), short(from), short(to))
        }
        When::Between(from, to) => format!("{} {}–{} {}", from.format("%F"), short(from), to.format("%F"), short(to)),
    }
}

/// `2019-03-01 20:47:33`.
#[must_use]
pub(super) fn stamp(time: &DateTime<Utc>) -> String {
    time.format("%F %T").to_string()
}

/// For data: `2019-03-01T20:47:33Z`, `~2019-03-01T20:37:00Z`, `from/to`.
#[must_use]
pub(super) fn data(time: &When) -> String {
    let one = |time: &DateTime<Utc>| time.format("%FT%TZ").to_string();
    match time {
        When::Exact(time) => one(time),
        When::About(time) => format!("~{}", one(time)),
        When::Between(from, to) => format!("{}/{}", one(from), one(to)),
    }
}

/// The day of a time, where a range does not reach over midnight.
#[must_use]
pub(super) fn day(time: &When) -> Option<NaiveDate> {
    match time {
        When::Exact(time) | When::About(time) => Some(time.date_naive()),
        When::Between(from, to) => (from.date_naive() == to.date_naive()).then(|| from.date_naive()),
    }
}

fn short(time: &DateTime<Utc>) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%T" }).to_string()
}

/// `812,344`.
#[must_use]
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 line`, `812,344 lines`.
#[must_use]
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `512 bytes`, `12.3 MB`: decimal units, one place.
#[must_use]
pub(super) fn bytes(number: u64) -> String {
    let mut unit = 1_000_u64;
    for name in ["kB", "MB", "GB"] {
        if number < 1_000 {
            break;
        }
        // 999,950 bytes and more would read as 1000.0 kB.
        if number < unit * 1_000 - unit / 20 || name == "GB" {
            let tenths = (number + unit / 20) / (unit / 10);
            return format!("{}.{} {name}", count(tenths / 10), tenths % 10);
        }
        unit *= 1_000;
    }
    counted(number, "byte")
}

/// A count of milliseconds as a signed one; what does not fit is more than the age of the universe.
#[must_use]
pub(super) fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_to_the_second() {
        let table = [
            (0, "0 s"),
            (24_000, "24 s"),
            (242_999, "4 m 02 s"),
            (66_322_000, "18 h 25 m 22 s"),
            (70_202_000, "19 h 30 m 02 s"),
            (-24_000, "−24 s"),
        ];
        for (ms, text) in table {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(duration(i64::MIN).chars().next(), Some('−'));
    }

    #[test]
    fn what_is_not_known_to_the_second_is_not_written_to_the_second() {
        assert_eq!(about(65_689_000), "18 h 15 m");
        assert_eq!(at_least(65_689_000), "18 h 14 m");
        assert_eq!(about(629_000), "10 m");
        assert_eq!(t_plus(65_689_000, false), "+18:14");
    }

    #[test]
    fn t_plus_has_a_sign_and_hours_beyond_a_day() {
        assert_eq!(t_plus(0, true), "+00:00:00");
        assert_eq!(t_plus(-1_451_000, true), "−00:24:11");
        assert_eq!(t_plus(180_000_000, true), "+50:00:00");
    }

    #[test]
    fn iso_durations_leave_out_what_is_nought() {
        assert_eq!(iso(66_322_000), "PT18H25M22S");
        assert_eq!(iso(3_600_000), "PT1H");
        assert_eq!(iso(0), "PT0S");
        assert_eq!(iso(-24_000), "-PT24S");
    }

    #[test]
    fn counts_and_sizes() {
        assert_eq!(count(812_344), "812,344");
        assert_eq!(count(7), "7");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(bytes(999_960), "1.0 MB");
        assert_eq!(bytes(10_000_000_000), "10.0 GB");
        assert_eq!(bytes(1_234_000_000_000), "1,234.0 GB");
        assert_eq!(took(0), "under 0.1 s");
        assert_eq!(took(100), "0.1 s");
        assert_eq!(took(449), "0.4 s");
        assert_eq!(took(9_999), "10.0 s");
        assert_eq!(took(2_292_000), "38 m 12 s");
    }
}
