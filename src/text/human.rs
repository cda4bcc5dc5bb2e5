//! Times and sizes as people write them.

/// A duration in milliseconds: `0.4 s`, `22 s`, `10 m`, `18 h 25 m 22 s`. Below ten seconds with tenths, else whole
/// seconds, both cut off and not rounded; units at the end that are zero are left out.
#[must_use]
pub fn duration(ms: u64) -> String {
    if ms < 10_000 {
        return match (ms / 1000, ms % 1000 / 100) {
            (seconds, 0) => format!("{seconds} s"),
            (seconds, tenths) => format!("{seconds}.{tenths} s"),
        };
    }
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, seconds) {
        (0, 0, _) => format!("{seconds} s"),
        (0, _, 0) => format!("{minutes} m"),
        (0, _, _) => format!("{minutes} m {seconds:02} s"),
        (_, 0, 0) => format!("{hours} h"),
        (_, _, 0) => format!("{hours} h {minutes} m"),
        (_, _, _) => format!("{hours} h {minutes:02} m {seconds:02} s"),
    }
}

/// A running clock, from milliseconds: `00:24:11`; hours go on beyond 99.
#[must_use]
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A place on the timeline, from milliseconds after its origin: `+00:24:11`, or before it: `−00:24:11`.
#[must_use]
pub fn t_plus(ms: i64) -> String {
    // Before the origin, a part of a second belongs to the second it began in, as it does after.
    let seconds = ms.div_euclid(1000);
    let sign = if seconds < 0 { '\u{2212}' } else { '+' };
    let seconds = seconds.unsigned_abs();
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A size: `512 B`, `1.2 kB`, `93 MB`; decimal units, cut off and not rounded.
#[must_use]
pub fn bytes(count: u64) -> String {
    if count < 1000 {
        return format!("{count} B");
    }
    let (mut unit, mut units) = (1000, ["kB", "MB", "GB", "TB", "PB", "EB"].into_iter().peekable());
    loop {
        let name = units.next().unwrap_or("EB");
        if units.peek().is_none() || count / unit < 1000 {
            let whole = count / unit;
            return if whole < 10 {
                format!("{whole}.{} {name}", count % unit / (unit / 10))
            } else {
                format!("{whole} {name}")
            };
        }
        unit *= 1000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        for (ms, said) in [
            (0, "0 s"),
            (99, "0 s"),
            (420, "0.4 s"),
            (9_999, "9.9 s"),
            (22_900, "22 s"),
            (600_000, "10 m"),
            (605_000, "10 m 05 s"),
            (3_600_000, "1 h"),
            (65_700_000, "18 h 15 m"),
            (66_322_000, "18 h 25 m 22 s"),
            (70_202_000, "19 h 30 m 02 s"),
            (3_601_000, "1 h 00 m 01 s"),
        ] {
            assert_eq!(duration(ms), said, "{ms}");
        }
    }

    #[test]
    fn clocks_and_places_on_the_timeline() {
        assert_eq!(clock(1_451_999), "00:24:11");
        assert_eq!(clock(360_000_000), "100:00:00");
        assert_eq!(t_plus(0), "+00:00:00");
        assert_eq!(t_plus(1_451_999), "+00:24:11");
        assert_eq!(t_plus(-1_451_000), "\u{2212}00:24:11");
        assert_eq!(t_plus(-1), "\u{2212}00:00:01");
        assert_eq!(t_plus(i64::MIN).chars().next(), Some('\u{2212}'));
    }

    #[test]
    fn sizes_have_a_unit_that_suits_them() {
        for (count, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1_250_000, "1.2 MB"),
            (93_000_000, "93 MB"),
            (999_999_999, "999 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(count), said);
        }
    }
}
