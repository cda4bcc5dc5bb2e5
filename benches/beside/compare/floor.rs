//! What the kernel itself allows: a terminal like a lane's, and a reader that keeps nothing of what it reads.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};

use super::carriers::{Carried, Course};

/// Reads it all, as large pieces as come, and forgets it.
pub(super) fn reader(course: &Course<'_>) -> anyhow::Result<Carried> {
    let mut gate = course.gate()?;
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = rustix::fs::open(ptsname(&master, Vec::new())?, flags, Mode::empty())?;
    let mut modes = tcgetattr(&slave)?;
    // As in a lane: with it, the terminal looks at each byte once more.
    modes.output_modes &= !OutputModes::OPOST;
    tcsetattr(&slave, OptionalActions::Now, &modes)?;
    let mut shell = Command::new("sh");
    shell.args(["-c", &gate.around(&course.cat(), false)]).stdin(Stdio::null()).stdout(slave).stderr(Stdio::null());
    let mut child = shell.spawn()?;
    let began = gate.open()?;
    let (mut master, mut left, mut piece) = (File::from(master), course.bytes, vec![0; 64 << 10]);
    while left > 0 {
        let count = master.read(&mut piece)?;
        anyhow::ensure!(count > 0, "{left} bytes did not come");
        left = left.saturating_sub(count as u64);
    }
    let recorded = Some(began.elapsed());
    // Said before now, and kept in the pipe.
    let written = gate.hear()? - began;
    child.wait()?;
    Ok(Carried { written, recorded })
}
