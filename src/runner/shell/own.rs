//! The operator's own terminal, and the one the shell gets.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, Winsize, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// The size where a terminal tells none.
const USUAL: (u16, u16) = (80, 24);

/// Hands the terminal back as it was, however this ends.
pub(super) struct Raw {
    before: Termios,
}

impl Raw {
    /// From here on every key comes at once, and means nothing to the kernel.
    pub(super) fn take() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        Ok(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Where it is gone there is nothing to hand back.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Columns and rows of the operator's terminal.
pub(super) fn size() -> (u16, u16) {
    let size = tcgetwinsize(stdout()).map_or(USUAL, |size| (size.ws_col, size.ws_row));
    if size.0 == 0 || size.1 == 0 { USUAL } else { size }
}

/// A terminal like the operator's: the recorder's end, and the shell's.
pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    tcsetattr(&slave, OptionalActions::Now, &tcgetattr(stdin())?)?;
    resize(&master, size())?;
    Ok((master, slave))
}

/// Gives the shell's terminal another size. The kernel tells whoever is in the foreground.
pub(super) fn resize(master: &OwnedFd, (columns, rows): (u16, u16)) -> io::Result<()> {
    Ok(tcsetwinsize(master, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?)
}

/// The operator's screen, written to at once.
pub(super) struct Screen {
    file: File,
    gone: bool,
}

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self { file: File::from(fcntl_dupfd_cloexec(stdout(), 3)?), gone: false })
    }

    /// Shows bytes as they are. A screen that is gone is shown nothing more; the record goes on.
    pub(super) fn show(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.gone {
            match self.file.write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let _ = poll(&mut [PollFd::from_borrowed_fd(self.file.as_fd(), PollFlags::OUT)], None);
                }
                Err(_) => self.gone = true,
            }
        }
    }

    /// Says something of the recorder's own, on a line of its own.
    pub(super) fn say(&mut self, what: &str) {
        let what = crate::text::visible::clean(what);
        self.show(format!("\r\x1b[1mstanch: {what}\x1b[m\r\n").as_bytes());
    }
}
