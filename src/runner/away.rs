//! What a lane keeps of a run on another machine that outlives its connection, so that whoever keeps the lane next can collect it.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::session::run::RunNo;
use crate::store::private;

/// The file in the lane's folder.
const NAME: &str = "away.json";

/// A run that is away. It is in the lane's folder from before it is asked for until its end is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::runner) struct Away {
    /// The version of this file.
    pub(in crate::runner) v: u32,
    /// Which run.
    pub(in crate::runner) run: RunNo,
    /// What names its folder over there.
    pub(in crate::runner) key: String,
    /// What marks the end of its output.
    pub(in crate::runner) nonce: String,
}

impl Away {
    /// The one of the lane in `dir`; none where there is none.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub(in crate::runner) fn read(dir: &Path) -> io::Result<Option<Self>> {
        match fs::read(dir.join(NAME)) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it down, so that it lasts.
    ///
    /// # Errors
    /// What the operating system says.
    pub(in crate::runner) fn write(&self, dir: &Path) -> io::Result<()> {
        private::replace(&dir.join(NAME), &serde_json::to_vec(self)?)
    }

    /// Nothing of the lane is away any more.
    pub(in crate::runner) fn forget(dir: &Path) {
        // One that stays is of a run that has its end.
        drop(fs::remove_file(dir.join(NAME)));
    }
}

/// Whether this run of the lane in `dir` was started on another machine and may live on there without anybody on this side.
#[must_use]
pub fn may_live_on(dir: &Path, run: RunNo) -> bool {
    Away::read(dir).is_ok_and(|away| away.is_some_and(|away| away.run == run))
}
