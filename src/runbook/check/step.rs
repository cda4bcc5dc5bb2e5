//! A step on its own: what goes together in it.

use super::lint;
use crate::runbook::decode::{Fields, Seat, Value};
use crate::runbook::model::ExitRule;
use crate::runbook::problem::{Problem, Problems};
use crate::runbook::rules;

/// Keys that mean something only where a command runs.
const OF_A_COMMAND: [&str; 17] = [
    "shell", "mode", "flag", "on", "as", "cwd", "env", "width", "expect", "signs", "capture", "until", "timeout",
    "silent", "stop", "done_if", "detach",
];

/// Checks a step before it is put together, while every key's place is known.
pub(crate) fn step(fields: &Fields, seat: Seat, problems: &mut Problems) {
    action(fields, problems);
    mode(fields, problems);
    effect(fields, seat, problems);
    time(fields, problems);
    if problems.are_for_the_author() {
        lint::step(fields, seat, problems);
    }
}

fn action(fields: &Fields, problems: &mut Problems) {
    let (run, ask) = (fields.has("run"), fields.has("ask"));
    let mut conflict = |at, message: &str, help: &str| {
        problems.add(Problem::new(&rules::ACTION_CONFLICT, &at, message).help(help));
    };
    if let (Some(_), Some(ask)) = (run, ask) {
        conflict(ask, "a step with `run` cannot `ask` as well", "make the decision a step of its own, after this one");
    }
    if let Some(see) = fields.has("see")
        && (run.is_some() || ask.is_some())
    {
        conflict(
            see,
            "`see` belongs to a step done by hand, without `run` and `ask`",
            "use `text` for what to look at",
        );
    }
    match (ask, fields.has("options")) {
        (Some(ask), None) if run.is_none() => {
            conflict(ask, "a decision needs `options`", "options: [{ say: ..., go: ... }]");
        }
        (Some(_), Some(options)) => {
            if matches!(fields.get("options").map(|spot| &spot.value), Some(Value::List(items)) if items.is_empty()) {
                conflict(options, "a decision needs `options`, this list is empty", "options: [{ say: ..., go: ... }]");
            }
        }
        (None, Some(options)) => {
            conflict(options, "`options` are the answers of a question", "write the question as `ask`");
        }
        (Some(_) | None, None) => {}
    }
    if run.is_none() {
        for key in OF_A_COMMAND {
            if let Some(at) = fields.has(key) {
                let message = format!("`{key}` has no effect: the step runs no command");
                problems.add(Problem::new(&rules::NO_EFFECT, &at, message));
            }
        }
    }
}

fn mode(fields: &Fields, problems: &mut Problems) {
    let mode = text(fields, "mode").unwrap_or("pty");
    let conflict = |problems: &mut Problems, key: &str, why: &str, help: &str| {
        if let Some(at) = fields.has(key) {
            let message = format!("`{key}` does not go with `mode: {mode}`: {why}");
            problems.add(Problem::new(&rules::MODE_CONFLICT, &at, message).help(help));
        }
    };
    match mode {
        "follow" => {
            let help = "use `flag` for lines worth noting, `signs` for causes, or a step of its own to judge";
            for key in ["until", "expect"] {
                conflict(problems, key, "a run beside the others goes on until it is stopped, and is not judged", help);
            }
        }
        "interactive" => {
            conflict(
                problems,
                "until",
                "nobody types the same keys at each try",
                "put what is repeated into a step of its own",
            );
            if let Some(spot) = fields.get("expect")
                && let Value::Fields(expect) = &spot.value
            {
                for key in ["match", "absent", "equals"] {
                    if let Some(at) = expect.has(key) {
                        let message = format!("`{key}` cannot be held against the screen of an interactive run");
                        let problem = Problem::new(&rules::MODE_CONFLICT, &at, message);
                        problems.add(problem.help("judge it in a step of its own, after this one"));
                    }
                }
            }
        }
        _ => {}
    }
    if let Some(at) = fields.has("flag")
        && mode != "follow"
        && fields.has("run").is_some()
    {
        let problem = Problem::new(&rules::NO_EFFECT, &at, "`flag` has no effect without `mode: follow`");
        problems.add(problem.help("in other modes `signs` point to causes"));
    }
}

fn effect(fields: &Fields, seat: Seat, problems: &mut Problems) {
    let effect = fields.get("effect");
    let written = text(fields, "effect");
    if let (Some(spot), Some(effect @ ("change" | "destroy"))) = (effect, written)
        && seat.looks_only()
    {
        let place = if seat.ready { "`ready` steps run early and".to_owned() } else { format!("{} steps", seat.phase) };
        let message = format!("{place} only look, this one says `effect: {effect}`");
        let help = "move it to revert or fix; where it must be here, silence this with `allow` and say why";
        problems.add(Problem::new(&rules::UNEXPECTED_CHANGE, spot, message).help(help));
    }
    if let Some(at) = fields.has("confirm")
        && written != Some("destroy")
    {
        let problem = Problem::new(&rules::NO_EFFECT, &at, "`confirm` has no effect without `effect: destroy`");
        problems.add(problem.help("other changes are confirmed with a single key"));
    }
}

fn time(fields: &Fields, problems: &mut Problems) {
    if let Some(spot) = fields.get("until")
        && let Value::Fields(until) = &spot.value
        && let (Some(every), Some(whole)) = (until.get("every"), until.get("for"))
        && let (Value::Duration(every_time), Value::Duration(whole_time)) = (&every.value, &whole.value)
        && every_time >= whole_time
    {
        let problem =
            Problem::new(&rules::OUT_OF_RANGE, every, "`every` is not shorter than `for`: there is only one try");
        problems.add(problem);
    }
    if let Some(spot) = fields.get("expect")
        && let Value::Fields(expect) = &spot.value
        && let Some(exit) = expect.get("exit")
        && let Value::Exit(ExitRule::Any) = &exit.value
        && ["match", "absent", "equals"].iter().all(|key| expect.has(key).is_none())
    {
        let problem = Problem::new(&rules::NO_EFFECT, exit, "with `exit: any` and nothing else every run is healthy");
        problems.add(problem.help("say with `match`, `absent` or `equals` what healthy looks like"));
    }
}

fn text<'f>(fields: &'f Fields, key: &str) -> Option<&'f str> {
    match &fields.get(key)?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
