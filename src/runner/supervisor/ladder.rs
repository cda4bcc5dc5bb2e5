//! The stop ladder: signal, grace, KILL. Decides; sends nothing itself.

use crate::runbook::{Effect, StopSignal};
use crate::session::run::Stopped;

/// How long after KILL a run may still be there before that is said again, in milliseconds.
const AFTER_KILL_MS: u64 = 2000;

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Send the run's first signal to its group, and say when KILL is due (milliseconds; none: only by the operator).
    Signal(Option<u64>),
    /// KILL the group and whatever of the run is left in the lane's session.
    Kill,
    /// Say that it is still alive.
    SayStillAlive,
}

/// Where a run is on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rung {
    /// Nobody asked.
    Ground,
    /// Signalled; the grace ends then.
    Signalled { until: u64 },
    /// The grace is over, and KILL is not allowed.
    Waiting,
    /// Killed; said so if it is still there then.
    Killed { until: u64 },
    /// Killed, and nothing more can be done.
    Spent,
}

/// The ladder of one run. Times are milliseconds of any one clock.
#[derive(Debug)]
pub(super) struct Ladder {
    rung: Rung,
    may_kill: bool,
    kill_first: bool,
    grace_ms: u64,
    timeout_at: Option<u64>,
    why: Option<Stopped>,
}

impl Ladder {
    /// For a run that starts now.
    pub(super) fn new(effect: Effect, signal: StopSignal, grace_ms: u64, timeout_ms: Option<u64>, now: u64) -> Self {
        Self {
            rung: Rung::Ground,
            may_kill: effect == Effect::Read,
            kill_first: signal == StopSignal::Kill,
            grace_ms,
            timeout_at: timeout_ms.map(|ms| now.saturating_add(ms)),
            why: None,
        }
    }

    /// The operator asks.
    pub(super) fn ask(&mut self, force: bool, now: u64) -> Option<Act> {
        self.may_kill |= force;
        match self.rung {
            Rung::Ground => Some(self.begin(Stopped::Operator, now)),
            Rung::Signalled { .. } | Rung::Waiting | Rung::Spent if force => Some(self.kill(now)),
            _ => None,
        }
    }

    /// Time went by.
    pub(super) fn tick(&mut self, now: u64) -> Option<Act> {
        match self.rung {
            Rung::Ground if self.timeout_at.is_some_and(|at| at <= now) => Some(self.begin(Stopped::Timeout, now)),
            Rung::Signalled { until } if until <= now && self.may_kill => Some(self.kill(now)),
            Rung::Signalled { until } if until <= now => {
                self.rung = Rung::Waiting;
                Some(Act::SayStillAlive)
            }
            Rung::Killed { until } if until <= now => {
                self.rung = Rung::Spent;
                Some(Act::SayStillAlive)
            }
            _ => None,
        }
    }

    /// When [`tick`](Self::tick) has something to do next.
    pub(super) fn next(&self) -> Option<u64> {
        match self.rung {
            Rung::Ground => self.timeout_at,
            Rung::Signalled { until } | Rung::Killed { until } => Some(until),
            Rung::Waiting | Rung::Spent => None,
        }
    }

    /// Why it was stopped, where it was.
    pub(super) fn why(&self) -> Option<Stopped> {
        self.why
    }

    /// Whether the rest of a run whose shell is gone is still being waited for.
    pub(super) fn is_climbing(&self) -> bool {
        matches!(self.rung, Rung::Signalled { .. } | Rung::Killed { .. })
    }

    /// Whether what is left of it is to be killed where it is seen.
    pub(super) fn is_killing(&self) -> bool {
        matches!(self.rung, Rung::Killed { .. })
    }

    fn begin(&mut self, why: Stopped, now: u64) -> Act {
        self.why = Some(why);
        if self.kill_first && self.may_kill {
            return self.kill(now);
        }
        self.rung = Rung::Signalled { until: now.saturating_add(self.grace_ms) };
        Act::Signal(self.may_kill.then_some(self.grace_ms))
    }

    fn kill(&mut self, now: u64) -> Act {
        self.rung = Rung::Killed { until: now.saturating_add(AFTER_KILL_MS) };
        Act::Kill
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(effect: Effect) -> Ladder {
        Ladder::new(effect, StopSignal::Term, 5000, None, 0)
    }

    #[test]
    fn a_read_is_killed_when_its_grace_is_over() {
        let mut read = ladder(Effect::Read);
        assert_eq!(read.tick(10), None);
        assert_eq!(read.ask(false, 100), Some(Act::Signal(Some(5000))));
        assert_eq!(read.next(), Some(5100));
        assert_eq!(read.tick(5099), None);
        assert_eq!(read.tick(5100), Some(Act::Kill));
        assert!(read.is_climbing());
        assert_eq!(read.tick(7100), Some(Act::SayStillAlive));
        assert!(!read.is_climbing());
        assert_eq!(read.why(), Some(Stopped::Operator));
    }

    #[test]
    fn a_change_is_killed_only_when_the_operator_says_so() {
        let mut change = ladder(Effect::Change);
        assert_eq!(change.ask(false, 0), Some(Act::Signal(None)));
        assert_eq!(change.tick(5000), Some(Act::SayStillAlive));
        assert_eq!(change.tick(1_000_000), None);
        assert_eq!(change.ask(false, 1_000_001), None);
        assert_eq!(change.ask(true, 1_000_002), Some(Act::Kill));
    }

    #[test]
    fn force_in_the_grace_is_kill_now_and_force_at_once_still_gives_the_grace() {
        let mut change = ladder(Effect::Change);
        assert_eq!(change.ask(true, 0), Some(Act::Signal(Some(5000))));
        assert_eq!(change.ask(true, 1), Some(Act::Kill));
    }

    #[test]
    fn a_timeout_begins_the_same_ladder() {
        let mut read = Ladder::new(Effect::Read, StopSignal::Int, 100, Some(1000), 50);
        assert_eq!(read.next(), Some(1050));
        assert_eq!(read.tick(1049), None);
        assert_eq!(read.tick(1050), Some(Act::Signal(Some(100))));
        assert_eq!(read.why(), Some(Stopped::Timeout));
        assert_eq!(read.tick(1150), Some(Act::Kill));
    }

    #[test]
    fn a_change_whose_first_signal_is_kill_is_not_killed_unasked() {
        let mut change = Ladder::new(Effect::Change, StopSignal::Kill, 100, Some(10), 0);
        assert_eq!(change.tick(10), Some(Act::Signal(None)));
    }
}
