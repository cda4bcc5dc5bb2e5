//! What follows from an intent: orders, or a refusal that says why.

use super::start::{Wanted, plain};
use super::{Confirmation, Draft, Intent, Order, Refusal, Secret, Walk, Work};
use crate::runbook::{Action, Command, Effect, Host, Lead, Mode, Pattern, PhaseName, Step, VarName, fill};
use crate::session::event::{Event, MoveCause, Source, Status};
use crate::session::run::{Purpose, RunNo};
use crate::session::site::Site;
use crate::session::state::Standing;

impl Walk {
    /// What follows from an intent.
    ///
    /// # Errors
    /// A refusal that says why it is not done and what would help.
    pub fn intend(&mut self, intent: &Intent) -> Result<Vec<Order>, Refusal> {
        self.refused = None;
        let mut orders = self.answer(intent)?;
        self.begun(intent);
        // Whoever works on does not rest any more.
        if self.state.is_resting() && intent.works_on() {
            orders.insert(0, Order::record(Event::Resumed));
        }
        Ok(self.ordered(orders))
    }

    /// Whether an intent would be carried out now.
    ///
    /// # Errors
    /// The refusal it would meet.
    pub fn can(&self, intent: &Intent) -> Result<(), Refusal> {
        self.answer(intent).map(drop)
    }

    /// What an accepted intent changes in what is under way.
    fn begun(&mut self, intent: &Intent) {
        let beside = matches!(
            intent,
            Intent::Note { .. } | Intent::Pin { .. } | Intent::Mark { .. } | Intent::Work { .. } | Intent::Stop { .. }
        );
        if matches!(intent, Intent::Close { .. }) {
            self.closing = (!self.running().is_empty()).then(|| intent.clone());
        } else if !beside {
            self.closing = None;
        }
        match intent {
            Intent::Run { step, .. } => {
                self.waiting.remove(step);
                self.series.remove(step);
                self.guarding(step, intent);
            }
            Intent::Skip { step, .. } => {
                self.waiting.remove(step);
                self.guarded.remove(step);
            }
            Intent::Stop { run, .. } => {
                if let Some(step) = self.step_of(*run).cloned() {
                    self.waiting.remove(&step);
                    self.guarded.remove(&step);
                    self.halted.insert(step);
                }
            }
            Intent::Reopen => self.arriving.clear(),
            // Whoever goes elsewhere does not want what was about to start here. Hosts that are to come are another thing: the attempt
            // on all of them has begun.
            Intent::Go(_) | Intent::FollowSign { .. } | Intent::Close { .. } | Intent::Leave { .. } => {
                self.waiting.clear();
                self.guarded.clear();
                if matches!(intent, Intent::Leave { .. }) {
                    self.halt();
                }
            }
            Intent::Reload { .. } => self.halt(),
            _ => {}
        }
    }

    /// Nothing more is started of any attempt on many hosts.
    fn halt(&mut self) {
        self.halted.extend(self.state.steps.keys().cloned());
    }

    fn answer(&self, intent: &Intent) -> Result<Vec<Order>, Refusal> {
        let writes_only = matches!(intent, Intent::Note { .. } | Intent::Pin { .. } | Intent::Stop { .. });
        if self.state.closed && !matches!(intent, Intent::Note { .. } | Intent::Reopen) {
            return Err(Refusal::Closed);
        }
        if self.is_recording() && !writes_only {
            return Err(Refusal::NotYet);
        }
        match intent {
            Intent::Run { step, edited, confirmed, despite } => {
                self.run(step, edited.as_deref(), confirmed, despite.as_deref())
            }
            Intent::Undo { run, confirmed } => self.undo(*run, confirmed),
            Intent::AdHoc { command, effect, confirmed } => self.ad_hoc(command, *effect, confirmed),
            Intent::Probe { run } => self.probe(*run),
            Intent::Settle { run, happened, because } => {
                let because = reason(because, "how do you know")?;
                self.interrupted(*run)?;
                let mut orders = vec![Order::record(Event::RunSettled { run: *run, happened: *happened, because })];
                orders.extend(self.after_settling(*run).filter(|_| *happened));
                Ok(orders)
            }
            Intent::Reload { version, sha256 } => {
                Ok(vec![Order::record(Event::RunbookChanged { version: *version, sha256: sha256.clone() })])
            }
            Intent::Choose { step, option } => self.choose(step, *option),
            Intent::Done { step, seen, healthy } => self.done(step, seen, *healthy),
            Intent::Skip { step, reason: why } => {
                let why = reason(why, "why is it skipped")?;
                self.find(step)?;
                self.not_running(step)?;
                let mut orders = vec![Order::record(Event::Skipped { step: step.clone(), reason: why })];
                if self.is_at(step) {
                    orders.push(Order::record(self.onward(step, MoveCause::Skipped(step.clone()))));
                }
                Ok(orders)
            }
            Intent::Go(lead) => self.go(lead, MoveCause::Operator),
            Intent::FollowSign { step, to } => {
                let mut orders = self.go(to, MoveCause::Sign(step.clone()))?;
                if self.state.status == Some(Status::Investigating) && !matches!(to, Lead::Next) {
                    orders.push(Order::record(Event::StatusChanged { status: Status::Identified }));
                }
                Ok(orders)
            }
            Intent::Give { name, value } => self.give(name, value),
            Intent::Fetch { name } => self.fetch(name),
            Intent::Inventory { host } => self.inventory(host),
            Intent::Note { tag, text, happened } => {
                let text = reason(text, "what is the note")?;
                let draft = Draft { event: Event::Note { tag: *tag, text }, happened: happened.clone() };
                Ok(vec![Order::Record(Box::new(draft))])
            }
            Intent::Pin { run, first, last, text } => {
                self.known_run(*run)?;
                let event = Event::Pinned { run: *run, first: *first, last: *last, text: text.clone() };
                Ok(vec![Order::record(event)])
            }
            Intent::Mark { mark, happened, despite } => self.mark(*mark, happened.clone(), despite.as_deref()),
            // Resolved despite what does not hold needs a reason, which the mark takes.
            Intent::Status(Status::Resolved) if !self.is_verified() => Err(Refusal::NotVerified(self.not_holding())),
            Intent::Status(Status::Paused) => self.work(&Work::Pause { note: None }, None),
            Intent::Work { work, happened } => self.work(work, happened.as_ref()),
            Intent::Status(status) => Ok(vec![Order::record(Event::StatusChanged { status: *status })]),
            Intent::Severity(severity) => Ok(vec![Order::record(Event::SeverityChanged { severity: *severity })]),
            Intent::TimeBox { decision, reason: why } => {
                let phase = self.state.phase.unwrap_or(PhaseName::Diagnose);
                let (decision, reason) = (decision.clone(), why.trim().to_owned());
                Ok(vec![Order::record(Event::TimeBoxAnswered { phase, decision, reason })])
            }
            Intent::Stop { run, force } => {
                let known = self.known_run(*run)?;
                if !known.is_running() {
                    return Err(Refusal::NoSuch(format!("running run {run}")));
                }
                Ok(self.stopped_with(*run).into_iter().flat_map(|run| stop(run, *force)).collect())
            }
            Intent::Leave { note } => Ok(vec![Order::record(Event::Left { note: said(note.as_deref()) })]),
            Intent::Close { note, despite } => self.close(note.as_deref(), despite.as_deref()),
            Intent::Reopen if self.state.closed => {
                let attached = self.arriving.iter().cloned().map(Order::record);
                Ok([Order::record(Event::Reopened)].into_iter().chain(attached).collect())
            }
            Intent::Reopen => Err(Refusal::NoSuch("closed session".to_owned())),
        }
    }

    fn run(
        &self,
        id: &str,
        edited: Option<&str>,
        confirmed: &Confirmation,
        despite: Option<&str>,
    ) -> Result<Vec<Order>, Refusal> {
        let step = self.find(id)?;
        let Action::Run(shape) = &step.action else {
            return Err(Refusal::NoSuch(format!("command in step {id}")));
        };
        let sites = self.sites_left(step, shape)?;
        self.not_running(id)?;
        if edited.is_some_and(|text| text.trim().is_empty()) {
            return Err(Refusal::BadValue("There is no command to run.".to_owned()));
        }
        let mut texts = vec![edited.unwrap_or(&shape.run)];
        texts.extend(step.confirm.as_deref());
        let needs = self.missing(&texts);
        if !needs.is_empty() {
            return Err(Refusal::Needs(needs));
        }
        let mut orders = Vec::new();
        if step.effect != Effect::Read {
            orders.extend(self.change_allowed(Some(step), despite)?);
            self.confirmed(step.effect, confirmed, &self.confirm_word(step))?;
        }
        Self::confirmed_for(confirmed, &sites)?;
        match self.start_guards(step, &sites)? {
            Some(guards) => orders.extend(guards),
            None => orders.extend(self.start_step(step, edited, confirmed.is_there())?),
        }
        Ok(orders)
    }

    /// The start of a step's command, everything before it being settled.
    pub(super) fn start_step(&self, step: &Step, edited: Option<&str>, confirmed: bool) -> Result<Vec<Order>, Refusal> {
        let Action::Run(shape) = &step.action else {
            return Err(Refusal::NoSuch(format!("command in step {}", step.id)));
        };
        let hosts = self.plan(step, shape)?;
        let mut orders = match hosts.as_slice() {
            [only] => {
                let attempt = self.next_attempt(&step.id);
                self.start(self.wanted(step, shape, attempt, only.site.clone(), edited, confirmed))?
            }
            _ => self.start_spread(step, shape, hosts, edited, confirmed)?,
        };
        if shape.mode == Mode::Follow && self.is_at(&step.id) {
            orders.push(Order::record(self.onward(&step.id, MoveCause::Passed(step.id.clone()))));
        }
        Ok(orders)
    }

    fn undo(&self, run: RunNo, confirmed: &Confirmation) -> Result<Vec<Order>, Refusal> {
        let change = self.state.changes.iter().find(|change| change.run == run && change.undone.is_none());
        let step = change.and_then(|change| change.step.as_deref()).map(|id| self.find(id)).transpose()?;
        let Some((step, undo)) = step.and_then(|step| step.undo.as_deref().map(|undo| (step, undo))) else {
            return Err(Refusal::NoSuch(format!("undo for run {run}")));
        };
        let frozen = self.known_run(run)?.started.values.clone();
        let missing = self.missing(&[&undo.run]);
        let missing: Vec<_> = missing
            .into_iter()
            .filter(|need| !frozen.iter().any(|(name, value)| value.is_some() && need.name() == name))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::Needs(missing));
        }
        if undo.effect != Effect::Read {
            self.confirmed(undo.effect, confirmed, &step.id)?;
        }
        let site = self.undo_site(run, undo)?;
        Self::confirmed_for(confirmed, std::slice::from_ref(&site))?;
        let wanted = Wanted {
            confirmed: confirmed.is_there(),
            frozen,
            ..Wanted::new(Purpose::Undo { step: step.id.clone(), of: run }, undo, site)
        };
        self.start(wanted)
    }

    /// Where a change is taken back: where it ran, unless its undo says another host.
    pub(super) fn undo_site(&self, run: RunNo, undo: &Command) -> Result<Site, Refusal> {
        let made = self.state.site(run).unwrap_or_default();
        let there = Site { user: undo.user.clone(), ..made };
        if undo.on.is_empty() || self.sites(undo)?.iter().any(|site| site.host == there.host) {
            return Ok(there);
        }
        self.one_site(undo)
    }

    fn ad_hoc(&self, command: &str, effect: Effect, confirmed: &Confirmation) -> Result<Vec<Order>, Refusal> {
        if command.trim().is_empty() {
            return Err(Refusal::BadValue("There is no command to run.".to_owned()));
        }
        if effect != Effect::Read {
            self.confirmed(effect, confirmed, "yes")?;
        }
        let shape = plain(command, effect, Mode::Pty);
        let wanted = Wanted::new(Purpose::AdHoc, &shape, Site::default());
        self.start(Wanted { confirmed: confirmed.is_there(), ..wanted })
    }

    fn probe(&self, run: RunNo) -> Result<Vec<Order>, Refusal> {
        self.interrupted(run)?;
        let step = self.step_of(run).map(|id| self.find(id)).transpose()?;
        let Some((step, probe)) = step.and_then(|step| step.done_if.as_deref().map(|probe| (step, probe))) else {
            return Err(Refusal::NoSuch(format!("done_if for run {run}")));
        };
        let needs = self.missing(&[probe]);
        if !needs.is_empty() {
            return Err(Refusal::Needs(needs));
        }
        let shape = plain(probe, Effect::Read, Mode::Pty);
        let site = self.state.site(run).unwrap_or_default();
        self.start(Wanted::new(Purpose::Probe { step: step.id.clone(), of: run }, &shape, site))
    }

    fn choose(&self, id: &str, option: usize) -> Result<Vec<Order>, Refusal> {
        let step = self.find(id)?;
        let Action::Ask { options, .. } = &step.action else {
            return Err(Refusal::NoSuch(format!("decision in step {id}")));
        };
        let Some(choice) = options.get(option) else {
            return Err(Refusal::NoSuch(format!("answer {} to {id}", option + 1)));
        };
        let (answer, go) = (choice.say.clone(), choice.go.clone());
        let cause = MoveCause::Answered(id.to_owned());
        let moved = go.as_ref().map_or_else(|| self.onward(id, cause.clone()), |lead| self.moved(lead, cause.clone()));
        let mut orders = vec![Order::record(Event::Answered { step: id.to_owned(), answer, go, healthy: true })];
        if self.is_at(id) {
            orders.push(Order::record(moved));
        }
        Ok(orders)
    }

    fn done(&self, id: &str, seen: &str, healthy: bool) -> Result<Vec<Order>, Refusal> {
        let step = self.find(id)?;
        if !matches!(step.action, Action::Manual { .. }) {
            return Err(Refusal::NoSuch(format!("manual step {id}")));
        }
        let answer = if seen.trim().is_empty() { "done".to_owned() } else { seen.trim().to_owned() };
        let mut orders = vec![Order::record(Event::Answered { step: id.to_owned(), answer, go: None, healthy })];
        if self.is_at(id)
            && let Some(moved) = self.move_after(step, healthy)
        {
            orders.push(Order::record(moved));
        }
        Ok(orders)
    }

    /// Where a step leads: its own word, else the next step; nowhere when it went wrong outside diagnose and nothing says what then.
    pub(super) fn lead_after(&self, step: &Step, healthy: bool) -> Option<Lead> {
        let own = if healthy { &step.on_pass } else { &step.on_fail };
        let phase = self.runbook()?.step(&step.id)?.0;
        let goes_on = healthy || (phase == PhaseName::Diagnose && !self.is_ready_check(&step.id));
        own.clone().or_else(|| goes_on.then_some(Lead::Next))
    }

    fn go(&self, lead: &Lead, because: MoveCause) -> Result<Vec<Order>, Refusal> {
        if let (Lead::Next, Some(here)) = (lead, &self.state.cursor) {
            return Ok(vec![Order::record(self.onward(here, because))]);
        }
        match lead {
            Lead::Step(id) => drop(self.find(id)?),
            Lead::Phase(phase) => {
                let empty = self.runbook().is_none_or(|runbook| runbook.phase(*phase).steps.is_empty());
                if empty {
                    return Err(Refusal::NoSuch(format!("{phase} phase")));
                }
            }
            Lead::Next => return Err(Refusal::NoSuch("next step".to_owned())),
            Lead::Stop => {}
        }
        Ok(vec![Order::record(self.moved(lead, because))])
    }

    fn give(&self, name: &VarName, value: &Secret) -> Result<Vec<Order>, Refusal> {
        let Some(variable) = self.runbook().and_then(|runbook| runbook.var(name)) else {
            return Err(Refusal::NoSuch(format!("variable {name}")));
        };
        let text = value.reveal();
        if text.contains('\0') || text.len() > 100_000 {
            return Err(Refusal::BadValue(format!("{name} cannot hold this: at most 100 kB, no NUL.")));
        }
        if !variable.choices.is_empty() && !variable.choices.iter().any(|choice| choice == text) {
            return Err(Refusal::BadValue(format!("{name} must be one of: {}.", variable.choices.join(", "))));
        }
        if let Some(valid) = variable.valid.as_ref().filter(|valid| !matches_whole(valid, text)) {
            return Err(Refusal::BadValue(format!("{name} must match {}.", valid.as_str())));
        }
        let record = |value| Event::VariableSet { name: name.clone(), value, source: Source::Operator };
        if variable.secret {
            let remember = Order::Remember { name: name.clone(), value: value.clone() };
            return Ok(vec![remember, Order::record(record(None))]);
        }
        Ok(vec![Order::record(record(Some(text.to_owned())))])
    }

    fn fetch(&self, name: &VarName) -> Result<Vec<Order>, Refusal> {
        let variable = self.runbook().and_then(|runbook| runbook.var(name));
        let Some((variable, from)) =
            variable.and_then(|variable| variable.from.as_deref().map(|from| (variable, from)))
        else {
            return Err(Refusal::NoSuch(format!("command for variable {name}")));
        };
        if self.rules.drill {
            let words = format!("{name} must come from the drill: a drill runs no `from` of its runbook.");
            return Err(Refusal::CannotYet(words));
        }
        let needs = self.missing(&[from]);
        if !needs.is_empty() {
            return Err(Refusal::Needs(needs));
        }
        let shape = plain(from, Effect::Read, Mode::Pipe);
        let purpose = Purpose::Variable { name: name.clone() };
        let wanted = Wanted::new(purpose, &shape, Site::default());
        self.start(Wanted { secret_output: variable.secret, ..wanted })
    }

    fn inventory(&self, host: &str) -> Result<Vec<Order>, Refusal> {
        let Some(Host::From(from)) = self.runbook().and_then(|runbook| runbook.hosts.get(host)) else {
            return Err(Refusal::NoSuch(format!("command for the host {host}")));
        };
        if self.rules.drill {
            return Err(Refusal::CannotYet(format!(
                "{host} comes from the drill: a drill runs no `from` of its runbook."
            )));
        }
        let needs = self.missing(&[from]);
        if !needs.is_empty() {
            return Err(Refusal::Needs(needs));
        }
        let shape = plain(from, Effect::Read, Mode::Pipe);
        self.start(Wanted::new(Purpose::Inventory { host: host.to_owned() }, &shape, Site::default()))
    }

    fn confirmed(&self, effect: Effect, confirmed: &Confirmation, word: &str) -> Result<(), Refusal> {
        match (effect, confirmed.by()) {
            (Effect::Read, _) | (Effect::Change, Confirmation::Yes | Confirmation::Typed(_)) => Ok(()),
            (Effect::Change, _) => Err(Refusal::Confirm),
            (Effect::Destroy, Confirmation::Typed(typed)) if typed.trim() == word => Ok(()),
            (Effect::Destroy, Confirmation::Typed(_)) => Err(Refusal::WrongWord(word.to_owned())),
            // `--yes` is a person's word for changes; only in a drill is it one for destruction.
            (Effect::Destroy, Confirmation::Yes) if self.rules.drill => Ok(()),
            (Effect::Destroy, _) => Err(Refusal::Type(word.to_owned())),
        }
    }

    /// The word a `destroy` step asks for, values filled in.
    pub(super) fn confirm_word(&self, step: &Step) -> String {
        let lookup = |name: &str| self.state.vars.get(name).and_then(|value| value.text.clone());
        step.confirm.as_deref().map_or_else(|| step.id.clone(), |word| fill(word, lookup).trim().to_owned())
    }

    pub(super) fn find(&self, id: &str) -> Result<&Step, Refusal> {
        let step = self.runbook().and_then(|runbook| runbook.step(id)).map(|(_, step)| step);
        step.ok_or_else(|| Refusal::NoSuch(format!("step {id}")))
    }

    pub(super) fn is_at(&self, id: &str) -> bool {
        self.state.cursor.as_deref() == Some(id)
    }

    fn not_running(&self, id: &str) -> Result<(), Refusal> {
        let state = self.state.steps.get(id);
        match state.filter(|state| state.standing == Standing::Running).and_then(|state| state.runs.last()) {
            Some(run) => Err(Refusal::Busy(*run)),
            None => Ok(()),
        }
    }

    fn known_run(&self, run: RunNo) -> Result<&crate::session::state::Run, Refusal> {
        self.state.runs.get(&run).ok_or_else(|| Refusal::NoSuch(format!("run {run}")))
    }

    fn interrupted(&self, run: RunNo) -> Result<(), Refusal> {
        let known = self.known_run(run)?;
        if known.interrupted && known.settled.is_none() {
            Ok(())
        } else {
            Err(Refusal::NoSuch(format!("interrupted run {run}")))
        }
    }
}

/// The record of a stop, and the stop.
pub(super) fn stop(run: RunNo, force: bool) -> [Order; 2] {
    [Order::record(Event::StopAsked { run, force }), Order::Stop { run, force }]
}

fn matches_whole(pattern: &Pattern, text: &str) -> bool {
    pattern.regex().find(text).is_some_and(|found| found.start() == 0 && found.end() == text.len())
}

pub(super) fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn reason(text: &str, what: &str) -> Result<String, Refusal> {
    said(Some(text)).ok_or_else(|| Refusal::Reason(what.to_owned()))
}
