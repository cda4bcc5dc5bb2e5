//! The lane's terminal: the same for all its runs, so that they look like commands of one shell.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, getpgrp, ioctl_tiocsctty};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{
    Action, InputModes, LocalModes, OptionalActions, OutputModes, QueueSelector, Termios, Winsize, tcflow, tcflush,
    tcgetattr, tcsetattr, tcsetpgrp, tcsetwinsize,
};

use super::envelope::Envelope;
use super::recording::Source;
use super::relay::{Came, Relay};
use super::sink::Sink;
use crate::session::run::RunNo;

/// Columns of a terminal that no run has asked for.
pub(super) const COLUMNS: u16 = 240;
/// Rows of a run's terminal before anybody resizes it.
pub(super) const ROWS: u16 = 50;
/// Nothing more is expected to follow when nothing came for this long.
const QUIET: Duration = Duration::from_millis(50);

/// So many bytes are taken in at once. What is done with them goes over them several times, and they stay in the nearest caches.
const PART: usize = 64 << 10;

/// Both ends of it.
pub(super) struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    name: std::ffi::CString,
    /// The modes every run starts with, OPOST apart.
    modes: Termios,
}

impl Terminal {
    /// Opens one and makes it the controlling terminal of this process, which must be a session leader without one.
    pub(super) fn open() -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        ioctl_tiocsctty(&slave)?;
        let mut modes = tcgetattr(&slave)?;
        modes.input_modes |= InputModes::IUTF8;
        // A stray Ctrl-S would stop the output of everything in the lane, and nobody would see why.
        modes.input_modes &= !InputModes::IXON;
        modes.output_modes &= !OutputModes::OPOST;
        let terminal = Self { master, slave, name, modes };
        terminal.rest()?;
        Ok(terminal)
    }

    /// Makes it fresh for a run. Keys typed for an earlier one are thrown away.
    pub(super) fn ready(&self, interactive: bool, columns: u16) -> io::Result<()> {
        let mut modes = self.modes.clone();
        if interactive {
            // Full-screen programs use a bare LF to move straight down, and set what they need themselves.
            modes.output_modes |= OutputModes::OPOST;
            modes.input_modes |= InputModes::IXON;
        }
        tcflush(&self.slave, QueueSelector::IFlush)?;
        tcsetattr(&self.slave, OptionalActions::Now, &modes)?;
        self.resize(columns, ROWS)
    }

    /// Between runs: this process is the foreground group, modes are the lane's own.
    pub(super) fn rest(&self) -> io::Result<()> {
        tcsetpgrp(&self.slave, getpgrp())?;
        tcsetattr(&self.slave, OptionalActions::Now, &self.modes)?;
        Ok(())
    }

    /// Makes this group the foreground group.
    pub(super) fn bring_forward(&self, group: Pid) -> io::Result<()> {
        Ok(tcsetpgrp(&self.slave, group)?)
    }

    /// Another size. The kernel tells the foreground group.
    pub(super) fn resize(&self, columns: u16, rows: u16) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(&self.slave, size)?)
    }

    /// Whether what is typed is not shown although it is read in lines: a password is asked for. Editors read key by key.
    pub(super) fn hides_typing(&self) -> bool {
        hides_typing(&self.slave)
    }

    /// The command's end, for a child.
    pub(super) fn slave(&self) -> io::Result<OwnedFd> {
        self.slave.try_clone()
    }

    /// The other end.
    pub(super) fn master(&self) -> io::Result<File> {
        Ok(File::from(self.master.try_clone()?))
    }

    /// The command's end, opened anew so that its not blocking is nobody else's.
    pub(super) fn marker(&self) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::open(&self.name, flags, Mode::empty())?))
    }

    /// Lets output flow on that somebody stopped, so that it can be drained.
    pub(super) fn flow(&self) {
        // Refused only by a terminal that is gone, and then nothing flows anyway.
        let _ = tcflow(&self.slave, Action::OOn);
    }
}

/// Takes what is read into the sink, until the end.
pub(super) fn pump(mut relay: Relay, sink: &Sink, mut envelope: Envelope, source: Source, run: Option<RunNo>) {
    let mut loose = false;
    loop {
        match relay.take(loose.then_some(QUIET)) {
            Came::Bytes(bytes) => {
                for part in bytes.chunks(PART) {
                    sink.push(&mut envelope, source, run, part);
                }
                loose = true;
            }
            Came::Nothing => {
                sink.quiet(&mut envelope, source, run);
                loose = false;
            }
            Came::End => break,
        }
    }
    sink.quiet(&mut envelope, source, run);
}

/// Writes a word of ours behind everything that was written before, without waiting longer than `patience` for room.
pub(super) fn mark(file: &File, word: &[u8], patience: Duration) {
    use std::io::Write as _;
    let until = Instant::now() + patience;
    let mut rest = word;
    let mut file_ref = file;
    while !rest.is_empty() && Instant::now() < until {
        match file_ref.write(rest) {
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut fds = [PollFd::from_borrowed_fd(file.as_fd(), PollFlags::OUT)];
                let _ = poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 20_000_000 }));
            }
            // Without the mark the end of the run waits out its patience; nothing is lost.
            Err(_) => return,
        }
    }
}
/// Whether what is typed at a terminal is not shown although it is read in lines. Either end of it may be asked.
pub(in crate::runner) fn hides_typing(terminal: impl AsFd) -> bool {
    tcgetattr(terminal).is_ok_and(|modes| {
        modes.local_modes.contains(LocalModes::ICANON) && !modes.local_modes.contains(LocalModes::ECHO)
    })
}
