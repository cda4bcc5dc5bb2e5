//! The walk: which step is next, what is legal now, and what follows from what happened.
//!
//! The screen and `--auto` drive the same [`Walk`]. It is told what the operator wants ([`Intent`]) or what happened
//! ([`Happening`]) and answers with [`Order`]s, to be carried out strictly in their order; an order that records is on disk before
//! the next one is begun. The walk itself touches nothing: its state moves only when a recorded entry comes back.

mod intent;
mod order;
mod refusal;

pub use intent::{Confirmation, Intent, Secret};
pub use order::{Draft, Happening, Order, RunOver};
pub use refusal::{Need, Refusal};
