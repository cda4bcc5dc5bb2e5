//! A length of time between two marks, known as well as they are.

use serde::Serialize;

use super::spell;
use crate::session::event::Mark;

/// A length of time, as well as it is known. Milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// To the second or better.
    Exact(i64),
    /// About.
    About(i64),
    /// Between these.
    Range(i64, i64),
    /// Unknown, because these are.
    Unknown(Vec<Mark>),
}

impl Length {
    /// Whether it surely runs backwards.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        matches!(self, Self::Exact(ms) | Self::About(ms) | Self::Range(_, ms) if *ms < 0)
    }

    /// As it is written between two times: `24 s after the impact started`, `10 m 00 s before the impact started`.
    #[must_use]
    pub fn relative_to(&self, event: &str) -> String {
        match self {
            Self::Exact(0) => format!("when {event}"),
            Self::About(ms) if ms.unsigned_abs() < 30_000 => format!("about when {event}"),
            Self::Exact(ms) | Self::About(ms) if *ms < 0 => format!("{} before {event}", self.reversed().words()),
            Self::Range(_, most) if *most <= 0 => format!("{} before {event}", self.reversed().words()),
            Self::Range(least, most) if *least < 0 => {
                let (before, after) = (spell::about(least.saturating_neg()), spell::about(*most));
                format!("between {before} before and {after} after {event}")
            }
            _ => format!("{} after {event}", self.words()),
        }
    }

    /// The same length the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self {
            Self::Exact(ms) => Self::Exact(ms.saturating_neg()),
            Self::About(ms) => Self::About(ms.saturating_neg()),
            Self::Range(least, most) => Self::Range(most.saturating_neg(), least.saturating_neg()),
            Self::Unknown(missing) => Self::Unknown(missing.clone()),
        }
    }

    /// As it is written: `18 h 25 m 22 s`, `~18 h 15 m`, `unknown (not marked: resolved)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exact(ms) => spell::duration(*ms),
            Self::About(ms) => format!("~{}", spell::about(*ms)),
            Self::Range(least, most) => format!("{} to {}", spell::about(*least), spell::about(*most)),
            Self::Unknown(missing) => {
                let missing: Vec<&str> = missing.iter().map(|mark| mark.as_str()).collect();
                format!("unknown (not marked: {})", missing.join(", "))
            }
        }
    }
}
