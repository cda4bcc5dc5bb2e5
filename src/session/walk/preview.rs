//! What would run: shown before anything is started.

use super::{Refusal, Walk};
use crate::runbook::{Command, Effect, VarName, mentions};
use crate::session::run::RunNo;
use crate::session::site::Site;

/// A command as it would run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The text given to the shell.
    pub command: String,
    /// The values it mentions: none where there is no value yet, `Some(None)` where it is secret.
    pub values: Vec<(VarName, Option<Option<String>>)>,
    /// Where it would run, and as whom: each host that the next attempt covers. Empty where a command has to tell first.
    pub sites: Vec<Site>,
    /// Hosts of the step where the last attempt was healthy: they are left alone.
    pub held: Vec<Site>,
    /// At most this many hosts at once.
    pub at_once: u32,
    /// The first host where it is not healthy is the last.
    pub rolling: bool,
    /// Why it is not known where it would run.
    pub nowhere: Option<Refusal>,
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

impl Preview {
    /// Where it would run, and as whom, with the number of hosts: `on 3 hosts, one after the other: web1 (ssh://web1) as root, ...`;
    /// none for this machine as the operator.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        if let Some(why) = &self.nowhere {
            return Some(format!("where is not known yet: {why}"));
        }
        let names = || self.sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let left = match self.held.as_slice() {
            [] => String::new(),
            held => {
                let names: Vec<&str> = held.iter().map(Site::name).collect();
                format!(" (healthy already: {})", names.join(", "))
            }
        };
        match self.sites.as_slice() {
            [site] if site.is_plain() => None,
            [Site { host: None, target: None, user: Some(user) }] => Some(format!("as {user}")),
            [site] => Some(format!("on {site}{left}")),
            sites => {
                let how = match (self.rolling, self.at_once) {
                    (true, 1) => "one after the other up to the first that is not healthy".to_owned(),
                    (true, many) => format!("{many} at a time up to the first that is not healthy"),
                    (false, 1) => "one after the other".to_owned(),
                    (false, many) if usize::try_from(many).is_ok_and(|many| many >= sites.len()) => {
                        "at once".to_owned()
                    }
                    (false, many) => format!("{many} at a time"),
                };
                Some(format!("on {} hosts, {how}: {}{left}", sites.len(), names()))
            }
        }
    }
}

impl Walk {
    /// A step's command as it would run now; none for a step without one.
    #[must_use]
    pub fn preview(&self, step: &str, edited: Option<&str>) -> Option<Preview> {
        let (_, step) = self.runbook()?.step(step)?;
        let command = step.command()?;
        let preview = self.preview_of(command, edited.unwrap_or(&command.run), step.effect);
        let preview = match self.plan(step, command) {
            Ok(shares) => {
                let (held, left): (Vec<_>, Vec<_>) = shares.into_iter().partition(|share| share.held.is_some());
                let sites: Vec<Site> = left.into_iter().map(|share| share.site).collect();
                let rolling = step.rolling.is_some() && sites.len() + held.len() > 1;
                let at_once = Self::at_once(step, command, sites.len());
                let held = held.into_iter().map(|share| share.site).collect();
                Preview { sites, held, at_once, rolling, ..preview }
            }
            Err(refusal) => Preview { sites: Vec::new(), nowhere: Some(refusal), ..preview },
        };
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
        match self.undo_site(run, undo) {
            Ok(site) => preview.sites = vec![site],
            Err(refusal) => (preview.sites, preview.nowhere) = (Vec::new(), Some(refusal)),
        }
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
            sites: vec![Site::here(command.user.clone())],
            held: Vec::new(),
            at_once: 1,
            rolling: false,
            nowhere: None,
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
