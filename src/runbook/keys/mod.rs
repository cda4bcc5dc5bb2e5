//! Every key of the format: its name, what it takes, what it is for. One table per mapping.
//!
//! The reader checks a file against these tables, and whatever else describes the format is made from them. Some words of the
//! format take a short form: a table with `short` may be written as a bare value of that key (`undo: rails db:rollback`), and
//! where a list is taken, one value alone is a list of one (`services: web`).

mod file;
mod step;

pub use file::{ALLOW, ESCALATION, GUARD, INVENTORY, LINK, PHASE, REVERT, RUNBOOK, VARIABLE, VERIFY};
pub use step::{EXPECT, FLAG, OPTION, SIGN, STEP, STOP, UNDO, UNTIL};

use super::shape::Shape;

/// A mapping with known keys.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// What it describes, with its article: "a step".
    pub name: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// The key a bare value stands for.
    pub short: Option<&'static str>,
}

/// A key of a mapping.
#[derive(Debug, PartialEq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for, in one line.
    pub doc: &'static str,
    /// Words people write instead, out of habit from other tools.
    pub aka: &'static [&'static str],
    /// What holds where it is not there: a value as it would be written, or words; empty where nothing does.
    pub default: &'static str,
    /// A value as it is written, in YAML; the tests hold it against the parser.
    pub example: &'static str,
}

pub(in crate::runbook) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc, aka: &[], default: "", example: "" }
}

impl Key {
    pub(in crate::runbook) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(in crate::runbook) const fn aka(self, aka: &'static [&'static str]) -> Self {
        Self { aka, ..self }
    }

    pub(in crate::runbook) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(in crate::runbook) const fn eg(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

impl Table {
    /// A key by name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// All tables.
pub const ALL: [&Table; 18] = [
    &RUNBOOK,
    &LINK,
    &ESCALATION,
    &VARIABLE,
    &INVENTORY,
    &GUARD,
    &ALLOW,
    &PHASE,
    &REVERT,
    &VERIFY,
    &STEP,
    &UNDO,
    &OPTION,
    &FLAG,
    &EXPECT,
    &SIGN,
    &UNTIL,
    &STOP,
];
