//! What is to be chosen from and is no sequence: sections called "Option A", lists of "if" and tables of cases. A decision leads to one of
//! them and past the others.

use super::build::Builder;
use super::draft::{Does, Step};
use super::flow::Flow;
use super::heading::Sort;
use super::section::Section;
use super::source::{Block, Cell, What};
use super::words::Words;
use crate::runbook::model::PhaseName;

static OPTION: Words = Words::new(
    r"(?i)^(option|opci[oó]n|opção|method|methode|método|méthode|approach|alternative|alternativa|variante?|way|strategy|strategie|möglichkeit|solution|scenario|szenario|case|fall)\s*(\d{1,2}|[a-h]|[ivx]+)\b|^(alternative|option)\s*[:–-]",
);

/// A way that was written, to be led past the others behind it.
#[derive(Debug)]
pub(super) struct Past {
    phase: PhaseName,
    /// What leads there.
    from: From,
    /// Where the ways end.
    end: usize,
}

/// What leads past the other ways.
#[derive(Debug)]
enum From {
    /// A step, when it was healthy.
    Step(usize),
    /// An answer of a question, which has no step of its own.
    Answer(usize, usize),
}

/// One of several cases, and its command where it has one.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) say: String,
    pub(super) command: Option<String>,
}

impl Builder {
    /// Takes all sections in.
    pub(super) fn sections(&mut self, sections: &[Section]) {
        let mut at = 0;
        while let Some(section) = sections.get(at) {
            let ways = ways(sections, at);
            match section.sort {
                Some(Sort::Phase(phase)) if ways.len() > 2 => {
                    self.decision(sections, &ways, phase);
                    at = ways.last().copied().unwrap_or(at + 1);
                }
                _ => {
                    self.section(section);
                    at += 1;
                }
            }
        }
    }

    /// A question, and the ways below it. `ways` are their sections, and the one behind them.
    fn decision(&mut self, sections: &[Section], ways: &[usize], phase: PhaseName) {
        let Some(first) = ways.first().and_then(|first| sections.get(*first)) else { return };
        self.draft.note(first.line, "ways to choose from became a decision");
        let asked = self.draft.steps(phase).len();
        let question = Step {
            title: "Which way?".to_owned(),
            does: Does::Ask("Which way?".to_owned(), Vec::new()),
            ..Step::default()
        };
        self.push(phase, question);
        let mut options = Vec::new();
        let mut lasts = Vec::new();
        for pair in ways.windows(2) {
            let before = self.draft.steps(phase).len();
            for section in sections.get(pair[0]..pair[1]).unwrap_or_default() {
                self.section(section);
            }
            let steps = self.draft.steps(phase);
            let title = sections.get(pair[0]).map(|section| section.title.clone()).unwrap_or_default();
            options.push((super::title::line(&title), steps.get(before).map(|step| step.id.clone())));
            lasts.push((steps.len() > before).then(|| steps.len() - 1));
        }
        let end = self.draft.steps(phase).len();
        if let Some(Step { does: Does::Ask(_, own), .. }) = self.draft.steps_mut(phase).get_mut(asked) {
            *own = options;
        }
        lasts.pop();
        self.past.extend(lasts.into_iter().flatten().map(|last| Past { phase, from: From::Step(last), end }));
    }

    /// A question with a case for each answer. Cases with a command have a step, and lead past those of the others.
    pub(super) fn cases(&mut self, question: &str, text: String, cases: Vec<Case>, line: usize, flow: &mut Flow<'_>) {
        let phase = flow.phase;
        self.draft.note(line, "cases to choose from became a decision");
        let asked = self.draft.steps(phase).len();
        let ask = Does::Ask(question.to_owned(), Vec::new());
        self.push_into(flow, phase, Step { title: question.to_owned(), text, does: ask, line, ..Step::default() });
        let steps = cases.iter().filter(|case| case.command.is_some()).count();
        let (mut options, mut froms) = (Vec::new(), Vec::new());
        for case in cases {
            let Some(command) = case.command else {
                if steps > 0 {
                    froms.push(From::Answer(asked, options.len()));
                }
                options.push((case.say, None));
                continue;
            };
            self.inline(&command, super::title::line(&case.say), String::new(), line, flow);
            // A way back went into its own phase.
            let made = flow.made.last().copied();
            let id = made.and_then(|(phase, at)| self.draft.steps(phase).get(at)).map(|step| step.id.clone());
            options.push((case.say, id));
            froms.extend(made.filter(|(own, _)| *own == phase).map(|(_, at)| From::Step(at)));
        }
        let end = self.draft.steps(phase).len();
        // The last step has nothing to be led past.
        froms.retain(|from| !matches!(from, From::Step(at) if at + 1 == end));
        if let Some(Step { does: Does::Ask(_, own), .. }) = self.draft.steps_mut(phase).get_mut(asked) {
            *own = options;
        }
        self.past.extend(froms.into_iter().map(|from| Past { phase, from, end }));
    }

    /// Leads each way past the others, now that what comes after them is there.
    pub(super) fn lead_past(&mut self) {
        for past in std::mem::take(&mut self.past) {
            let next = self.draft.steps(past.phase).get(past.end).map(|step| step.id.clone());
            let after = match past.phase {
                PhaseName::Diagnose => [PhaseName::Fix, PhaseName::Verify].as_slice(),
                PhaseName::Revert | PhaseName::Fix => &[PhaseName::Verify],
                PhaseName::Verify => &[],
            };
            let phase = after.iter().find(|phase| !self.draft.steps(**phase).is_empty());
            let lead =
                next.or_else(|| phase.map(|phase| phase.as_str().to_owned())).unwrap_or_else(|| "stop".to_owned());
            let steps = self.draft.steps_mut(past.phase);
            match past.from {
                From::Step(at) => {
                    if let Some(step) = steps.get_mut(at) {
                        step.on_pass = Some(lead);
                    }
                }
                From::Answer(at, answer) => {
                    if let Some(Step { does: Does::Ask(_, options), .. }) = steps.get_mut(at)
                        && let Some((_, go)) = options.get_mut(answer)
                    {
                        *go = Some(lead);
                    }
                }
            }
        }
    }
}

static IF: Words = Words::new(r"(?i)^\W*(if|when|in case|wenn|falls|bei|si|se|caso)\b");
static SITUATION: Words = Words::new(
    r"(?i)^\W*(if|when|symptoms?|causes?|conditions?|situations?|errors?|problems?|issues?|scenarios?|cases?|status|state|message|observation|wenn|fall|ursache|fehler|síntomas?|sintomas?|causas?|problema|erro)\b",
);
static REMEDY: Words = Words::new(
    r"(?i)^\W*(then|actions?|fix(es)?|resolutions?|solutions?|commands?|what to do|do|remed(y|ies)|mitigations?|steps?|response|dann|maßnahmen?|behebung|lösung|befehl|acción|ação|solución|solução|resolução)\b",
);

/// The question where the cases say what they are.
pub(super) const WHICH: &str = "Which of these is the case?";

/// The cases of a list: every item is one sentence that begins with "if".
pub(super) fn of_list(items: &[Vec<Block>]) -> Option<Vec<Case>> {
    let case = |item: &Vec<Block>| match item.as_slice() {
        [Block { what: What::Paragraph(words, code), .. }]
            if IF.found(words) && words.len() < 240 && !words.contains('\n') =>
        {
            let mut commands = super::prose::commands(words, code);
            (commands.len() < 2).then(|| Case { say: words.trim().to_owned(), command: commands.pop() })
        }
        _ => None,
    };
    let cases: Option<Vec<Case>> = items.iter().map(case).collect();
    cases.filter(|cases| (2..=9).contains(&cases.len()))
}

/// The cases of a table: a column says when, another what to do then.
pub(super) fn of_table(rows: &[Vec<Cell>]) -> Option<(String, Vec<Case>)> {
    let (head, rows) = rows.split_first()?;
    let when = head.iter().position(|cell| SITUATION.found(&cell.words))?;
    let then = head.iter().position(|cell| REMEDY.found(&cell.words)).filter(|then| *then > when)?;
    let case = |row: &Vec<Cell>| {
        let (when, then) = (row.get(when)?, row.get(then)?);
        if when.words.trim().is_empty() {
            return None;
        }
        let at = |code: &String| (then.words.find(code.as_str()).unwrap_or_default(), code.clone());
        let code: Vec<(usize, String)> = then.code.iter().map(at).collect();
        let mut commands = super::prose::commands(&then.words, &code);
        let say = format!("{}: {}", when.words.trim(), then.words.trim());
        Some(Case { say, command: commands.pop().filter(|_| commands.is_empty()) })
    };
    let cases: Option<Vec<Case>> = rows.iter().map(case).collect();
    let cases =
        cases.filter(|cases| (2..=20).contains(&cases.len()) && cases.iter().all(|case| case.say.len() < 300))?;
    let word = head.get(when)?.words.trim().to_lowercase();
    let question = if IF.found(&word) { WHICH.to_owned() } else { format!("Which {word} is it?") };
    Some((question, cases))
}

/// The ways that begin at a section: their sections, and the one behind the last. Fewer than three where there is nothing to choose.
fn ways(sections: &[Section], at: usize) -> Vec<usize> {
    let level = sections[at].level;
    let mut ways = Vec::new();
    if !OPTION.found(&sections[at].title) || level == 0 {
        return ways;
    }
    for (index, section) in sections.iter().enumerate().skip(at) {
        let deeper = section.level > level;
        if deeper {
            continue;
        }
        ways.push(index);
        if section.level < level || !OPTION.found(&section.title) || section.sort != sections[at].sort {
            return ways;
        }
    }
    ways.push(sections.len());
    ways
}
