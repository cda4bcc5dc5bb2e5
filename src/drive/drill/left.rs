//! What drills that died left behind.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::place::{Left, Place};
use super::script;
use crate::drive::error::{Error, Result};

/// What is left of a drill whose program is gone.
pub enum LeftBehind {
    /// It can be cleaned up.
    Dead(Dead),
    /// Its folder does not bear the drill's mark any more: it is somebody else's, and is left alone.
    NotOurs(PathBuf),
}

/// A drill that died: held, so that nobody else cleans it up at the same time.
pub struct Dead(Place);

impl Dead {
    /// `the drill status-500 of 2022-04-30 19:33Z, in /tmp/stanch-drill-x`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let made = self.0.made().map(|made| format!(" of {}", DateTime::<Utc>::from(made).format("%Y-%m-%d %H:%MZ")));
        format!("the drill {}{}, in {}", self.0.drill(), made.unwrap_or_default(), self.0.folder().display())
    }

    /// The session that was worked on it; it may be open still.
    #[must_use]
    pub fn session(&self) -> Option<String> {
        self.0.session()
    }

    /// Ends what it started and removes its folder.
    ///
    /// # Errors
    /// Where its `clean` fails; the folder stays then.
    pub fn clean(self) -> Result<()> {
        clean(&self.0)
    }
}

/// What drills that died left behind. Those that live hold their lock and are not among them.
///
/// # Errors
/// Where the records of drills cannot be read.
pub fn left_behind(drills: &Path) -> Result<Vec<LeftBehind>> {
    let left = Place::left(drills).map_err(Error::io(format!("look for what drills left in {}", drills.display())))?;
    let left = left.into_iter().filter_map(|one| match one {
        Left::Here(place) => Some(LeftBehind::Dead(Dead(place))),
        Left::NotOurs(folder) => Some(LeftBehind::NotOurs(folder)),
        Left::Nothing => None,
    });
    Ok(left.collect())
}

/// Ends what a drill started and removes its folder.
pub(super) fn clean(place: &Place) -> Result<()> {
    // A `break` that goes on would start what `clean` has just ended.
    script::end_running(place);
    // A drill that died before its scripts were there has started nothing.
    if place.scripts().join("clean").exists() && place.work().exists() {
        script::run(place, "clean", &|| false)?;
    }
    place.remove().map_err(Error::io("remove the drill's folder"))
}
