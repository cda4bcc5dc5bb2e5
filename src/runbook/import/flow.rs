//! The blocks of a section, one after another: prose gathers until a command, a list or the end makes a step of it.

use super::build::Builder;
use super::choice;
use super::draft::{Does, Step};
use super::fence::{self, Code, Entry};
use super::piece;
use super::prose;
use super::section::Section;
use super::source::{Block, Cell, What};
use super::title;
use super::words::Words;
use crate::runbook::model::PhaseName;

/// A block that waits for its step.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) line: usize,
    pub(super) raw: String,
    /// The words of a paragraph; none for lists and tables.
    pub(super) words: String,
    /// Commands that it asks for.
    pub(super) commands: Vec<String>,
}

/// What is gathered on the way through the blocks of one section or one item.
#[derive(Debug)]
pub(super) struct Flow<'s> {
    pub(super) phase: PhaseName,
    pub(super) section: &'s Section,
    /// It is an item of a list: its first words are its title.
    pub(super) item: bool,
    /// All of it stands within an item.
    pub(super) within: bool,
    pub(super) waiting: Vec<Waiting>,
    /// What waits ends with something to be typed.
    pub(super) typed: bool,
    /// Steps made so far: each one's phase and place in it.
    pub(super) made: Vec<(PhaseName, usize)>,
}

static NUMBERED: Words =
    Words::new(r"(?i)^\s*(\*\*|__)?((step|schritt|passo|paso|étape)\s+\d+|\d+\s*[.)])\s*[.:)]?\s*(\*\*|__)?");
static PRINTS: Words = Words::new(
    r"(?i)\b(outputs?|prompt|prints?|printed|returns?|looks? like|similar to|should (see|show|be|look|return)|example (response|result)|response|ausgabe|result|expected|something like|you('ll| will) see|displays?|shows?)\b",
);

impl Builder {
    /// Takes the blocks of a section in.
    pub(super) fn flow(&mut self, section: &Section, phase: PhaseName) {
        let mut flow = Flow {
            phase,
            section,
            item: false,
            within: false,
            waiting: std::mem::take(&mut self.intro),
            typed: false,
            made: Vec::new(),
        };
        self.blocks(&section.blocks, &mut flow);
        if section.opens && flow.made.is_empty() && !asks(&flow.waiting) {
            // Words before the first heading below: they go with its first step.
            self.intro = flow.waiting.into_iter().map(|waiting| Waiting { words: String::new(), ..waiting }).collect();
            return;
        }
        self.rest(&mut flow);
    }

    fn blocks(&mut self, blocks: &[Block], flow: &mut Flow<'_>) {
        for (index, block) in blocks.iter().enumerate() {
            match &block.what {
                What::Paragraph(words, code) => {
                    if !flow.item && NUMBERED.found(&block.raw) {
                        self.rest(flow);
                        flow.item = true;
                        wait(flow, block, words.clone(), prose::commands(words, code));
                        // Its own code comes before the next number.
                        continue;
                    }
                    if !flow.within && NUMBERED.found(&block.raw) && !flow.waiting.is_empty() {
                        self.rest(flow);
                        flow.item = true;
                    }
                    wait(flow, block, words.clone(), prose::commands(words, code));
                }
                What::Code(beside, text) => {
                    self.settle(text, flow);
                    self.code(block, beside, text, flow);
                }
                What::List(ordered, items) => {
                    self.settle("", flow);
                    let code_follows = matches!(blocks.get(index + 1).map(|block| &block.what), Some(What::Code(..)));
                    self.list(block, *ordered, items, code_follows, flow);
                }
                What::Table(rows) => {
                    self.settle("", flow);
                    self.table(block, rows, flow);
                }
                What::Heading(..) => wait(flow, block, String::new(), Vec::new()),
                What::Other => {
                    if block.raw.chars().any(char::is_alphanumeric) {
                        wait(flow, block, String::new(), Vec::new());
                    }
                }
            }
        }
    }

    /// A sentence with a command of its own is a step before the code below it, unless it leads over to that code.
    fn settle(&mut self, code: &str, flow: &mut Flow<'_>) {
        let own = |waiting: &Waiting| {
            waiting.commands.len() == 1
                && !waiting.words.trim_end().ends_with(':')
                && waiting.commands.iter().all(|command| !code.contains(command.as_str()))
        };
        if flow.within || !flow.waiting.iter().any(own) {
            return;
        }
        let all = std::mem::take(&mut flow.waiting);
        for waiting in all {
            let own = own(&waiting);
            flow.waiting.push(waiting);
            if own {
                self.by_hand(flow);
            }
        }
    }

    fn code(&mut self, block: &Block, beside: &str, text: &str, flow: &mut Flow<'_>) {
        // The text begins below its fence.
        let line = block.line + usize::from(!block.indented);
        match fence::read(beside, text, line) {
            Code::Shell(entries) => {
                self.elsewhere(&entries);
                let pieces = piece::split(&entries, self.inside.is_some());
                self.pieces(pieces, block, flow);
            }
            Code::Typed(_) => {
                let raw = self.variables.shown(&block.raw);
                flow.waiting.push(Waiting { line: block.line, raw, words: String::new(), commands: Vec::new() });
                flow.typed = true;
                self.by_hand(flow);
                flow.typed = false;
            }
            Code::Data => {
                let printed = flow
                    .waiting
                    .last()
                    .is_none_or(|last| PRINTS.found(&last.words) && !prose::is_imperative(&last.words));
                wait(flow, block, String::new(), Vec::new());
                if printed && !flow.made.is_empty() {
                    self.append(flow);
                }
            }
        }
    }

    fn table(&mut self, block: &Block, rows: &[Vec<Cell>], flow: &mut Flow<'_>) {
        wait(flow, block, String::new(), Vec::new());
        if let Some((question, cases)) = choice::of_table(rows).filter(|_| !flow.within) {
            let text = join(&std::mem::take(&mut flow.waiting));
            self.cases(&question, text, cases, block.line, flow);
            return;
        }
        let asked_for =
            |cell: &Cell| cell.code.iter().any(|code| !prose::commands(&cell.words, &[(0, code.clone())]).is_empty());
        if rows.iter().flatten().any(asked_for) {
            self.draft.note(block.line, "commands in a table stay text of the step");
        }
    }

    /// A prompt that names another machine was not typed inside of what an earlier step opened.
    fn elsewhere(&mut self, entries: &[Entry]) {
        let place = entries.iter().find_map(|entry| entry.at.as_deref());
        let machine = place.and_then(|place| place.split(['@', '.']).nth(1));
        if let (Some(machine), Some((_, command, _))) = (machine, &self.inside)
            && !command.contains(machine)
        {
            self.inside = None;
        }
    }

    fn list(&mut self, block: &Block, ordered: bool, items: &[Vec<Block>], code_follows: bool, flow: &mut Flow<'_>) {
        if let Some(cases) = choice::of_list(items).filter(|_| !flow.within) {
            let text = join(&std::mem::take(&mut flow.waiting));
            self.cases(choice::WHICH, text, cases, block.line, flow);
            return;
        }
        if !(if ordered {
            !flow.item || items.iter().any(|item| has_commands(item))
        } else {
            are_steps(items, flow.within)
        }) {
            let commands = items.iter().flatten().flat_map(commands_of).collect();
            wait(flow, block, String::new(), commands);
            return;
        }
        let mut before = std::mem::take(&mut flow.waiting);
        if flow.item && !before.is_empty() {
            // The item's own words come before those of the items in it.
            flow.waiting = before;
            self.rest(flow);
            before = Vec::new();
        }
        for (index, item) in items.iter().enumerate() {
            let mut inner = Flow {
                phase: flow.phase,
                section: flow.section,
                item: true,
                within: true,
                waiting: Vec::new(),
                typed: false,
                made: Vec::new(),
            };
            let last = index + 1 == items.len();
            if last && code_follows && !has_code(item) {
                // A block at the left edge ended the list, and belongs to its last item.
                flow.item = true;
                flow.waiting = item.iter().map(waiting).collect();
                return;
            }
            self.blocks(item, &mut inner);
            self.rest(&mut inner);
            if let Some((phase, at)) = inner.made.first().copied().filter(|_| index == 0 && !before.is_empty()) {
                let intro = join(&std::mem::take(&mut before));
                if let Some(step) = self.draft.steps_mut(phase).get_mut(at) {
                    step.text = if step.text.is_empty() { intro } else { format!("{intro}\n\n{}", step.text) };
                }
            }
            flow.made.append(&mut inner.made);
        }
    }

    /// What is left at the end: a step of its own where it asks for something, else words of the step before.
    pub(super) fn rest(&mut self, flow: &mut Flow<'_>) {
        let mut all = std::mem::take(&mut flow.waiting).into_iter().peekable();
        while let Some(next) = all.next() {
            let single = next.commands.len() == 1 && !flow.item;
            flow.waiting.push(next);
            if single && all.peek().is_some() {
                self.by_hand(flow);
            }
        }
        if flow.waiting.is_empty() {
            return;
        }
        let orders = flow.waiting.iter().any(|waiting| !waiting.commands.is_empty());
        if flow.made.is_empty() || orders || (!flow.within && (flow.item || asks(&flow.waiting))) {
            self.by_hand(flow);
        } else {
            self.append(flow);
        }
        flow.item = false;
    }

    /// Adds what waits to the words of the last step.
    fn append(&mut self, flow: &mut Flow<'_>) {
        let text = join(&std::mem::take(&mut flow.waiting));
        let last = flow.made.last().and_then(|(phase, at)| self.draft.steps_mut(*phase).get_mut(*at));
        if let Some(step) = last {
            step.text = if step.text.is_empty() { text } else { format!("{}\n\n{text}", step.text) };
        }
    }

    /// A step of what waits: its command where it asks for exactly one, else done by hand.
    fn by_hand(&mut self, flow: &mut Flow<'_>) {
        let waiting = std::mem::take(&mut flow.waiting);
        let Some(first) = waiting.first() else { return };
        let mut commands: Vec<String> = waiting.iter().flat_map(|waiting| waiting.commands.clone()).collect();
        commands.dedup();
        let typed = waiting.last().filter(|_| flow.typed).and_then(|last| code_in(&last.raw));
        let title = title_of(&waiting, flow, typed);
        let text = text_of(&waiting, &title);
        if let [command] = commands.as_slice() {
            let command = command.clone();
            let said = title
                .strip_suffix(command.as_str())
                .filter(|said| said.trim_end().ends_with([':', '–', '-']))
                .map(title::line)
                .filter(|said| !said.is_empty());
            let title = said.unwrap_or(title);
            self.inline(&command, title, text, first.line, flow);
            return;
        }
        if commands.len() > 1 {
            self.draft.note(first.line, "several commands in one paragraph stay text of a step done by hand");
        }
        self.push_made(flow, Step { title, text, line: first.line, typed: flow.typed, ..Step::default() });
    }

    /// Adds a step to the phase of the flow.
    pub(super) fn push_made(&mut self, flow: &mut Flow<'_>, step: Step) -> String {
        let phase = flow.phase;
        self.push_into(flow, phase, step)
    }

    /// Adds a step to a phase.
    pub(super) fn push_into(&mut self, flow: &mut Flow<'_>, phase: PhaseName, mut step: Step) -> String {
        if matches!(step.does, Does::Run(_)) && step.user.is_none() {
            step.user = self.user.as_ref().map(|(user, _)| user.clone());
        }
        flow.made.push((phase, self.draft.steps(phase).len()));
        flow.item = false;
        self.push(phase, step)
    }
}

/// Lets a block wait for its step.
fn wait(flow: &mut Flow<'_>, block: &Block, words: String, commands: Vec<String>) {
    flow.waiting.push(Waiting { line: block.line, raw: block.raw.clone(), words, commands });
}

/// Whether what waits asks for something to be done.
fn asks(waiting: &[Waiting]) -> bool {
    let imperative =
        |waiting: &Waiting| title::sentences(&waiting.words).iter().any(|sentence| prose::is_imperative(sentence));
    waiting.iter().any(|waiting| !waiting.commands.is_empty() || imperative(waiting))
}

/// The title for what waits.
pub(super) fn title_of(waiting: &[Waiting], flow: &Flow<'_>, command: Option<&str>) -> String {
    let prose: Vec<String> =
        waiting.iter().map(|waiting| waiting.words.clone()).filter(|words| !words.trim().is_empty()).collect();
    let heading = Some(flow.section.title.as_str())
        .filter(|title| !title.is_empty() && !flow.section.named && flow.made.is_empty());
    if flow.item
        && let Some(first) = prose.first()
    {
        let title = title::of_item(&unnumbered(first));
        let code = command.or_else(|| waiting.last().and_then(|last| code_in(&last.raw)));
        return code.filter(|_| title::announces(&title)).map_or(title, title::of_command);
    }
    match (heading, command) {
        // Prose alone below a heading of its own: that is what the step is called.
        (Some(heading), None) if !flow.section.vague => title::line(heading),
        _ => {
            let fallback =
                heading.or(Some(flow.section.title.as_str()).filter(|title| !title.is_empty() && command.is_none()));
            // What is done by hand is called by what is asked first; a command by what is said last.
            let first = prose.first().filter(|_| command.is_none()).map(std::slice::from_ref);
            title::of(first.unwrap_or(&prose), fallback, command)
        }
    }
}

/// The first line of a block of code.
fn code_in(raw: &str) -> Option<&str> {
    raw.starts_with(['`', '~']).then(|| raw.lines().nth(1)).flatten().filter(|line| !line.trim().is_empty())
}

/// The text of a step: what its title does not say.
pub(super) fn text_of(waiting: &[Waiting], title: &str) -> String {
    let text = join(waiting);
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let cut = text.trim_end().trim_end_matches('`').ends_with(['…']) || text.contains("...");
    if !cut && bare(&unnumbered(&text)) == bare(title) { String::new() } else { text }
}

pub(super) fn unnumbered(text: &str) -> String {
    NUMBERED.captures(text).map_or(text, |found| &text[found[0].len()..]).to_owned()
}

pub(super) fn join(waiting: &[Waiting]) -> String {
    waiting.iter().map(|waiting| waiting.raw.trim_end()).collect::<Vec<_>>().join("\n\n")
}

fn waiting(block: &Block) -> Waiting {
    let (words, commands) = match &block.what {
        What::Paragraph(words, code) => (words.clone(), prose::commands(words, code)),
        _ => (String::new(), commands_of(block)),
    };
    Waiting { line: block.line, raw: block.raw.clone(), words, commands }
}

/// Commands that the sentences of a block ask for.
fn commands_of(block: &Block) -> Vec<String> {
    match &block.what {
        What::Paragraph(words, code) => prose::commands(words, code),
        What::List(_, items) => items.iter().flatten().flat_map(commands_of).collect(),
        _ => Vec::new(),
    }
}

fn has_code(item: &[Block]) -> bool {
    item.iter().any(|block| match &block.what {
        What::Code(..) => true,
        What::List(_, items) => items.iter().any(|item| has_code(item)),
        _ => false,
    })
}

/// Whether there is code to be run in an item.
fn has_commands(item: &[Block]) -> bool {
    item.iter().any(|block| match &block.what {
        What::Code(beside, text) => !matches!(fence::read(beside, text, block.line), Code::Data),
        What::List(_, items) => items.iter().any(|item| has_commands(item)),
        _ => false,
    })
}

/// Whether the items of a list without numbers are something to do, one after another.
fn are_steps(items: &[Vec<Block>], within: bool) -> bool {
    if items.iter().any(|item| has_commands(item)) {
        return true;
    }
    let asks = |item: &&Vec<Block>| match item.first().map(|block| &block.what) {
        Some(What::Paragraph(words, code)) => !prose::commands(words, code).is_empty() || prose::is_imperative(words),
        _ => false,
    };
    !within && items.len() > 1 && 3 * items.iter().filter(asks).count() >= 2 * items.len()
}
