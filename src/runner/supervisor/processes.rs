//! Who is alive in the lane. Zombies are not.

use std::fs;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, kill_process_group, waitid, waitpid,
};

/// A process as the kernel tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    /// Its id and, since ids come again, when it began (clock ticks since boot).
    pub(super) id: (i32, u64),
    /// Ended, and not yet reaped by its parent.
    pub(super) zombie: bool,
    /// Its parent.
    pub(super) parent: i32,
    /// Its group.
    pub(super) group: i32,
    /// Its session.
    pub(super) session: i32,
}

/// Whether this process has any child, alive or not. Orphans become its children, so without one nothing of any run is left.
pub(super) fn has_children() -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, options), Err(rustix::io::Errno::CHILD))
}

/// The processes that descend from this one and are alive. The kernel's own list of children misses some while others end, so this
/// looks at every process of the machine, unless there is nothing to find.
pub(super) fn alive() -> Vec<Process> {
    alive_besides(&[])
}

/// The same without these, what descends from them, and what is in a group of theirs: a server of an earlier run goes on starting workers.
pub(super) fn alive_besides(others: &[Process]) -> Vec<Process> {
    if !has_children() {
        return Vec::new();
    }
    descend(&everyone(), getpid().as_raw_nonzero().get(), others)
}

/// What lives under `root`, leaving out `others` and theirs.
fn descend(all: &[Process], root: i32, others: &[Process]) -> Vec<Process> {
    let is_theirs =
        |process: &Process| others.iter().any(|other| other.id == process.id || other.group == process.group);
    let mut found = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for child in all.iter().filter(|process| process.parent == parent && !is_theirs(process)) {
            parents.push(child.id.0);
            found.extend((!child.zombie).then_some(*child));
        }
    }
    found
}

/// Reaps what ended. Only while nothing runs: the shell of a run is reaped with the run.
pub(super) fn reap_all() {
    while matches!(waitpid(None, WaitOptions::NOHANG), Ok(Some(_))) {}
}

/// Reaps orphans that ended, except this one: the shell of a run keeps its number until the run is over.
pub(super) fn reap_except(shell: i32) {
    let own = getpid().as_raw_nonzero().get();
    for child in everyone().iter().filter(|child| child.parent == own && child.zombie && child.id.0 != shell) {
        let _ = waitpid(Pid::from_raw(child.id.0), WaitOptions::NOHANG);
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

/// Every process of the machine; those that are gone before they were looked at are left out.
fn everyone() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: i32| parse(pid, &fs::read(format!("/proc/{pid}/stat")).ok()?)).collect()
}

/// The process that a line of `/proc/PID/stat` was of, if it is alive: its id, which may be another's by now, and when it began are compared.
#[must_use]
pub fn still_alive(stat: &[u8]) -> Option<Pid> {
    let id = std::str::from_utf8(stat).ok()?.split_ascii_whitespace().next()?.parse().ok()?;
    let then = parse(id, stat)?;
    let now = parse(id, &fs::read(format!("/proc/{id}/stat")).ok()?)?;
    (now.id == then.id && !now.zombie).then(|| Pid::from_raw(id)).flatten()
}

/// Reads a line of `/proc/PID/stat`. The name in it is in brackets and may hold anything, brackets too.
fn parse(pid: i32, stat: &[u8]) -> Option<Process> {
    let after = memchr::memrchr(b')', stat)? + 1;
    let text = std::str::from_utf8(&stat[after..]).ok()?;
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    Some(Process {
        id: (pid, fields.get(19)?.parse().ok()?),
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_started_in_groups_of_its_own_is_theirs_too() {
        let process = |id: i32, parent, group| Process { id: (id, 1), zombie: false, parent, group, session: 1 };
        let (server, worker, orphan) = (process(10, 1, 10), process(11, 10, 11), process(12, 1, 10));
        let (own, child) = (process(20, 1, 20), process(21, 20, 21));
        let all = [server, worker, orphan, own, child];
        assert_eq!(descend(&all, 1, &[server]), [own, child]);
        assert_eq!(descend(&all, 1, &[]).len(), 5);
    }

    #[test]
    fn a_process_is_known_by_its_birth_and_not_by_its_number_alone() {
        let own = fs::read("/proc/self/stat").unwrap();
        assert_eq!(still_alive(&own), Some(getpid()));
        let born = parse(getpid().as_raw_nonzero().get(), &own).unwrap().id.1;
        let other = String::from_utf8(own).unwrap().replace(&format!(" {born} "), &format!(" {} ", born + 1));
        assert_eq!(still_alive(other.as_bytes()), None);
        assert_eq!(still_alive(b"nonsense"), None);
    }

    #[test]
    fn a_name_with_brackets_and_spaces_is_read_over() {
        let line = b"42 (a) (b c) S 1 40 39 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 7777 0 0";
        let process = parse(42, line).unwrap();
        assert_eq!(process, Process { id: (42, 7777), zombie: false, parent: 1, group: 40, session: 39 });
    }
}
