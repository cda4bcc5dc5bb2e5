//! Key times: the moments of an incident that are counted from and up to.

use serde::{Deserialize, Serialize};

/// A key time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Users began to feel it.
    ImpactStarted,
    /// Someone or something noticed.
    Detected,
    /// The on-call took it.
    Acknowledged,
    /// Users no longer feel it.
    Mitigated,
    /// Lastingly repaired and verified.
    Resolved,
}

impl Mark {
    /// All, in the order of an incident.
    pub const ALL: [Self; 5] =
        [Self::ImpactStarted, Self::Detected, Self::Acknowledged, Self::Mitigated, Self::Resolved];

    /// The words used on screen and in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ImpactStarted => "impact started",
            Self::Detected => "detected",
            Self::Acknowledged => "acknowledged",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
        }
    }
}
