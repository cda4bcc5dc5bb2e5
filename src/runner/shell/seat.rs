//! The seat: what stands between the recorder and its shell. A shell must lead the session of its terminal, and only the process
//! itself can begin one.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::stdio::stdin;

/// Begins a session on the terminal that is standard input, and becomes `command` (the program, then its arguments). Returns an exit
/// code only where that failed.
#[must_use]
pub fn main(command: &[OsString]) -> i32 {
    let Some((program, arguments)) = command.split_first() else {
        complain("could not start a shell: none was given");
        return 2;
    };
    if let Err(error) = setsid().and_then(|_| ioctl_tiocsctty(stdin())) {
        complain(&format!("could not take the shell's terminal: {error}"));
        return 126;
    }
    let error = Command::new(program).args(arguments).exec();
    complain(&format!("could not start {}: {error}", program.to_string_lossy()));
    127
}

/// To standard error, which is the shell's terminal; where even that is gone there is nobody left to tell.
fn complain(what: &str) {
    drop(writeln!(std::io::stderr(), "stanch: {what}"));
}
