//! Those who carry and record the output of a terminal, each measured in its own way.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use stanch::runbook::Mode;

use super::Context;
use crate::gate::Gate;
use crate::lane::OurLane;
use crate::made;
use crate::place::Place;
use crate::support::Terminal;

/// How long a recorder may take to write what it was given.
const PATIENCE: Duration = Duration::from_secs(30);

/// When the command had written its last byte, and when all of it was recorded.
pub(super) struct Carried {
    /// Until its last byte was written.
    pub(super) written: Duration,
    /// Until all of it was on record; none where nothing is recorded.
    pub(super) recorded: Option<Duration>,
}

/// Output on its way: where it comes from and how much it is.
pub(super) struct Course<'a> {
    /// What is measured with.
    pub(super) context: &'a Context<'a>,
    /// The file whose bytes the command writes.
    pub(super) file: &'a Path,
    /// How many these are.
    pub(super) bytes: u64,
    /// How many of them are newlines.
    pub(super) newlines: u64,
}

impl Course<'_> {
    pub(super) fn cat(&self) -> String {
        format!("cat {}", self.file.display())
    }

    pub(super) fn gate(&self) -> anyhow::Result<Gate> {
        Gate::new(self.context.folder, "carry")
    }
}

/// Ours: a lane carries a run to its `output`, and keeps it clean of so many secrets.
pub(super) fn ours(course: &Course<'_>, lane: &RefCell<OurLane>, secrets: usize) -> anyhow::Result<Carried> {
    let (mut gate, mut lane) = (course.gate()?, lane.borrow_mut());
    lane.start(&gate.around(&course.cat(), false), Mode::Pty, made::secrets(secrets))?;
    let began = gate.open()?;
    let written = gate.hear()? - began;
    let (at, end) = lane.ended()?;
    anyhow::ensure!(end.bytes == course.bytes, "{} bytes of {} are on record", end.bytes, course.bytes);
    lane.forget()?;
    Ok(Carried { written, recorded: Some(at - began) })
}

/// `script`, writing at once (`-f`).
pub(super) fn script(course: &Course<'_>, program: &Path, place: &Place) -> anyhow::Result<Carried> {
    let (gate, file) = (course.gate()?, course.context.folder.join("typescript"));
    let mut command = place.command(program);
    command.arg("-qfc").arg(gate.around(&course.cat(), false)).arg(&file);
    // It writes CR LF.
    recorder(command, gate, &file, course.bytes + course.newlines)
}

/// `asciinema rec`.
pub(super) fn asciinema(course: &Course<'_>, program: &Path, place: &Place) -> anyhow::Result<Carried> {
    let (gate, file) = (course.gate()?, course.context.folder.join("cast"));
    let mut command = place.command(program);
    command.args(["rec", "-q", "--overwrite", "-c"]).arg(gate.around(&course.cat(), false)).arg(&file);
    recorder(command, gate, &file, course.bytes)
}

/// A program that runs the command, records at least `least` bytes into the file, and ends.
fn recorder(mut command: Command, mut gate: Gate, file: &Path, least: u64) -> anyhow::Result<Carried> {
    let mut child = Ended(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let began = gate.open()?;
    let written = gate.hear()? - began;
    let status = child.0.wait()?;
    let recorded = Some(began.elapsed());
    anyhow::ensure!(status.success(), "it ended with {status}");
    let kept = fs::metadata(file)?.len();
    anyhow::ensure!(kept >= least, "{kept} bytes of {least} are on record");
    fs::remove_file(file)?;
    Ok(Carried { written, recorded })
}

/// A pane of tmux that nobody looks at, piped into a file.
pub(super) fn tmux(course: &Course<'_>, program: &Path, place: &Place) -> anyhow::Result<Carried> {
    let (mut gate, file) = (course.gate()?, course.context.folder.join("pane"));
    let tmux = |arguments: &[&str]| -> anyhow::Result<()> {
        let mut command = place.command(program);
        command.args(["-L", "beside", "-f", "/dev/null"]).args(arguments).env("TMUX_TMPDIR", place.root());
        anyhow::ensure!(command.stdin(Stdio::null()).status()?.success(), "`tmux {}` failed", arguments.join(" "));
        Ok(())
    };
    let command = gate.around(&course.cat(), true);
    tmux(&["new-session", "-d", "-x", "240", "-y", "50", &command])?;
    gate.hear().context("the pane did not start")?;
    tmux(&["pipe-pane", &format!("cat >{}", file.display())])?;
    let began = Instant::now();
    gate.go()?;
    let written = gate.hear()? - began;
    let least = course.bytes + course.newlines;
    while fs::metadata(&file).map_or(0, |kept| kept.len()) < least {
        anyhow::ensure!(began.elapsed() < PATIENCE, "the pane's pipe does not get everything");
        std::thread::sleep(Duration::from_millis(1));
    }
    let recorded = Some(began.elapsed());
    tmux(&["kill-server"])?;
    fs::remove_file(&file)?;
    Ok(Carried { written, recorded })
}

/// A process of mprocs, shown on a terminal.
pub(super) fn mprocs(course: &Course<'_>, program: &Path, place: &Place) -> anyhow::Result<Carried> {
    let mut gate = course.gate()?;
    let mut command = place.command(program);
    command.arg(gate.around(&course.cat(), true));
    let _terminal = Terminal::start(&command, 24, 80);
    let began = gate.open()?;
    Ok(Carried { written: gate.hear()? - began, recorded: None })
}

/// A child that is ended when it is no longer looked at.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Both say nothing new where it has ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
