//! Drills: a throwaway service is broken, its runbook is followed, and it must heal.
//!
//! A drill stands beside its runbook, `runbooks/ID/drill/`, as `drill.yaml` (a [`crate::runbook::DrillPlan`]) and the scripts `break`,
//! `clean` and, for tests of the drill itself, `sabotage`. They are run by `sh` with nothing in the environment but `PATH` and `DRILL`, an
//! empty private folder. `break` writes `$DRILL/vars.env`: a value for **every** variable of the runbook; its defaults, commands and hosts
//! are not used, so that a forgotten one cannot reach production. For the same reason its commands get an [`environment()`] without what
//! the operator's has for other programs.
//!
//! The folder lies in the system's folder for temporary files, where another user that a service runs as can get through to it, and where
//! the path is short enough for a socket. What is known of it lies in the data folder, `drills/ID-XXXX/`, with a lock that is held as
//! long as the drill lives: so what those that died left behind is found ([`left_behind`]). Nothing is cleaned that does not bear the
//! drill's own mark.

mod check;
mod environment;
mod left;
mod needs;
mod place;
mod rehearsal;
mod script;

pub use check::{Checked, check};
pub use environment::environment;
pub use left::{Dead, LeftBehind, left_behind};
pub use needs::{lacking, missing, plan_of};
pub use rehearsal::{Rehearsal, Rehearsed};
