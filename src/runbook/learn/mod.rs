//! What a session taught, put into the text of a runbook: a hand-written file with its comments and its layout.
//!
//! [`apply()`] makes one edit after the other with a lossless YAML tree, and takes none on trust: the edited text is parsed, the runbook
//! must differ from the one before in exactly what the lesson says, and no line may be touched that the lesson is not about. An edit
//! that fails this is left out, and told with its reason.

mod apply;
mod begin;
mod compare;
mod edit;
mod lesson;
mod patch;
mod remark;

pub use apply::{Learnt, apply};
pub use begin::{Head, begin, id_of};
pub use lesson::{Edit, Lesson, NewSign, NewStep};
pub use patch::patch;
