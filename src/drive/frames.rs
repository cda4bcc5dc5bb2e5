//! What is told at most once in a frame of the screen.

use std::time::{Duration, Instant};

/// The shortest time between two pages, two notices of growth, two reports of a search.
const FRAME: Duration = Duration::from_millis(16);

/// Something told at most once in a frame.
#[derive(Default)]
pub(super) struct Frames {
    /// What was told is no longer so.
    pub(super) stale: bool,
    last: Option<Instant>,
}

impl Frames {
    /// To be told without waiting for the next frame.
    pub(super) fn at_once() -> Self {
        Self { stale: true, last: None }
    }

    /// The next time does not wait for its frame.
    pub(super) fn hurry(&mut self) {
        self.last = None;
    }

    /// How long until it may be told, where it is to be told.
    pub(super) fn left(&self) -> Option<Duration> {
        self.stale.then(|| self.last.map_or(Duration::ZERO, |last| FRAME.saturating_sub(last.elapsed())))
    }

    /// To be told now.
    pub(super) fn is_due(&self) -> bool {
        self.left() == Some(Duration::ZERO)
    }

    /// Told, or to be tried again with the next frame.
    pub(super) fn told(&mut self, done: bool) {
        *self = Self { stale: !done, last: Some(Instant::now()) };
    }
}
