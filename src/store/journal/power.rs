//! Power that fails: what was not synced is lost, whole or in part, in any order. A failed sync forgets what it was to write, as Linux does.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use proptest::prelude::*;
use rustix::io::Errno;

use super::{Journal, audit, read};
use crate::session::event::{Event, Tag};
use crate::store::clock::Fixed;
use crate::store::storage::Storage;

/// Something on its way to the disk.
#[derive(Debug, Clone)]
enum Write {
    At(usize, Vec<u8>),
    Length(usize),
}

#[derive(Debug, Default)]
struct State {
    /// What a reader is shown.
    seen: Vec<u8>,
    /// What would be there after a loss of power.
    durable: Vec<u8>,
    dirty: Vec<Write>,
    fault: Option<Fault>,
}

/// What goes wrong with the next operation of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// An append writes only so many bytes.
    Short(usize),
    /// Syncing fails.
    Sync,
    /// Power goes after the write and before the sync.
    Power,
}

fn apply(bytes: &mut Vec<u8>, write: &Write) {
    match write {
        Write::Length(length) => bytes.resize(*length, 0),
        Write::At(at, new) => {
            let end = at + new.len();
            if bytes.len() < end {
                // What was not written between reads as zeros.
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(new);
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Volatile(Arc<Mutex<State>>);

impl Volatile {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Some of what was on its way arrives, some of that in part.
    fn lose_power(&self, chance: &[(bool, usize)]) {
        let mut state = self.state();
        let dirty = std::mem::take(&mut state.dirty);
        for (write, (arrives, part)) in dirty.into_iter().zip(chance.iter().cycle()) {
            let write = match write {
                _ if !arrives => continue,
                Write::At(at, mut bytes) => {
                    bytes.truncate(bytes.len().saturating_sub(*part));
                    Write::At(at, bytes)
                }
                length @ Write::Length(_) => length,
            };
            apply(&mut state.durable, &write);
        }
        state.seen = state.durable.clone();
        state.fault = None;
    }
}

impl Storage for Volatile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.state().seen.len() as u64)
    }

    fn read_from(&self, offset: u64) -> io::Result<Vec<u8>> {
        let offset = usize::try_from(offset).unwrap();
        Ok(self.state().seen.get(offset..).unwrap_or_default().to_vec())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let short = match state.fault {
            Some(Fault::Short(length)) => Some(length.min(bytes.len())),
            _ => None,
        };
        let write = Write::At(state.seen.len(), bytes[..short.unwrap_or(bytes.len())].to_vec());
        apply(&mut state.seen, &write);
        state.dirty.push(write);
        if short.is_some() {
            state.fault = None;
            return Err(Errno::NOSPC.into());
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state();
        match state.fault {
            Some(Fault::Power) => return Err(Errno::IO.into()),
            Some(Fault::Sync) => {
                state.fault = None;
                state.dirty.clear();
                return Err(Errno::IO.into());
            }
            _ => {}
        }
        for write in std::mem::take(&mut state.dirty) {
            apply(&mut state.durable, &write);
        }
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        if state.fault == Some(Fault::Power) {
            return Err(Errno::IO.into());
        }
        let write = Write::Length(usize::try_from(len).unwrap());
        apply(&mut state.seen, &write);
        state.dirty.push(write);
        Ok(())
    }

    fn set_aside(&mut self, _: &[u8]) -> io::Result<String> {
        Ok("torn-1.bin".to_owned())
    }

    fn hold_numbers(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn numbers_are_held(&self) -> io::Result<bool> {
        Ok(false)
    }

    fn reopen(&mut self) -> io::Result<()> {
        let mut state = self.state();
        // What is clean comes from the disk again, what is dirty is still to be written.
        let mut seen = state.durable.clone();
        for write in &state.dirty {
            apply(&mut seen, write);
        }
        state.seen = seen;
        Ok(())
    }
}

#[derive(Debug, Clone)]
struct Step {
    text: String,
    fault: Option<Fault>,
    chance: Vec<(bool, usize)>,
}

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![
        3 => Just(None),
        1 => (0_usize..300).prop_map(|length| Some(Fault::Short(length))),
        1 => Just(Some(Fault::Sync)),
        1 => Just(Some(Fault::Power)),
    ];
    let chance = prop::collection::vec((any::<bool>(), prop_oneof![Just(0), 0_usize..400]), 1..6);
    ("[a-z]{0,60}", fault, chance).prop_map(|(text, fault, chance)| Step { text, fault, chance })
}

proptest! {
    #[test]
    fn what_was_acknowledged_is_there_whenever_power_fails(steps in prop::collection::vec(step(), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let disk = Volatile::default();
        let clock = || std::sync::Arc::new(Fixed::new("2022-04-30T12:00:00Z".parse().unwrap()));
        let open = || Journal::with_storage(&path, "nova@alice", clock(), Box::new(disk.clone()));
        let (mut journal, _) = open().unwrap();
        let mut acknowledged: Vec<Event> = Vec::new();
        for Step { text, fault, chance } in steps {
            disk.state().fault = fault;
            let note = Event::Note { tag: Tag::Plain, text };
            if journal.append(&note.clone().into()).is_ok() {
                acknowledged.push(note);
            }
            if fault == Some(Fault::Power) {
                disk.lose_power(&chance);
                let opened = open();
                prop_assert!(opened.is_ok(), "{:?}", opened.err());
                journal = opened.unwrap().0;
            }
        }
        disk.lose_power(&[(false, 0)]);
        // As a file, to be looked at as any other.
        std::fs::write(&path, &disk.state().durable).unwrap();
        let found = read(&path).unwrap();
        prop_assert_eq!(&found.damage, &None);
        let mut there = found.entries.iter().map(|entry| &entry.event);
        for note in &acknowledged {
            prop_assert!(there.any(|event| event == note), "{:?} is lost, or not in its place: {:?}", note, found);
        }
        let (mut journal, _) = open().unwrap();
        journal.append(&Event::Reopened.into()).unwrap();
        std::fs::write(&path, &disk.state().durable).unwrap();
        prop_assert!(audit(&path, Some(journal.head())).unwrap().is_sound());
    }
}
