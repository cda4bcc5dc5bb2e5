//! What is recorded about the work itself: findings, rests, people, what others were told.

use super::intend::said;
use super::{Draft, Order, Refusal, Walk};
use crate::session::entry::When;
use crate::session::event::{Detection, Event, Status, Update};

/// Something to be recorded about the work itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Something is taken for the cause, or for a part of it.
    Find {
        /// What is thought.
        text: String,
    },
    /// A finding was confirmed or ruled out.
    Settle {
        /// Its number, from 1.
        finding: u32,
        /// Confirmed; else ruled out.
        confirmed: bool,
        /// How that is known.
        because: String,
    },
    /// The work rests.
    Pause {
        /// Why, and what is next.
        note: Option<String>,
    },
    /// The work goes on.
    GoOn,
    /// Somebody else has the lead.
    HandOver {
        /// Who.
        to: String,
        /// What they have to know.
        note: Option<String>,
    },
    /// Somebody takes part.
    Join {
        /// Who.
        who: String,
        /// As what.
        role: Option<String>,
    },
    /// Somebody takes part no longer.
    Depart {
        /// Who.
        who: String,
    },
    /// How it was noticed.
    Detected {
        /// By whom or what.
        source: Detection,
        /// In what way.
        text: Option<String>,
    },
    /// Others are told where it stands.
    Update(Update),
    /// Planned work becomes an incident.
    Declare {
        /// Why.
        reason: String,
    },
}

impl Walk {
    /// What follows from something to be recorded about the work itself.
    pub(super) fn work(&self, work: &Work, happened: Option<&When>) -> Result<Vec<Order>, Refusal> {
        let mut also = None;
        let event = match work {
            Work::Find { text } => Event::FindingOpened { text: needed(text, "what is thought to be the cause")? },
            Work::Settle { finding, confirmed, because } => {
                self.finding(*finding)?;
                let because = needed(because, "how is that known")?;
                let investigating = self.state.status == Some(Status::Investigating);
                also = (*confirmed && investigating).then_some(Event::StatusChanged { status: Status::Identified });
                Event::FindingSettled { finding: *finding, confirmed: *confirmed, because }
            }
            Work::Pause { .. } if self.state.is_resting() => {
                return Err(Refusal::NoSuch("work going on: it is paused already".to_owned()));
            }
            Work::Pause { note } => Event::Paused { note: said(note.as_deref()) },
            Work::GoOn if self.state.is_resting() => Event::Resumed,
            Work::GoOn => return Err(Refusal::NoSuch("pause".to_owned())),
            Work::HandOver { to, note } => {
                Event::HandedOver { to: needed(to, "to whom is it handed over")?, note: said(note.as_deref()) }
            }
            Work::Join { who, role } => {
                Event::Joined { who: needed(who, "who takes part")?, role: said(role.as_deref()) }
            }
            Work::Depart { who } => Event::Departed { who: needed(who, "who left")? },
            Work::Detected { source, text } => Event::DetectedBy { source: *source, text: said(text.as_deref()) },
            Work::Update(update) => {
                let conditions = needed(&update.conditions, "how is it")?;
                Event::Updated(Update { conditions, ..update.clone() })
            }
            Work::Declare { .. } if !self.state.is_planned() => {
                return Err(Refusal::NoSuch("planned work to declare an incident".to_owned()));
            }
            Work::Declare { reason } => Event::Declared { reason: needed(reason, "why is it an incident now")? },
        };
        let draft = Draft { event, happened: happened.cloned() };
        let mut orders = vec![Order::Record(Box::new(draft))];
        orders.extend(also.map(Order::record));
        Ok(orders)
    }

    fn finding(&self, number: u32) -> Result<(), Refusal> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        match place.and_then(|place| self.state.findings.get(place)) {
            Some(_) => Ok(()),
            None => Err(Refusal::NoSuch(format!("finding {number}"))),
        }
    }
}

fn needed(text: &str, what: &str) -> Result<String, Refusal> {
    said(Some(text)).ok_or_else(|| Refusal::Reason(what.to_owned()))
}
