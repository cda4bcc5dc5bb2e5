//! The postmortem as one page that needs nothing else: no script, no second file, no network.
//!
//! The page is the Markdown, typeset: the sections, their order and their words are made in one place. What a page can do beyond
//! that is added here: a picture of the timeline, key figures at the top, a table of contents, outputs that fold away.

mod chart;
mod escape;
mod figures;
mod inline;
mod page;
mod table;
mod typeset;

#[cfg(test)]
pub(in crate::postmortem) mod tests;

pub use page::{is_ours, render, render_text};
