//! An entry: one line of the journal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::Event;

/// The version of the journal's format that this program writes.
pub const VERSION: u32 = 1;

/// One line of the journal: what happened, when it was recorded, by whom, chained to the line before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Format version.
    pub v: u32,
    /// From 1, without gaps.
    pub seq: u64,
    /// Wall clock when it was recorded, UTC, milliseconds.
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Milliseconds of the clock that goes on through suspend (`CLOCK_BOOTTIME`), for durations.
    pub boot_ms: u64,
    /// Who: the operator, as `name@host`.
    pub by: String,
    /// When it happened, where that is not when it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<When>,
    /// What happened.
    pub event: Event,
    /// Lower-case hexadecimal sha-256 of the line before, without its newline; 64 zeros in the first entry.
    pub prev: String,
}

impl Entry {
    /// The time it happened, as far as it is known: back-dated where it was, else when it was recorded.
    #[must_use]
    pub fn time(&self) -> When {
        self.happened.clone().unwrap_or(When::Exact(self.at))
    }
}

/// A time that may be known well or not so well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// To the second or better.
    Exact(DateTime<Utc>),
    /// About then.
    About(DateTime<Utc>),
    /// Between these two.
    Between(DateTime<Utc>, DateTime<Utc>),
}

impl When {
    /// The time rows are sorted by: the time itself, or the start of the range.
    #[must_use]
    pub fn sort_key(&self) -> DateTime<Utc> {
        match self {
            Self::Exact(time) | Self::About(time) | Self::Between(time, _) => *time,
        }
    }

    /// The earliest and the latest it can have been.
    #[must_use]
    pub fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        match self {
            Self::Exact(time) | Self::About(time) => (*time, *time),
            Self::Between(from, to) => (*from, *to),
        }
    }

    /// Whether arithmetic with it is exact.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }
}

/// Times as `2022-04-30T19:33:40.123Z`: always UTC, always milliseconds, so that the same time is the same bytes.
mod millis {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text).map(|time| time.with_timezone(&Utc)).map_err(D::Error::custom)
    }
}
