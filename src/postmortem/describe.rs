//! A run in words: machine facts in the past tense, nothing about anybody.

use super::history::History;
use super::prose::{Prose, brief};
use super::spell;
use crate::session::event::Verdict;
use crate::session::exit::words;
use crate::session::run::{Exit, Purpose, Stopped};
use crate::session::spread::Spread;
use crate::session::state::{Run, Standing};

/// Characters of a command, a reason or a note that a table cell takes.
pub(super) const CELL: usize = 160;

/// What was run, where, and as whom: "ran *Migrate the schema* on `db` as `postgres`", with the target of a host.
pub(super) fn deed(history: &History, run: &Run) -> Prose {
    act(history, run).then(place(history, run, true))
}

/// Where something ran and as whom, where that is not this machine as the operator.
fn place(history: &History, run: &Run, target: bool) -> Prose {
    let site = history.state.site(run.started.run).unwrap_or_default();
    let prose = match &site.host {
        Some(host) => Prose::new().text(" on ").code(host.clone()),
        None => Prose::new(),
    };
    let prose = match &site.target {
        Some(target_of) if target && site.host.as_ref() != Some(target_of) => prose.text(format!(" ({target_of})")),
        _ => prose,
    };
    match &site.user {
        Some(user) => prose.text(" as ").code(user.clone()),
        None => prose,
    }
}

/// What was run: "ran *Migrate the schema*".
pub(super) fn act(history: &History, run: &Run) -> Prose {
    let title = |step| Prose::new().title(history.title_of_run(run, step));
    let say = |words: &str| Prose::new().text(words);
    match &run.started.purpose {
        Purpose::Step { step, .. } if run.started.edited => {
            say("ran ").then(title(step)).text(", edited: ").code(brief(&run.started.command, CELL).0)
        }
        Purpose::Step { step, .. } if history.step(step).is_some_and(|step| step.point_of_no_return) => {
            say("ran ").then(title(step)).text(", the point of no return")
        }
        Purpose::Step { step, .. } => say("ran ").then(title(step)),
        Purpose::Undo { step, of } => say("undid ").then(title(step)).text(" (").run(*of).text(")"),
        Purpose::Guard { step, .. } => say("checked what must hold before ").then(title(step)),
        Purpose::Probe { step, of } => say("asked whether ").run(*of).text(" of ").then(title(step)).text(" happened"),
        Purpose::Variable { name } => say("read ").code(name.clone()),
        Purpose::Inventory { host } => say("asked which machines are ").code(host.clone()),
        Purpose::AdHoc => say("ran ").code(brief(&run.started.command, CELL).0),
        Purpose::Shell => say("typed ").code(brief(&run.started.command, CELL).0).text(" in a shell"),
    }
}

/// The name of what was run, without a verb; with the host where that is another.
pub(super) fn name(history: &History, run: &Run) -> Prose {
    match &run.started.host {
        Some(_) => title(history, run).then(place(history, run, false)),
        None => title(history, run),
    }
}

/// The name of what was run, wherever.
pub(super) fn title(history: &History, run: &Run) -> Prose {
    match &run.started.purpose {
        Purpose::Step { step, .. } => Prose::new().title(history.title_of_run(run, step)),
        Purpose::Undo { step, .. } => Prose::new().text("Undo of ").title(history.title_of_run(run, step)),
        Purpose::Guard { step, .. } => Prose::new().text("Guard of ").title(history.title_of_run(run, step)),
        Purpose::Probe { step, .. } => Prose::new().text("Outcome of ").title(history.title_of_run(run, step)),
        Purpose::Variable { name } => Prose::new().text("Value of ").code(name.clone()),
        Purpose::Inventory { host } => Prose::new().text("Machines of ").code(host.clone()),
        Purpose::AdHoc | Purpose::Shell => Prose::new().code(brief(&run.started.command, CELL).0),
    }
}

/// The purpose of a run in the words of the command table.
pub(super) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Step { step, attempt: 1 } => step.clone(),
        Purpose::Step { step, attempt } => format!("{step}, attempt {attempt}"),
        Purpose::Undo { step, of } => format!("undo of {step} ({of})"),
        Purpose::Guard { step, .. } => format!("guard of {step}"),
        Purpose::Probe { step, of } => format!("outcome of {step} ({of})"),
        Purpose::Variable { name } => format!("value of {name}"),
        Purpose::Inventory { host } => format!("machines of {host}"),
        Purpose::AdHoc => "operator's own".to_owned(),
        Purpose::Shell => "typed in a shell".to_owned(),
    }
}

/// How it ended: "exit 0, as expected, in 0.4 s".
pub(super) fn result(run: &Run) -> Prose {
    let Some(ended) = &run.ended else {
        return Prose::new().text(match (run.interrupted, run.settled) {
            (_, Some(true)) => "interrupted; found out later that it happened",
            (_, Some(false)) => "interrupted; found out later that it did not happen",
            (true, None) => "interrupted, outcome unknown",
            (false, None) => "still running at the end of the record",
        });
    };
    let took = spell::took(ended.end.took_ms);
    let exit = exit(run);
    match &ended.verdict {
        // Nothing was expected of it.
        Verdict::Healthy | Verdict::Unhealthy(_) if run.started.is_shells() => {
            Prose::new().text(format!("{exit} in {took}"))
        }
        Verdict::Healthy => Prose::new().text(format!("{exit}, as expected, in {took}")),
        Verdict::Unhealthy(reasons) => {
            // The reason most often is the exit code; once is enough.
            let told = reasons.iter().any(|reason| reason.starts_with("expected exit"));
            let head =
                if told { format!("not as expected, in {took}") } else { format!("{exit} in {took}, not as expected") };
            let prose = Prose::new().text(head);
            match brief(&reasons.join("; "), CELL) {
                (reasons, _) if reasons.is_empty() => prose,
                (reasons, true) => prose.text(": ").text(reasons),
                (_, false) => reasons.iter().enumerate().fold(prose, |prose, (place, reason)| {
                    prose.text(if place == 0 { ": " } else { "; " }).then(self::reason(reason))
                }),
            }
        }
        Verdict::Stopped => Prose::new().text(match ended.end.stopped {
            Some(Stopped::Timeout) => format!("stopped by its timeout after {took} ({exit})"),
            _ => format!("stopped by the operator after {took} ({exit})"),
        }),
        Verdict::Unknown => Prose::new().text(format!("{exit}, outcome unknown")),
    }
}

/// Why a run was not as expected. A pattern in it reads as code: escaped as words it would be hard to recognise.
fn reason(reason: &str) -> Prose {
    let other = reason.starts_with("expected exit ") || reason.starts_with("expected exactly ");
    let parts = || {
        let head = ["expected no ", "expected "].into_iter().find(|head| reason.starts_with(head))?;
        let (pattern, saw) = reason.get(head.len()..)?.split_once(", saw ")?;
        Some((head, pattern, saw))
    };
    match parts().filter(|_| !other) {
        Some((head, pattern, saw)) => Prose::new().text(head).code(pattern).text(", saw ").text(saw),
        None => Prose::new().text(reason),
    }
}

/// How it ended, in a word or two.
pub(super) fn exit(run: &Run) -> String {
    match run.ended.as_ref().map(|ended| &ended.end.exit) {
        Some(exit @ (Exit::Code(_) | Exit::Signal(_))) => words(exit),
        Some(Exit::NotStarted(why)) => format!("not started ({})", brief(why, CELL).0),
        Some(Exit::Unknown) => "end not seen".to_owned(),
        None if run.interrupted => "end not seen".to_owned(),
        None => "running".to_owned(),
    }
}

/// How a step stands on its hosts: "as expected on 3 hosts", or each that is not with its result.
pub(super) fn hosts(history: &History, spread: &Spread) -> Prose {
    let good = spread.those(Standing::Healthy).len() as u64;
    let mut parts: Vec<Prose> = Vec::new();
    for host in spread.hosts.iter().filter(|host| host.standing != Standing::Healthy) {
        let result = match host.run.and_then(|run| history.run(run)) {
            Some(run) => result(run),
            None => Prose::new().text("not started"),
        };
        parts.push(Prose::new().code(host.site.name()).text(": ").then(result));
    }
    if good > 0 {
        parts.push(Prose::new().text(format!("as expected on {}", spell::counted(good, "host"))));
    }
    let join = |prose: Prose, (place, part): (usize, Prose)| {
        if place > 0 { prose.text("; ").then(part) } else { prose.then(part) }
    };
    parts.into_iter().enumerate().fold(Prose::new(), join)
}
