//! On which hosts a command runs: names of the runbook, with what this session says of them.

use super::{Confirmation, Need, Refusal, Walk};
use crate::runbook::{Command, Effect, Host, Mode, Step};
use crate::session::run::RunNo;
use crate::session::site::{LOCAL, Machine, Site};
use crate::session::spread::{Share, Spread};
use crate::session::state::Standing;

/// Every host of the runbook, where it declares none of this name.
const ALL: &str = "all";
/// So many hosts at once, where the step does not say how many.
pub const AT_ONCE: u32 = 10;

impl Walk {
    /// Where a command runs, and as whom; without `on` here.
    pub(super) fn sites(&self, command: &Command) -> Result<Vec<Site>, Refusal> {
        if command.on.is_empty() {
            return Ok(vec![Site::here(command.user.clone())]);
        }
        let mut found = Found::default();
        for name in &command.on {
            self.resolve(name, &mut found)?;
        }
        if !found.open.is_empty() {
            return Err(Refusal::Needs(found.open.into_iter().map(Need::Hosts).collect()));
        }
        let user = &command.user;
        let site = |machine: Option<Machine>| match machine {
            Some(machine) => Site::on(&machine, user.clone()),
            None => Site::here(user.clone()),
        };
        Ok(found.machines.into_iter().map(site).collect())
    }

    /// The one place where a command runs.
    pub(super) fn one_site(&self, command: &Command) -> Result<Site, Refusal> {
        let sites = self.sites(command)?;
        match <[Site; 1]>::try_from(sites) {
            Ok([site]) => Ok(site),
            Err(sites) => Err(Refusal::CannotYet(format!("This runs on one host at a time, not on {}.", sites.len()))),
        }
    }

    fn resolve(&self, name: &str, found: &mut Found) -> Result<(), Refusal> {
        if found.seen.iter().any(|seen| seen == name) {
            return Ok(());
        }
        found.seen.push(name.to_owned());
        if let Some(machines) = self.state.hosts.get(name) {
            for machine in machines {
                // What is said of a machine by its own name comes before what a list says of it.
                if machine.name != name && self.state.hosts.contains_key(&machine.name) {
                    self.resolve(&machine.name, found)?;
                } else {
                    found.add(Some(machine.clone()));
                }
            }
            return Ok(());
        }
        let declared = self.runbook().map(|runbook| &runbook.hosts);
        match declared.and_then(|hosts| hosts.get(name)) {
            Some(Host::Group(members)) => members.iter().try_for_each(|member| self.resolve(member, found)),
            // What a drill does not give is this machine, so that nothing that was forgotten reaches production.
            Some(Host::One(_) | Host::From(_)) if self.rules.drill => {
                found.add(Some(Machine { name: name.to_owned(), target: LOCAL.to_owned() }));
                Ok(())
            }
            Some(Host::One(target)) => {
                found.add(Some(Machine { name: name.to_owned(), target: target.clone() }));
                Ok(())
            }
            Some(Host::From(_)) => {
                found.open.push(name.to_owned());
                Ok(())
            }
            None if name == LOCAL => {
                found.add(None);
                Ok(())
            }
            None if name == ALL => {
                let single = declared.into_iter().flatten().filter(|(_, host)| !matches!(host, Host::Group(_)));
                single.map(|(name, _)| name).try_for_each(|name| self.resolve(name, found))
            }
            None => Err(Refusal::NoSuch(format!("host {name}"))),
        }
    }

    /// Whether a change is confirmed for where it would run now.
    pub(super) fn confirmed_for(confirmed: &Confirmation, now: &[Site]) -> Result<(), Refusal> {
        match confirmed {
            Confirmation::Seen { sites, .. } if sites != now => {
                Err(Refusal::Elsewhere { seen: sites.clone(), now: now.to_vec() })
            }
            _ => Ok(()),
        }
    }

    /// What the next attempt of a step covers: all its hosts, or, where the last attempt was not healthy everywhere, those that are left.
    pub(super) fn plan(&self, step: &Step, command: &Command) -> Result<Vec<Share>, Refusal> {
        let sites = self.sites(command)?;
        let last = self.hosts_now(&step.id).filter(|last| last.standing() != Standing::Healthy);
        let held = |site: &Site| {
            let host = last.as_ref()?.hosts.iter().find(|host| host.site == *site)?;
            host.run.filter(|run| host.standing == Standing::Healthy && self.stands(step, *run))
        };
        let mut shares: Vec<Share> = sites.into_iter().map(|site| Share { held: held(&site), site }).collect();
        // Nothing would be left to do: then it is wanted once more.
        if shares.iter().all(|share| share.held.is_some()) {
            for share in &mut shares {
                share.held = None;
            }
        }
        Ok(shares)
    }

    /// Whether what a healthy run of a step did, or saw, still is so.
    fn stands(&self, step: &Step, run: RunNo) -> bool {
        if step.effect == Effect::Read {
            let seq = self.state.runs.get(&run).map_or(0, |run| run.seq);
            return seq > self.state.altered && seq > self.state.arrived;
        }
        self.state.changes.iter().any(|change| change.run == run && change.undone.is_none())
    }

    /// How many hosts of a step at once.
    pub(super) fn at_once(step: &Step, command: &Command, hosts: usize) -> u32 {
        match command.mode {
            // None of them ends by itself.
            Mode::Follow => u32::try_from(hosts).unwrap_or(u32::MAX),
            // There is one keyboard.
            Mode::Interactive => 1,
            Mode::Pty | Mode::Pipe => step.rolling.or(step.limit).unwrap_or(AT_ONCE).max(1),
        }
    }

    /// The present attempt of a step on many hosts: what became of each, also where that is not on disk yet.
    ///
    /// [`Spread::to_come`] are those that are started as soon as it is their turn, [`Spread::not_started`] those that are not.
    #[must_use]
    pub fn hosts_now(&self, step: &str) -> Option<Spread> {
        let mut spread = self.state.steps.get(step)?.spread.clone()?;
        spread.cut |= self.halted.contains(step);
        for host in &mut spread.hosts {
            match host.run {
                Some(run) => {
                    if let Some(over) = self.over.get(&run) {
                        host.standing = crate::session::fold::standing_of(&over.verdict);
                    }
                }
                None if self.sent.contains(&(step.to_owned(), host.site.clone())) => host.standing = Standing::Running,
                None => {}
            }
        }
        Some(spread)
    }
}

/// Hosts on their way to be found.
#[derive(Default)]
struct Found {
    /// Names that were looked at.
    seen: Vec<String>,
    /// None is this machine without a name.
    machines: Vec<Option<Machine>>,
    /// Names whose machines a command has to tell first.
    open: Vec<String>,
}

impl Found {
    fn add(&mut self, machine: Option<Machine>) {
        let name = |machine: &Option<Machine>| machine.as_ref().map(|machine| machine.name.clone());
        if !self.machines.iter().any(|own| name(own) == name(&machine)) {
            self.machines.push(machine);
        }
    }
}
