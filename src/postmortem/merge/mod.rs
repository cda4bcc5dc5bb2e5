//! A postmortem exported again after people worked on it: what they wrote stays, what they left alone is made anew.
//!
//! What the last export wrote is known without a second file: a comment in the Markdown ([`mod@seal`]) holds a short hash of every
//! part. A part is a key of the front matter, the head of the page, or a section (from one `## ` heading to the next). With three
//! versions of a part told apart, the merge is that of any version control, a part at a time.

mod combine;
mod conflict;
mod seal;
mod split;

#[cfg(test)]
mod tests;

pub use combine::{Merged, Refusal, merge};
pub(super) use seal::seal;
pub use seal::{is_of, is_untouched};
pub(super) use split::Fences;
