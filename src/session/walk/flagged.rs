//! A run that is followed printed something its step has a flag for.

use chrono::TimeDelta;

use super::{Draft, Flagged, Order, Walk};
use crate::runbook::fill;
use crate::session::entry::When;
use crate::session::event::Event;
use crate::session::run::Purpose;

/// What was read within this time of coming came when it is recorded.
const AT_ONCE: TimeDelta = TimeDelta::seconds(1);

impl Walk {
    /// The first match of a flag is recorded once, also where whoever takes the session up reads the output again.
    pub(super) fn flagged(&mut self, flagged: &Flagged) -> Vec<Order> {
        let Flagged { run: number, found, after_ms, read } = flagged;
        let Some(run) = self.state.runs.get(number).filter(|run| run.is_running()) else { return Vec::new() };
        let Purpose::Step { step, .. } = &run.started.purpose else { return Vec::new() };
        let place = usize::try_from(found.flag).unwrap_or(usize::MAX);
        let command = self.find(step).ok().and_then(|step| step.command());
        let Some(flag) = command.and_then(|command| command.flags.get(place)) else { return Vec::new() };
        if run.flags.contains_key(&found.flag) || self.flagging.contains(&(*number, found.flag)) {
            return Vec::new();
        }
        let lookup = |name: &str| self.state.vars.get(name).and_then(|value| value.text.clone());
        let event = Event::Flagged {
            run: *number,
            step: step.clone(),
            flag: found.flag,
            says: flag.says.as_deref().map(|says| fill(says, lookup)),
            line: found.line,
            text: found.text.clone(),
        };
        let after = after_ms.and_then(|ms| TimeDelta::try_milliseconds(i64::try_from(ms).ok()?));
        let came = after.and_then(|after| run.at.at.checked_add_signed(after));
        let happened = came.filter(|came| *read - came > AT_ONCE).map(When::Exact);
        self.flagging.insert((*number, found.flag));
        vec![Order::Record(Box::new(Draft { event, happened }))]
    }
}
