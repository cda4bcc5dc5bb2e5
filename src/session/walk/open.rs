//! The first records: of a new session, and of one that is taken up again.

use super::{Order, Walk};
use crate::runbook::{Lead, PhaseName, VarName};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, MoveCause, Opened, Source};
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
            let secret = self.is_secret(name);
            if secret {
                let value = super::Secret::new(value.clone());
                orders.push(Order::Remember { name: name.clone(), value });
            }
            let value = (!secret).then(|| value.clone());
            orders.push(Order::record(Event::VariableSet { name: name.clone(), value, source: source.clone() }));
        }
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

    /// The first record of a session taken up again.
    pub fn attach(&mut self, attached: Event) -> Vec<Order> {
        self.ordered(vec![Order::record(attached)])
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
