//! The hosts a session begins with, or is taken up with: from `--host`.

use super::error::{Error, Result};
use crate::runbook::{Runbook, bad_address, is_host};
use crate::session::event::Source;
use crate::session::site::Machine;

/// Reads `NAME=target` of a `--host`.
///
/// # Errors
/// Where there is no `=`, no name before it, or no target behind it.
pub fn assignment(text: &str) -> std::result::Result<Machine, String> {
    let Some((name, target)) = text.split_once('=').filter(|(name, _)| is_host(name)) else {
        return Err(format!("{text:?} is not NAME=TARGET"));
    };
    match bad_address(target) {
        Some(why) => Err(format!("{target:?} is no target: {why}")),
        None => Ok(Machine { name: name.to_owned(), target: target.to_owned() }),
    }
}

/// Hosts given from outside, where their runbook knows them.
///
/// # Errors
/// A name that the runbook does not declare.
pub fn given(runbook: Option<&Runbook>, flags: &[Machine]) -> Result<Vec<(Machine, Source)>> {
    let mut given: Vec<(Machine, Source)> = Vec::new();
    for machine in flags {
        let Some(runbook) = runbook else {
            let words = format!("could not set the host {}: the session has no runbook", machine.name);
            return Err(Error::usage(words));
        };
        if !runbook.hosts.contains_key(&machine.name) {
            let names: Vec<&str> = runbook.hosts.keys().map(String::as_str).collect();
            let known = if names.is_empty() {
                "it declares none".to_owned()
            } else {
                format!("it declares {}", names.join(", "))
            };
            let words = format!("could not set the host {}: the runbook {} has no such host", machine.name, runbook.id);
            return Err(Error::usage(words).hint(known));
        }
        given.retain(|(own, _)| own.name != machine.name);
        given.push((machine.clone(), Source::Flag));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse;

    #[test]
    fn a_host_is_given_by_a_name_of_the_runbook_and_a_target() {
        let text = "{stanch: 1, title: T, hosts: {db: db1}, fix: {steps: [{title: A, run: b, on: db}]}}";
        let runbook = parse("x", text).runbook.unwrap();
        let db = assignment("db=ssh://root@10.0.0.1:22").unwrap();
        assert_eq!(given(Some(&runbook), std::slice::from_ref(&db)).unwrap(), [(db.clone(), Source::Flag)]);
        let second = assignment("db=local").unwrap();
        assert_eq!(given(Some(&runbook), &[db.clone(), second.clone()]).unwrap(), [(second, Source::Flag)]);
        let other = assignment("web=local").unwrap();
        assert!(given(Some(&runbook), &[other]).unwrap_err().to_string().contains("no such host"));
        assert!(given(None, &[db]).is_err());
        for bad in ["db", "=x", "db=", "db=-oProxyCommand=x", "db=a b"] {
            assert!(assignment(bad).is_err(), "{bad}");
        }
    }
}
