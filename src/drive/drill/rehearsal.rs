//! A drill from its needs to its clean-up.

use std::path::{Path, PathBuf};

use super::left::clean;
use super::needs::{lacking, missing};
use super::place::Place;
use super::script;
use crate::drive::error::{Error, Result};
use crate::drive::values::{self, Given};
use crate::runbook::{DrillPlan, Runbook, VarName};
use crate::session::event::Source;
use crate::session::site::Machine;

/// What is to be rehearsed.
pub struct Rehearsal<'a> {
    /// The runbook.
    pub runbook: &'a Runbook,
    /// What its drill says of itself.
    pub plan: &'a DrillPlan,
    /// Where drills are remembered: `drills` in the data folder.
    pub drills: &'a Path,
    /// Run `sabotage` after `break`: the fix will not heal. For tests of drills.
    pub sabotage: bool,
}

/// A drill that is broken and waits to be healed. It is cleaned up when this is dropped; better, by [`Rehearsed::clean`].
pub struct Rehearsed {
    place: Option<Place>,
    given: Given,
}

impl Rehearsal<'_> {
    /// Checks what is needed, and breaks the throwaway service. `extract` writes the drill's scripts into the folder it is given;
    /// `cancelled` is asked while a script runs.
    ///
    /// # Errors
    /// A need that is not met (before anything is touched), a script that fails, a variable without a value.
    pub fn begin(&self, extract: impl FnOnce(&Path) -> Result<()>, cancelled: &dyn Fn() -> bool) -> Result<Rehearsed> {
        let id = &self.runbook.id;
        let missing = missing(self.plan);
        if !missing.is_empty() {
            return Err(lacking(id, &missing));
        }
        let place =
            Place::create(self.drills, &std::env::temp_dir(), id).map_err(Error::io("make the drill's folder"))?;
        let mut rehearsed = Rehearsed { place: None, given: Given::default() };
        let place = rehearsed.place.insert(place);
        extract(&place.scripts())?;
        script::run(place, "break", cancelled)?;
        if self.sabotage {
            script::run(place, "sabotage", cancelled)?;
        }
        let yielded = place.work().join("vars.env");
        let yielded = std::fs::read_to_string(&yielded)
            .map_err(|cause| Error::invalid(format!("could not use the drill {id}: it yields no vars.env: {cause}")))?;
        rehearsed.given = values::from_drill(self.runbook, self.plan, &yielded)?;
        Ok(rehearsed)
    }
}

impl Rehearsed {
    /// The values of all variables of the runbook.
    #[must_use]
    pub fn given(&self) -> &[(VarName, String, Source)] {
        &self.given.values
    }

    /// Where hosts of the runbook are.
    #[must_use]
    pub fn hosts(&self) -> &[(Machine, Source)] {
        &self.given.hosts
    }

    /// `$DRILL`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.place.as_ref().map(Place::work).unwrap_or_default()
    }

    /// Writes down the session that is worked on it, so that it can be ended where its program dies.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn belongs_to(&self, session: &str) -> Result<()> {
        let written = self.place.as_ref().map_or(Ok(()), |place| place.belongs_to(session));
        written.map_err(Error::io("write down the drill's session"))
    }

    /// Ends everything the drill started and removes its folder.
    ///
    /// # Errors
    /// Where `clean` fails; the folder stays then, and what is left behind is found again.
    pub fn clean(mut self) -> Result<()> {
        self.place.take().map_or(Ok(()), |place| clean(&place))
    }
}

impl Drop for Rehearsed {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // On an error path: what is left is found by the next drill.
            drop(clean(&place));
        }
    }
}
