//! What lies over the screen and has the keys: questions, mostly.

use chrono::{DateTime, Utc};
use ratatui_textarea::TextArea;

use super::work::WorkAsk;
use crate::runbook::{Lead, StepId, VarName};
use crate::session::event::Mark;
use crate::session::run::RunNo;
use crate::session::walk::{Intent, Preview};
use crate::tui::action::Does;
use crate::tui::effect::Open;
use crate::tui::fuzzy;

/// What lies over the screen.
#[derive(Debug)]
pub(crate) enum Overlay {
    /// All keys; lines scrolled.
    Help(u16),
    /// A list to choose from by typing.
    Picker(Picker),
    /// A list to choose from by a letter.
    Menu(Menu),
    /// A command, before it runs.
    Confirm(Box<Confirm>),
    /// A line to type.
    Prompt(Box<Prompt>),
}

/// A command, before it runs.
#[derive(Debug)]
pub(crate) struct Confirm {
    /// What is asked for, still without its confirmation.
    pub(crate) intent: Intent,
    /// What would run.
    pub(crate) preview: Preview,
    /// What it is, in words.
    pub(crate) title: String,
    /// Lines a long command is scrolled by.
    pub(crate) scroll: u16,
    /// For a `destroy`: what was typed so far.
    pub(crate) typed: Option<TextArea<'static>>,
    /// The word typed was another one.
    pub(crate) error: Option<String>,
}

/// A list to choose from by typing.
#[derive(Debug)]
pub(crate) struct Picker {
    /// What it is about.
    pub(crate) title: String,
    /// All items.
    pub(crate) items: Vec<Item>,
    /// What was typed.
    pub(crate) query: String,
    /// Places of the items that match.
    pub(crate) hits: Vec<usize>,
    /// The selected one of them.
    pub(crate) selected: usize,
}

/// A list to choose from by a letter.
#[derive(Debug)]
pub(crate) struct Menu {
    /// The question.
    pub(crate) title: String,
    /// What helps to answer it.
    pub(crate) text: Vec<String>,
    /// The answers.
    pub(crate) items: Vec<Item>,
    /// The selected one.
    pub(crate) selected: usize,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// The letter that takes it; none only by moving there.
    pub(crate) key: Option<char>,
    /// What is shown.
    pub(crate) label: String,
    /// What it does.
    pub(crate) does: Choice,
}

impl Item {
    /// An item with a letter.
    pub(crate) fn new(key: char, label: impl Into<String>, does: Choice) -> Self {
        Self { key: Some(key), label: label.into(), does }
    }
}

/// What a choice does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice {
    /// This is wanted.
    Want(Intent),
    /// An action of the table.
    Act(Does),
    /// Another question.
    Ask(Ask),
    /// A session to open.
    Open(Open),
    /// Show the output of this run.
    Show(RunNo),
    /// What was withheld is to start without its record, or not to start.
    Release(bool),
    /// Leave the program, the session stays open.
    Leave,
    /// Nothing.
    Nothing,
}

/// A line to type, and what for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ask {
    /// A note.
    Note,
    /// A command of the operator's own.
    Command,
    /// A step's command, changed.
    Edit(StepId),
    /// Why a step is skipped.
    Skip(StepId),
    /// What was seen at a manual step.
    Seen {
        /// The step.
        step: StepId,
        /// Whether it went well.
        healthy: bool,
    },
    /// A value.
    Value(VarName),
    /// Why a rule is set aside; asked for this.
    Despite(Box<Intent>),
    /// When a key time was, with what picked lines say of it; empty is now.
    When(Mark, Option<DateTime<Utc>>),
    /// How it is known whether an interrupted run happened.
    Settle {
        /// The run.
        run: RunNo,
        /// Whether it did.
        happened: bool,
    },
    /// Why the time box was answered so.
    TimeBox {
        /// What was decided.
        decision: String,
        /// Where to go, where the decision is to go somewhere.
        go: Option<Lead>,
    },
    /// What to say at the end; may be empty.
    Close,
    /// About the work itself.
    Work(WorkAsk),
    /// What to look for in the output.
    Search,
    /// Which line of the output to go to.
    Line,
    /// The title of a session without a runbook.
    Title,
}

/// A line to type.
#[derive(Debug)]
pub(crate) struct Prompt {
    /// What for.
    pub(crate) ask: Ask,
    /// The question.
    pub(crate) title: String,
    /// What helps to answer it.
    pub(crate) hint: Vec<String>,
    /// What was typed.
    pub(crate) input: TextArea<'static>,
    /// Why the last answer was not taken.
    pub(crate) error: Option<String>,
}

impl Overlay {
    /// What Enter and letters mean here: as long as it is the same, keys mean the same.
    pub(super) fn meaning(&self) -> String {
        match self {
            Self::Help(_) => "help".to_owned(),
            Self::Picker(picker) => {
                let current = picker.current().map(|item| item.label.as_str()).unwrap_or_default();
                format!("picker {} {current}", picker.title)
            }
            Self::Menu(menu) => format!("menu {} {:?} {}", menu.title, menu.text, menu.selected),
            Self::Confirm(confirm) => format!("confirm {:?} {:?}", confirm.intent, confirm.preview),
            Self::Prompt(prompt) => format!("prompt {:?}", prompt.ask),
        }
    }
}

impl Picker {
    /// A list of which nothing is typed yet.
    pub(crate) fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        let hits = (0..items.len()).collect();
        Self { title: title.into(), items, query: String::new(), hits, selected: 0 }
    }

    /// Searches anew.
    pub(crate) fn search(&mut self) {
        self.hits = fuzzy::search(&self.query, self.items.iter().map(|item| item.label.as_str()));
        self.selected = 0;
    }

    /// The selected item.
    pub(crate) fn current(&self) -> Option<&Item> {
        self.hits.get(self.selected).and_then(|place| self.items.get(*place))
    }
}

impl Menu {
    /// A question.
    pub(crate) fn new(title: impl Into<String>, text: Vec<String>, items: Vec<Item>) -> Self {
        Self { title: title.into(), text, items, selected: 0 }
    }
}

impl Prompt {
    /// An empty line to type.
    pub(crate) fn new(ask: Ask, title: impl Into<String>) -> Self {
        Self { ask, title: title.into(), hint: Vec::new(), input: empty(), error: None }
    }

    /// With help for the answer.
    pub(crate) fn hint(mut self, line: impl Into<String>) -> Self {
        self.hint.push(line.into());
        self
    }

    /// With something to begin with.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.input.insert_str(text);
        self
    }

    /// What was typed.
    pub(crate) fn typed(&self) -> String {
        self.input.lines().join("\n")
    }
}

/// An empty line to type.
pub(crate) fn empty() -> TextArea<'static> {
    let mut input = TextArea::default();
    input.set_cursor_line_style(ratatui::style::Style::new());
    input.set_wrap_mode(ratatui_textarea::WrapMode::WordOrGlyph);
    input
}
