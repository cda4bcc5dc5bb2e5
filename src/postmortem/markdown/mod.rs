//! The postmortem as plain Markdown: GitHub, GitLab and mdBook show it alike, and no raw HTML is needed.

mod appendix;
mod catch_up;
pub(super) mod clean;
mod escape;
mod front;
mod narrative;
pub(super) mod note;
mod people;
mod prompts;
mod render;
mod table;
mod timeline;
mod writer;

pub use catch_up::catch_up;
pub use prompts::{PROMPT, open_prompts};
pub use render::render;
pub(super) use render::typesetting;
