//! A step on many hosts in one row: which of them were as expected, and why the others were not.

use super::rows::Draft;
use crate::postmortem::describe;
use crate::postmortem::history::{History, healthy};
use crate::postmortem::prose::Prose;
use crate::postmortem::spell;
use crate::session::site::Site;
use crate::session::spread::Attempt;
use crate::session::state::Run;

/// Hosts named in a row.
const NAMED: usize = 8;

/// Each host of a row with its last run; none where it was not started.
pub(super) fn outcomes<'a>(history: &'a History<'a>, draft: &Draft<'a>) -> Vec<(&'a Site, Option<&'a Run>)> {
    let Some(first) = draft.attempts.first() else { return Vec::new() };
    let ran = |site: &Site| {
        let own = |run: &&&Run| history.state.site(run.started.run).as_ref() == Some(site);
        draft.runs.iter().rev().find(own).copied()
    };
    let asked = first.hosts.iter().filter(|share| share.held.is_none());
    asked.map(|share| (&share.site, ran(&share.site))).collect()
}

/// The name of a step, with the number of its hosts.
pub(super) fn named(history: &History, run: &Run, attempt: &Attempt) -> Prose {
    let count = attempt.hosts.iter().filter(|share| share.held.is_none()).count() as u64;
    describe::title(history, run).text(format!(" on {}", spell::counted(count, "host")))
}

/// The sentence of a row.
pub(super) fn tell(history: &History, draft: &Draft, last: &Run) -> Prose {
    let outcomes = outcomes(history, draft);
    let sites: Vec<&Site> = outcomes.iter().map(|(site, _)| *site).collect();
    let head = if draft.ready {
        Prose::new().text("Readiness of the revert: ").then(describe::title(history, last))
    } else {
        Prose::new().text(format!("{} ", draft.by)).then(describe::act(history, last))
    };
    let count = spell::counted(sites.len() as u64, "host");
    let mut prose = names(head.text(format!(" on {count} (")), sites.iter().copied(), true).text(")");
    if let Some(user) = sites.first().and_then(|site| site.user.clone()) {
        prose = prose.text(" as ").code(user);
    }
    prose = prose.text(" → ");
    let good: Vec<&Site> = sites_of(&outcomes, |run| run.is_some_and(healthy));
    let tries = draft.attempts.len();
    if tries > 1 {
        let all = good.len() == outcomes.len();
        prose = prose.text(if all { format!("at try {tries}: ") } else { format!("up to try {tries}: ") });
    }
    if good.len() == outcomes.len() {
        return prose.text("as expected on every host");
    }
    let bad: Vec<(&Site, &Run)> =
        outcomes.iter().filter_map(|(site, run)| Some((*site, (*run).filter(|run| !healthy(run))?))).collect();
    for (place, (site, run)) in bad.iter().take(NAMED).enumerate() {
        prose = if place > 0 { prose.text("; ") } else { prose };
        prose = prose.code(site.name()).text(": ").then(describe::result(run));
    }
    if let Some(more) = bad.len().checked_sub(NAMED).filter(|more| *more > 0) {
        prose = prose.text(format!("; and on {more} more not as expected"));
    }
    let mut told = !bad.is_empty();
    let rest = sites_of(&outcomes, |run| run.is_none());
    for (words, sites) in [("as expected on ", good), ("not started on ", rest)] {
        if !sites.is_empty() {
            prose = if told { prose.text("; ") } else { prose };
            prose = names(prose.text(words), sites.into_iter(), false);
            told = true;
        }
    }
    prose
}

fn sites_of<'a>(outcomes: &[(&'a Site, Option<&Run>)], which: impl Fn(Option<&Run>) -> bool) -> Vec<&'a Site> {
    outcomes.iter().filter(|(_, run)| which(*run)).map(|(site, _)| *site).collect()
}

fn names<'a>(mut prose: Prose, sites: impl ExactSizeIterator<Item = &'a Site>, target: bool) -> Prose {
    let more = sites.len().saturating_sub(NAMED);
    for (place, site) in sites.take(NAMED).enumerate() {
        prose = if place > 0 { prose.text(", ") } else { prose };
        prose = prose.code(site.name());
        if let Some(at) = site.target.as_deref().filter(|at| target && *at != site.name()) {
            prose = prose.text(format!(" {at}"));
        }
    }
    if more > 0 { prose.text(format!(" and {more} more")) } else { prose }
}
