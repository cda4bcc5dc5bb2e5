//! Pieces of a block of commands as steps.

use super::build::Builder;
use super::draft::{Does, Step};
use super::effect;
use super::flow::{Flow, Waiting, join, text_of, title_of, unnumbered};
use super::heading::{self, Sort};
use super::piece::{Piece, is_assignment};
use super::placeholder::filled;
use super::program::{self, Opens};
use super::source::Block;
use super::title;
use super::words::Words;
use crate::runbook::model::PhaseName;
use crate::runbook::names::is_user;

static BEFOREHAND: Words = Words::new(
    r"(?i)^\W*(before|bevor|vor dem|antes de|avant de)\b.{3,90}?,\s*(you must|you should|please|always|first|make sure to)?\s*(stop|make|take|create|back ?up|disable|notify|ensure|pause|drain|shut|silence|put|stoppen|sichern)\b",
);

impl Builder {
    /// Makes steps of the pieces of a block, with the prose that waits above them.
    pub(super) fn pieces(&mut self, pieces: Vec<Piece>, block: &Block, flow: &mut Flow<'_>) {
        if pieces
            .iter()
            .all(|piece| piece.commands.iter().all(|command| command.starts_with("# ")) && piece.typed.is_empty())
        {
            // Comments and output alone.
            flow.waiting.push(Waiting {
                line: block.line,
                raw: block.raw.clone(),
                words: String::new(),
                commands: Vec::new(),
            });
            return;
        }
        self.precondition(flow);
        let titled = pieces.iter().filter(|piece| piece.title.is_some()).count() > 1;
        let mut changed: Option<(PhaseName, usize)> = None;
        for piece in pieces {
            if piece.leaves {
                self.leave(&piece);
                continue;
            }
            if let Some(Opens::User(user)) = piece.opens.clone()
                && is_user(&user)
            {
                self.become_user(&piece, user, flow);
                continue;
            }
            if let Some(at) = &piece.at
                && self.machines.insert(at.clone())
            {
                self.draft.note(
                    piece.line,
                    format!(
                        "the source shows this as {at}; where that is another machine or user, write `on:` and `as:`"
                    ),
                );
            }
            let phase = if titled { phase_of(&piece, flow.phase, changed.is_some()) } else { flow.phase };
            let step = self.step(&piece, titled, flow);
            let id = self.push_into(flow, phase, step);
            if phase == PhaseName::Verify
                && flow.phase != PhaseName::Verify
                && let Some((phase, at)) = changed
                && let Some(change) = self.draft.steps_mut(phase).get_mut(at)
            {
                change.verify.push(id);
            }
            if phase == flow.phase {
                changed = flow.made.last().copied();
            }
            if piece.opens.is_some() {
                self.inside =
                    Some((piece.line, piece.commands.last().cloned().unwrap_or_default(), flow.section.level));
            }
        }
    }

    /// What a sentence wants done before anything else is a step before the command.
    fn precondition(&mut self, flow: &mut Flow<'_>) {
        if flow.within || !matches!(flow.phase, PhaseName::Fix | PhaseName::Revert) {
            return;
        }
        let found = flow.waiting.iter_mut().find_map(|waiting| {
            let first = title::sentences(&waiting.words).into_iter().find(|sentence| BEFOREHAND.found(sentence))?;
            // It is said; the command is called by something else.
            waiting.words = waiting.words.replace(&first, "");
            Some((waiting.line, first))
        });
        if let Some((line, first)) = found {
            self.push_made(flow, Step { title: title::line(&first), line, ..Step::default() });
        }
    }

    fn step(&mut self, piece: &Piece, titled: bool, flow: &mut Flow<'_>) -> Step {
        let waiting = std::mem::take(&mut flow.waiting);
        let first = piece
            .commands
            .iter()
            .find(|command| !command.starts_with("# "))
            .map(String::as_str)
            .or(piece.typed.first().map(String::as_str));
        let above = !waiting.is_empty();
        let own = piece.title.as_deref().map(title::line).filter(|title| !title.is_empty());
        let heading = Some(flow.section.title.as_str()).filter(|title| !title.is_empty() && !flow.section.named);
        let item = waiting
            .iter()
            .find(|waiting| flow.item && !waiting.words.is_empty())
            .map(|waiting| title::of_item(&unnumbered(&waiting.words)));
        let title = match (&own, titled) {
            (Some(own), true) => match item.as_deref().or(heading) {
                Some(heading) if !title::announces(heading) => title::line(&format!("{heading}: {own}")),
                _ => own.clone(),
            },
            (Some(own), false) if !above => own.clone(),
            _ => title_of(&waiting, flow, first),
        };
        let mut text = if titled { join(&waiting) } else { text_of(&waiting, &title) };
        // What the title leaves out stands below it.
        let unsaid = own.filter(|own| !title.ends_with(own.as_str()) || own.ends_with('…'));
        let unsaid = unsaid.and(piece.title.clone());
        for remark in unsaid.into_iter().chain(piece.remarks.iter().cloned()) {
            add(&mut text, &remark);
        }
        let does = if self.inside.is_some() && piece.opens.is_none() {
            self.typed(piece, &mut text)
        } else {
            self.run(piece, &mut text)
        };
        if !piece.output.is_empty() {
            add(&mut text, &fenced("What the source shows:", &piece.output));
        }
        Step {
            title,
            text,
            line: piece.line,
            mode: piece.mode.filter(|_| matches!(does, Does::Run(_))),
            does,
            ..Step::default()
        }
    }

    /// Commands that are run.
    fn run(&mut self, piece: &Piece, text: &mut String) -> Does {
        let mut commands = Vec::new();
        for command in &piece.commands {
            commands.push(self.command(command, piece.line));
        }
        if !piece.typed.is_empty() {
            let typed: Vec<String> = piece.typed.iter().map(|typed| self.variables.shown(typed)).collect();
            add(text, &fenced("What is typed there:", &typed));
            self.draft.note(piece.line, "what is typed inside of what this opens stands in the text of its step");
        } else if piece.opens.is_some() {
            self.draft.note(piece.line, "this opens something, and what comes next is typed inside: by hand");
        }
        if commands.is_empty() { Does::Hand } else { Does::Run(commands) }
    }

    /// Commands that are typed into what an earlier step opened: run here they would run in the wrong place.
    fn typed(&mut self, piece: &Piece, text: &mut String) -> Does {
        let (line, opened) =
            self.inside.as_ref().map(|(line, command, _)| (*line, called(command))).unwrap_or_default();
        let lines: Vec<String> =
            piece.commands.iter().chain(&piece.typed).map(|command| self.variables.shown(command)).collect();
        add(text, &fenced(&format!("Type this inside of `{opened}`:"), &lines));
        self.draft.note(piece.line, format!("is typed inside of what line {line} opens, so it is done by hand"));
        Does::Hand
    }

    /// A command with its variables.
    pub(super) fn command(&mut self, command: &str, line: usize) -> String {
        self.variables.sets(command);
        if command.starts_with("# ") {
            return command.to_owned();
        }
        let (command, stay) = self.variables.command(command);
        for placeholder in stay {
            self.draft
                .note(line, format!("the placeholder {placeholder} stands where no variable is expanded: fill it in"));
        }
        command
    }

    /// A step of a command that stands in a sentence.
    pub(super) fn inline(&mut self, command: &str, title: String, text: String, line: usize, flow: &mut Flow<'_>) {
        // What is done by hand has its command nowhere but in its text.
        let by_hand =
            || if text.contains(command) { text.clone() } else { fenced("Type this:", &[command.to_owned()]) };
        if let Some((opened, ..)) = &self.inside {
            let what = format!("is done inside of what line {opened} opens, by hand");
            self.draft.note(line, what);
            let text = self.variables.shown(&by_hand());
            self.push_made(flow, Step { title, text, line, ..Step::default() });
            return;
        }
        let filled = filled(command);
        let opens = program::opens(&filled);
        if let Some(Opens::User(_)) = opens {
            self.draft.note(line, "a shell of another user is opened by hand; write `as:` into the steps after it");
            let text = self.variables.shown(&by_hand());
            self.push_made(flow, Step { title, text, line, ..Step::default() });
            return;
        }
        let mode = if opens.is_some() { Some("interactive") } else { program::mode(&filled) };
        let does = Does::Run(vec![self.command(command, line)]);
        // An item that is called the way back is no part of looking.
        let back = heading::read(&title).is_some_and(|reading| reading.sort == Sort::Phase(PhaseName::Revert));
        let phase = if back && effect::alters(command) { PhaseName::Revert } else { flow.phase };
        self.push_into(flow, phase, Step { title, text, does, mode, line, ..Step::default() });
        if opens.is_some() {
            self.inside = Some((line, command.to_owned(), flow.section.level));
        }
    }

    fn become_user(&mut self, piece: &Piece, user: String, flow: &mut Flow<'_>) {
        let command = piece.commands.last().cloned().unwrap_or_default();
        self.draft.left_out(piece.line, format!("became `as: {user}` of the steps that follow"), &command);
        self.user = Some((user, flow.section.level));
        for comment in piece.title.iter().chain(&piece.remarks) {
            flow.waiting.push(Waiting {
                line: piece.line,
                raw: comment.clone(),
                words: comment.clone(),
                commands: Vec::new(),
            });
        }
    }

    fn leave(&mut self, piece: &Piece) {
        let command = piece.typed.first().cloned().unwrap_or_default();
        let what = if self.inside.take().is_some() {
            "leaves what was opened: by hand, when its step is done".to_owned()
        } else if let Some((user, _)) = self.user.take() {
            format!("ends `as: {user}`")
        } else {
            "has nothing to leave".to_owned()
        };
        self.draft.left_out(piece.line, what, &command);
    }
}

/// The phase of a piece with a title of its own: looks before a change are diagnosis, looks after it prove it.
fn phase_of(piece: &Piece, around: PhaseName, changed: bool) -> PhaseName {
    let sort = piece.title.as_deref().and_then(heading::read).map(|reading| reading.sort);
    let alters = piece.commands.iter().any(|command| effect::alters(command));
    // What it sets is for the commands after it.
    if piece.commands.iter().any(|command| is_assignment(command) || command.starts_with("cd ")) {
        return around;
    }
    match (around, sort) {
        (PhaseName::Fix, Some(Sort::Phase(PhaseName::Verify | PhaseName::Diagnose))) if changed && !alters => {
            PhaseName::Verify
        }
        (PhaseName::Fix, Some(Sort::Phase(PhaseName::Diagnose))) if !alters => PhaseName::Diagnose,
        _ => around,
    }
}

/// The words by which a command is known.
fn called(command: &str) -> String {
    let plain = command.split(['$', '"', '\'', '`', '<', '\n']).next().unwrap_or_default();
    plain.chars().take(40).collect::<String>().trim().to_owned()
}

fn add(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// Lines as a block of code of their own.
fn fenced(label: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{label}\n\n{fence}\n{}\n{fence}", lines.join("\n"))
}
