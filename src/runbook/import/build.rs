//! Sections to steps: what goes into the summary, what becomes a step, and of which phase.

use std::collections::BTreeSet;

use super::choice::Past;
use super::draft::{Does, Draft, Ids, Step};
use super::effect;
use super::fence::{self, Code, Part};
use super::flow::Waiting;
use super::heading::Sort;
use super::placeholder::Variables;
use super::program;
use super::prose;
use super::section::Section;
use super::source::{Block, What};
use super::words::Words;
use crate::runbook::model::PhaseName;

/// Puts a draft together.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) draft: Draft,
    pub(super) ids: Ids,
    pub(super) variables: Variables,
    /// What was opened and not left: the line, the command, the level of the heading it stands below.
    pub(super) inside: Option<(usize, String, usize)>,
    /// As whom the steps run, since which line and level.
    pub(super) user: Option<(String, usize)>,
    /// Words above the first heading of a phase, for its first step.
    pub(super) intro: Vec<Waiting>,
    /// Users and machines that were told of.
    pub(super) machines: BTreeSet<String>,
    /// Ways to choose from that must be led past the others.
    pub(super) past: Vec<Past>,
}

static LINK: Words = Words::new(r"\[([^\]\[]+)\]\((https?://[^)\s]+)\)|<(https?://[^>\s]+)>");
static SEVERITY: Words =
    Words::new(r"(?im)^\W*(?:alert )?severity\W+(sev-?[0-5]|[ps][0-5]|critical|major|minor|warning|info)\b");
static ESCALATION: Words = Words::new(r"(?i)escal|eskal|on[- ]?call|contact|kontakt");

impl Builder {
    /// Takes a section in.
    pub(super) fn section(&mut self, section: &Section) {
        if !matches!(section.sort, Some(Sort::Phase(_))) {
            self.keep_intro();
        }
        if self.inside.as_ref().is_some_and(|(.., level)| section.level <= *level)
            && let Some((line, ..)) = self.inside.take()
        {
            self.draft.note(
                section.line,
                format!("from here on steps run on this machine again; line {line} had opened something else"),
            );
        }
        if self.user.as_ref().is_some_and(|(_, level)| section.level <= *level) {
            self.user = None;
        }
        match section.sort {
            Some(Sort::Phase(phase)) if !section.vague => self.steps(section, phase),
            Some(Sort::Phase(PhaseName::Diagnose)) if guess(&section.blocks).is_some() && !alter(&section.blocks) => {
                self.steps(section, PhaseName::Diagnose);
            }
            // A word in the title says less than what is done, but the way back stays the way back.
            Some(Sort::Phase(phase @ (PhaseName::Revert | PhaseName::Verify))) if guess(&section.blocks).is_some() => {
                self.steps(section, phase);
            }
            Some(Sort::Checklist) => self.steps(section, PhaseName::Diagnose),
            Some(Sort::Context | Sort::Footer) => self.keep(section),
            _ => match guess(&section.blocks) {
                Some(phase) => {
                    if section.sort.is_none() {
                        self.draft.note(
                            section.line.max(1),
                            format!("no heading tells the phase; {} was guessed from what is done", phase.as_str()),
                        );
                    }
                    self.steps(section, phase);
                }
                None => self.keep(section),
            },
        }
    }

    /// Words that found no step stay text.
    pub(super) fn keep_intro(&mut self) {
        let words = super::flow::join(&std::mem::take(&mut self.intro));
        if !words.is_empty() {
            self.draft.summary.push(words);
        }
    }

    /// Keeps a section as text of the summary.
    fn keep(&mut self, section: &Section) {
        let raw: Vec<&str> =
            section.blocks.iter().filter(|block| block.what != What::Other).map(|block| block.raw.as_str()).collect();
        if raw.is_empty() {
            return;
        }
        if section.sort == Some(Sort::Footer) {
            self.links(section, &raw);
        }
        if self.draft.severity.is_none() {
            self.draft.severity =
                raw.iter().find_map(|raw| SEVERITY.captures(raw)).map(|found| found[1].to_lowercase());
        }
        for block in &section.blocks {
            self.note_kept(block);
        }
        // The words below the title need no heading.
        let mut text = if !section.title.is_empty() && super::title::line(&section.title) != self.draft.title {
            format!("**{}**\n\n", section.title)
        } else {
            String::new()
        };
        text.push_str(&raw.join("\n\n"));
        self.draft.summary.push(text);
    }

    fn links(&mut self, section: &Section, raw: &[&str]) {
        if ESCALATION.found(&section.title) {
            self.draft.note(section.line, "whom to call stands in the summary; `escalate` wants after how long");
        }
        let Some(regex) = LINK.regex() else { return };
        for found in raw.iter().flat_map(|raw| regex.captures_iter(raw)) {
            let Some(url) = found.get(2).or_else(|| found.get(3)) else { continue };
            let name = found.get(1).map_or(url.as_str(), |name| name.as_str());
            let link = (super::title::line(&name.replace(['`', '*'], "")), url.as_str().to_owned());
            if !link.0.is_empty() && !self.draft.links.contains(&link) {
                self.draft.links.push(link);
            }
        }
    }

    /// Says where commands stay text.
    fn note_kept(&mut self, block: &Block) {
        let found = match &block.what {
            What::Code(beside, text) => matches!(fence::read(beside, text, block.line), Code::Shell(_)),
            What::Paragraph(words, code) => !prose::commands(words, code).is_empty(),
            What::List(_, items) => {
                items.iter().flatten().for_each(|block| self.note_kept(block));
                false
            }
            What::Table(rows) => rows.iter().flatten().any(|cell| {
                cell.code.iter().any(|code| !prose::commands(&cell.words, &[(0, code.clone())]).is_empty())
            }),
            _ => false,
        };
        if found {
            self.draft.note(block.line, "what looks like a command stays text of the summary");
        }
    }

    fn steps(&mut self, section: &Section, phase: PhaseName) {
        let todo =
            section.blocks.iter().all(|block| matches!(&block.what, What::Paragraph(words, _) if is_todo(words)));
        if todo && !section.blocks.is_empty() {
            self.draft.left_out(
                section.line,
                format!("the section \"{}\" is still to be written", section.title),
                "TODO",
            );
            return;
        }
        if phase == PhaseName::Diagnose && self.symptoms(section) {
            return;
        }
        self.flow(section, phase);
    }

    /// A list of what one sees, without anything to do, are symptoms.
    fn symptoms(&mut self, section: &Section) -> bool {
        let lower = section.title.to_lowercase();
        if !lower.contains("symptom") && !lower.contains("sintoma") && !lower.contains("síntoma") {
            return false;
        }
        let [Block { what: What::List(false, items), .. }] = section.blocks.as_slice() else { return false };
        let lines: Option<Vec<String>> = items
            .iter()
            .map(|item| match item.as_slice() {
                [Block { what: What::Paragraph(words, code), raw, .. }]
                    if prose::commands(words, code).is_empty() && raw.len() < 300 =>
                {
                    Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
                }
                _ => None,
            })
            .collect();
        let Some(lines) = lines else { return false };
        self.draft.symptoms.extend(lines);
        true
    }

    /// Adds a step to a phase.
    pub(super) fn push(&mut self, phase: PhaseName, mut step: Step) -> String {
        if step.id.is_empty() {
            step.id = self.ids.take(&step.title, phase);
        }
        let id = step.id.clone();
        if let Does::Run(commands) = &step.does {
            let count = commands.iter().filter(|command| !command.starts_with("# ")).count();
            step.strict = count > 1 && step.mode.is_none() && matches!(phase, PhaseName::Fix | PhaseName::Revert);
            step.bash = commands.iter().any(|command| effect::needs_bash(command));
            let looks_only = matches!(phase, PhaseName::Diagnose | PhaseName::Verify);
            step.effect = if commands.iter().any(|command| effect::destroys(command)) {
                Some("destroy")
            } else if looks_only
                && commands.iter().any(|command| effect::alters(command) && program::opens(command).is_none())
            {
                Some("change")
            } else if !looks_only && step.mode.is_none() && effect::only_looks(commands.iter()) {
                Some("read")
            } else {
                None
            };
        }
        if matches!(step.does, Does::Hand) && step.effect.is_none() && step.typed && effect::destroys(&step.text) {
            step.effect = Some("destroy");
        }
        self.draft.steps_mut(phase).push(step);
        id
    }
}

/// Whether anything in these blocks looks as if it altered something.
fn alter(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match &block.what {
        What::Code(beside, text) => {
            !matches!(fence::read(beside, text, block.line), Code::Data) && effect::alters(text)
        }
        What::Paragraph(words, code) => prose::commands(words, code).iter().any(|command| effect::alters(command)),
        What::List(_, items) => items.iter().any(|item| alter(item)),
        _ => false,
    })
}

/// The phase that what is done in these blocks belongs to; none where nothing is done.
pub(super) fn guess(blocks: &[Block]) -> Option<PhaseName> {
    let mut guessed = None;
    for block in blocks {
        let own = match &block.what {
            What::Code(beside, text) => match fence::read(beside, text, block.line) {
                Code::Shell(entries) => {
                    let commands: Vec<String> = entries
                        .into_iter()
                        .filter(|entry| entry.what == Part::Command)
                        .map(|entry| entry.text)
                        .collect();
                    (!commands.is_empty())
                        .then(|| if effect::looks(commands.iter()) { PhaseName::Diagnose } else { PhaseName::Fix })
                }
                Code::Typed(_) => Some(if effect::alters(text) { PhaseName::Fix } else { PhaseName::Diagnose }),
                Code::Data => None,
            },
            What::List(true, items) => {
                let inner = items.iter().find_map(|item| guess(item));
                let imperative = items.iter().filter(|item| matches!(item.first().map(|block| &block.what), Some(What::Paragraph(words, _)) if prose::is_imperative(words))).count();
                inner.or_else(|| (2 * imperative >= items.len()).then_some(PhaseName::Fix))
            }
            What::List(false, items) => items.iter().find_map(|item| guess(item)),
            What::Paragraph(words, code) => {
                let commands = prose::commands(words, code);
                (!commands.is_empty())
                    .then(|| if effect::looks(commands.iter()) { PhaseName::Diagnose } else { PhaseName::Fix })
            }
            _ => None,
        };
        match own {
            Some(PhaseName::Fix) => return own,
            Some(phase) => guessed = guessed.or(Some(phase)),
            None => {}
        }
    }
    guessed
}

fn is_todo(words: &str) -> bool {
    let words = words.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    matches!(
        words.as_str(),
        "todo" | "tbd" | "tba" | "fixme" | "wip" | "to be written" | "to do" | "coming soon" | "n/a" | "none"
    )
}
