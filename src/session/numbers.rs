//! Which numbers of runs and lanes are taken.
//!
//! Several write one journal: whoever drives, and recorded shells beside. A number is taken when its entry is in the journal, and
//! only under the append lock is it sure what is in there; so the last word on a number falls when its entry is written.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::event::Event;
use super::run::{LaneKey, LaneNo, RunNo, RunSpec};
use super::state::State;

/// The numbers that the entries so far have taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    run: u32,
    lane: u32,
    shells: u32,
}

impl Numbers {
    /// The numbers that are taken in this state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let shells = state.lanes.values().filter(|key| key.is_shell()).count();
        Self {
            run: state.runs.keys().next_back().map_or(0, |run| run.0),
            lane: state.lanes.keys().next_back().map_or(0, |lane| lane.0),
            shells: u32::try_from(shells).unwrap_or(u32::MAX),
        }
    }

    /// Takes one more entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::RunStarted(started) => self.run = self.run.max(started.run.0),
            Event::LaneOpened { lane, key } => {
                self.lane = self.lane.max(lane.0);
                self.shells += u32::from(key.is_shell());
            }
            _ => {}
        }
    }

    /// With these entries too.
    #[must_use]
    pub fn and<'a>(mut self, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        for entry in entries {
            self.take(entry);
        }
        self
    }

    /// With the numbers up to this one too.
    #[must_use]
    pub fn up_to(mut self, run: RunNo) -> Self {
        self.run = self.run.max(run.0);
        self
    }

    /// The next run's.
    #[must_use]
    pub fn next_run(&self) -> RunNo {
        RunNo(self.run + 1)
    }

    /// The next lane's.
    #[must_use]
    pub fn next_lane(&self) -> LaneNo {
        LaneNo(self.lane + 1)
    }

    /// What the next recorded shell has for a lane.
    #[must_use]
    pub fn next_shell(&self) -> LaneKey {
        LaneKey::shell(self.shells + 1)
    }
}

/// Runs and lanes that were ordered under a number which somebody else took first.
///
/// The walk counts on from what it has seen, and asks for each number once: so a number that was given up for another means that
/// other one in every order that follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renamed {
    runs: BTreeMap<RunNo, RunNo>,
    lanes: BTreeMap<LaneNo, LaneNo>,
}

impl Renamed {
    /// Gives an event that is about to be written numbers that are free, and says which those are.
    #[must_use]
    pub fn settle(&self, event: &mut Event, taken: &Numbers) -> Self {
        let mut new = Self::default();
        match event {
            Event::LaneOpened { lane, .. } if lane.0 <= taken.lane => {
                new.lanes.insert(*lane, taken.next_lane());
                *lane = taken.next_lane();
            }
            Event::RunStarted(started) => {
                started.lane = self.lane(started.lane);
                if started.run.0 <= taken.run {
                    new.runs.insert(started.run, taken.next_run());
                    started.run = taken.next_run();
                }
            }
            _ => {}
        }
        new
    }

    /// What was settled is written.
    pub fn add(&mut self, new: Self) {
        self.runs.extend(new.runs);
        self.lanes.extend(new.lanes);
    }

    /// The numbers that a run that is to be started has by now.
    pub fn apply(&self, spec: &mut RunSpec) {
        spec.run = self.runs.get(&spec.run).copied().unwrap_or(spec.run);
        spec.lane = self.lane(spec.lane);
    }

    /// The number under which a run was ordered.
    #[must_use]
    pub fn asked(&self, run: RunNo) -> RunNo {
        self.runs.iter().find(|(_, given)| **given == run).map_or(run, |(asked, _)| *asked)
    }

    fn lane(&self, lane: LaneNo) -> LaneNo {
        self.lanes.get(&lane).copied().unwrap_or(lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::{Effect, Mode, Shell};
    use crate::session::event::RunStarted;
    use crate::session::run::Purpose;

    fn started(run: u32, lane: u32) -> Event {
        Event::RunStarted(Box::new(RunStarted {
            run: RunNo(run),
            lane: LaneNo(lane),
            purpose: Purpose::AdHoc,
            command: "true".into(),
            edited: false,
            shell: Shell::Sh,
            mode: Mode::Pty,
            effect: Effect::Read,
            confirmed: false,
            user: None,
            host: None,
            cwd: None,
            values: Vec::new(),
        }))
    }

    fn lane(lane: u32) -> Event {
        Event::LaneOpened { lane: LaneNo(lane), key: LaneKey::shell(lane) }
    }

    fn settled(renamed: &mut Renamed, taken: &Numbers, mut event: Event) -> Event {
        let new = renamed.settle(&mut event, taken);
        renamed.add(new);
        event
    }

    #[test]
    fn a_number_that_is_free_is_kept() {
        let mut renamed = Renamed::default();
        let taken = Numbers { run: 4, lane: 1, shells: 0 };
        assert_eq!(settled(&mut renamed, &taken, started(5, 1)), started(5, 1));
        assert_eq!(settled(&mut renamed, &taken, lane(2)), lane(2));
        assert_eq!(renamed, Renamed::default());
    }

    #[test]
    fn a_number_that_was_taken_is_another_in_everything_that_follows() {
        let mut renamed = Renamed::default();
        // A shell opened lane 1 and typed runs 1 and 2, while the walk ordered lane 1 and runs 1 and 2 in it.
        let mut taken = Numbers { run: 2, lane: 1, shells: 1 };
        let opened = Event::LaneOpened { lane: LaneNo(2), key: LaneKey::shell(1) };
        assert_eq!(settled(&mut renamed, &taken, lane(1)), opened);
        taken.lane = 2;
        assert_eq!(settled(&mut renamed, &taken, started(1, 1)), started(3, 2));
        taken.run = 3;
        assert_eq!(settled(&mut renamed, &taken, started(2, 1)), started(4, 2));
        assert_eq!(
            (renamed.asked(RunNo(3)), renamed.asked(RunNo(4)), renamed.asked(RunNo(9))),
            (RunNo(1), RunNo(2), RunNo(9))
        );
        assert_eq!(taken.next_shell(), LaneKey::shell(2));
    }
}
