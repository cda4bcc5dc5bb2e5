//! The clock of durations.

use rustix::time::{ClockId, clock_gettime};

/// Milliseconds of the clock that goes on through suspend.
pub(in crate::runner) fn boot_ms() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1000 + u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000_000
}
