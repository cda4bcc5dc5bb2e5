//! What ends an incident: its key times, and the close of its session.

use super::intend::{said, stop};
use super::{Draft, Intent, Order, Refusal, Walk};
use crate::session::entry::When;
use crate::session::event::{Event, Mark, Status};
use crate::session::run::RunNo;

impl Walk {
    pub(super) fn mark(
        &self,
        mark: Mark,
        happened: Option<When>,
        despite: Option<&str>,
    ) -> Result<Vec<Order>, Refusal> {
        let mut orders = Vec::new();
        if mark == Mark::Resolved {
            orders.extend(self.despite_red(despite, "resolved needs every verify step green after the last change")?);
        }
        orders.push(Order::Record(Box::new(Draft { event: Event::Marked { mark }, happened })));
        let status = match mark {
            Mark::Mitigated => Some(Status::Mitigated),
            Mark::Resolved => Some(Status::Resolved),
            Mark::ImpactStarted | Mark::Detected | Mark::Acknowledged => None,
        };
        if let Some(status) =
            status.filter(|status| self.state.status.is_none_or(|now| now < *status || now == Status::Paused))
        {
            orders.push(Order::record(Event::StatusChanged { status }));
        }
        Ok(orders)
    }

    pub(super) fn close(&self, note: Option<&str>, despite: Option<&str>) -> Result<Vec<Order>, Refusal> {
        let running = self.running().into_iter().filter(|run| !self.over.contains_key(run));
        let (followed, busy): (Vec<RunNo>, Vec<RunNo>) = running.partition(|run| self.is_followed(*run));
        if !busy.is_empty() {
            return Err(Refusal::StillRunning(busy));
        }
        let mut orders = Vec::new();
        if !self.state.changes.is_empty() {
            orders.extend(self.despite_red(despite, "closing needs every verify step green after the last change")?);
        }
        // What is followed goes on until it is stopped, and closing stops it; the end of the last one closes.
        if !followed.is_empty() {
            let asked = |run: &&RunNo| self.state.runs.get(*run).is_some_and(|run| run.stop_asked);
            return Ok(followed.iter().filter(|run| !asked(run)).flat_map(|run| stop(*run, false)).collect());
        }
        orders.push(Order::record(Event::Closed { note: said(note) }));
        Ok(orders)
    }

    /// What closes the session, where that waited for the runs that are followed and the last of them is over now.
    pub(super) fn closes(&mut self) -> Vec<Order> {
        let others = self.running().iter().any(|run| !self.over.contains_key(run)) || !self.starting.is_empty();
        let Some(Intent::Close { note, despite }) = self.closing.take_if(|_| !others) else { return Vec::new() };
        self.close(note.as_deref(), despite.as_deref()).unwrap_or_else(|refusal| {
            self.refused = Some(refusal);
            Vec::new()
        })
    }

    fn despite_red(&self, despite: Option<&str>, rule: &str) -> Result<Option<Order>, Refusal> {
        let red = self.not_holding();
        if red.is_empty() {
            return Ok(None);
        }
        match said(despite) {
            None => Err(Refusal::NotVerified(red)),
            Some(why) => {
                let rule = format!("{rule} (not green: {})", red.join(", "));
                Ok(Some(Order::record(Event::Overridden { rule, reason: why })))
            }
        }
    }
}
