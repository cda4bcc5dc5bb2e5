//! What others are told.

use serde::{Deserialize, Serialize};

/// What others are told: conditions, actions, needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Update {
    /// How it is.
    pub conditions: String,
    /// What is being done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actions: String,
    /// What is needed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub needs: String,
    /// When to tell the next one, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_ms: Option<u64>,
}
