//! Sessions on disk: their folders, and what is in them.

mod create;
mod dir;

pub use create::create;
pub use dir::SessionDir;
