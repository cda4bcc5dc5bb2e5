//! Runs in a lane of ours, without a screen.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use stanch::runbook::{Effect, Mode, Shell, StopSignal};
use stanch::runner::{Lane, LaneSetup, Notice};
use stanch::session::run::{Exit, LaneNo, Purpose, RunEnd, RunNo, RunSpec};

/// Longer than anything takes that is measured.
const PATIENCE: Duration = Duration::from_mins(2);

/// A lane whose supervisor is the program measured.
pub(crate) struct OurLane {
    lane: Lane,
    notices: Receiver<Notice>,
    runs: PathBuf,
    last: u32,
}

impl OurLane {
    /// Opens one in this folder.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let runs = folder.join("runs");
        std::fs::create_dir_all(folder)?;
        let setup = LaneSetup {
            scope: None,
            environment: None,
            far: None,
            runs: runs.clone(),
            user: None,
            directory: Some(folder.to_owned()),
            program: Some(PathBuf::from(env!("CARGO_BIN_EXE_stanch"))),
        };
        let (sender, notices) = channel();
        let lane = Lane::open(&folder.join("lanes/1"), &setup, move |notice| drop(sender.send(notice)))?;
        Ok(Self { lane, notices, runs, last: 0 })
    }

    /// Starts a command; these are the secrets that its output is kept clean of.
    pub(crate) fn start(&mut self, command: &str, mode: Mode, secrets: Vec<(String, String)>) -> anyhow::Result<()> {
        self.last += 1;
        let spec = RunSpec {
            run: RunNo(self.last),
            lane: LaneNo(1),
            purpose: Purpose::AdHoc,
            command: command.to_owned(),
            shell: Shell::Sh,
            strict: false,
            mode,
            effect: Effect::Read,
            cwd: None,
            env: Vec::new(),
            secrets: Vec::new(),
            width: 240,
            timeout_ms: None,
            stop_signal: StopSignal::Term,
            stop_grace_ms: 5000,
            as_before: None,
            secret_output: false,
            detach: false,
        };
        Ok(self.lane.start(&spec, secrets)?)
    }

    /// Waits until the last run has ended, with everything kept, and says when that was known.
    pub(crate) fn ended(&mut self) -> anyhow::Result<(Instant, RunEnd)> {
        loop {
            let notice = self.notices.recv_timeout(PATIENCE).context("the run did not end")?;
            let at = Instant::now();
            match notice {
                Notice::Ended { run: RunNo(run), end, .. } if run == self.last => {
                    anyhow::ensure!(end.exit == Exit::Code(0) && end.dropped == 0, "the run ended badly: {end:?}");
                    return Ok((at, end));
                }
                Notice::Gone | Notice::Trouble { .. } => anyhow::bail!("the lane is in trouble: {notice:?}"),
                _ => {}
            }
        }
    }

    /// Forgets the last run's output.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_dir_all(self.runs.join(RunNo(self.last).to_string()))?)
    }
}
