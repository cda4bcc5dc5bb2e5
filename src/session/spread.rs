//! An attempt of a step on many hosts, and what becomes of it.
//!
//! What an attempt covers is recorded before its first run. So it is known which hosts are still to come, also where whoever worked
//! the session died: what was to come then is not started by itself any more.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::event::Event;
use super::run::RunNo;
use super::site::Site;
use super::state::{Standing, State};
use crate::runbook::StepId;

/// What an attempt on many hosts covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The step.
    pub step: StepId,
    /// Which attempt, from 1: that of its runs.
    pub attempt: u32,
    /// At most this many at once.
    pub at_once: u32,
    /// The first host where it is not healthy is the last.
    #[serde(default)]
    pub rolling: bool,
    /// The hosts in their order.
    pub hosts: Vec<Share>,
}

/// One host's part in an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Where, and as whom.
    #[serde(flatten)]
    pub site: Site,
    /// It was healthy here in an earlier attempt, by this run: it is not run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<RunNo>,
}

/// The present attempt of a step on many hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Which attempt.
    pub attempt: u32,
    /// At most this many at once.
    pub at_once: u32,
    /// The first host where it is not healthy is the last.
    pub rolling: bool,
    /// What was still to come is not started any more: it was stopped, or whoever worked it left or died.
    pub cut: bool,
    /// The hosts in their order.
    pub hosts: Vec<HostRun>,
}

/// What becomes of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRun {
    /// Where, and as whom.
    pub site: Site,
    /// Its run; none while it is to come, or where it was not started.
    pub run: Option<RunNo>,
    /// How it stands. [`Standing::Untouched`] is to come while [`Spread::goes_on`], and else was not started.
    pub standing: Standing,
    /// It was healthy in an earlier attempt, and was not run again in this one.
    pub held: bool,
}

impl Spread {
    /// The beginning of an attempt.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Self {
        let host = |share: &Share| HostRun {
            site: share.site.clone(),
            run: share.held,
            standing: if share.held.is_some() { Standing::Healthy } else { Standing::Untouched },
            held: share.held.is_some(),
        };
        Self {
            attempt: attempt.attempt,
            at_once: attempt.at_once,
            rolling: attempt.rolling,
            cut: false,
            hosts: attempt.hosts.iter().map(host).collect(),
        }
    }

    /// Whether what was not started yet is still to come.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let bad = |host: &HostRun| {
            matches!(host.standing, Standing::Unhealthy | Standing::Stopped | Standing::Unknown | Standing::Skipped)
        };
        !(self.cut || self.rolling && self.hosts.iter().any(bad))
    }

    /// Hosts that are still to come.
    #[must_use]
    pub fn to_come(&self) -> Vec<&Site> {
        let open = self.hosts.iter().filter(|host| host.standing == Standing::Untouched && self.goes_on());
        open.map(|host| &host.site).collect()
    }

    /// Hosts where it was not started, and will not be by itself.
    #[must_use]
    pub fn not_started(&self) -> Vec<&Site> {
        let open = self.hosts.iter().filter(|host| host.standing == Standing::Untouched && !self.goes_on());
        open.map(|host| &host.site).collect()
    }

    /// Hosts that stand so.
    #[must_use]
    pub fn those(&self, standing: Standing) -> Vec<&HostRun> {
        self.hosts.iter().filter(|host| host.standing == standing).collect()
    }

    /// How the step stands: healthy only where every host is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let any = |standing| self.hosts.iter().any(|host| host.standing == standing);
        if any(Standing::Running) || !self.to_come().is_empty() {
            Standing::Running
        } else if any(Standing::Unknown) {
            Standing::Unknown
        } else if any(Standing::Unhealthy) {
            Standing::Unhealthy
        } else if any(Standing::Stopped) || any(Standing::Untouched) {
            Standing::Stopped
        } else {
            Standing::Healthy
        }
    }

    /// Whether it did not come to its own end: hosts are left that no rule of the step kept from being started.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.cut && self.hosts.iter().any(|host| host.standing == Standing::Untouched)
    }

    /// The host of a run of this attempt.
    #[must_use]
    pub fn host(&self, run: RunNo) -> Option<&HostRun> {
        self.hosts.iter().find(|host| host.run == Some(run))
    }

    pub(super) fn at(&mut self, site: &Site) -> Option<&mut HostRun> {
        self.hosts.iter_mut().find(|host| host.site == *site)
    }

    pub(super) fn by(&mut self, run: RunNo) -> Option<&mut HostRun> {
        self.hosts.iter_mut().find(|host| host.run == Some(run))
    }
}

impl State {
    /// Where a run runs, and as whom.
    #[must_use]
    pub fn site(&self, run: RunNo) -> Option<Site> {
        let started = &self.runs.get(&run)?.started;
        let plain = || Site { host: started.host.clone(), target: None, user: started.user.clone() };
        Some(self.lanes.get(&started.lane).map_or_else(plain, Site::of))
    }

    /// Where commands ran that did not run on this machine as the operator, each once, in the order of their first.
    #[must_use]
    pub fn places(&self) -> Vec<Site> {
        let mut places: Vec<Site> = Vec::new();
        for run in self.runs.keys() {
            if let Some(site) = self.site(*run).filter(|site| !site.is_plain() && !places.contains(site)) {
                places.push(site);
            }
        }
        places
    }

    /// What an entry means for attempts on many hosts, beside all else that it means.
    pub(super) fn spread_by(&mut self, entry: &Entry) {
        match &entry.event {
            Event::AttemptBegun(attempt) => self.spread(entry.seq, attempt),
            Event::StopAsked { run, .. } => self.cut(entry.seq, Some(*run)),
            // What was still to come was meant by another version of the runbook, or by somebody who is gone.
            Event::RunbookChanged { .. } | Event::Attached { .. } | Event::Left { .. } | Event::Closed { .. } => {
                self.cut(entry.seq, None);
            }
            _ => {}
        }
    }

    /// An attempt on many hosts begins.
    fn spread(&mut self, seq: u64, attempt: &Attempt) {
        self.stand(&attempt.step, Standing::Running, seq, None);
        if let Some(step) = self.steps.get_mut(&attempt.step) {
            step.spread = Some(Spread::of(attempt));
        }
    }

    /// A run of a step's command begins: one host's, or the only one.
    pub(super) fn spread_start(&mut self, id: &StepId, attempt: u32, run: RunNo, site: &Site) {
        let Some(step) = self.steps.get_mut(id) else { return };
        match step.spread.as_mut().filter(|spread| spread.attempt == attempt).and_then(|spread| spread.at(site)) {
            Some(host) => {
                host.run = Some(run);
                host.standing = Standing::Running;
            }
            None => step.spread = None,
        }
    }

    /// A run of a step's command stands so from here on, and with it the step.
    pub(super) fn stand_by(&mut self, id: &StepId, run: RunNo, standing: Standing, seq: u64) {
        let spread = self.steps.get_mut(id).and_then(|step| step.spread.as_mut());
        let standing = match spread {
            Some(spread) => {
                if let Some(host) = spread.by(run) {
                    host.standing = standing;
                }
                spread.standing()
            }
            None => standing,
        };
        self.stand(id, standing, seq, None);
    }

    /// A try on one host did not happen; none other takes its place by itself.
    pub(super) fn unspread(&mut self, id: &StepId, run: RunNo, seq: u64) {
        if let Some(spread) = self.steps.get_mut(id).and_then(|step| step.spread.as_mut()) {
            spread.cut = true;
        }
        self.stand_by(id, run, Standing::Untouched, seq);
    }

    /// Whether a run is one host's of the present attempt.
    pub(super) fn is_spread(&self, id: &StepId, run: RunNo) -> bool {
        self.steps.get(id).and_then(|step| step.spread.as_ref()).is_some_and(|spread| spread.host(run).is_some())
    }

    /// What is still to come of attempts is not started any more: of the step of this run, or of all.
    pub(super) fn cut(&mut self, seq: u64, of: Option<RunNo>) {
        let concerned = |spread: &Spread| of.is_none_or(|run| spread.host(run).is_some());
        for step in self.steps.values_mut() {
            let Some(spread) = step.spread.as_mut() else { continue };
            if spread.to_come().is_empty() || !concerned(spread) {
                continue;
            }
            spread.cut = true;
            let standing = spread.standing();
            if step.standing == Standing::Running && standing != Standing::Running {
                step.standing = standing;
                step.seq = seq;
            }
        }
    }
}
