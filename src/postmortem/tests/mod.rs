//! The record held against incidents that happened, and against content that means harm.

mod catch_up;
mod determinism;
mod every_field;
pub(super) mod fixture;
pub(super) mod hachyderm;
pub(super) mod hostile;
pub(super) mod iris;
pub(super) mod lama;
mod learn;
pub(super) mod opensuse;
mod prompts;
mod rows;
pub(super) mod troet;

/// The incidents, each as it would have been exported.
pub(super) fn incidents() -> Vec<(&'static str, super::Document)> {
    vec![
        ("hachyderm", hachyderm::journal().document(Some(&hachyderm::runbook()))),
        ("opensuse", opensuse::journal().document(None)),
        ("iris", iris::journal().document(Some(&iris::runbook()))),
        ("troet", troet::journal().document(None)),
        ("lama", lama::journal().document(None)),
    ]
}
