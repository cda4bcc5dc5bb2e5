//! A block of commands taken apart into what is done in one go each: at comments that are titles, and around commands that want a step of
//! their own.

use super::fence::{Entry, Part};
use super::placeholder::filled;
use super::program::{self, Opens};
use super::words::Words;

/// Commands that are run in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line of its first command.
    pub(super) line: usize,
    /// The comment above it.
    pub(super) title: Option<String>,
    /// Further comments.
    pub(super) remarks: Vec<String>,
    /// Commands, and comments among them.
    pub(super) commands: Vec<String>,
    /// What the source shows them printing.
    pub(super) output: Vec<String>,
    /// How the command meets its terminal.
    pub(super) mode: Option<&'static str>,
    /// What it opens.
    pub(super) opens: Option<Opens>,
    /// What is typed into what it opens.
    pub(super) typed: Vec<String>,
    /// As whom and on which machine the source shows it.
    pub(super) at: Option<String>,
    /// It leaves what was opened before.
    pub(super) leaves: bool,
}

static WHOLE: Words =
    Words::new(r"(?m)^\s*(#\s?!\s*/|set\s+-\w*[eux]|trap\s|(function\s+)?[A-Za-z_][\w-]*\s*\(\)\s*\{?|shopt\s)");

/// Takes a block apart. `inside` says that it begins inside of something that was opened.
pub(super) fn split(entries: &[Entry], inside: bool) -> Vec<Piece> {
    let whole = entries.iter().any(|entry| {
        let text = if entry.what == Part::Comment { format!("# {}", entry.text) } else { entry.text.clone() };
        WHOLE.found(&text)
    });
    let groups = groups(entries);
    let titled = groups.iter().filter(|group| group.has_commands() && group.has_comments()).count();
    let groups =
        if whole || titled < 2 { vec![entries.to_vec()] } else { groups.into_iter().map(|group| group.0).collect() };
    let mut pieces = Vec::new();
    let mut inside = inside;
    for group in &groups {
        let one = whole && !inside && !group.iter().any(|entry| entry.what == Part::Typed);
        cut(group, one, &mut inside, &mut pieces);
    }
    pieces
}

/// A comment and what stands below it.
struct Group(Vec<Entry>);

impl Group {
    fn has_commands(&self) -> bool {
        self.0.iter().any(|entry| entry.what == Part::Command)
    }

    fn has_comments(&self) -> bool {
        self.0.iter().any(|entry| entry.what == Part::Comment)
    }
}

/// Comments begin groups; those with nothing below them belong to the next.
fn groups(entries: &[Entry]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![Group(Vec::new())];
    for entry in entries {
        let begins = entry.what == Part::Comment
            && groups
                .last()
                .is_some_and(|group| group.0.iter().any(|entry| !matches!(entry.what, Part::Comment | Part::Blank)));
        if begins {
            groups.push(Group(Vec::new()));
        }
        if let Some(group) = groups.last_mut() {
            group.0.push(entry.clone());
        }
    }
    groups
}

/// Cuts a group around commands that want a step of their own.
fn cut(entries: &[Entry], one: bool, inside: &mut bool, pieces: &mut Vec<Piece>) {
    let (title, remarks, rest) = head(entries);
    let first = pieces.len();
    let mut piece = Piece::default();
    for entry in rest {
        match entry.what {
            Part::Output => {
                let last = if piece.commands.is_empty() && pieces.len() > first {
                    pieces.last_mut().unwrap_or(&mut piece)
                } else {
                    &mut piece
                };
                last.output.push(entry.text.clone());
            }
            Part::Typed => {
                let last = if piece.commands.is_empty() && pieces.len() > first {
                    pieces.last_mut().unwrap_or(&mut piece)
                } else {
                    &mut piece
                };
                last.typed.push(entry.text.clone());
                last.line = if last.line == 0 { entry.line } else { last.line };
            }
            Part::Blank => {}
            Part::Comment => {
                let comment = format!("# {}", entry.text);
                match pieces
                    .last_mut()
                    .filter(|last| *inside && last.opens == Some(Opens::Inside) && piece.commands.is_empty())
                {
                    Some(opened) => opened.typed.push(comment),
                    None => piece.commands.push(comment),
                }
            }
            Part::Command if one => add(&mut piece, entry),
            Part::Command => command(entry, inside, &mut piece, pieces),
        }
    }
    close(&mut piece, pieces);
    if pieces.len() == first {
        // Comments alone.
        pieces.push(Piece { line: entries.first().map_or(0, |entry| entry.line), ..Piece::default() });
    }
    if let Some(piece) = pieces.get_mut(first) {
        piece.title = title;
        piece.remarks.splice(0..0, remarks);
    }
}

fn command(entry: &Entry, inside: &mut bool, piece: &mut Piece, pieces: &mut Vec<Piece>) {
    let text = entry.text.trim();
    if program::leaves(text) {
        close(piece, pieces);
        *inside = false;
        pieces.push(Piece { line: entry.line, leaves: true, typed: vec![text.to_owned()], ..Piece::default() });
        return;
    }
    let filled = filled(text);
    let opens = program::opens(&filled);
    if *inside {
        // The lines after the one that opened it are typed there.
        match pieces.last_mut().filter(|last| last.opens == Some(Opens::Inside)) {
            Some(opened) => opened.typed.push(entry.text.clone()),
            None => add(piece, entry),
        }
        return;
    }
    let mode = if opens.is_some() { Some("interactive") } else { program::mode(&filled) };
    if mode.is_none() {
        add(piece, entry);
        return;
    }
    // What was set right before belongs to the command that uses it.
    let joined =
        opens.is_some() && piece.commands.iter().all(|command| is_assignment(command) || command.starts_with("# "));
    if !joined || matches!(opens, Some(Opens::User(_))) {
        close(piece, pieces);
    }
    add(piece, entry);
    piece.mode = mode;
    *inside = opens == Some(Opens::Inside);
    piece.opens = opens;
    close(piece, pieces);
}

fn add(piece: &mut Piece, entry: &Entry) {
    if piece.line == 0 {
        piece.line = entry.line;
    }
    if piece.at.is_none() {
        piece.at.clone_from(&entry.at);
    }
    piece.commands.push(entry.text.clone());
}

fn close(piece: &mut Piece, pieces: &mut Vec<Piece>) {
    let mut done = std::mem::take(piece);
    // A comment with nothing below it is no part of the command.
    while done.commands.len() > 1 && done.commands.last().is_some_and(|command| command.starts_with("# ")) {
        done.remarks.extend(done.commands.pop().map(|comment| comment[2..].to_owned()));
    }
    if !(done.commands.is_empty() && done.typed.is_empty() && done.output.is_empty()) {
        pieces.push(done);
    }
}

static ASSIGNMENT: Words = Words::new(r"^(export\s+)?[A-Za-z_][A-Za-z0-9_]*=");

/// Whether a command only sets a variable.
pub(super) fn is_assignment(command: &str) -> bool {
    let quotes = super::shell::quotes(command);
    let rest = command.strip_prefix("export ").unwrap_or(command);
    let from = command.len() - rest.len();
    ASSIGNMENT.found(command) && !outside(command, &quotes, from)
}

/// Whether a word follows outside of all quotes and brackets.
fn outside(command: &str, quotes: &[super::shell::Quote], from: usize) -> bool {
    let mut depth = 0_usize;
    let mut tick = false;
    for (at, c) in command.char_indices().skip_while(|(at, _)| *at < from) {
        if quotes.get(at) == Some(&super::shell::Quote::Still) {
            return false;
        }
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '`' => tick = !tick,
            c if c.is_whitespace() && depth == 0 && !tick && quotes.get(at) == Some(&super::shell::Quote::None) => {
                let rest = command[at..].trim_start();
                return !(rest.is_empty() || rest.starts_with('#'));
            }
            ';' | '&' | '|' if depth == 0 && !tick && quotes.get(at) == Some(&super::shell::Quote::None) => {
                return true;
            }
            _ => {}
        }
    }
    false
}

static NUMBERED: Words = Words::new(r"(?i)^((step\s+)?\d+(\.\d+)*\s*[.):-]\s*|-+\s*|=+\s*|\*+\s*)+");

/// The comments a group begins with: the last lines of them are its title, what stands apart above is a remark.
fn head(entries: &[Entry]) -> (Option<String>, Vec<String>, &[Entry]) {
    let end =
        entries.iter().position(|entry| !matches!(entry.what, Part::Comment | Part::Blank)).unwrap_or(entries.len());
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for entry in &entries[..end] {
        match (entry.what, blocks.last_mut()) {
            (Part::Comment, _) if entry.text.starts_with('!') => {}
            (Part::Comment, Some(block))
                if !entry.text.is_empty() && !entry.text.chars().all(|c| matches!(c, '-' | '=' | '*' | '#')) =>
            {
                block.push(&entry.text);
            }
            _ => blocks.push(Vec::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    let title = blocks
        .pop()
        .map(|block| NUMBERED.replace(&block.join(" "), "").trim().to_owned())
        .filter(|title| !title.is_empty());
    let remarks = blocks.into_iter().map(|block| block.join("\n")).collect();
    (title, remarks, &entries[end..])
}

#[cfg(test)]
mod tests {
    use super::super::fence::{Code, read};
    use super::*;

    fn pieces(text: &str) -> Vec<Piece> {
        let Code::Shell(entries) = read("sh", text, 1) else { panic!("no commands: {text}") };
        split(&entries, false)
    }

    #[test]
    fn comments_above_commands_are_titles() {
        let pieces = pieces(
            "# WARNING: users notice\n\n# 1. Look\nps\n\n# 2. Restart\nsystemctl restart a\nsystemctl restart b\n",
        );
        let titles: Vec<_> = pieces.iter().map(|piece| piece.title.as_deref().unwrap_or_default()).collect();
        assert_eq!(titles, ["Look", "Restart"]);
        assert_eq!((pieces[0].remarks.join(""), pieces[1].commands.len()), ("WARNING: users notice".to_owned(), 2));
    }

    #[test]
    fn a_script_stays_in_one() {
        assert_eq!(pieces("#!/bin/bash\n# a\nls\n# b\nls\n").len(), 1);
        assert_eq!(pieces("f() {\n ls\n}\n# a\nf\n# b\nf\n").len(), 1);
    }

    #[test]
    fn what_goes_on_or_wants_keys_is_a_piece_of_its_own() {
        let pieces = pieces("ls\ntail -f x\nls\nvim y\n");
        let modes: Vec<_> = pieces.iter().map(|piece| piece.mode).collect();
        assert_eq!(modes, [None, Some("follow"), None, Some("interactive")]);
    }

    #[test]
    fn what_follows_a_command_that_opens_something_is_typed_there() {
        let pieces = pieces("N=\"x y\"\nssh db1\nsystemctl stop pg\nexit\nls\n");
        assert_eq!(pieces[0].commands, ["N=\"x y\"", "ssh db1"]);
        assert_eq!(pieces[0].typed, ["systemctl stop pg"]);
        assert!(pieces[1].leaves);
        assert_eq!(pieces[2].commands, ["ls"]);
    }

    #[test]
    fn an_assignment_is_known() {
        for text in ["A=1", "export A=\"b c\"", "A=$(x | y)", "A=`x y`", "A=b # why", "A='x;y'"] {
            assert!(is_assignment(text), "{text}");
        }
        for text in ["A=1 make", "A=1; ls", "A=1 && ls", "ls"] {
            assert!(!is_assignment(text), "{text}");
        }
    }
}
