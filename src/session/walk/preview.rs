//! What would run: shown before anything is started.

use super::Walk;
use crate::runbook::{Command, Effect, VarName, mentions};
use crate::session::run::RunNo;

/// A command as it would run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The text given to the shell.
    pub command: String,
    /// The values it mentions: none where there is no value yet, `Some(None)` where it is secret.
    pub values: Vec<(VarName, Option<Option<String>>)>,
    /// The host, where not this machine.
    pub host: Option<String>,
    /// The user, where not the operator.
    pub user: Option<String>,
    /// The directory, where the step says one.
    pub cwd: Option<String>,
    /// What it does to the world.
    pub effect: Effect,
    /// How to take it back.
    pub undo: Option<String>,
    /// The word to type, for a `destroy`.
    pub confirm_word: Option<String>,
    /// No way back after this.
    pub point_of_no_return: bool,
}

impl Walk {
    /// A step's command as it would run now; none for a step without one.
    #[must_use]
    pub fn preview(&self, step: &str, edited: Option<&str>) -> Option<Preview> {
        let (_, step) = self.runbook()?.step(step)?;
        let command = step.command()?;
        let preview = self.preview_of(command, edited.unwrap_or(&command.run), step.effect);
        Some(Preview {
            undo: step.undo.as_ref().map(|undo| undo.run.clone()),
            confirm_word: (step.effect == Effect::Destroy).then(|| self.confirm_word(step)),
            point_of_no_return: step.point_of_no_return,
            ..preview
        })
    }

    /// What taking back a change would run, with the values the change had.
    #[must_use]
    pub fn preview_undo(&self, run: RunNo) -> Option<Preview> {
        let (_, step) = self.runbook()?.step(self.step_of(run)?)?;
        let undo = step.undo.as_deref()?;
        let mut preview = self.preview_of(undo, &undo.run, undo.effect);
        for (name, value) in &self.state.runs.get(&run)?.started.values {
            if let Some((_, own)) = preview.values.iter_mut().find(|(own, _)| own == name) {
                *own = Some(value.clone());
            }
        }
        preview.confirm_word = (undo.effect == Effect::Destroy).then(|| step.id.clone());
        Some(preview)
    }

    /// The operator's own command as it would run now.
    #[must_use]
    pub fn preview_ad_hoc(&self, command: &str, effect: Effect) -> Preview {
        let shape = super::start::plain(command, effect, crate::runbook::Mode::Pty);
        self.preview_of(&shape, command, effect)
    }

    fn preview_of(&self, command: &Command, text: &str, effect: Effect) -> Preview {
        let mut names = mentions(text);
        names.sort();
        names.dedup();
        let known = |name: &VarName| self.state.vars.contains_key(name) || self.declared(name);
        let value = |name: VarName| {
            let set = self.state.vars.get(&name);
            let value = if self.is_secret(&name) {
                self.known.contains(&name).then_some(None)
            } else {
                set.map(|set| set.text.clone())
            };
            (name, value)
        };
        Preview {
            command: text.to_owned(),
            values: names.into_iter().filter(known).map(value).collect(),
            host: command.on.first().filter(|_| !self.rules.drill).cloned(),
            user: command.user.clone(),
            cwd: command.cwd.clone(),
            effect,
            undo: None,
            confirm_word: None,
            point_of_no_return: false,
        }
    }

    fn declared(&self, name: &str) -> bool {
        self.runbook().is_some_and(|runbook| {
            runbook.var(name).is_some() || runbook.steps().any(|(_, step)| super::rules::finds(step, name))
        })
    }
}
