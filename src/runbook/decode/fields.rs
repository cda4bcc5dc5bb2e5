//! Values of the right shape, and mappings of them.

use std::time::Duration;

use chrono::NaiveDate;

use crate::runbook::keys::Key;
use crate::runbook::model::{ExitRule, Host, Lead, Pattern, Severity, Slo};
use crate::runbook::problem::Spot;

/// A value that has the shape its key takes.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Script { text: String, strict: bool },
    Flag(bool),
    Count(u32),
    Duration(Duration),
    Date(NaiveDate),
    Slo(Slo),
    Severity(Severity),
    Exit(ExitRule),
    Pattern(Pattern),
    Lead(Lead),
    Host(Host),
    List(Vec<Spot<Value>>),
    Map(Vec<(Spot<String>, Spot<Value>)>),
    Fields(Fields),
}

/// A mapping with known keys: those that are there, each with its value where that was sound.
#[derive(Debug)]
pub(crate) struct Fields {
    /// Where the mapping stands.
    pub(crate) at: Spot,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: &'static Key,
    at: Spot,
    value: Option<Spot<Value>>,
}

macro_rules! take {
    ($($(#[$doc:meta])* $name:ident -> $kind:ident($of:ty);)*) => {
        $($(#[$doc])* pub(crate) fn $name(&mut self, name: &str) -> Option<$of> {
            match self.take(name)?.value {
                Value::$kind(value) => Some(value),
                other => mismatch(name, &other),
            }
        })*
    };
}

impl Fields {
    pub(super) fn new(at: Spot) -> Self {
        Self { at, entries: Vec::new() }
    }

    pub(super) fn push(&mut self, key: &'static Key, at: Spot, value: Option<Spot<Value>>) {
        self.entries.push(Entry { key, at, value });
    }

    /// Where a key stands, whether its value was sound or not.
    pub(crate) fn has(&self, name: &str) -> Option<Spot> {
        self.entries.iter().find(|entry| entry.key.name == name).map(|entry| entry.at)
    }

    /// The value of a key that is still there.
    pub(crate) fn get(&self, name: &str) -> Option<&Spot<Value>> {
        self.entries.iter().find(|entry| entry.key.name == name)?.value.as_ref()
    }

    /// Takes a value out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Spot<Value>> {
        self.entries.iter_mut().find(|entry| entry.key.name == name)?.value.take()
    }

    /// The keys whose values nobody took: a key of a table that the model has no room for.
    #[cfg(test)]
    pub(crate) fn untaken(&self) -> Vec<&'static str> {
        self.entries.iter().filter(|entry| entry.value.is_some()).map(|entry| entry.key.name).collect()
    }

    take! {
        text -> Text(String);
        flag -> Flag(bool);
        count -> Count(u32);
        duration -> Duration(Duration);
        date -> Date(NaiveDate);
        slo -> Slo(Slo);
        severity -> Severity(Severity);
        exit -> Exit(ExitRule);
        pattern -> Pattern(Pattern);
        lead -> Lead(Lead);
        fields -> Fields(Fields);
    }

    /// A command and whether it was a list of lines.
    pub(crate) fn script(&mut self, name: &str) -> Option<(String, bool)> {
        match self.take(name)?.value {
            Value::Script { text, strict } => Some((text, strict)),
            other => mismatch(name, &other),
        }
    }

    /// The items of a list; none where the key is not there.
    pub(crate) fn list(&mut self, name: &str) -> Vec<Spot<Value>> {
        match self.take(name).map(|spot| spot.value) {
            None => Vec::new(),
            Some(Value::List(items)) => items,
            Some(other) => mismatch(name, &other).unwrap_or_default(),
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        self.each(name, |value| if let Value::Text(text) = value { Ok(text) } else { Err(value) })
    }

    /// The durations of a list.
    pub(crate) fn durations(&mut self, name: &str) -> Vec<Duration> {
        self.each(name, |value| if let Value::Duration(time) = value { Ok(time) } else { Err(value) })
    }

    /// The leads of a list.
    pub(crate) fn leads(&mut self, name: &str) -> Vec<Lead> {
        self.each(name, |value| if let Value::Lead(lead) = value { Ok(lead) } else { Err(value) })
    }

    /// The mappings of a list.
    pub(crate) fn tables(&mut self, name: &str) -> Vec<Fields> {
        self.each(name, |value| if let Value::Fields(fields) = value { Ok(fields) } else { Err(value) })
    }

    /// The entries of a mapping with free keys; none where the key is not there.
    pub(crate) fn map(&mut self, name: &str) -> Vec<(Spot<String>, Spot<Value>)> {
        match self.take(name).map(|spot| spot.value) {
            None => Vec::new(),
            Some(Value::Map(entries)) => entries,
            Some(other) => mismatch(name, &other).unwrap_or_default(),
        }
    }

    fn each<T>(&mut self, name: &str, of: impl Fn(Value) -> Result<T, Value>) -> Vec<T> {
        let items = self.list(name).into_iter();
        items.filter_map(|item| of(item.value).map_or_else(|other| mismatch(name, &other), Some)).collect()
    }
}

/// The model asks for something else than the table of keys says: a mistake in this program, found by its tests.
fn mismatch<T>(name: &str, value: &Value) -> Option<T> {
    debug_assert!(false, "the key `{name}` was read as {value:?}");
    None
}
