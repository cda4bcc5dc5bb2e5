//! What an entry says in its row: actor, verb, object, result; past tense; nothing that blames.

use crate::postmortem::describe::CELL;
use crate::postmortem::history::History;
use crate::postmortem::prose::{Prose, brief};
use crate::postmortem::spell;
use crate::runbook::Lead;
use crate::session::entry::{Entry, When};
use crate::session::event::{Event, Mark, MoveCause, Opened, Source, Tag};
use crate::session::run::RunNo;
use crate::session::told::{finding_text, host_words, update_words};

/// Characters of a line of output that a row takes.
const LINE: usize = 240;

/// The sentence for an entry that has a row of its own; none for one that has not. Runs are told elsewhere.
pub(super) fn sentence(history: &History, entry: &Entry, before: Before) -> Option<Prose> {
    let by = |words: &str| Prose::new().text(format!("{} {words}", entry.by));
    let why = |prose: Prose, reason: &str| match brief(reason, CELL).0 {
        reason if reason.is_empty() => prose,
        reason => prose.text(": ").text(reason),
    };
    let titled = |words: &str, step| by(words).title(history.title_of(step));
    Some(match &entry.event {
        Event::Opened(own) => opened(by("opened the session "), own),
        Event::Attached { host, .. } if before.attached => by("took the session up again on ").code(host.clone()),
        Event::Left { note } => why(by("left the session open"), note.as_deref().unwrap_or_default()),
        Event::VariableSet { name, value, source: Source::Operator } => {
            let prose = by("set ").code(name.clone());
            match value {
                Some(value) => prose.text(" to ").code(brief(value, CELL).0),
                None => prose.text(" (secret)"),
            }
        }
        Event::HostSet { host, machines, source } if *source != Source::Drill => {
            Prose::new().text(brief(&format!("The host {}", host_words(host, machines, source)), CELL).0)
        }
        Event::RunInterrupted { run } => Prose::new().run(*run).text(" was interrupted; nobody saw its end"),
        Event::RunSettled { run, happened, because } => {
            let outcome = if *happened { " happened" } else { " did not happen" };
            why(by("found that ").run(*run).text(outcome), because)
        }
        Event::StopAsked { run, force } => {
            let prose = by("asked to stop ").run(*run);
            if *force { prose.text(", by force if need be") } else { prose }
        }
        Event::SignSeen { run, finding, line, text, evidence, .. } => {
            let prose = Prose::new().run(*run);
            let prose = match (finding, evidence) {
                (Some(finding), _) => prose.text(" pointed to a cause: ").text(brief(finding, CELL).0),
                (None, Some(evidence)) => prose.text(format!(" told of the time: {}", evidence.mark.as_str())),
                (None, None) => prose.text(" pointed to a cause"),
            };
            prose.text(format!(" – line {line}: ")).code(brief(text, LINE).0)
        }
        Event::Flagged { run, flag, says, line, text, .. } => {
            flagged(history, *run, *flag, says.as_deref(), *line, text)
        }
        Event::Moved { phase, because, .. } if before.phase.is_some_and(|before| before != *phase) => {
            return went(history, by(&format!("went to {phase}")), because);
        }
        Event::Skipped { step, reason } => why(titled("skipped ", step), reason),
        Event::Answered { step, answer, go, healthy } => {
            let prose = why(titled("answered ", step), answer);
            let prose = if *healthy { prose } else { prose.text(" (not as expected)") };
            match go {
                Some(Lead::Next) | None => prose,
                Some(go) => prose.text(" → ").text(go.to_string()),
            }
        }
        Event::Overridden { rule, reason } => why(by("overrode the rule ").title(rule.clone()), reason),
        Event::Note { tag, text } => note(entry, *tag, text),
        Event::Pinned { run, first, last, text } => {
            let lines = if first == last { format!("line {first}") } else { format!("lines {first}–{last}") };
            by(&format!("pinned {lines} of ")).run(*run).text(" as evidence: ").code(brief(text, LINE).0)
        }
        Event::Marked { mark } if before.superseded => {
            by(&format!("marked {}; a later mark replaces it", mark.as_str()))
        }
        Event::Marked { mark } => marked(history, entry, *mark),
        Event::StatusChanged { status } if !before.implied => by(&format!("set the status to {}", status.as_str())),
        Event::SeverityChanged { severity } => by(&format!("set the severity to {severity}")),
        Event::TimeBoxAnswered { phase, decision, reason } => {
            let decision = brief(decision, CELL).0;
            why(by(&format!("decided when the time box of {phase} was over: {decision}")), reason)
        }
        Event::FindingOpened { .. }
        | Event::FindingSettled { .. }
        | Event::Paused { .. }
        | Event::Resumed
        | Event::HandedOver { .. }
        | Event::Joined { .. }
        | Event::Departed { .. }
        | Event::DetectedBy { .. }
        | Event::Updated(_)
        | Event::Declared { .. }
        | Event::RunbookChanged { .. }
        | Event::LookedAgain { .. } => work(history, entry, why)?,
        Event::Closed { note } => why(by("closed the session"), note.as_deref().unwrap_or_default()),
        Event::Reopened => by("opened the session again"),
        Event::Attached { .. }
        | Event::VariableSet { .. }
        | Event::VariableUnset { .. }
        | Event::LaneOpened { .. }
        | Event::HostSet { .. }
        | Event::AttemptBegun(_)
        | Event::RunStarted(_)
        | Event::RunEnded(_)
        | Event::Moved { .. }
        | Event::StatusChanged { .. }
        | Event::TailSetAside { .. }
        | Event::Redacted(_)
        | Event::Unknown => return None,
    })
}

/// With what it began.
fn opened(prose: Prose, opened: &Opened) -> Prose {
    let prose = prose.title(opened.title.clone());
    let prose = match &opened.runbook {
        Some(runbook) => prose.text(" with the runbook ").code(runbook.id.clone()),
        None => prose.text(" without a runbook"),
    };
    match opened.time_boxes_in_words() {
        Some(boxes) => prose.text(format!("; {boxes}")),
        None => prose,
    }
}

/// Why the operator came to another phase; none where the walk leads there by itself and the column of phases says enough.
fn went(history: &History, prose: Prose, because: &MoveCause) -> Option<Prose> {
    Some(match because {
        MoveCause::Start | MoveCause::Passed(_) | MoveCause::VerifyFirst(_) => return None,
        MoveCause::Operator => prose,
        MoveCause::Failed(step) => prose.text(" as ").title(history.title_of(step)).text(" was not as expected"),
        MoveCause::Skipped(step) => prose.text(" after skipping ").title(history.title_of(step)),
        MoveCause::Answered(step) => prose.text(" by the decision ").title(history.title_of(step)),
        MoveCause::Sign(step) => prose.text(" by a sign in ").title(history.title_of(step)),
    })
}

/// What an entry about the work itself says.
fn work(history: &History, entry: &Entry, why: impl Fn(Prose, &str) -> Prose) -> Option<Prose> {
    let by = |words: &str| Prose::new().text(format!("{} {words}", entry.by));
    let plain = |words: &str| Prose::new().text(brief(words, CELL).0);
    let note = |note: &Option<String>| note.clone().unwrap_or_default();
    Some(match &entry.event {
        Event::FindingOpened { text } => by("thought: ").text(brief(text, CELL).0),
        Event::FindingSettled { finding, confirmed, because } => {
            let word = if *confirmed { "confirmed: " } else { "ruled out: " };
            why(by(word).text(brief(&finding_text(&history.state, *finding), CELL).0), because)
        }
        Event::Paused { note: said } => why(by("paused the work"), &note(said)),
        Event::Resumed => by("went on with the work"),
        Event::HandedOver { to, note: said } => why(by("handed over to ").text(to.clone()), &note(said)),
        Event::Joined { who, role } => match role {
            Some(role) => plain(&format!("{who} joined as {role}")),
            None => plain(&format!("{who} joined")),
        },
        Event::Departed { who } => plain(&format!("{who} left")),
        Event::DetectedBy { source, text } => why(plain(&format!("it was detected {}", source.as_str())), &note(text)),
        Event::Updated(update) => why(by("told others"), &update_words(update)),
        Event::Declared { reason } => why(by("declared the planned work an incident"), reason),
        Event::RunbookChanged { version, .. } => {
            by(&format!("edited the runbook; it is version {version} of it from here on"))
        }
        Event::LookedAgain { red, .. } if red.is_empty() => plain("every verify step was run again and holds"),
        Event::LookedAgain { red, .. } => {
            let titles: Vec<String> = red.iter().map(|step| history.title_of(step)).collect();
            plain(&format!("verify was run again and does not hold: {}", titles.join(", ")))
        }
        _ => return None,
    })
}

/// What went before an entry, as far as its row depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    /// A process was at the wheel before.
    pub(super) attached: bool,
    /// The phase before.
    pub(super) phase: Option<crate::runbook::PhaseName>,
    /// A later mark of the same kind counts.
    pub(super) superseded: bool,
    /// The mark right before says the same.
    pub(super) implied: bool,
}

fn note(entry: &Entry, tag: Tag, text: &str) -> Prose {
    let verb = match tag {
        Tag::Plain => "noted",
        Tag::Good => "noted as having gone well",
        Tag::Bad => "noted as having gone badly",
        Tag::Luck => "noted as luck",
        Tag::Question => "asked",
        Tag::DeadEnd => "ruled out",
        Tag::Todo => "noted to be done",
    };
    Prose::new().text(format!("{} {verb}: ", entry.by)).note(brief(text, CELL).0)
}

/// The first match of a flag: what it means, the line, and how many more there were.
fn flagged(history: &History, run: RunNo, flag: u32, says: Option<&str>, line: u64, text: &str) -> Prose {
    let prose = Prose::new().run(run).text(" showed for the first time");
    let prose = match says {
        Some(says) => prose.text(": ").text(brief(says, CELL).0),
        None => prose,
    };
    let prose = prose.text(format!(" – line {line}: ")).code(brief(text, LINE).0);
    let ended = history.run(run).and_then(|run| run.ended.as_ref());
    let counted = ended.and_then(|ended| ended.flags.get(usize::try_from(flag).ok()?));
    match counted.map(|count| count.saturating_sub(1)) {
        None => prose,
        Some(0) => prose.text(", then no more"),
        Some(more) => prose.text(format!(", then {} more", spell::count(more))),
    }
}

fn marked(history: &History, entry: &Entry, mark: Mark) -> Prose {
    if mark == Mark::Acknowledged {
        return Prose::new().text(format!("{} acknowledged it", entry.by));
    }
    let alert = history.state.opened.as_ref().and_then(|opened| opened.alert.as_ref());
    if mark == Mark::Detected
        && let Some(alert) = alert.filter(|alert| alert.starts_at.map(When::Exact) == entry.happened)
        && entry.happened.is_some()
    {
        return Prose::new().text("The alert ").code(alert.name.clone()).text(" fired");
    }
    let prose = Prose::new().text(format!("marked by {}", entry.by));
    let proof = match mark {
        Mark::Mitigated | Mark::Resolved => super::rows::last_proof(history, entry),
        _ => None,
    };
    match proof {
        Some(run) => prose.text(" after ").run(run),
        None => prose,
    }
}
