//! What carries out orders and turns what happens into messages. Shared by the screen and `--auto`; knows no screen.
//!
//! Two threads stand behind a [`Drive`]. One carries out the walk's orders strictly in their order and writes the journal, so that a
//! run is started only when its record is on disk. The other stands between lanes, readers of output and the screen, and never waits
//! for a disk. Each run that is judged or shown has a reader of its own.

pub mod auto;
mod desk;
pub mod drill;
pub mod edited;
mod error;
mod frames;
mod hook;
pub mod hosts;
mod lanes;
pub mod learn;
mod logout;
mod news;
mod orders;
mod outbox;
mod reader;
mod scribe;
mod search;
mod session;
pub mod shell;
#[cfg(test)]
mod tests;
pub mod values;
mod veil;
mod wheel;

pub use error::{Error, Kind, Result};
pub use hook::Hook;
pub use logout::logout;
pub use news::{Answer, Found, Job, News, Page, Spot, Step, View, Window};
pub use session::{Beginning, Chosen, Session, Surroundings, VERSION, begin, resume, resume_on};
pub use wheel::{Drive, Role, Setup};
