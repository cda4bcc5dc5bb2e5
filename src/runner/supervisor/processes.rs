//! Who is alive in the lane. Zombies are not.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

/// A process as the kernel tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    /// Its id and, since ids come again, when it began (clock ticks since boot).
    pub(super) id: (i32, u64),
    /// Ended, and not yet reaped by its parent.
    pub(super) zombie: bool,
    /// Its process group.
    pub(super) group: i32,
    /// Its session.
    pub(super) session: i32,
}

/// The processes that descend from this one, nearest first. Orphans are among them, because the supervisor is their reaper.
pub(super) fn descendants() -> Vec<Process> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut parents = vec![rustix::process::getpid().as_raw_nonzero().get()];
    while let Some(parent) = parents.pop() {
        for child in children(parent) {
            if seen.insert(child) {
                found.extend(process(child));
                parents.push(child);
            }
        }
    }
    found
}

/// Those of [`descendants`] that are alive.
pub(super) fn alive() -> Vec<Process> {
    let mut found = descendants();
    found.retain(|process| !process.zombie);
    found
}

/// Reaps orphans that ended, except this one: the shell of a run keeps its number until the run is over.
pub(super) fn reap(except: Option<i32>) {
    for child in children(rustix::process::getpid().as_raw_nonzero().get()) {
        if Some(child) != except && process(child).is_some_and(|process| process.zombie) {
            // Lost only against somebody who reaped it first.
            let _ = waitpid(Pid::from_raw(child), WaitOptions::NOHANG);
        }
    }
}

/// Signals a group; false where that was not allowed (its processes belong to another user).
pub(super) fn signal_group(group: i32, signal: Signal) -> bool {
    let sent = Pid::from_raw(group).map(|group| kill_process_group(group, signal));
    !matches!(sent, Some(Err(rustix::io::Errno::PERM)))
}

/// Signals one process. That it is gone already is as good.
pub(super) fn signal_one(process: Process, signal: Signal) {
    if let Some(pid) = Pid::from_raw(process.id.0) {
        let _ = kill_process(pid, signal);
    }
}

/// The children of a process, of all its threads. Gone meanwhile: none.
fn children(pid: i32) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()).collect()
}

fn process(pid: i32) -> Option<Process> {
    parse(pid, &fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads a line of `/proc/PID/stat`. The name in it is in brackets and may hold anything, brackets too.
fn parse(pid: i32, stat: &[u8]) -> Option<Process> {
    let after = memchr::memrchr(b')', stat)? + 1;
    let text = std::str::from_utf8(&stat[after..]).ok()?;
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    Some(Process {
        id: (pid, fields.get(19)?.parse().ok()?),
        zombie: matches!(*fields.first()?, "Z" | "X"),
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_read_over() {
        let line = b"42 (a) (b c) S 1 40 39 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 7777 0 0";
        let process = parse(42, line).unwrap();
        assert_eq!(process, Process { id: (42, 7777), zombie: false, group: 40, session: 39 });
    }
}
