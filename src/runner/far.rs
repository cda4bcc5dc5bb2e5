//! Where a lane is that is not on this machine.

use serde::{Deserialize, Serialize};

/// The variable that names the file `ssh` reads instead of the operator's own configuration (its `-F`).
pub const SSH_CONFIG: &str = "STANCH_SSH_CONFIG";

/// Another machine, as the system's OpenSSH reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Far {
    /// What the runbook calls it.
    pub host: String,
    /// What `ssh` is given: `ssh://user@host:port`, or an alias of its configuration.
    pub target: String,
    /// Nobody is there to answer a question: a connection that has one fails.
    pub unattended: bool,
}

impl Far {
    /// How an operator is told which machine is meant.
    #[must_use]
    pub fn name(&self) -> String {
        if self.host == self.target { self.host.clone() } else { format!("{} ({})", self.host, self.target) }
    }
}
