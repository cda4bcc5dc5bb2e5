//! The pager: the whole output, in the program the operator reads with.
//!
//! It gets a process group of its own and the terminal with it, as a shell would do: what its keys send (interrupt, stop, quit) is
//! for it alone.

use std::env;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use nix::sys::signal::{SigSet, Signal as Blocked};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpgrp, getpid, getsid, kill_current_process_group, kill_process_group, waitid,
};
use rustix::termios::tcsetpgrp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::text::shown::Shown;
use crate::tui::message::Signal as Ending;
use crate::tui::run::Call;

/// What is used where `PAGER` says nothing.
const USUAL: &str = "less";
/// What interrupts the pager must not end the shell that waits for it: nobody would know when the terminal is free again.
const OUTLIVE: &str = "trap : INT QUIT; ";
/// Read at once for a pager that reads its standard input, in bytes.
const CHUNK: usize = 256 * 1024;
/// How long a pager may take to end when it is told to.
const GRACE: Duration = Duration::from_secs(2);

/// What the pager did.
enum Change {
    /// It was stopped by this signal.
    Stopped(i32),
    /// It ended with this code; none where a signal ended it.
    Ended(Option<i32>),
}

/// Shows a file from a line on, and waits until the pager has ended; a signal that came for the program meanwhile is given back.
/// The terminal is in no state of ours while this runs.
///
/// # Errors
/// Where there is no such pager, or it did not end well; in words for the operator.
pub(super) async fn show<S>(path: &Path, line: u64, signals: &mut S) -> Result<Option<Ending>, String>
where
    S: Stream<Item = Call> + Unpin,
{
    let pager = env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty()).unwrap_or_else(|| USUAL.to_owned());
    let refused = |error: io::Error| format!("could not open the pager `{pager}`: {error}");
    let file = File::open(path).map_err(|error| format!("could not open the output: {error}"))?;
    let mut child = command(&pager, path, line).spawn().map_err(refused)?;
    if let Some(input) = child.stdin.take() {
        // It ends with the pager, which closes its end.
        thread::Builder::new().name("pager".to_owned()).spawn(move || feed(file, input)).map_err(refused)?;
    }
    let (code, ending) = until_ended(&child, signals).await.map_err(refused)?;
    match code {
        _ if ending.is_some() => Ok(ending),
        Some(0) => Ok(None),
        Some(126 | 127) => Err(format!("could not open the pager `{pager}`: it was not found; PAGER names another")),
        Some(code) => Err(format!("the pager `{pager}` ended with exit {code}")),
        None => Err(format!("the pager `{pager}` was ended by a signal")),
    }
}

/// Gives a program, which has a process group of its own, the terminal, and waits for its end: its code, and a signal that came for this
/// program meanwhile.
pub(super) async fn until_ended<S>(child: &Child, signals: &mut S) -> io::Result<(Option<i32>, Option<Ending>)>
where
    S: Stream<Item = Call> + Unpin,
{
    let pid = Pid::from_child(child);
    foreground(pid);
    let (tell, mut changes) = unbounded_channel();
    thread::Builder::new().name("lent to".to_owned()).spawn(move || watch(pid, &tell))?;
    let ended = attend(pid, &mut changes, signals).await;
    foreground(getpgrp());
    Ok(ended)
}

/// The pager, its arguments split by the shell.
///
/// `less` reads the file itself, so that it can follow it and go anywhere at once, and shows of its escapes colours only. Any other
/// pager might obey them all: it reads the text without them from its standard input, as much of it as it wants.
fn command(pager: &str, path: &Path, line: u64) -> Command {
    let mut command = Command::new("sh");
    command.process_group(0).env_remove("LESSOPEN").env_remove("LESSCLOSE");
    if is_less(pager) {
        command.arg("-c").arg(format!("{OUTLIVE}{pager} -R +{line} \"$@\"")).arg("sh").arg(path);
        if let Ok(options) = env::var("LESS") {
            command.env("LESS", staying(&options));
        }
    } else {
        command.arg("-c").arg(format!("{OUTLIVE}{pager}")).stdin(Stdio::piped());
    }
    command
}

/// Whether a command is `less`, whatever is set before it.
fn is_less(pager: &str) -> bool {
    let name = pager.split_whitespace().find(|word| !word.contains('='));
    name.is_some_and(|name| name.rsplit('/').next() == Some("less"))
}

/// Options of `less` without the one that ends it at once where all fits on a screen: nothing would be seen of it here.
fn staying(options: &str) -> String {
    let words = options.split_whitespace().filter(|word| *word != "--quit-if-one-screen");
    let letters = |word: &str| word.trim_start_matches('-').chars().all(|letter| letter.is_ascii_alphabetic());
    let words = words.map(|word| {
        let plain = !word.starts_with("--") && letters(word);
        if plain { word.replace('F', "") } else { word.to_owned() }
    });
    words.filter(|word| !matches!(word.as_str(), "" | "-")).collect::<Vec<_>>().join(" ")
}

/// Gives the pager the text without escapes, as long as it reads.
fn feed(mut file: File, mut input: ChildStdin) {
    let mut lines = Shown::new();
    let (mut chunk, mut text) = (vec![0; CHUNK], Vec::new());
    loop {
        text.clear();
        let mut keep = |_: u64, line: &str| {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        };
        let more = match file.read(&mut chunk) {
            Ok(0) => false,
            Ok(count) => {
                lines.push(&chunk[..count], &mut keep);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                keep(0, &format!("could not read the output any further: {error}"));
                false
            }
        };
        if !more {
            lines.finish(&mut keep);
        }
        // A pager that has ended needs nothing more.
        if input.write_all(&text).is_err() || !more {
            return;
        }
    }
}

/// Tells what becomes of the pager, until its end.
fn watch(pid: Pid, tell: &UnboundedSender<Change>) {
    loop {
        let change = match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::STOPPED) {
            Ok(Some(status)) if status.stopped() => Change::Stopped(status.stopping_signal().unwrap_or_default()),
            Ok(Some(status)) => Change::Ended(status.exit_status()),
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(_) => Change::Ended(None),
        };
        let ended = matches!(change, Change::Ended(_));
        if tell.send(change).is_err() || ended {
            return;
        }
    }
}

/// Waits for the end of the pager: its code, and a signal that asked this program to end.
async fn attend<S>(pid: Pid, changes: &mut UnboundedReceiver<Change>, signals: &mut S) -> (Option<i32>, Option<Ending>)
where
    S: Stream<Item = Call> + Unpin,
{
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Some(Change::Stopped(signal)) => stopped(pid, signal),
                Some(Change::Ended(code)) => return (code, None),
                None => return (None, None),
            },
            Some(call) = signals.next() => match call {
                Call::End(ending) => {
                    end(pid, changes).await;
                    return (None, Some(ending));
                }
                // It stops, and with it this program.
                Call::Stop => {
                    let _ = kill_process_group(pid, Signal::TSTP);
                }
                Call::Continued => {}
            },
        }
    }
}

/// The pager was stopped. Where it was by its reader, this program stops with it, as one job of the shell; fg goes on with both.
fn stopped(pid: Pid, signal: i32) {
    // It came to the terminal before that was its own.
    let early = [Signal::TTIN, Signal::TTOU].iter().any(|early| early.as_raw() == signal);
    // The leader of a terminal's session has no shell to go back to.
    let leads = getsid(None).is_ok_and(|leader| leader == getpid());
    if !early && !leads {
        foreground(getpgrp());
        let _ = kill_current_process_group(Signal::STOP);
    }
    foreground(pid);
    let _ = kill_process_group(pid, Signal::CONT);
}

/// Ends the pager: it is asked, then made to.
async fn end(pid: Pid, changes: &mut UnboundedReceiver<Change>) {
    for signal in [Signal::HUP, Signal::KILL] {
        let _ = kill_process_group(pid, signal);
        let _ = kill_process_group(pid, Signal::CONT);
        let ended = async { while !matches!(changes.recv().await, Some(Change::Ended(_)) | None) {} };
        if timeout(GRACE, ended).await.is_ok() {
            return;
        }
    }
}

/// Makes a process group that of the terminal. Where it is gone, whoever comes next to the terminal notices.
fn foreground(group: Pid) {
    let mut blocked = SigSet::empty();
    blocked.add(Blocked::SIGTTOU);
    // From the background this would stop the program.
    let block = blocked.thread_block();
    let _ = tcsetpgrp(io::stdin(), group);
    if block.is_ok() {
        let _ = blocked.thread_unblock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_known_however_it_is_called() {
        for pager in ["less", "less -S", "/usr/bin/less", "LESSCHARSET=utf-8 less -i"] {
            assert!(is_less(pager), "{pager}");
        }
        for pager in ["more", "bat --less", "lesspipe", "col -b | less", ""] {
            assert!(!is_less(pager), "{pager}");
        }
    }

    #[test]
    fn less_does_not_end_before_it_was_read() {
        assert_eq!(staying("FRX"), "RX");
        assert_eq!(staying("-F -X --quit-if-one-screen -Pname=F"), "-X -Pname=F");
        assert_eq!(staying("-F"), "");
    }
}
