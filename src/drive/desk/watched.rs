//! A run whose output is read.

use crate::session::event::RunStarted;
use crate::session::run::{Purpose, RunNo, RunSpec};

/// A run whose output is read.
#[derive(Debug, Clone)]
pub(in super::super) struct Watched {
    pub(in super::super) run: RunNo,
    pub(in super::super) purpose: Purpose,
    /// Nobody tells when it grows.
    pub(in super::super) polled: bool,
}

impl Watched {
    /// By its record.
    pub(in super::super) fn of(started: &RunStarted, polled: bool) -> Self {
        Self { run: started.run, purpose: started.purpose.clone(), polled }
    }

    /// By its specification.
    pub(in super::super) fn by(spec: &RunSpec) -> Self {
        Self { run: spec.run, purpose: spec.purpose.clone(), polled: false }
    }
}
