//! A home to measure in.

use std::ops::Deref;

use crate::litter;
use crate::support::Home;

/// A home of its own, as tests have it; everything that runs is ended before its folder goes.
pub(crate) struct Place(Home);

impl Place {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(Home::new())
    }
}

impl Deref for Place {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        litter::sweep();
    }
}
