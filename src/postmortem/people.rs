//! Who took part, when, and to whom the lead went.

use super::document::{HandOver, Person, Responders};
use super::history::History;
use crate::session::entry::{Entry, When};
use crate::session::event::Event;

pub(super) fn responders(history: &History) -> Responders {
    let mut found = Responders::default();
    for entry in history.entries {
        let by = name(&entry.by);
        let own = place(&mut found.people, by, entry);
        own.entries += 1;
        own.last = entry.time();
        match &entry.event {
            Event::Attached { .. } if own.role.is_none() => own.role = Some("operator".to_owned()),
            Event::Left { .. } | Event::Closed { .. } => own.left = Some(entry.time()),
            Event::Joined { who, role } => {
                let person = place(&mut found.people, name(who), entry);
                person.joined = entry.time();
                person.left = None;
                if role.is_some() {
                    person.role.clone_from(role);
                }
            }
            Event::Departed { who } => {
                place(&mut found.people, name(who), entry).left = Some(entry.time());
            }
            Event::HandedOver { to, note } => {
                let from = history.state.opened.as_ref().map(|_| by.to_owned()).unwrap_or_default();
                place(&mut found.people, name(to), entry);
                let (to, note) = (to.clone(), note.clone());
                found.hand_overs.push(HandOver { time: entry.time(), from, to, note, seq: entry.seq });
            }
            // Whoever writes again is there again.
            _ => own.left = None,
        }
    }
    for person in &mut found.people {
        person.role.get_or_insert_with(|| "took part".to_owned());
    }
    found
}

/// The person of `name@host`.
fn name(by: &str) -> &str {
    by.split_once('@').map_or(by, |(name, _)| name)
}

fn place<'a>(people: &'a mut Vec<Person>, name: &str, entry: &Entry) -> &'a mut Person {
    let at = people.iter().position(|person| person.name == name).unwrap_or_else(|| {
        let time: When = entry.time();
        // Who notes what happened before did not take part before.
        let joined = if matches!(entry.event, Event::Joined { .. }) { time.clone() } else { When::Exact(entry.at) };
        people.push(Person {
            name: name.to_owned(),
            role: None,
            joined,
            left: None,
            last: When::Exact(entry.at),
            entries: 0,
        });
        people.len() - 1
    });
    &mut people[at]
}
