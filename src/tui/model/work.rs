//! What is typed about the work itself: findings, people, rests, updates.

use crate::session::event::{Detection, Update};

/// A line about the work itself, and what for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WorkAsk {
    /// What is taken for the cause.
    Find,
    /// How it is known that a finding is right, or is not.
    Settle {
        /// Its number, from 1.
        finding: u32,
        /// It is right.
        confirmed: bool,
    },
    /// Why the work rests; may be empty.
    Pause,
    /// Who has the lead from here on.
    HandOver,
    /// What they have to know; may be empty.
    HandOverNote {
        /// Who.
        to: String,
    },
    /// Who takes part.
    Join,
    /// Who takes part no longer.
    Depart,
    /// In what way it was noticed; may be empty.
    Detected(Detection),
    /// Why the planned work is an incident now.
    Declare,
    /// An update: how it is.
    Conditions,
    /// An update: what is being done; may be empty.
    Actions(Update),
    /// An update: what is needed; may be empty.
    Needs(Update),
    /// An update: when to tell the next one; empty is no reminder.
    Next(Update),
}
