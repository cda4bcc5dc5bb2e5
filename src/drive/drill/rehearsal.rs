//! A drill from its needs to its clean-up.

use std::path::{Path, PathBuf};

use super::place::{Left, Place};
use super::plan::Plan;
use super::script;
use crate::drive::error::{Error, Result};
use crate::drive::values;
use crate::runbook::{Runbook, VarName};
use crate::session::event::Source;

/// What is to be rehearsed.
pub struct Rehearsal<'a> {
    /// The runbook.
    pub runbook: &'a Runbook,
    /// What its drill says of itself.
    pub plan: &'a Plan,
    /// Where drills are remembered: `drills` in the data folder.
    pub drills: &'a Path,
    /// Run `sabotage` after `break`: the fix will not heal. For tests of drills.
    pub sabotage: bool,
}

/// A drill that is broken and waits to be healed. It is cleaned up when this is dropped; better, by [`Rehearsed::clean`].
pub struct Rehearsed {
    place: Option<Place>,
    given: Vec<(VarName, String, Source)>,
}

impl Rehearsal<'_> {
    /// Cleans up after drills that died, checks what is needed, and breaks the throwaway service. `extract` writes the drill's scripts
    /// into the folder it is given; `cancelled` is asked while a script runs; `tell` is told what an operator should know.
    ///
    /// # Errors
    /// A need that is not met (before anything is touched), a script that fails, a variable without a value.
    pub fn begin(
        &self,
        extract: impl FnOnce(&Path) -> Result<()>,
        cancelled: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(&str),
    ) -> Result<Rehearsed> {
        let id = &self.runbook.id;
        clean_up(self.drills, tell);
        let missing = self.plan.missing();
        if !missing.is_empty() {
            return Err(Plan::lacking(id, &missing));
        }
        let place =
            Place::create(self.drills, &std::env::temp_dir(), id).map_err(Error::io("make the drill's folder"))?;
        let mut rehearsed = Rehearsed { place: None, given: vec![] };
        let place = rehearsed.place.insert(place);
        extract(&place.scripts())?;
        script::run(place, "break", cancelled)?;
        if self.sabotage {
            script::run(place, "sabotage", cancelled)?;
        }
        let yielded = place.work().join("vars.env");
        let yielded = std::fs::read_to_string(&yielded)
            .map_err(|cause| Error::invalid(format!("could not use the drill {id}: it yields no vars.env: {cause}")))?;
        rehearsed.given = values::from_drill(self.runbook, &yielded)?;
        Ok(rehearsed)
    }
}

impl Rehearsed {
    /// The values of all variables of the runbook.
    #[must_use]
    pub fn given(&self) -> &[(VarName, String, Source)] {
        &self.given
    }

    /// `$DRILL`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.place.as_ref().map(Place::work).unwrap_or_default()
    }

    /// Ends everything the drill started and removes its folder.
    ///
    /// # Errors
    /// Where `clean` fails; the folder stays then, and the next drill tries again.
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

fn clean(place: &Place) -> Result<()> {
    // A `break` that goes on would start what `clean` has just ended.
    script::end_running(place);
    // A drill that died before its scripts were there has started nothing.
    if place.scripts().join("clean").exists() && place.work().exists() {
        script::run(place, "clean", &|| false)?;
    }
    place.remove().map_err(Error::io("remove the drill's folder"))
}

/// Cleans up after drills that died.
fn clean_up(drills: &Path, tell: &mut dyn FnMut(&str)) {
    let left = match Place::left(drills) {
        Ok(left) => left,
        Err(error) => {
            return tell(&format!("could not look for what earlier drills left in {}: {error}", drills.display()));
        }
    };
    for one in left {
        match one {
            Left::Here(place) => match clean(&place) {
                Ok(()) => tell("cleaned up after a drill that had died"),
                Err(error) => tell(&format!("could not clean up after a drill that had died: {error}")),
            },
            Left::Nothing => {}
            Left::NotOurs(folder) => {
                tell(&format!("{} is no longer a drill's folder; it is left alone", folder.display()));
            }
        }
    }
}
