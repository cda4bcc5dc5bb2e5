//! What must hold before a step runs: on each of its hosts, before anything is started on the first.

use super::start::{Wanted, plain};
use super::{AT_ONCE, Intent, Order, Refusal, RunOver, Walk};
use crate::runbook::{Command, Effect, Mode, Step};
use crate::session::event::Verdict;
use crate::session::run::Purpose;
use crate::session::site::Site;

/// A step that waits for its guards.
#[derive(Debug, Clone)]
pub(super) struct Guarded {
    /// What was wanted.
    intent: Intent,
    /// Where the step is to run.
    sites: Vec<Site>,
    /// Guards that were not started, by their number.
    left: Vec<(u32, Site)>,
    /// Those that go on.
    going: Vec<(u32, Site)>,
}

impl Walk {
    /// The guards of a step that is to run on these hosts: the first of them everywhere, then the next.
    fn guards_on(&self, step: &Step, sites: &[Site]) -> Vec<(u32, Site)> {
        let guards = self.guards(step);
        guards.iter().flat_map(|(index, _)| sites.iter().map(|site| (*index, site.clone()))).collect()
    }

    /// How many of these guards are started at once.
    fn first_guards(sites: usize) -> usize {
        sites.min(usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
    }

    /// The start of a step's first guards; none where it has no guard.
    pub(super) fn start_guards(&self, step: &Step, sites: &[Site]) -> Result<Option<Vec<Order>>, Refusal> {
        let all = self.guards_on(step, sites);
        if all.is_empty() {
            return Ok(None);
        }
        self.run_guards(step, &all[..Self::first_guards(sites.len())]).map(Some)
    }

    /// The guards of a step were started.
    pub(super) fn guarding(&mut self, id: &str, intent: &Intent) {
        let Ok(step) = self.find(id) else { return };
        let Some(sites) = step.command().and_then(|shape| self.sites_left(step, shape).ok()) else { return };
        let mut left = self.guards_on(step, &sites);
        if left.is_empty() {
            return;
        }
        let rest = left.split_off(Self::first_guards(sites.len()));
        let guarded = Guarded { intent: intent.clone(), sites, left: rest, going: left };
        self.guarded.insert(id.to_owned(), guarded);
    }

    /// Where the next attempt of a step runs something.
    pub(super) fn sites_left(&self, step: &Step, shape: &Command) -> Result<Vec<Site>, Refusal> {
        let shares = self.plan(step, shape)?;
        Ok(shares.into_iter().filter(|share| share.held.is_none()).map(|share| share.site).collect())
    }

    fn run_guards(&self, step: &Step, guards: &[(u32, Site)]) -> Result<Vec<Order>, Refusal> {
        let known = self.guards(step);
        let shapes: Vec<(u32, Site, Command)> = guards
            .iter()
            .filter_map(|(index, site)| {
                let (_, guard) = known.iter().find(|(own, _)| own == index)?;
                Some((*index, site.clone(), plain(&guard.run, Effect::Read, Mode::Pty)))
            })
            .collect();
        let wanted = shapes.iter().map(|(index, site, shape)| {
            Wanted::new(Purpose::Guard { step: step.id.clone(), index: *index }, shape, site.clone())
        });
        self.start_all(wanted.collect())
    }

    /// A guard is over: the next ones, or the step they stood for; or why it does not run.
    pub(super) fn after_guard(&mut self, id: &str, index: u32, over: &RunOver) -> Vec<Order> {
        let Some(mut guarded) = self.guarded.remove(id) else { return Vec::new() };
        let runbook = self.runbook.clone();
        let Some((_, step)) = runbook.as_deref().and_then(|runbook| runbook.step(id)) else { return Vec::new() };
        let Some(site) = self.state.site(over.run) else { return Vec::new() };
        match &over.judgement.verdict {
            Verdict::Healthy => {}
            Verdict::Unhealthy(reasons) => {
                self.refused = Some(self.guard_refusal(step, index, site, reasons));
                return Vec::new();
            }
            // Whoever stopped it does not want the step, and nobody knows whether it would hold.
            Verdict::Stopped | Verdict::Unknown => return Vec::new(),
        }
        guarded.going.retain(|own| *own != (index, site.clone()));
        match self.next_guards(step, &mut guarded) {
            Ok(orders) => {
                if !guarded.going.is_empty() {
                    self.guarded.insert(id.to_owned(), guarded);
                }
                orders
            }
            Err(refusal) => {
                self.refused = Some(refusal);
                Vec::new()
            }
        }
    }

    fn next_guards(&self, step: &Step, guarded: &mut Guarded) -> Result<Vec<Order>, Refusal> {
        let room = Self::first_guards(guarded.sites.len()).saturating_sub(guarded.going.len());
        let mut next: Vec<(u32, Site)> = Vec::new();
        for (index, site) in &guarded.left {
            let taken = next.iter().chain(&guarded.going).any(|(_, own)| own == site);
            if next.len() < room && !taken {
                next.push((*index, site.clone()));
            }
        }
        guarded.left.retain(|own| !next.contains(own));
        guarded.going.extend(next.iter().cloned());
        if !guarded.going.is_empty() {
            return self.run_guards(step, &next);
        }
        let Intent::Run { edited, confirmed, .. } = &guarded.intent else { return Ok(Vec::new()) };
        let now = step.command().map_or(Ok(Vec::new()), |shape| self.sites_left(step, shape))?;
        if now != guarded.sites {
            return Err(Refusal::Elsewhere { seen: guarded.sites.clone(), now });
        }
        self.start_step(step, edited.as_deref(), confirmed.is_there())
    }

    fn guard_refusal(&self, step: &Step, index: u32, site: Site, reasons: &[String]) -> Refusal {
        let guards = self.guards(step);
        let guard = guards.iter().find(|(own, _)| *own == index).map(|(_, guard)| *guard);
        let seen = reasons.join("; ");
        let says =
            guard.and_then(|guard| guard.says.clone()).map_or_else(|| seen.clone(), |says| format!("{says} ({seen})"));
        Refusal::Guard { site, command: guard.map(|guard| guard.run.clone()).unwrap_or_default(), says }
    }
}
