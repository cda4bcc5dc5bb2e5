//! Nothing is left behind: no process and no file, however this ends.
//!
//! Lanes, terminals and servers of tmux leave their parent on purpose. So this process takes in whatever is orphaned below it, and
//! what came from it can be found by asking who is whose child.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// From here on a signal that ends this program ends everything it started, and removes the folder.
pub(crate) fn mind(folder: &Path) -> anyhow::Result<()> {
    set_child_subreaper(Some(getpid())).context("could not take in orphans")?;
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            sweep();
            // Whatever is left of it lies in a folder for temporary files.
            drop(fs::remove_dir_all(&folder));
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Kills every process that came from this one, and waits until they are gone.
pub(crate) fn sweep() {
    sweep_but(&[]);
}

/// Kills every process that came from this one but these, and waits until they are gone.
pub(crate) fn sweep_but(spared: &[Pid]) {
    let until = Instant::now() + PATIENCE;
    // Twice in a row, since a look takes a moment: who was orphaned during the first has its new parent in the second.
    let mut clean = 0;
    while clean < 2 {
        let living: Vec<Pid> = descendants(getpid()).into_iter().filter(|pid| !spared.contains(pid)).collect();
        clean = if living.is_empty() { clean + 1 } else { 0 };
        if Instant::now() > until {
            eprintln!("warning: still there: {living:?}");
            return;
        }
        for pid in living {
            // Gone in the meantime is as good.
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Every living process that came from this one, whoever started it.
pub(crate) fn descendants(of: Pid) -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<(i32, bool)>> = HashMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some((parent, lives)) = fs::read_to_string(process.path().join("stat")).ok().as_deref().and_then(parent)
        {
            children.entry(parent).or_default().push((pid, lives));
        }
    }
    let (mut found, mut next) = (Vec::new(), vec![of.as_raw_nonzero().get()]);
    while let Some(pid) = next.pop() {
        for &(child, lives) in children.get(&pid).into_iter().flatten() {
            next.push(child);
            found.extend(Pid::from_raw(child).filter(|_| lives));
        }
    }
    found
}

/// The parent in a line of `/proc/PID/stat`, and whether the process lives; a zombie does not, but may still be a parent.
fn parent(stat: &str) -> Option<(i32, bool)> {
    // The name may hold anything, also blanks and brackets.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    Some((parent, !matches!(state, "Z" | "X")))
}
