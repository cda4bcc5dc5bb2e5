//! What the kernel knows about a process.

use std::fs;

use anyhow::Context as _;
use rustix::process::Pid;

use crate::litter;

/// The most memory that was resident at any time, in bytes.
pub(crate) fn peak_resident(pid: Pid) -> anyhow::Result<u64> {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let status = fs::read_to_string(&path).with_context(|| format!("could not read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the kernel does not tell VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}

/// The supervisor of the only lane of the screen that is this process.
pub(crate) fn supervisor(screen: Pid) -> anyhow::Result<Pid> {
    let is_lane = |pid: &Pid| {
        let command = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
        command.split(|byte| *byte == 0).nth(1) == Some(b"lane")
    };
    litter::descendants(screen).into_iter().find(is_lane).context("the screen has no lane")
}
