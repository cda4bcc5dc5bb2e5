//! The fold of what is recorded about the work itself: findings, rests, who has the lead.

use super::entry::Entry;
use super::event::{Event, Status};
use super::run::RunNo;
use super::state::{Finding, Moment, Rest, Settled, State, Stay};

impl State {
    /// Adds an entry about the work itself.
    pub(super) fn work(&mut self, entry: &Entry, now: Moment) {
        match &entry.event {
            Event::FindingOpened { text } => self.find(now, entry.seq, text, None),
            Event::FindingSettled { finding, confirmed, because } => {
                let place = usize::try_from(*finding).ok().and_then(|finding| finding.checked_sub(1));
                if let Some(finding) = place.and_then(|place| self.findings.get_mut(place)) {
                    let because = because.clone();
                    finding.settled.push(Settled { confirmed: *confirmed, because, at: (now, entry.seq) });
                }
            }
            Event::Resumed => self.go_on(now),
            Event::HandedOver { to, .. } => self.lead = Some(to.clone()),
            Event::Updated(update) => self.update = Some((now, update.clone())),
            Event::Declared { .. } => self.declared = true,
            Event::RunbookChanged { version, .. } => self.runbook = *version,
            Event::LookedAgain { again, red } => self.looked = (again.saturating_add(1), red.clone()),
            _ => {}
        }
    }

    /// A finding comes up; what is known by the same words is known.
    pub(super) fn find(&mut self, now: Moment, seq: u64, text: &str, run: Option<RunNo>) {
        if !self.findings.iter().any(|finding| finding.text == text) {
            let text = text.to_owned();
            self.findings.push(Finding { text, run, opened: (now, seq), settled: Vec::new() });
        }
    }

    /// The work rests: the stay in the phase is over until it goes on.
    pub(super) fn rest(&mut self, now: Moment) {
        if self.is_resting() {
            return;
        }
        self.rests.push(Rest { from: now, to: None, stood: self.status });
        self.status = Some(Status::Paused);
        if let Some(stay) = self.stays.last_mut() {
            stay.to.get_or_insert(now);
        }
    }

    /// The work goes on, where it rested.
    pub(super) fn go_on(&mut self, now: Moment) {
        let Some(rest) = self.rests.last_mut().filter(|rest| rest.to.is_none()) else { return };
        rest.to = Some(now);
        self.status = rest.stood.or(Some(Status::Investigating));
        if let Some(phase) = self.phase {
            self.stays.push(Stay { phase, from: now, to: None });
        }
    }
}
