//! The values a session begins with: from `--var`, from the environment, from a drill.

use std::collections::BTreeMap;

use super::error::{Error, Result};
use crate::runbook::{DrillPlan, Runbook, VarName, Variable, bad_address, fill};
use crate::session::event::Source;
use crate::session::site::Machine;

/// The environment's names begin so.
const PREFIX: &str = "STANCH_VAR_";

/// Reads `NAME=value` of a `--var`.
///
/// # Errors
/// Where there is no `=` or no name before it.
pub fn assignment(text: &str) -> std::result::Result<(VarName, String), String> {
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is not NAME=value")),
    }
}

/// Values given from outside for a runbook: flags before the environment.
///
/// # Errors
/// A name the runbook does not declare, a secret on the command line, a value that is not allowed.
pub fn given(
    runbook: &Runbook,
    flags: &[(VarName, String)],
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Vec<(VarName, String, Source)>> {
    let mut given: Vec<(VarName, String, Source)> = Vec::new();
    for (name, value) in flags {
        let variable = declared(runbook, name)?;
        if variable.secret {
            return Err(Error::usage(format!(
                "could not take {name} from --var: it is a secret, and command lines are seen by all"
            ))
            .hint(format!("set {PREFIX}{name} in the environment, or give it when the screen asks")));
        }
        valid(name, variable, value)?;
        given.retain(|(own, ..)| own != name);
        given.push((name.clone(), value.clone(), Source::Flag));
    }
    for (key, value) in environment {
        let Some(name) = key.strip_prefix(PREFIX) else { continue };
        // Exported for every runbook of a team; this one need not know it.
        let Some(variable) = runbook.var(name) else { continue };
        if given.iter().any(|(own, ..)| own == name) {
            continue;
        }
        valid(name, variable, &value)?;
        given.push((name.to_owned(), value, Source::Environment));
    }
    Ok(given)
}

/// The values a drill yields: every variable of the runbook must be among them.
///
/// # Errors
/// A variable the drill forgot, a line that is no assignment, a name that neither the runbook nor the drill's hosts know, a value that is
/// not allowed, a host that is no target.
pub fn from_drill(runbook: &Runbook, plan: &DrillPlan, yielded: &str) -> Result<Given> {
    let mut given: Vec<(VarName, String, Source)> = Vec::new();
    let mut beside: BTreeMap<VarName, String> = BTreeMap::new();
    let shown = plan.shown();
    for line in yielded.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = assignment(line).map_err(|_| {
            Error::invalid(format!("could not use the drill: its vars.env has a line that is not NAME=value: {line:?}"))
        })?;
        if shown.contains(&name) {
            beside.insert(name.clone(), value.clone());
            if runbook.var(&name).is_none() {
                continue;
            }
        }
        let variable = declared(runbook, &name)?;
        valid(&name, variable, &value)?;
        given.retain(|(own, ..)| *own != name);
        given.push((name, value, Source::Drill));
    }
    let missing: Vec<&str> = runbook
        .vars
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !given.iter().any(|(own, ..)| own == name))
        .chain(shown.iter().map(String::as_str).filter(|name| !beside.contains_key(*name)))
        .collect();
    if missing.is_empty() {
        return Ok(Given { values: given, hosts: hosts(plan, &beside)? });
    }
    Err(Error::invalid(format!("could not use the drill: it yields no value for {}", missing.join(", ")))
        .hint("a drill gives every variable of its runbook, in the file vars.env; defaults do not count, they may be production"))
}

/// What a drill yields.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The values of all variables of the runbook.
    pub values: Vec<(VarName, String, Source)>,
    /// Where hosts of the runbook are.
    pub hosts: Vec<(Machine, Source)>,
}

fn hosts(plan: &DrillPlan, values: &BTreeMap<VarName, String>) -> Result<Vec<(Machine, Source)>> {
    let host = |(name, target): &(String, String)| {
        let target = fill(target, |name| values.get(name).cloned());
        match bad_address(&target) {
            Some(why) => {
                Err(Error::invalid(format!("could not use the drill: {target:?}, its host {name}, is no target"))
                    .hint(why))
            }
            None => Ok((Machine { name: name.clone(), target }, Source::Drill)),
        }
    };
    plan.hosts.iter().map(host).collect()
}

fn declared<'a>(runbook: &'a Runbook, name: &str) -> Result<&'a Variable> {
    runbook.var(name).ok_or_else(|| {
        let names: Vec<&str> = runbook.vars.iter().map(|(name, _)| name.as_str()).collect();
        let known =
            if names.is_empty() { "it declares none".to_owned() } else { format!("it declares {}", names.join(", ")) };
        Error::usage(format!("could not set {name}: the runbook {} has no such variable", runbook.id)).hint(known)
    })
}

fn valid(name: &str, variable: &Variable, value: &str) -> Result<()> {
    let why = if value.contains('\0') || value.len() > 100_000 {
        "at most 100 kB, no NUL".to_owned()
    } else {
        match variable.accepts(value) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        }
    };
    Err(Error::usage(format!("could not set {name}: the value is not allowed ({why})")))
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse;

    #[test]
    fn a_value_that_matches_as_a_whole_is_taken_whichever_part_of_the_pattern_it_is() {
        let text = "{stanch: 1, title: T, vars: {X: {match: 'a|ab'}}, fix: {steps: [{title: A, run: b}]}}";
        let runbook = parse("x", text).runbook.unwrap();
        let yielded = |value: &str| from_drill(&runbook, &DrillPlan::default(), &format!("X={value}\n"));
        assert!(yielded("ab").is_ok() && yielded("a").is_ok());
        assert!(yielded("abc").unwrap_err().to_string().contains("it must match `a|ab` as a whole"));
    }

    #[test]
    fn a_host_of_a_drill_is_where_its_set_up_says() {
        let text = "{stanch: 1, title: T, hosts: {db: db1}, fix: {steps: [{title: A, run: b, on: db}]}}";
        let runbook = parse("x", text).runbook.unwrap();
        let plan =
            DrillPlan { hosts: vec![("db".into(), "ssh://root@127.0.0.1:$DB_PORT".into())], ..DrillPlan::default() };
        let given = from_drill(&runbook, &plan, "DB_PORT=2222\n").unwrap();
        let machine = Machine { name: "db".into(), target: "ssh://root@127.0.0.1:2222".into() };
        assert_eq!((given.values.len(), given.hosts), (0, vec![(machine, Source::Drill)]));
        assert!(from_drill(&runbook, &plan, "").unwrap_err().to_string().contains("no value for DB_PORT"));
        assert!(from_drill(&runbook, &plan, "DB_PORT=22 -x\n").unwrap_err().to_string().contains("is no target"));
        assert!(from_drill(&runbook, &DrillPlan::default(), "DB_PORT=1\n").is_err(), "nothing knows it");
    }
}
