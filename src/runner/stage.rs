//! The stage: what stands between the supervisor and a command.
//!
//! A command that touches its terminal before it is the foreground group is stopped for ever. So the supervisor starts this instead:
//! it stops itself, is put into the foreground while it stands still, and becomes the command when it is continued.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::signal::{SigSet, Signal, raise};

/// Stops, and when continued becomes `command` (the program, then its arguments). Returns an exit code only where that failed.
#[must_use]
pub fn main(command: &[OsString]) -> i32 {
    let Some((program, arguments)) = command.split_first() else {
        complain("could not start a command: none was given");
        return 2;
    };
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGTTOU);
    if let Err(error) = raise(Signal::SIGSTOP).and_then(|()| blocked.thread_unblock()) {
        complain(&format!("could not prepare the terminal: {error}"));
        return 126;
    }
    let error = Command::new(program).args(arguments).exec();
    complain(&format!("could not start {}: {error}", program.to_string_lossy()));
    127
}

/// To standard error, which is the run's output; where even that is gone there is nobody left to tell.
fn complain(what: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stderr(), "stanch: {what}"));
}
