//! What is written and told of a run by the deciding thread.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::clock::boot_ms;
use super::super::far::Phase;
use super::super::recording::{Recording, Tally};
use super::super::sink::Grown;
use super::{Control, RETRY_EVERY_MS};
use crate::runner::protocol::Notice;
use crate::session::run::{Exit, RunEnd, RunNo};
use crate::store::private;
use crate::store::runs::RunDir;

impl Control {
    /// No more is expected of the run under way.
    pub(super) fn close_record(&mut self, run: RunNo, hidden: Option<Notice>) -> Option<Tally> {
        if let Some(Grown { unkept: Some((bytes, last)), .. }) = self.parts.sink.listen() {
            self.tell(Notice::Unkept { run, bytes, last: STANDARD.encode(last) });
        }
        let tally = self.parts.sink.end().map(Recording::finish);
        // The far terminal's `ssh` stays in the foreground, and its modes are its own.
        if self.parts.far.as_ref().is_none_or(|link| link.phase() == Phase::Down)
            && let Err(error) = self.parts.terminal.rest()
        {
            self.tell(Notice::Trouble { what: format!("could not restore the lane's terminal: {error}") });
        }
        if let Some(notice) = hidden {
            self.tell(notice);
        }
        tally
    }

    /// The end of a run goes to disk, then to those who listen.
    pub(super) fn finish(&mut self, notice: Notice) {
        if let Notice::Ended { run, end, .. } = &notice
            && let Err(error) = RunDir::at(&self.folder(*run)).write_end(end)
        {
            self.tell(Notice::Trouble { what: format!("{error}; this is tried again") });
            self.unwritten.push((*run, end.clone()));
            self.retry_at = boot_ms() + RETRY_EVERY_MS;
        }
        self.tell(notice);
    }

    pub(super) fn keep(&mut self, run: RunNo) {
        let Some(mut lost) = self.parts.carry.keep(run) else { return };
        // What cannot be redacted started no run.
        lost.directory = self.hidden().0.redact_str(&lost.directory);
        let path = self.parts.lane.join("state.json");
        let written =
            serde_json::to_vec(&lost).map_err(io::Error::from).and_then(|text| private::replace_cache(&path, &text));
        if let Err(error) = written {
            self.tell(Notice::Trouble { what: format!("could not write state.json: {error}") });
        }
    }
}

/// The end of a run that never was.
pub(super) fn not_started(run: RunNo, why: String, tally: Option<Tally>) -> Notice {
    let (end, secret_output) = with_tally(RunEnd::of(Exit::NotStarted(why)), tally);
    Notice::Ended { run, end, secret_output }
}

pub(super) fn with_tally(end: RunEnd, tally: Option<Tally>) -> (RunEnd, Option<String>) {
    let Some(Tally { bytes, lines, sha256, dropped, redacted, secret }) = tally else { return (end, None) };
    (RunEnd { bytes, lines, sha256, dropped, redacted, ..end }, secret)
}

/// Writes down an end that the disk did not take before. It may not have taken the folder either; a session that was deleted is not
/// made again.
pub(super) fn written_late(folder: &Path, end: &RunEnd) -> bool {
    let session = folder.ancestors().nth(2).is_some_and(Path::is_dir);
    session && private::create_dirs(folder).is_ok() && RunDir::at(folder).write_end(end).is_ok()
}
