//! An interrupt while a drill's scripts run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::drive::{Error, Result};

/// Whether the operator asked to end it while the scripts run; from here on an interrupt no longer ends the program by itself, so
/// that what was broken is cleaned up.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(super) fn listen() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(Error::io("listen to signals"))?;
        }
        Ok(Self(flag))
    }

    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
