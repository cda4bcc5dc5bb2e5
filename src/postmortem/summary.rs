//! What happened, in sentences made of facts. Why it happened is for a person to say.

use super::document::Summary;
use super::history::History;
use super::length::Length;
use super::metrics::between;
use super::prose::Prose;
use super::spell;
use super::timeline::last_proof;
use crate::session::entry::When;
use crate::session::event::Mark;

pub(super) fn summary(history: &History) -> Summary {
    let mut sentences = vec![affected(history)];
    sentences.extend(detected(history));
    sentences.extend(ended(history, Mark::Mitigated));
    sentences.extend(ended(history, Mark::Resolved));
    Summary { sentences }
}

fn affected(history: &History) -> Prose {
    let planned = history.state.is_planned();
    let what = match history.opened().and_then(|opened| opened.drill.as_ref()) {
        Some(drill) => Prose::new().text("the drill ").code(drill.clone()),
        None if planned => Prose::new().text("the planned work ").title(history.title()),
        None => Prose::new().text("the incident ").title(history.title()),
    };
    let (from, to) = (history.mark(Mark::ImpactStarted), history.mark(Mark::Mitigated));
    let began = || history.state.began.map(|moment| moment.at);
    let day = from.as_ref().or(to.as_ref()).map(When::sort_key).or_else(began);
    let head = day.map_or_else(|| "In this session".to_owned(), |day| format!("On {}", day.format("%F")));
    let services = history.opened().map(|opened| opened.services.join(", ")).filter(|services| !services.is_empty());
    let object = services.unwrap_or_else(|| "users".to_owned());
    let prose = Prose::new().text(format!("{head} ")).then(what.clone()).text(format!(" affected {object}"));
    match between(history, Mark::ImpactStarted, Mark::Mitigated) {
        Length::Unknown(missing) if planned && missing.len() == 2 => {
            let done = Prose::new().text(format!("{head} ")).then(what).text(" was carried out.");
            done.text(" No effect on users is marked.")
        }
        Length::Unknown(missing) => {
            let missing: Vec<&str> = missing.into_iter().map(Mark::as_str).collect();
            prose.text(format!("; for how long is unknown (not marked: {}).", missing.join(", ")))
        }
        length if length.is_negative() => {
            prose.text("; for how long is unknown (mitigated is marked before impact started).")
        }
        length => {
            let window = from.zip(to).map_or_else(String::new, |(from, to)| window(&from, &to));
            prose.text(format!(" for {} ({window}).", length.words()))
        }
    }
}

/// `02:22:11 to 20:47:33 UTC`, with dates where there are two.
pub(super) fn window(from: &When, to: &When) -> String {
    let dates = spell::day(from).is_none() || spell::day(from) != spell::day(to);
    format!("{} to {} UTC", spell::when(from, dates), spell::when(to, dates))
}

fn detected(history: &History) -> Option<Prose> {
    let planned = history.state.is_planned();
    let Some(time) = history.mark(Mark::Detected) else {
        return (!planned).then(|| Prose::new().text("When it was detected is unknown."));
    };
    let prose = Prose::new().text(format!("It was detected at {} UTC", spell::when(&time, true)));
    Some(match between(history, Mark::ImpactStarted, Mark::Detected) {
        Length::Unknown(_) => prose.text("."),
        length => prose.text(format!(", {}.", length.relative_to("the impact started"))),
    })
}

fn ended(history: &History, mark: Mark) -> Option<Prose> {
    let Some(entry) = history.marked(mark) else {
        return (mark == Mark::Resolved)
            .then(|| Prose::new().text("When it was resolved is unknown: it is not marked."));
    };
    let prose = Prose::new().text(format!("It was {} at {} UTC", mark.as_str(), spell::when(&entry.time(), true)));
    let prose = match between(history, Mark::ImpactStarted, mark) {
        Length::Unknown(_) => prose,
        length if mark == Mark::Resolved => prose.text(format!(", {}", length.relative_to("the impact started"))),
        _ => prose,
    };
    Some(match last_proof(history, entry).and_then(|run| history.run(run)) {
        Some(run) => {
            prose.text(", after ").then(super::describe::name(history, run)).text(" (").run(run.started.run).text(").")
        }
        None => prose.text("."),
    })
}
