//! A draft as the YAML of a runbook: what people would write, with comments where one must decide.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use super::draft::{Does, Draft, Note, Step, Var};
use super::scalar::{block, inline};
use crate::runbook::model::PhaseName;
use crate::runbook::prose::spans;

/// Longest line of a comment.
const WIDTH: usize = 110;

/// Writes a runbook. `origin` is the name of the source.
pub(super) fn write(draft: &Draft, origin: &str) -> String {
    let mut out = Out { text: String::new(), known: draft.vars.iter().map(|var| var.name.clone()).collect() };
    out.text.push_str("stanch: 1\n");
    out.head(draft, origin);
    out.vars(&draft.vars);
    for phase in PhaseName::ALL {
        let steps = draft.steps(phase);
        if steps.is_empty() {
            if phase == PhaseName::Revert {
                out.text.push_str("\n# revert: the source says no way back. Under pressure it is looked for first: write one, with steps as below.\n");
            }
            continue;
        }
        out.put(format_args!("\n{}:\n  steps:\n", phase.as_str()));
        for (index, step) in steps.iter().enumerate() {
            if index > 0 {
                out.text.push('\n');
            }
            out.step(step);
        }
    }
    out.text
}

/// A note as it stands in the file and on the terminal.
pub(super) fn told(note: &Note) -> String {
    let source = note.source.as_deref().map(|source| format!(": {}", source.replace('\n', " ⏎ "))).unwrap_or_default();
    let line = if note.line == 0 { String::new() } else { format!("line {}: ", note.line) };
    format!("{line}{}{source}", note.what)
}

struct Out {
    text: String,
    known: HashSet<String>,
}

impl Out {
    fn put(&mut self, text: fmt::Arguments<'_>) {
        // A text takes whatever is written into it.
        let _ = self.text.write_fmt(text);
    }

    fn head(&mut self, draft: &Draft, origin: &str) {
        self.comment("", &format!("Imported from {origin}. Read it whole before it is used."));
        if !draft.notes.is_empty() {
            self.comment("", "What a person must look at (lines of the source):");
            for note in &draft.notes {
                self.comment("", &format!("- {}", told(note)));
            }
        }
        self.line("", "title", &draft.title);
        self.prose("", "summary", &draft.summary.join("\n\n"));
        self.list("symptoms", &draft.symptoms, true);
        if let Some(severity) = &draft.severity {
            self.put(format_args!("severity: {severity}\n"));
        }
        if let Some(day) = &draft.reviewed {
            self.put(format_args!("reviewed: {day}\n"));
        }
        self.list("services", &draft.services, false);
        self.list("alerts", &draft.alerts, false);
        self.list("tags", &draft.tags, false);
        if !draft.links.is_empty() {
            self.text.push_str("links:\n");
            for (name, url) in &draft.links {
                let name = self.shown(name);
                self.put(format_args!("  - {{ name: {}, url: {} }}\n", inline(&name, true), inline(url, true)));
            }
        }
    }

    fn vars(&mut self, vars: &[Var]) {
        if vars.is_empty() {
            return;
        }
        self.text.push_str("\nvars:\n");
        for var in vars {
            let written = var.written.trim_start_matches('$');
            let mut fields = vec![format!("ask: {}", inline(&format!("What is {written}?"), true))];
            if !var.choices.is_empty() {
                let choices: Vec<String> = var.choices.iter().map(|choice| inline(choice, true)).collect();
                fields.push(format!("choices: [{}]", choices.join(", ")));
            }
            if var.secret {
                fields.push("secret: true".to_owned());
            }
            self.put(format_args!("  {}: {{ {} }}\n", var.name, fields.join(", ")));
        }
    }

    fn step(&mut self, step: &Step) {
        for comment in &step.comments {
            self.comment("    ", comment);
        }
        self.put(format_args!("    - id: {}\n", step.id));
        self.line("      ", "title", &step.title);
        self.prose("      ", "text", &step.text);
        match &step.does {
            Does::Hand => {}
            Does::Run(commands) if step.strict && !step.bash => self.lines(commands),
            Does::Run(commands) => self.run(commands),
            Does::Ask(question, options) => {
                self.line("      ", "ask", question);
                self.text.push_str("      options:\n");
                for (say, go) in options {
                    let say = inline(&self.shown(say), true);
                    let go = go.as_ref().map(|go| format!(", go: {go}")).unwrap_or_default();
                    self.put(format_args!("        - {{ say: {say}{go} }}\n"));
                }
            }
        }
        let words = [
            ("mode", step.mode),
            ("shell", step.bash.then_some("bash")),
            ("as", step.user.as_deref()),
            ("effect", step.effect),
            ("on_pass", step.on_pass.as_deref()),
        ];
        for (key, word) in words {
            if let Some(word) = word {
                self.put(format_args!("      {key}: {word}\n"));
            }
        }
        if !step.verify.is_empty() {
            self.put(format_args!("      verify: [{}]\n", step.verify.join(", ")));
        }
    }

    /// Commands of which a failing one ends the run.
    fn lines(&mut self, commands: &[String]) {
        self.text.push_str("      run:\n");
        for command in commands {
            match block(command, "          ").filter(|_| command.contains('\n')) {
                Some(block) => self.put(format_args!("        - {block}")),
                None => self.put(format_args!("        - {}\n", inline(command, false))),
            }
        }
    }

    fn run(&mut self, commands: &[String]) {
        let text = commands.join("\n");
        match block(&text, "        ") {
            Some(block) if text.contains('\n') => self.put(format_args!("      run: {block}")),
            _ => self.put(format_args!("      run: {}\n", inline(&text, false))),
        }
    }

    fn line(&mut self, indent: &str, key: &str, text: &str) {
        let shown = self.shown(text);
        self.put(format_args!("{indent}{key}: {}\n", inline(&shown, false)));
    }

    fn prose(&mut self, indent: &str, key: &str, text: &str) {
        let shown = self.shown(text.trim_matches('\n').trim_end());
        if shown.trim().is_empty() {
            return;
        }
        match block(&shown, &format!("{indent}  ")) {
            Some(block) if shown.contains('\n') || shown.chars().count() > WIDTH => {
                self.put(format_args!("{indent}{key}: {block}"));
            }
            _ => self.put(format_args!("{indent}{key}: {}\n", inline(&shown, false))),
        }
    }

    fn list(&mut self, key: &str, items: &[String], prose: bool) {
        if items.is_empty() {
            return;
        }
        self.text.push_str(key);
        if prose {
            self.text.push_str(":\n");
            for item in items {
                let item = self.shown(item);
                self.put(format_args!("  - {}\n", inline(&item, false)));
            }
        } else {
            let items: Vec<String> = items.iter().map(|item| inline(item, true)).collect();
            self.put(format_args!(": [{}]\n", items.join(", ")));
        }
    }

    /// Prose in which a dollar sign shows itself, unless it stands before the name of a variable of the runbook.
    fn shown(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        let doubled = |text: &str| text.replace("$$", "$$$$");
        for (at, name, _) in spans(text) {
            out.push_str(&doubled(&text[done..at]));
            if !self.known.contains(name) {
                out.push('$');
            }
            out.push('$');
            done = at + 1;
        }
        out.push_str(&doubled(&text[done..]));
        out
    }

    /// A comment, broken at words.
    fn comment(&mut self, indent: &str, text: &str) {
        let mut line = String::new();
        let mut first = true;
        for word in text.split_whitespace() {
            let word: String =
                word.chars().filter(|c| !c.is_control() && !crate::runbook::problem::is_direction(*c)).collect();
            if !line.is_empty() && line.chars().count() + word.chars().count() > WIDTH {
                self.put(format_args!("{indent}# {}{line}\n", if first { "" } else { "  " }));
                line.clear();
                first = false;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        self.put(format_args!("{indent}# {}{line}\n", if first { "" } else { "  " }));
    }
}
