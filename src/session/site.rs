//! Where something runs, and as whom: one host and one user.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::run::LaneKey;

/// This machine; needs no declaration.
pub const LOCAL: &str = "local";

/// A machine by the name it has in this session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Machine {
    /// The name: one of the runbook's `hosts`, or one that a command of it printed.
    pub name: String,
    /// Where it is: `local`, an alias of the ssh configuration, or `ssh://user@host:port`.
    pub target: String,
}

/// Where a run runs, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Site {
    /// The machine's name; none means this machine, unnamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The target behind that name; none means this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Another user than the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

impl Site {
    /// This machine, as the operator or somebody else.
    #[must_use]
    pub fn here(user: Option<String>) -> Self {
        Self { host: None, target: None, user }
    }

    /// A machine, as the operator or somebody else.
    #[must_use]
    pub fn on(machine: &Machine, user: Option<String>) -> Self {
        let away = machine.target != LOCAL;
        Self { host: Some(machine.name.clone()), target: away.then(|| machine.target.clone()), user }
    }

    /// Where the runs of a lane run.
    #[must_use]
    pub fn of(key: &LaneKey) -> Self {
        Self { host: key.host.clone(), target: key.target.clone(), user: key.user.clone() }
    }

    /// The lane for it; `beside` names the work beside the walk it belongs to.
    #[must_use]
    pub fn lane(&self, beside: Option<String>) -> LaneKey {
        LaneKey { host: self.host.clone(), target: self.target.clone(), user: self.user.clone(), beside }
    }

    /// Whether it is this machine, as the operator: what needs no word.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The machine's name, or `local`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.host.as_deref().or(self.target.as_deref()).unwrap_or(LOCAL)
    }

    /// The machine: `web1 (ssh://root@10.0.0.1)`, `db1`, `web1 (local)`.
    #[must_use]
    pub fn machine(&self) -> String {
        let name = self.name();
        match (&self.target, &self.host) {
            (Some(target), _) if target == name => name.to_owned(),
            (Some(target), _) => format!("{name} ({target})"),
            (None, Some(name)) => format!("{name} ({LOCAL})"),
            (None, None) => LOCAL.to_owned(),
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.machine())?;
        match &self.user {
            Some(user) => write!(f, " as {user}"),
            None => Ok(()),
        }
    }
}

/// What a command printed for a list of machines: `target` or `name target` in each line; empty lines and those that begin with `#` say
/// nothing.
///
/// # Errors
/// The first line that is neither, with its number; a name that comes twice; no machine at all.
pub fn machines(printed: &str) -> Result<Vec<Machine>, String> {
    let mut found: Vec<Machine> = Vec::new();
    for (number, line) in (1..).zip(printed.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let bad = |why: &str| format!("line {number}, `{}`: {why}", super::judge::quote(line));
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, target) = match words.as_slice() {
            [target] => (*target, *target),
            [name, target] => (*name, *target),
            _ => return Err(bad("a line is `target` or `name target`")),
        };
        if name != target && !crate::runbook::is_host(name) {
            return Err(bad("a name has letters, digits, `-`, `_` and `.`, and begins with a letter or digit"));
        }
        if let Some(why) = crate::runbook::bad_address(target) {
            return Err(bad(why));
        }
        if found.iter().any(|machine| machine.name == name) {
            return Err(bad("this name stands there twice"));
        }
        found.push(Machine { name: name.to_owned(), target: target.to_owned() });
    }
    if found.is_empty() { Err("it names no machine".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_machines_is_read_or_told_what_is_wrong_with_which_line() {
        let machine = |name: &str, target: &str| Machine { name: name.into(), target: target.into() };
        let read = machines("# web\nweb1 ssh://root@10.0.0.1\n\n  db1\r\nssh://a@b:22\n").unwrap();
        let wanted =
            [machine("web1", "ssh://root@10.0.0.1"), machine("db1", "db1"), machine("ssh://a@b:22", "ssh://a@b:22")];
        assert_eq!(read, wanted);
        for (printed, why) in [
            ("", "no machine"),
            ("a\nb c d", "line 2, `b c d`: a line is"),
            ("a -oProxyCommand=x", "line 1"),
            ("-a b", "a name has"),
            ("Error: no such project", "a line is"),
            ("a x\na y", "twice"),
        ] {
            let error = machines(printed).unwrap_err();
            assert!(error.contains(why), "{printed}: {error}");
        }
    }
}
