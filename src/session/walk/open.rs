//! The first records: of a new session, and of one that is taken up again.

use super::{Order, Walk};
use crate::runbook::{Action, Lead, Mode, PhaseName, StepId, VarName};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, MoveCause, Opened, Source};
use crate::session::site::Machine;
use crate::session::state::Standing;
use crate::session::walk::order::Draft;

/// How a session begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The first entry.
    pub opened: Opened,
    /// The second: the process that begins ([`Event::Attached`]).
    pub attached: Event,
    /// Values given from outside, with where they are from. Defaults of the runbook fill the rest, but for drills.
    pub given: Vec<(VarName, String, Source)>,
    /// Hosts given from outside: their targets, with where they are from.
    pub hosts: Vec<(Machine, Source)>,
    /// When it was noticed, where that is known.
    pub detected: Option<When>,
    /// When users began to feel it, where that is known.
    pub impact_started: Option<When>,
}

impl Walk {
    /// The first records of a new session.
    pub fn open(&mut self, opening: Opening) -> Vec<Order> {
        let mut orders = Vec::new();
        let drill = opening.opened.drill.is_some();
        let planned = opening.opened.planned;
        // Before anything is written: a title or an alert may hold one.
        for (name, value, _) in opening.given.iter().filter(|(name, ..)| self.is_secret(name)) {
            orders.push(Order::Remember { name: name.clone(), value: super::Secret::new(value.clone()) });
        }
        orders.push(Order::record(Event::Opened(opening.opened)));
        orders.push(Order::record(opening.attached));
        let marks = [(Mark::ImpactStarted, opening.impact_started), (Mark::Detected, opening.detected)];
        for (mark, when) in marks {
            if let Some(when) = when {
                let draft = Draft { event: Event::Marked { mark }, happened: Some(when) };
                orders.push(Order::Record(Box::new(draft)));
            }
        }
        if !planned {
            orders.push(Order::record(Event::Marked { mark: Mark::Acknowledged }));
        }
        for (name, value, source) in &opening.given {
            let value = (!self.is_secret(name)).then(|| value.clone());
            orders.push(Order::record(Event::VariableSet { name: name.clone(), value, source: source.clone() }));
        }
        orders.extend(opening.hosts.iter().map(|(machine, source)| Order::record(host_set(machine, source))));
        // A drill takes no default: a forgotten variable must not reach production.
        let vars = self.runbook.iter().flat_map(|runbook| &runbook.vars).filter(|_| !drill);
        for (name, variable) in vars {
            let given = opening.given.iter().any(|(own, ..)| own == name);
            if let Some(value) = variable.default.as_ref().filter(|_| !given && variable.from.is_none()) {
                let value = Some(value.clone());
                orders.push(Order::record(Event::VariableSet { name: name.clone(), value, source: Source::Default }));
            }
        }
        if let Some(moved) = self.start_of_walk() {
            orders.push(Order::record(moved));
        }
        self.ordered(orders)
    }

    /// The first records of a session taken up again.
    pub fn attach(&mut self, attached: Event, hosts: &[(Machine, Source)]) -> Vec<Order> {
        let mut orders = vec![Order::record(attached)];
        orders.extend(hosts.iter().map(|(machine, source)| Order::record(host_set(machine, source))));
        orders.extend(self.overdue().map(Order::record));
        self.ordered(orders)
    }

    /// A closed session is only looked at; who does is recorded ([`Event::Attached`]) when it is opened again.
    pub fn look(&mut self, attached: Event, hosts: &[(Machine, Source)]) {
        self.arriving = vec![attached];
        self.arriving.extend(hosts.iter().map(|(machine, source)| host_set(machine, source)));
    }

    /// The move on from the step at the cursor, where its outcome is in the journal and the move is not: whoever was about to record
    /// it died in between. Without it the step would be run once more.
    fn overdue(&self) -> Option<Event> {
        if self.state.phase.is_none() {
            return self.start_of_walk();
        }
        let (_, step) = self.cursor()?;
        let own = self.state.steps.get(&step.id).filter(|own| own.seq > self.state.arrived)?;
        let next = |cause: fn(StepId) -> MoveCause| Some(self.onward(&step.id, cause(step.id.clone())));
        match (&step.action, own.standing) {
            (_, Standing::Skipped) => next(MoveCause::Skipped),
            (Action::Run(command), Standing::Running) if command.mode == Mode::Follow => next(MoveCause::Passed),
            (Action::Run(_), Standing::Healthy) if self.offered(&step.id).is_none() => self.move_after(step, true),
            // A step that is repeated may have had time left for another try; that is for whoever takes it up to say.
            (Action::Run(_), Standing::Unhealthy) if self.offered(&step.id).is_none() && step.until.is_none() => {
                self.move_after(step, false)
            }
            (Action::Ask { options, .. }, Standing::Healthy) => {
                let taken = options.iter().find(|option| own.said.as_ref() == Some(&option.say));
                match taken.and_then(|option| option.go.as_ref()) {
                    Some(lead) => Some(self.moved(lead, MoveCause::Answered(step.id.clone()))),
                    None => next(MoveCause::Answered),
                }
            }
            (Action::Manual { .. }, Standing::Healthy | Standing::Unhealthy) => {
                self.move_after(step, own.standing == Standing::Healthy)
            }
            _ => None,
        }
    }

    fn start_of_walk(&self) -> Option<Event> {
        let runbook = self.runbook()?;
        let phase = PhaseName::ALL.into_iter().find(|name| !runbook.phase(*name).steps.is_empty())?;
        Some(self.moved(&Lead::Phase(phase), MoveCause::Start))
    }

    /// Whether a variable's value must stay in memory.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.runbook().and_then(|runbook| runbook.var(name)).is_some_and(|variable| variable.secret)
    }
}

/// The record of where a host is.
fn host_set(machine: &Machine, source: &Source) -> Event {
    Event::HostSet { host: machine.name.clone(), machines: vec![machine.clone()], source: source.clone() }
}
