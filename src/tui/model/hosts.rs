//! A step on many hosts, as the screen shows it.

use std::collections::BTreeMap;

use super::session::SessionScreen;
use crate::session::run::RunNo;
use crate::session::spread::{HostRun, Spread};
use crate::session::state::Standing;

/// Last lines of runs, as far as they were asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lasts {
    /// By run.
    pub(crate) lines: BTreeMap<RunNo, String>,
    /// What a run had written, and whether it was over, when it was last asked for.
    pub(crate) asked: BTreeMap<RunNo, (u64, bool)>,
    /// When that was, by the clock for durations.
    pub(crate) asked_ms: u64,
}

impl SessionScreen {
    /// The attempt on many hosts that the output that is shown is of; before there is any output, that of the step that is looked at.
    pub(crate) fn spread(&self) -> Option<&Spread> {
        let of = |step: &str| self.walk.state().steps.get(step)?.spread.as_ref();
        match self.output.run {
            Some(run) => of(self.walk.step_of(run)?).filter(|spread| spread.host(run).is_some()),
            None => of(self.at()?),
        }
    }

    /// The place of the host whose output is shown.
    pub(crate) fn host_shown(&self) -> Option<usize> {
        self.host_of(self.output.run?)
    }

    /// The run of the step that is looked at: on many hosts the first that went wrong, else the first; else the last.
    pub(crate) fn run_to_show(&self) -> Option<RunNo> {
        let spread = self.at().and_then(|step| self.walk.state().steps.get(step)?.spread.as_ref());
        let Some(spread) = spread else { return self.last_run() };
        let runs = || spread.hosts.iter().filter(|host| host.run.is_some());
        runs().find(|host| is_bad(host)).or_else(|| runs().next()).and_then(|host| host.run)
    }

    /// The place of the host that a run is of.
    pub(crate) fn host_of(&self, run: RunNo) -> Option<usize> {
        self.spread()?.hosts.iter().position(|host| host.run == Some(run))
    }

    /// The output of another host is shown: the nearest in this direction that has one and is as wanted. False where there is none.
    pub(crate) fn show_host(&mut self, by: isize, wanted: impl Fn(&HostRun) -> bool) -> bool {
        let Some(spread) = self.spread() else { return false };
        let fits = |host: &&HostRun| host.run.is_some() && wanted(host);
        let run = match (self.host_shown(), by < 0) {
            (Some(now), false) => spread.hosts.iter().skip(now + 1).filter(fits).nth(by.unsigned_abs() - 1),
            (Some(now), true) => spread.hosts.iter().take(now).rev().filter(fits).nth(by.unsigned_abs() - 1),
            (None, false) => spread.hosts.iter().find(fits),
            (None, true) => spread.hosts.iter().rfind(fits),
        };
        let edge = || if by < 0 { spread.hosts.iter().find(fits) } else { spread.hosts.iter().rfind(fits) };
        // A page beyond the end is the end.
        let run = run.or_else(|| edge().filter(|_| by.unsigned_abs() > 1)).and_then(|host| host.run);
        run.is_some_and(|run| {
            self.output.show(run);
            true
        })
    }
}

/// Whether a host wants to be looked at.
pub(crate) fn is_bad(host: &HostRun) -> bool {
    matches!(host.standing, Standing::Unhealthy | Standing::Stopped | Standing::Unknown)
}
