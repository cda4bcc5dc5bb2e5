//! The thread that records: one thing after the other, as slowly as the disk is.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use super::asks::{Ask, Id, answer};
use super::tape::{Begun, Job, Tape};
use super::{Record, Typed};
use crate::runner::supervisor::clock::boot_ms;
use crate::runner::supervisor::recording::Recording;
use crate::session::run::RunSpec;
use crate::store::private;

/// What is left to be said at the end.
pub(super) struct Summary {
    /// Commands recorded.
    pub(super) commands: u64,
    /// What could not be written.
    pub(super) trouble: Option<String>,
    /// What else there is to say.
    pub(super) remark: Option<String>,
}

/// The thread's belongings.
pub(super) struct Clerk<R> {
    pub(super) record: R,
    pub(super) tape: Arc<Tape>,
    pub(super) answers: File,
    /// What could not be recorded and was not decided on: its text, and why.
    refused: BTreeMap<Id, (String, String)>,
    commands: u64,
}

impl<R: Record> Clerk<R> {
    pub(super) fn new(record: R, tape: Arc<Tape>, answers: File) -> Self {
        Self { record, tape, answers, refused: BTreeMap::new(), commands: 0 }
    }

    /// Works until it is told to quit; says then what is left to be said.
    pub(super) fn work(mut self, jobs: &Receiver<Job>, done: &Sender<Summary>) {
        for job in jobs {
            match job {
                Job::Asked(ask) => {
                    let id = ask.id;
                    let begun = self.begin(ask);
                    answer(&self.answers, id, &begun);
                }
                Job::Ended(run, end) => {
                    if let Err(why) = self.record.end(run, *end) {
                        self.tape.notice(why);
                    }
                }
                Job::Free(id) => {
                    // One that was recorded after all, only late, is not in here.
                    if let Some((text, why)) = self.refused.remove(&id) {
                        self.record.unrecorded(&text, &why);
                    }
                }
                Job::Missed(count) => self.record.missed(count),
                Job::Quit => break,
            }
        }
        let trouble = self.record.leave().err();
        let remark = self.record.farewell();
        // Whoever waits for it may have given up.
        drop(done.send(Summary { commands: self.commands, trouble, remark }));
    }

    fn begin(&mut self, ask: Ask) -> Result<(), String> {
        let typed = Typed { text: ask.text, directory: ask.directory, columns: self.tape.size().0 };
        self.refused.retain(|id, _| id.prompt >= ask.id.prompt);
        match self.record.begin(&typed) {
            Ok((spec, folder)) => {
                self.commands += 1;
                let recording = self.recording(&spec, &folder);
                self.tape.prepare(ask.id, Begun { run: spec.run, recording, at: boot_ms() });
                Ok(())
            }
            Err(why) => {
                self.refused.insert(ask.id, (typed.text, why.clone()));
                Err(why)
            }
        }
    }

    /// Where the output goes. Without it the command runs all the same: that it does is on record.
    fn recording(&self, spec: &RunSpec, folder: &Path) -> Option<Recording> {
        let secrets = self.record.hidden().secrets();
        let made = private::create_dirs(folder)
            .and_then(|()| Recording::begin(folder, spec.run, &secrets, false))
            // Not synced: the journal says the same, and did it before.
            .and_then(|recording| {
                let command = serde_json::to_vec_pretty(spec)?;
                private::replace_cache(&folder.join("command.json"), &command)?;
                Ok(recording)
            });
        made.inspect_err(|error| {
            self.tape.notice(format!("could not keep the output of run {}: {error}", spec.run));
        })
        .ok()
    }
}
