//! Commands that do something else than their step says.

use super::{guards, text};
use crate::runbook::decode::{Fields, Seat, Value};
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;
use crate::runbook::shell::{Stay, alters, stays, unquoted};

pub(super) fn command(fields: &Fields, seat: Seat, problems: &mut Problems) {
    let effect = text(fields, "effect").map(|effect| effect.value);
    let looks = effect == Some("read") || (effect.is_none() && seat.looks_only());
    let run = text(fields, "run");
    if looks && let Some(run) = run {
        hidden(run, "this step only looks", "say `effect: change`, or move it to revert or fix", problems);
    }
    for guard in guards(fields) {
        only_looks(guard, "a guard", problems);
    }
    if let Some(probe) = text(fields, "done_if") {
        only_looks(probe, "`done_if`", problems);
    }
    let undo =
        if let Some(Value::Fields(undo)) = fields.get("undo").map(|undo| &undo.value) { Some(undo) } else { None };
    for (fields, run) in [(Some(fields), run), (undo, undo.and_then(|undo| text(undo, "run")))] {
        if let (Some(fields), Some(run)) = (fields, run) {
            let mode = text(fields, "mode").map_or("pty", |mode| mode.value);
            ends(run, mode, problems);
            quoted(run, problems);
        }
    }
}

/// What must only look, whatever stands around it: guards, probes, and where a variable comes from.
pub(super) fn only_looks(run: Spot<&str>, what: &str, problems: &mut Problems) {
    hidden(run, &format!("{what} only looks"), "it runs without being asked for; make it a step of its own", problems);
}

fn hidden(run: Spot<&str>, what: &str, help: &str, problems: &mut Problems) {
    if let Some(found) = alters(run.value) {
        let message = format!("{what}, but `{}` looks like it alters something", shown(&found));
        problems.add(Problem::new(&rules::HIDDEN_CHANGE, &run, message).help(help));
    }
}

fn ends(run: Spot<&str>, mode: &str, problems: &mut Problems) {
    let Some((stay, what)) = stays(run.value) else { return };
    let what = shown(&what);
    match stay {
        Stay::Endless if mode != "follow" && mode != "interactive" => {
            let message = format!("`{what}` goes on until it is stopped, and the walk waits for it");
            let help = "`mode: follow` lets it run beside the next steps; or have it end by itself";
            problems.add(Problem::new(&rules::NEVER_ENDS, &run, message).help(help));
        }
        Stay::Keys if mode != "interactive" => {
            let message = format!("`{what}` waits for keys");
            let help = "`mode: interactive` gives them to it; or tell it what to do by its arguments";
            problems.add(Problem::new(&rules::WANTS_KEYS, &run, message).help(help));
        }
        _ => {}
    }
}

fn quoted(run: Spot<&str>, problems: &mut Problems) {
    if let Some((program, variable)) = unquoted(run.value) {
        let message = format!("`${variable}` is given to `{}` without quotes", shown(&program));
        let help = format!(
            "write \"${variable}\": with a blank in it, or empty, `{}` works on something else",
            shown(&program)
        );
        problems.add(Problem::new(&rules::UNQUOTED_VARIABLE, &run, message).help(help));
    }
}
