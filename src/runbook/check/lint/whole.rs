//! What shows only in the whole runbook.

use chrono::{Days, NaiveDate};

use super::reach;
use crate::runbook::decode::Built;
use crate::runbook::model::{Action, Effect, Mode, PhaseName};
use crate::runbook::problem::{Problem, Problems};
use crate::runbook::rules;

/// A runbook that nobody looked at for so long is stale.
const STALE: Days = Days::new(365);

pub(in crate::runbook::check) fn whole(built: &Built, today: NaiveDate, problems: &mut Problems) {
    no_way_out(built, problems);
    first_look(built, problems);
    review(built, today, problems);
    reach::reach(built, problems);
}

/// A revert, and whether it is known to be possible.
fn no_way_out(built: &Built, problems: &mut Problems) {
    let runbook = &built.runbook;
    let key = |name: PhaseName| built.phases.iter().find(|phase| phase.at.value == name).map(|phase| &phase.at);
    if runbook.revert.steps.is_empty() {
        // An empty one was told of already.
        if let (Some(fix), None) = (key(PhaseName::Fix), key(PhaseName::Revert)) {
            let problem = Problem::new(&rules::NO_REVERT, fix, "there is a fix, but no revert");
            problems.add(problem.help(
                "write the phase `revert`: how to go back to what worked, and in `ready` whether that can be done",
            ));
        }
    } else if let (true, Some(revert)) = (runbook.ready.is_empty(), key(PhaseName::Revert)) {
        let runs = runbook
            .revert
            .steps
            .iter()
            .any(|step| matches!(step.action, Action::Run(_)) && step.effect != Effect::Read);
        if runs {
            let problem = Problem::new(&rules::NO_PREFLIGHT, revert, "nothing tells whether this revert is possible");
            problems.add(
                problem.help("give `ready` steps that only look: is the old release there, does the backup read?"),
            );
        }
    }
}

/// The first diagnose step says what healthy looks like.
fn first_look(built: &Built, problems: &mut Problems) {
    let Some(step) = built.runbook.diagnose.steps.first() else { return };
    let Some(command) = step.command().filter(|command| !matches!(command.mode, Mode::Follow | Mode::Interactive))
    else {
        return;
    };
    let expects = step.expect != crate::runbook::model::Expect::default();
    if !expects && step.signs.is_empty() && step.until.is_none() && !judges(&command.run) {
        let at = built.steps.iter().find(|spot| spot.seat.phase == PhaseName::Diagnose && spot.seat.number == 1);
        if let Some(at) = at {
            let problem =
                Problem::new(&rules::NO_EXPECTATION, &at.id, "the first look does not say what healthy looks like");
            problems.add(problem.help("say it with `expect: { match: ... }`, or give `signs`"));
        }
    }
}

/// Whether a command's exit status is its judgement.
fn judges(run: &str) -> bool {
    let first = run.split_ascii_whitespace().next().unwrap_or_default();
    matches!(first, "test" | "[" | "grep" | "pg_isready" | "false" | "true" | "!") || run.contains("grep -q")
}

fn review(built: &Built, today: NaiveDate, problems: &mut Problems) {
    let Some(reviewed) = &built.reviewed else { return };
    let problem = if reviewed.value > today {
        Problem::new(&rules::STALE_REVIEW, reviewed, "it was reviewed on a day that is yet to come")
    } else if reviewed.value.checked_add_days(STALE).is_some_and(|due| due < today) {
        let days = (today - reviewed.value).num_days();
        Problem::new(&rules::STALE_REVIEW, reviewed, format!("it was reviewed {days} days ago"))
            .help("rehearse it or read it against what is there now, then write today's date")
    } else {
        return;
    };
    problems.add(problem);
}
