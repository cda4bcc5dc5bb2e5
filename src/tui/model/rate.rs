//! How fast a run's output comes.

/// Taken over at least so long, so that the figure can be read.
const OVER_MS: u64 = 1000;
/// Nothing came for so long: it does not come any more.
const IDLE_MS: u64 = 2000;

/// Bytes a second, over about the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Rate {
    /// When the present stretch began, and the bytes there were.
    from: Option<(u64, u64)>,
    last_ms: u64,
    per_second: u64,
}

impl Rate {
    /// There were so many bytes by then (by the clock for durations).
    pub(crate) fn grew(&mut self, now_ms: u64, bytes: u64) {
        let (from_ms, from) = *self.from.get_or_insert((now_ms, bytes));
        let took = now_ms.saturating_sub(from_ms);
        if took >= OVER_MS {
            self.per_second = bytes.saturating_sub(from).saturating_mul(1000) / took;
            self.from = Some((now_ms, bytes));
        }
        self.last_ms = now_ms;
    }

    /// Bytes a second as of now; none where nothing comes, or not for long enough to say.
    pub(crate) fn at(self, now_ms: u64) -> Option<u64> {
        let comes = now_ms.saturating_sub(self.last_ms) < IDLE_MS;
        Some(self.per_second).filter(|rate| comes && *rate > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_after_a_second_and_no_more_when_nothing_comes() {
        let mut rate = Rate::default();
        for tenth in 0..=9 {
            rate.grew(tenth * 100, tenth * 500);
            assert_eq!(rate.at(tenth * 100), None);
        }
        rate.grew(1000, 5000);
        assert_eq!(rate.at(1000), Some(5000));
        for tenth in 11..=20 {
            rate.grew(tenth * 100, 5000 + (tenth - 10) * 100);
        }
        assert_eq!((rate.at(2000), rate.at(3999), rate.at(4000)), (Some(1000), Some(1000), None));
    }
}
