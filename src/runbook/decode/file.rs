//! The whole runbook, put together.

use chrono::NaiveDate;

use super::fields::{Fields, Value};
use super::step::{Seat, guards, links, step};
use crate::runbook::check;
use crate::runbook::model::{Allow, Escalation, Host, Phase, PhaseName, Runbook, Step, VarName, Variable};
use crate::runbook::problem::{Problems, Spot};

/// A runbook and what the checks across it need to know of its places.
#[derive(Debug)]
pub(crate) struct Built {
    /// The runbook; only sound where there are no errors.
    pub(crate) runbook: Runbook,
    /// Its steps in the order of the file's phases.
    pub(crate) steps: Vec<StepSpot>,
    /// The phases that are written, each at its key.
    pub(crate) phases: Vec<Written>,
    /// The rules of `allow`.
    pub(crate) allowed: Vec<Spot<String>>,
    /// The day of `reviewed`.
    pub(crate) reviewed: Option<Spot<NaiveDate>>,
}

/// A phase that is written.
#[derive(Debug)]
pub(crate) struct Written {
    /// Its key.
    pub(crate) at: Spot<PhaseName>,
    /// Its steps were no list, which was reported: nobody knows whether there are any.
    pub(crate) unreadable: bool,
}

/// A step's id and where it stands: at `id`, or at `title` where the id was made of it.
#[derive(Debug)]
pub(crate) struct StepSpot {
    pub(crate) id: Spot<String>,
    /// Written, not made of the title.
    pub(crate) given: bool,
    /// Where in the runbook.
    pub(crate) seat: Seat,
}

/// Puts the runbook together, checking each mapping on its own where its places are still known.
pub(crate) fn build(id: &str, mut fields: Fields, problems: &mut Problems) -> Built {
    let phases = PhaseName::ALL.into_iter().filter_map(|name| written(&fields, name)).collect();
    check::file(&fields, problems);
    let mut steps = Vec::new();
    let vars = vars(&mut fields, problems);
    let diagnose = phase(&mut fields, PhaseName::Diagnose, &mut steps, problems);
    let revert = phase(&mut fields, PhaseName::Revert, &mut steps, problems);
    let fix = phase(&mut fields, PhaseName::Fix, &mut steps, problems);
    let verify = phase(&mut fields, PhaseName::Verify, &mut steps, problems);
    let mut allowed = Vec::new();
    let reviewed_at = fields.get("reviewed").map(|day| day.with(()));
    let allow = |mut fields: Fields| {
        let at = fields.get("rule").map_or(fields.at, |rule| rule.with(()));
        let allow = Allow { rule: fields.text("rule")?, because: fields.text("because").unwrap_or_default() };
        allowed.push(at.with(allow.rule.clone()));
        Some(allow)
    };
    let escalation = |mut fields: Fields| {
        Some(Escalation { after: fields.duration("after")?, who: fields.text("who").unwrap_or_default() })
    };
    // Named by the file's format, not kept: it is always 1.
    let _ = fields.count("stanch");
    let runbook = Runbook {
        id: id.to_owned(),
        title: fields.text("title").unwrap_or_default(),
        summary: fields.text("summary"),
        symptoms: fields.texts("symptoms"),
        severity: fields.severity("severity"),
        services: fields.texts("services"),
        alerts: fields.texts("alerts"),
        tags: fields.texts("tags"),
        links: links(&mut fields),
        escalate: fields.tables("escalate").into_iter().filter_map(escalation).collect(),
        reviewed: fields.date("reviewed"),
        slo: fields.slo("slo"),
        vars,
        hosts: fields
            .map("hosts")
            .into_iter()
            .filter_map(|(name, value)| Some((name.value, host(value.value)?)))
            .collect(),
        require: guards(&mut fields),
        diagnose: diagnose.phase,
        ready: revert.ready,
        revert: revert.phase,
        fix: fix.phase,
        again: verify.again,
        verify: verify.phase,
        allow: fields.tables("allow").into_iter().filter_map(allow).collect(),
    };
    #[cfg(test)]
    all_taken(&fields, &[]);
    let reviewed = reviewed_at.and_then(|at| Some(at.with(runbook.reviewed?)));
    Built { runbook, steps, phases, allowed, reviewed }
}

/// The key of a phase that is written.
fn written(fields: &Fields, name: PhaseName) -> Option<Written> {
    let at = fields.has(name.as_str())?.with(name);
    let unreadable = match fields.get(name.as_str()).map(|spot| &spot.value) {
        Some(Value::Fields(phase)) => phase.has("steps").is_some() && phase.get("steps").is_none(),
        _ => true,
    };
    Some(Written { at, unreadable })
}

/// In tests: every key of the tables has its room in the model.
#[cfg(test)]
pub(super) fn all_taken(fields: &Fields, except: &[&str]) {
    let untaken: Vec<_> = fields.untaken().into_iter().filter(|key| !except.contains(key)).collect();
    assert!(untaken.is_empty(), "keys that the model has no room for: {untaken:?}");
}

/// Everything a phase may hold.
#[derive(Default)]
struct Parts {
    phase: Phase,
    ready: Vec<Step>,
    again: Vec<std::time::Duration>,
}

fn phase(fields: &mut Fields, name: PhaseName, spots: &mut Vec<StepSpot>, problems: &mut Problems) -> Parts {
    let Some(mut fields) = fields.fields(name.as_str()) else { return Parts::default() };
    let mut steps = |key: &str, ready: bool| {
        let tables = fields.tables(key).into_iter().enumerate();
        tables
            .map(|(index, fields)| {
                let seat = Seat { phase: name, ready, number: index + 1 };
                check::step(&fields, seat, problems);
                let (step, spot) = step(fields, seat);
                spots.push(spot);
                step
            })
            .collect()
    };
    let ready = steps("ready", true);
    let steps = steps("steps", false);
    Parts { phase: Phase { time_box: fields.duration("time_box"), steps }, ready, again: fields.durations("again") }
}

fn vars(fields: &mut Fields, problems: &mut Problems) -> Vec<(VarName, Variable)> {
    let mut vars = Vec::new();
    for (name, value) in fields.map("vars") {
        let Value::Fields(mut fields) = value.value else { continue };
        check::author_variable(&name, &fields, problems);
        let default_at = fields.get("default").map(|spot| spot.with(()));
        let variable = Variable {
            default: fields.text("default"),
            ask: fields.text("ask"),
            from: fields.text("from"),
            choices: fields.texts("choices"),
            valid: fields.pattern("match"),
            about: fields.text("about"),
            secret: fields.flag("secret").unwrap_or_default(),
            place: name.place,
        };
        check::variable(&name.value, &variable, default_at, problems);
        vars.push((name.value, variable));
    }
    vars
}

fn host(value: Value) -> Option<Host> {
    if let Value::Host(host) = value { Some(host) } else { None }
}
