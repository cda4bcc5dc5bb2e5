//! Durations as people write them: `90s`, `20m`, `1h 30m`, `24h`, `30d`.

use std::time::Duration;

/// Longest time a runbook may name: ten years, far from where adding it to a clock would overflow.
pub(crate) const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);

/// What keeps a text from being a duration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoDuration {
    /// A number without a unit.
    Bare,
    /// Longer than [`LONGEST`].
    TooLong,
    /// Anything else.
    Unreadable,
}

/// Reads a duration. Units are those of the humantime crate: ms, s, m (or min), h, d, w, and longer words.
pub(crate) fn duration(text: &str) -> Result<Duration, NoDuration> {
    let text = text.trim();
    // The crate reads `M` as a month, which nobody means who writes `20M`.
    if text.contains('M') {
        return Err(NoDuration::Unreadable);
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return if text == "0" { Ok(Duration::ZERO) } else { Err(NoDuration::Bare) };
    }
    match humantime::parse_duration(text) {
        Ok(time) if time > LONGEST => Err(NoDuration::TooLong),
        Ok(time) => Ok(time),
        Err(humantime::DurationError::NumberOverflow) => Err(NoDuration::TooLong),
        Err(_) => Err(NoDuration::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("20m"), Ok(1200));
        assert_eq!(seconds("1h 30m"), Ok(5400));
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!(seconds("30d"), Ok(2_592_000));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn what_is_no_duration_says_why() {
        assert_eq!(duration("20"), Err(NoDuration::Bare));
        assert_eq!(duration("20M"), Err(NoDuration::Unreadable));
        assert_eq!(duration("soon"), Err(NoDuration::Unreadable));
        assert_eq!(duration(""), Err(NoDuration::Unreadable));
        assert_eq!(duration("999999999999y"), Err(NoDuration::TooLong));
        assert_eq!(duration("99999999999999999999999999s"), Err(NoDuration::TooLong));
    }
}
