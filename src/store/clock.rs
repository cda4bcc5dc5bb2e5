//! The clocks an entry is stamped with.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rustix::time::{ClockId, clock_gettime};

/// What time it is. A trait so that tests can fix it.
pub trait Clock: Send + Sync {
    /// The wall clock, UTC, in whole milliseconds (an entry keeps no more).
    fn now(&self) -> DateTime<Utc>;
    /// Milliseconds of the clock that goes on through suspend (`CLOCK_BOOTTIME`).
    fn boot_ms(&self) -> u64;
    /// The kernel's id of this boot; `unknown` where it tells none.
    fn boot_id(&self) -> String;

    /// Both clocks at once.
    fn stamp(&self) -> Stamp {
        Stamp { at: self.now(), boot_ms: self.boot_ms() }
    }
}

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock, UTC, milliseconds.
    pub at: DateTime<Utc>,
    /// Milliseconds since boot, suspend included.
    pub boot_ms: u64,
}

/// The machine's own clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }

    fn boot_ms(&self) -> u64 {
        let time = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let millis = u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0);
        seconds.saturating_mul(1000).saturating_add(millis)
    }

    fn boot_id(&self) -> String {
        fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned())
    }
}

/// Clocks that stand still until they are moved.
#[derive(Debug)]
pub struct Fixed {
    start: DateTime<Utc>,
    moved_ms: AtomicU64,
}

impl Fixed {
    /// Clocks that show this time, and 0 milliseconds since boot.
    #[must_use]
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { start: start.trunc_subsecs(3), moved_ms: AtomicU64::new(0) }
    }

    /// Moves both clocks on.
    pub fn advance(&self, millis: u64) {
        self.moved_ms.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        let moved = i64::try_from(self.boot_ms()).unwrap_or(i64::MAX);
        TimeDelta::try_milliseconds(moved).and_then(|moved| self.start.checked_add_signed(moved)).unwrap_or(self.start)
    }

    fn boot_ms(&self) -> u64 {
        self.moved_ms.load(Ordering::SeqCst)
    }

    fn boot_id(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_keeps_whole_milliseconds_and_the_boot_clock_never_goes_back() {
        let now = System.now();
        assert_eq!(now, now.trunc_subsecs(3));
        let first = System.boot_ms();
        assert!(first > 0);
        assert!(System.boot_ms() >= first);
        assert_eq!(System.boot_id(), System.boot_id());
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let start = "2022-04-30T19:33:40.123Z".parse().unwrap();
        let clock = Fixed::new(start);
        assert_eq!(clock.now(), start);
        clock.advance(1500);
        assert_eq!(clock.stamp(), Stamp { at: start + TimeDelta::milliseconds(1500), boot_ms: 1500 });
    }
}
