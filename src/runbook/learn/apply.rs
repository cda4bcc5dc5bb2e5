//! One lesson after the other, each checked.

use chrono::NaiveDate;

use super::compare::{meant, untouched};
use super::edit::{self, Edited};
use super::lesson::{Edit, Lesson, NewStep};
use super::remark;
use crate::runbook::names::{RESERVED_IDS, slug};
use crate::runbook::{Place, Runbook, Step, parse};

/// A runbook's text with what was learned.
#[derive(Debug, PartialEq, Eq)]
pub struct Learnt<'a> {
    /// The text.
    pub text: String,
    /// Lessons that are in it.
    pub taken: Vec<&'a Lesson>,
    /// Lessons that are not, each with the reason; none where it is only told.
    pub left: Vec<(&'a Lesson, Option<String>)>,
}

/// Puts lessons into the text of the runbook `id`; `day` is when they were learned.
///
/// Comments and layout of the text stay as they are. A lesson that cannot be put in without doubt is left out.
///
/// # Errors
/// The text is no sound runbook; nothing was done.
pub fn apply<'a>(id: &str, text: &str, day: NaiveDate, lessons: &'a [Lesson]) -> Result<Learnt<'a>, String> {
    let sound = |text: &str| parse(id, text).runbook;
    let mut runbook = sound(text).ok_or("the runbook has errors")?;
    let mut learnt = Learnt { text: text.to_owned(), taken: Vec::new(), left: Vec::new() };
    for lesson in lessons {
        if lesson.edit == Edit::Nothing {
            learnt.left.push((lesson, None));
            continue;
        }
        if is_there(&learnt.text, &runbook, day, lesson) {
            continue;
        }
        match one(&learnt.text, &runbook, day, lesson, sound) {
            Ok((text, new)) => {
                learnt.text = text;
                runbook = new;
                learnt.taken.push(lesson);
            }
            Err(why) => learnt.left.push((lesson, Some(why))),
        }
    }
    Ok(learnt)
}

/// Whether it was learned before.
fn is_there(text: &str, runbook: &Runbook, day: NaiveDate, lesson: &Lesson) -> bool {
    let runs = |step: &Step, run: &str| step.command().is_some_and(|own| own.run.trim() == run.trim());
    match &lesson.edit {
        Edit::Add { step, .. } => runbook.steps().any(|(_, own)| runs(own, &step.run)),
        Edit::Command { step, run } => runbook.step(step).is_some_and(|(_, own)| runs(own, run)),
        Edit::Sign { step, sign } => {
            runbook.step(step).is_some_and(|(_, own)| own.signs.iter().any(|own| own.matches.as_str() == sign.pattern))
        }
        Edit::Step(step) => runbook.step(step).is_some_and(|(_, own)| {
            let comment = comment_of(text, own.place, step, &words(day, lesson));
            remark::is_above(text, own.place.line, &comment)
        }),
        Edit::Phase(phase) => {
            edit::line_of_phase(text, *phase).is_ok_and(|line| remark::is_above(text, line, &words(day, lesson)))
        }
        Edit::Nothing => false,
    }
}

fn one(
    text: &str,
    old: &Runbook,
    day: NaiveDate,
    lesson: &Lesson,
    sound: impl Fn(&str) -> Option<Runbook>,
) -> Result<(String, Runbook), String> {
    let unsound = || "the edited file would have errors".to_owned();
    let mut wanted = lesson.edit.clone();
    let edited = match &mut wanted {
        Edit::Add { phase, step } => {
            name(step, |id| old.step(id).is_some());
            edit::add(text, *phase, step)?
        }
        Edit::Command { step, run } => edit::command(text, old, step, run)?,
        Edit::Sign { step, sign } => edit::sign(text, old, step, sign)?,
        Edit::Step(_) | Edit::Phase(_) | Edit::Nothing => Edited { text: text.to_owned(), may: None },
    };
    let between = sound(&edited.text).ok_or_else(unsound)?;
    let words = words(day, lesson);
    let said = match &wanted {
        Edit::Phase(phase) => remark::above(&edited.text, edit::line_of_phase(&edited.text, *phase)?, &words),
        Edit::Add { phase, .. } => {
            let step = between.phase(*phase).steps.last().ok_or_else(unsound)?;
            above_step(&edited.text, step.place, &step.id, &words)
        }
        Edit::Command { step, .. } | Edit::Sign { step, .. } | Edit::Step(step) => {
            let (_, own) = between.step(step).ok_or_else(|| format!("the runbook has no step {step}"))?;
            above_step(&edited.text, own.place, step, &words)
        }
        Edit::Nothing => edited.text,
    };
    let new = sound(&said).ok_or_else(unsound)?;
    meant(old, &new, &wanted)?;
    untouched(text, &said, edited.may.as_ref())?;
    Ok((said, new))
}

/// A comment above the line a step begins on; it names the step where other things stand on that line before it.
pub(super) fn above_step(text: &str, place: Place, id: &str, words: &str) -> String {
    remark::above(text, place.line, &comment_of(text, place, id, words))
}

fn comment_of(text: &str, place: Place, id: &str, words: &str) -> String {
    let line = &text[remark::bytes_of(text, place.line)];
    let before: String = line.chars().take(place.column.saturating_sub(1)).collect();
    if before.trim_matches([' ', '-', '{']).is_empty() { words.to_owned() } else { format!("{id}: {words}") }
}

/// Gives a new step an id of its own where the slug of its title is none, or taken.
pub(super) fn name(step: &mut NewStep, taken: impl Fn(&str) -> bool) {
    let slug = slug(&step.title);
    let free = |id: &str| !taken(id) && !RESERVED_IDS.contains(&id);
    if !slug.is_empty() && free(&slug) {
        return;
    }
    let begin: String = if slug.is_empty() { "learned".to_owned() } else { slug.chars().take(56).collect() };
    let mut ids = (2..).map(|number: u32| format!("{begin}-{number}"));
    step.id = ids.find(|id| free(id));
}

/// The comment of a lesson.
pub(super) fn words(day: NaiveDate, lesson: &Lesson) -> String {
    format!("learned {day}: {}", lesson.because)
}
