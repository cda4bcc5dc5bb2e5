//! What can only be done when every step is there.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Builder;
use super::draft::{Does, Draft, Step};
use super::piece::is_assignment;
use super::placeholder::{names_set, names_used};
use crate::runbook::model::PhaseName;

impl Builder {
    /// Ends the work: variables, what must be exported, what is missing.
    pub(super) fn finish(mut self) -> Draft {
        self.keep_intro();
        if PhaseName::ALL.into_iter().all(|phase| self.draft.steps(phase).is_empty()) {
            self.draft.note(0, "nothing in it could be told as a step; all of it is text");
            let title = self.draft.title.clone();
            self.push(
                PhaseName::Fix,
                Step { title, text: "Everything the source says stands in the summary.".into(), ..Step::default() },
            );
        }
        self.lead_past();
        self.export();
        let commands: Vec<String> = self
            .draft
            .all_mut()
            .filter_map(|step| if let Does::Run(commands) = &step.does { Some(commands.join("\n")) } else { None })
            .collect();
        for command in &commands {
            self.variables.used(command);
        }
        if self.draft.revert.is_empty() {
            self.draft.note(0, "the source has no way back: `revert` is empty and has to be written");
        }
        self.draft.vars = self.variables.vars;
        self.draft.notes.sort_by_key(|note| note.line);
        self.draft.notes.dedup();
        self.draft
    }

    /// A variable that a later step uses has to be exported: only what is exported is carried over.
    fn export(&mut self) {
        // By how many steps each variable is used.
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        for step in self.draft.all_mut() {
            for name in uses(step) {
                *used.entry(name).or_default() += 1;
            }
        }
        let mut exported = Vec::new();
        for step in self.draft.all_mut() {
            let own = uses(step);
            let Does::Run(commands) = &mut step.does else { continue };
            for command in
                commands.iter_mut().filter(|command| is_assignment(command) && !command.starts_with("export "))
            {
                let others =
                    |name: &String| used.get(name).copied().unwrap_or_default() > usize::from(own.contains(name));
                if let Some(name) = names_set(command).into_iter().find(others) {
                    command.insert_str(0, "export ");
                    exported.push((step.line, name));
                }
            }
        }
        exported.dedup();
        for (line, name) in exported {
            self.draft.note(line, format!("{name} is exported, so that the steps after it have it too"));
        }
    }
}

/// The variables that a step uses, run or typed.
fn uses(step: &Step) -> BTreeSet<String> {
    match &step.does {
        Does::Run(commands) => names_used(&commands.join("\n")),
        _ => names_used(&step.text),
    }
}
