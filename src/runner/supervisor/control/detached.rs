//! Runs on another machine that outlive their connection: it is made again, and what they wrote meanwhile is fetched.

use std::io;

use super::super::active::Active;
use super::super::clock::boot_ms;
use super::super::far::Phase;
use super::super::recording::{Recording, Source, age_ms};
use super::super::terminal::COLUMNS;
use super::super::there::Adopted;
use super::Control;
use crate::runner::away::Away;
use crate::runner::protocol::Notice;
use crate::session::run::{RunNo, RunSpec};

/// The first attempt to reach the machine again comes after so many milliseconds; each further one after twice as long.
const REDIAL_MS: u64 = 500;
/// The longest time between two attempts, in milliseconds.
const REDIAL_AT_MOST_MS: u64 = 30_000;

impl Control {
    /// A run is there: `RUN GROUP`.
    pub(super) fn far_runs(&mut self, said: &str) {
        let Some((run, group)) = said.split_once(' ') else { return };
        let parts = &mut self.parts;
        let Some(active) = self.active.as_mut().filter(|active| active.run().0.to_string() == run) else { return };
        let Ok(group) = group.parse() else { return };
        let number = active.run();
        if let (Some(there), Some(link)) = (active.far(), &mut parts.far)
            && let Some(detached) = &there.detached
        {
            let came = detached.came.load(std::sync::atomic::Ordering::Relaxed);
            let blind = detached.adopted.as_ref().is_some_and(|adopted| adopted.blind);
            let source = if blind { Source::Secret } else { Source::Pipe };
            let followed = link.follow(number, &detached.key.clone(), came);
            if let Err(error) = followed.and_then(|read| active.pipe(read, source, parts)) {
                self.tell(Notice::Trouble { what: format!("could not follow run {number}: {error}") });
            }
        }
        if let Some(active) = &mut self.active {
            active.group(group, self.parts.far.as_ref());
        }
    }

    /// Goes on with a run whose keeper died while it lived on over there.
    pub(super) fn take_up(&mut self, spec: &RunSpec, secrets: Vec<(String, String)>) {
        let (run, folder) = (spec.run, self.folder(spec.run));
        let blind = spec.secrets.iter().any(|name| !secrets.iter().any(|(known, _)| known == name));
        self.learn(secrets);
        let hidden = self.hidden().0;
        let away = Away::read(&self.parts.lane).and_then(|away| {
            away.filter(|away| away.run == run && self.active.is_none())
                .ok_or_else(|| io::Error::other("nothing is known of it any more"))
        });
        let begun = away.and_then(|away| Ok((away, Recording::go_on(&folder, run, &hidden)?)));
        let (away, recording) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let what = format!("could not take up run {run} on {}: {error}", self.host());
                return self.tell(Notice::Lost { run, what });
            }
        };
        self.parts.sink.begin(recording, &hidden);
        self.parts.sink.aside();
        // How long it may take is not held against it: nobody could have stopped it.
        let mut active = Active::there(&RunSpec { timeout_ms: None, ..spec.clone() });
        active.adopt(&away.key, Adopted { nonce: away.nonce, blind }, age_ms(&folder));
        for notice in active.so_far() {
            self.tell(notice);
        }
        self.active = Some(active);
        self.grown = true;
        self.redial_at = boot_ms();
    }

    /// The end of a run that outlived its connection is on disk.
    pub(super) fn forget(&mut self, run: RunNo, (key, stays): (String, bool)) {
        Away::forget(&self.parts.lane);
        if stays {
            let what = format!(
                "what run {run} wrote since its lane's supervisor died is not kept here: secrets that it was given are not \
                 known any more; all of it is on {} in stanch-{key}-{}/out of the folder for temporary files: read it there, \
                 and remove it",
                self.host(),
                run.0
            );
            self.tell(Notice::Trouble { what });
        } else if let Some(link) = &self.parts.far {
            link.ask(format!("forget {} 0 {key}\n", run.0).into_bytes());
        }
    }

    /// All output of a run that outlives its connection is here: asks how it ended, and has it cleaned up.
    pub(super) fn collect(&mut self) {
        let Some(active) = self.active.as_mut().filter(|active| active.is_drained()) else { return };
        let run = active.run().0;
        let Some((Some(group), Some(key))) = active.far().map(|there| (there.group, there.key())) else { return };
        if let Some(link) = &mut self.parts.far {
            link.unfollow();
            link.ask(format!("collect {run} {group} {key}\n").into_bytes());
        }
    }

    /// The connection of a run that outlives it is there again.
    pub(super) fn again(&mut self, active: &mut Active) {
        let run = active.run().0;
        let Some(there) = active.far() else { return };
        let Some(detached) = &mut there.detached else { return };
        if detached.lost.take().is_none() {
            return;
        }
        let request = format!("again {run} 0 {}\n", detached.key);
        let Some(link) = &self.parts.far else { return };
        link.ask(request.into_bytes());
        let what = format!("{} is reached again: run {} goes on", link.far.name(), active.run());
        self.tell(Notice::Trouble { what });
    }

    /// The connection is lost. True where the run outlives it: then it is made again after a while.
    pub(super) fn outlives(&mut self, why: &str) -> bool {
        let host = self.host();
        let Some(active) = &mut self.active else { return false };
        let (run, stopped) = (active.run(), active.stopped().is_some());
        let Some(there) = active.far() else { return false };
        let is_there = there.group.is_some();
        let Some(detached) = there.detached.as_mut().filter(|it| (is_there || it.adopted.is_some()) && !stopped) else {
            return false;
        };
        let tries = detached.lost.map_or(0, |tries| tries + 1);
        detached.lost = Some(tries);
        let wait = REDIAL_MS.saturating_mul(1 << tries.min(16)).min(REDIAL_AT_MOST_MS);
        self.redial_at = boot_ms() + wait;
        drop(self.parts.terminal.rest());
        let what = match tries {
            0 => {
                format!("the connection to {host} was lost: {why}; run {run} goes on there, and {host} is called again")
            }
            // A reason that goes away by itself is said once; whoever must do something about it knows by then.
            1 => format!("{host} cannot be reached: {why}; it is called again until run {run} is found or stopped"),
            _ => return true,
        };
        self.tell(Notice::Trouble { what });
        true
    }

    /// Calls again, when it is time.
    pub(super) fn redial(&mut self, now: u64) {
        if now < self.redial_at {
            return;
        }
        self.redial_at = u64::MAX;
        let parts = &mut self.parts;
        let Some(link) = parts.far.as_mut().filter(|link| link.phase() == Phase::Down) else { return };
        let called = parts.terminal.ready(false, COLUMNS).and_then(|()| link.dial(true));
        if let Err(error) = called {
            self.far_down(&error.to_string());
        }
    }

    /// A run is stopped while its machine cannot be reached.
    pub(super) fn give_up_redialling(&mut self) {
        let lost = self.active.as_mut().and_then(Active::far).and_then(|there| there.detached.as_ref()?.lost);
        if lost.is_some() {
            self.redial_at = u64::MAX;
            self.far_lost("it was given up; the command was not stopped there");
        }
    }
}
