//! Changes: what is asked before them, what proves them, and the way back.

use super::text;
use crate::runbook::decode::{Fields, Seat};
use crate::runbook::model::PhaseName;
use crate::runbook::problem::{Problem, Problems};
use crate::runbook::prose::mentions;
use crate::runbook::rules;
use crate::runbook::shell::alters;

pub(super) fn change(fields: &Fields, seat: Seat, problems: &mut Problems) {
    let Some(run) = text(fields, "run") else { return };
    let effect = text(fields, "effect");
    let written = effect.map(|effect| effect.value);
    if let (Some(effect), Some("destroy"), None) = (effect, written, fields.has("confirm")) {
        let message = "this destroys something, and the word to type for it tells nothing";
        let help = "give `confirm` what will be gone, as in `confirm: $COUNT`; without it the step's id is asked for";
        problems.add(Problem::new(&rules::UNCONFIRMED_DESTRUCTION, &effect, message).help(help));
    }
    if seat.looks_only() || written == Some("read") || text(fields, "mode").is_some_and(|mode| mode.value == "follow") {
        return;
    }
    let at = fields.has("title").unwrap_or(fields.at);
    if fields.has("verify").is_none() {
        let help = "name the steps of `verify` that must hold before the next change: `verify: [ID]`";
        problems.add(Problem::new(&rules::UNVERIFIED_CHANGE, &at, "nothing verifies this change").help(help));
    }
    // What was restarted cannot be un-restarted.
    let restarts = || {
        let is = |words: &str| ["restart", "reload"].iter().any(|end| words.to_ascii_lowercase().ends_with(end));
        alters(run.value).is_some_and(|what| is(&what)) || mentions(run.value).iter().any(|name| is(name))
    };
    let back = fields.has("undo").is_some() || fields.has("point_of_no_return").is_some();
    if seat.phase == PhaseName::Fix && !back && !restarts() {
        let help = "give it an `undo`, or say that there is no way back: `point_of_no_return: true`";
        problems.add(Problem::new(&rules::NO_WAY_BACK, &at, "this change does not say how to take it back").help(help));
    }
}
