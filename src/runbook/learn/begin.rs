//! A runbook made of a session that had none.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::apply::{Learnt, above_step, name, words};
use super::lesson::{Edit, Lesson, NewStep};
use crate::runbook::names::slug;
use crate::runbook::yaml::write;
use crate::runbook::{PhaseName, Severity, parse};

/// What a session says of its incident.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// Its title.
    pub title: String,
    /// How bad it was.
    pub severity: Option<Severity>,
    /// The services concerned.
    pub services: Vec<String>,
    /// The alert it began with.
    pub alerts: Vec<String>,
}

#[derive(Serialize)]
struct File<'a> {
    stanch: u8,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    services: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    alerts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnose: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revert: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verify: Option<Phase>,
}

#[derive(Serialize)]
struct Phase {
    steps: Vec<NewStep>,
}

/// A new runbook of the steps that were learned; `day` is when.
///
/// # Errors
/// There is no step among the lessons, or they make no sound runbook.
pub fn begin<'a>(head: &Head, day: NaiveDate, lessons: &'a [Lesson]) -> Result<Learnt<'a>, String> {
    let mut ids = BTreeSet::new();
    let mut phases = PhaseName::ALL.map(|_| Vec::new());
    let mut learnt = Learnt { text: String::new(), taken: Vec::new(), left: Vec::new() };
    for lesson in lessons {
        let Edit::Add { phase, step } = &lesson.edit else {
            learnt.left.push((lesson, None));
            continue;
        };
        let mut step = NewStep::clone(step);
        name(&mut step, |id| ids.contains(id));
        ids.insert(step.id.clone().unwrap_or_else(|| slug(&step.title)));
        learnt.taken.push(lesson);
        let place = PhaseName::ALL.iter().position(|own| own == phase).unwrap_or_default();
        phases[place].push((step, words(day, lesson)));
    }
    if learnt.taken.is_empty() {
        return Err("no command was run that could become a step".to_owned());
    }
    let comments = phases.each_ref().map(|steps| steps.iter().map(|(_, words)| words.clone()).collect::<Vec<_>>());
    let [diagnose, revert, fix, verify] = phases.map(|steps| {
        let steps: Vec<NewStep> = steps.into_iter().map(|(step, _)| step).collect();
        (!steps.is_empty()).then_some(Phase { steps })
    });
    let file = File {
        stanch: 1,
        // A dollar sign would show a variable.
        title: head.title.replace('$', "$$"),
        severity: head.severity.map(|severity| format!("sev{}", severity.0)),
        services: &head.services,
        alerts: &head.alerts,
        diagnose,
        revert,
        fix,
        verify,
    };
    let mut text = write(&file)?;
    for phase in PhaseName::ALL {
        // Only a key of the file begins a line.
        text = text.replace(&format!("\n{phase}:\n"), &format!("\n\n{phase}:\n"));
    }
    learnt.text = commented(&text, &comments)?;
    Ok(learnt)
}

/// The file with what was learned above each step.
fn commented(text: &str, comments: &[Vec<String>; 4]) -> Result<String, String> {
    let unsound = || "what was learned makes no sound runbook".to_owned();
    let runbook = parse("new", text).runbook.ok_or_else(unsound)?;
    let mut text = text.to_owned();
    // From the end, so that the places of the others stay true.
    for (phase, words) in PhaseName::ALL.into_iter().zip(comments).rev() {
        for (step, words) in runbook.phase(phase).steps.iter().zip(words).rev() {
            text = above_step(&text, step.place, &step.id, words);
        }
    }
    parse("new", &text).runbook.is_some().then_some(text).ok_or_else(unsound)
}

/// The id of a runbook that is made of a title.
#[must_use]
pub fn id_of(title: &str) -> String {
    let slug = slug(title);
    if slug.is_empty() { "runbook".to_owned() } else { slug }
}
