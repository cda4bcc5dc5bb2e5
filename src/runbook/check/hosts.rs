//! Hosts that are not declared, and groups that hold themselves.

use std::collections::HashMap;

use crate::runbook::model::Host;
use crate::runbook::names::Names;
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;
use crate::runbook::suggest::{list, nearest};

/// This machine; needs no declaration.
pub(super) const LOCAL: &str = "local";
/// Every host that is declared; needs no declaration where there are any.
pub(super) const ALL: &str = "all";

pub(super) fn hosts(names: &Names, problems: &mut Problems) {
    let declared: HashMap<&str, &(Spot<String>, Host)> =
        names.hosts.iter().map(|entry| (entry.0.value.as_str(), entry)).collect();
    for spot in &names.hosts_used {
        let name = spot.value.as_str();
        if name == LOCAL || declared.contains_key(name) || (name == ALL && !declared.is_empty()) {
            continue;
        }
        let known = || names.hosts.iter().map(|(name, _)| name.value.as_str());
        let mut problem = Problem::new(&rules::UNKNOWN_HOST, spot, format!("there is no host `{}`", shown(name)));
        if problems.want_suggestions() {
            let guess = nearest(name, known().chain([LOCAL])).map(str::to_owned);
            problem = if guess.is_some() {
                problem.suggest(guess)
            } else if names.hosts.is_empty() {
                problem.help("declare it: `hosts: { NAME: ssh://user@address }` at the top of the runbook")
            } else {
                problem.help(format!("`hosts` declares {}", list(known())))
            };
        }
        problems.add(problem);
    }
    cycles(&names.hosts, &declared, problems);
}

/// Follows groups into groups, without recursion: each name is entered once.
fn cycles(hosts: &[(Spot<String>, Host)], declared: &HashMap<&str, &(Spot<String>, Host)>, problems: &mut Problems) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Open,
        Done,
    }
    let members = |name: &str| match declared.get(name) {
        Some((_, Host::Group(members))) => members.as_slice(),
        _ => &[],
    };
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    for (start, _) in hosts {
        let mut path: Vec<(&str, usize)> = vec![(&start.value, 0)];
        if seen.contains_key(start.value.as_str()) {
            continue;
        }
        seen.insert(&start.value, Seen::Open);
        while let Some((name, next)) = path.last_mut() {
            let Some(member) = members(name).get(*next) else {
                seen.insert(name, Seen::Done);
                path.pop();
                continue;
            };
            *next += 1;
            match seen.get(member.as_str()) {
                Some(Seen::Done) => {}
                Some(Seen::Open) => {
                    let from = path.iter().position(|(name, _)| name == member).unwrap_or_default();
                    let round: Vec<&str> =
                        path[from..].iter().map(|(name, _)| *name).chain([member.as_str()]).collect();
                    if let Some((at, _)) = declared.get(member.as_str()) {
                        let message = format!("the group `{}` holds itself", shown(member));
                        let way = round.iter().take(8).map(|name| shown(name)).collect::<Vec<_>>().join(" -> ");
                        problems.add(Problem::new(&rules::HOST_CYCLE, at, message).help(way));
                    }
                }
                None => {
                    seen.insert(member, Seen::Open);
                    path.push((member, 0));
                }
            }
        }
    }
}
