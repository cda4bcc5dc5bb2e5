//! A program in a terminal of its own, and what stands on its screen.
//!
//! The controlling terminal is made by `setsid --ctty` of util-linux: the same would need `unsafe` between fork and exec.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use rustix::pty::OpenptFlags;
use rustix::termios::{self, LocalModes, Winsize};

use super::keys;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// A program in a terminal. Dropping it kills the program and hangs the terminal up.
pub(crate) struct Terminal {
    master: File,
    pid: Pid,
    shared: Arc<Shared>,
}

struct Shared {
    seen: Mutex<Seen>,
    news: Condvar,
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    /// Nothing more can come: no process has the terminal open.
    closed: bool,
    status: Option<ExitStatus>,
    /// Nobody reads what is written to the terminal.
    held: bool,
    watch: Option<Watch>,
}

/// What the reader looks out for, so that it is seen in the very moment it came.
struct Watch {
    awaited: Box<dyn FnMut(&vt100::Screen) -> bool + Send>,
    /// When the bytes were read that made it true.
    came: Option<Instant>,
}

impl Watch {
    fn look(&mut self, screen: &vt100::Screen, at: Instant) {
        if self.came.is_none() && (self.awaited)(screen) {
            self.came = Some(at);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no reader panicked")
    }

    /// Waits while nobody reads.
    fn until_read(&self) {
        let mut seen = self.lock();
        while seen.held {
            seen = self.news.wait(seen).expect("no reader panicked");
        }
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.news.notify_all();
    }
}

/// How long a test waits for anything; `STANCH_TEST_TIMEOUT` says it in seconds for slower machines.
fn patience() -> Duration {
    let seconds = std::env::var("STANCH_TEST_TIMEOUT").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(30))
}

impl Terminal {
    /// Starts the command (of [`super::Home::command`]) in a terminal of this many rows and columns.
    pub(crate) fn start(command: &Command, rows: u16, columns: u16) -> Self {
        let master =
            rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
        rustix::pty::grantpt(&master).expect("grantpt");
        rustix::pty::unlockpt(&master).expect("unlockpt");
        termios::tcsetwinsize(&master, size(rows, columns)).expect("its size");
        let name = rustix::pty::ptsname(&master, Vec::new()).expect("its name");
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())
            .expect("the terminal");

        let mut leader = Command::new("setsid");
        leader.arg("--ctty").arg(command.get_program()).args(command.get_args());
        // `command` decides the whole environment; what it cleared must not come back through this one.
        leader.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            leader.current_dir(folder);
        }
        leader.stdin(Stdio::from(slave.try_clone().expect("the terminal again")));
        leader.stdout(Stdio::from(slave.try_clone().expect("the terminal again"))).stderr(Stdio::from(slave));
        let child = leader.spawn().expect("`setsid` of util-linux");
        drop(leader); // it holds the terminal open: the end would never be seen

        let pid = Pid::from_child(&child);
        let parser = vt100::Parser::new(non_zero(rows), non_zero(columns), 0);
        let seen = Seen { parser, bytes: Vec::new(), closed: false, status: None, held: false, watch: None };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), news: Condvar::new() });
        let master = File::from(master);
        read(master.try_clone().expect("the master again"), Arc::clone(&shared));
        wait_for(child, Arc::clone(&shared));
        Self { master, pid, shared }
    }

    /// Waits until the screen is as `reached` says. Fails with what was awaited and the last screen.
    pub(crate) fn wait(&self, what: &str, mut reached: impl FnMut(&vt100::Screen) -> bool) {
        self.until(what, |seen| reached(seen.parser.screen()).then_some(()));
    }

    /// Waits until what was written to the terminal so far is as `reached` says.
    pub(crate) fn wait_bytes(&self, what: &str, mut reached: impl FnMut(&[u8]) -> bool) {
        self.until(what, |seen| reached(&seen.bytes).then_some(()));
    }

    /// The same as [`Terminal::wait`], and the program's end will do.
    pub(crate) fn wait_or_end(&self, what: &str, mut reached: impl FnMut(&vt100::Screen) -> bool) {
        self.until(what, |seen| (seen.status.is_some() || reached(seen.parser.screen())).then_some(()));
    }

    /// Waits until this text stands somewhere on the screen.
    pub(crate) fn wait_text(&self, text: &str) {
        self.wait(&format!("`{text}` on the screen"), |screen| screen.contents().contains(text));
    }

    /// Looks out, from now on, for a screen that is as `reached` says; [`Terminal::moment`] waits for it.
    pub(crate) fn look_out(&self, reached: impl FnMut(&vt100::Screen) -> bool + Send + 'static) {
        let mut watch = Watch { awaited: Box::new(reached), came: None };
        let mut seen = self.shared.lock();
        watch.look(seen.parser.screen(), Instant::now());
        seen.watch = Some(watch);
    }

    /// Waits for what [`Terminal::look_out`] looks for, and says when the bytes were read that show it: a measurement must not
    /// depend on when the measuring thread gets to look.
    pub(crate) fn moment(&self, what: &str) -> Instant {
        self.until(what, |seen| seen.watch.as_ref().and_then(|watch| watch.came))
    }

    /// Waits until the program has ended.
    pub(crate) fn ended(&self) -> Ended {
        let status = self.until("the end of the program", |seen| seen.status);
        status.code().map_or_else(|| Ended::Signal(status.signal().expect("code or signal")), Ended::Code)
    }

    /// Waits until nobody has the terminal open any more and all that was written to it is here.
    pub(crate) fn drained(&self) {
        self.until("the last process to leave the terminal", |seen| seen.closed.then_some(()));
    }

    fn until<T>(&self, what: &str, mut found: impl FnMut(&Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + patience();
        let mut seen = self.shared.lock();
        loop {
            if let Some(found) = found(&seen) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let over = seen.closed && seen.status.is_some();
            if left.is_zero() || over {
                let why = if over { "the program ended" } else { "it did not come in time" };
                let (status, screen) = (seen.status, framed(seen.parser.screen()));
                drop(seen);
                panic!("awaited {what}, but {why} (status: {status:?}); the screen:\n{screen}");
            }
            seen = self.shared.news.wait_timeout(seen, left).expect("no reader panicked").0;
        }
    }

    /// Types; see [`keys::bytes`] for the notation.
    pub(crate) fn send(&self, text: &str) {
        self.send_bytes(&keys::bytes(text));
    }

    /// Sends bytes as they are: a paste, half an escape sequence.
    pub(crate) fn send_bytes(&self, bytes: &[u8]) {
        (&self.master).write_all(bytes).expect("the terminal takes keys");
    }

    /// From here on nobody reads what is written to the terminal, as over a connection that hangs; or again somebody does.
    pub(crate) fn hold(&self, held: bool) {
        self.shared.change(|seen| seen.held = held);
    }

    /// Gives the terminal another size; the program gets SIGWINCH.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        self.shared.change(|seen| seen.parser.set_size(non_zero(rows), non_zero(columns)));
        termios::tcsetwinsize(&self.master, size(rows, columns)).expect("a new size");
    }

    /// Gives the terminal no size at all, as some do for a moment; what is drawn is still taken for the old one.
    pub(crate) fn resize_to_nothing(&self) {
        termios::tcsetwinsize(&self.master, size(0, 0)).expect("a new size");
    }

    /// Signals the program alone, not its group. Nothing happens when it has ended.
    pub(crate) fn kill(&self, signal: Signal) {
        let seen = self.shared.lock();
        if seen.status.is_none() {
            // Reaped only under this lock: the number cannot belong to another process yet. An error means a zombie.
            let _ = rustix::process::kill_process(self.pid, signal);
        }
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// The screen as text, one line per row.
    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Asks the screen as it is now, without waiting: `alternate_screen()`, `hide_cursor()`, a cell.
    pub(crate) fn screen<T>(&self, ask: impl FnOnce(&vt100::Screen) -> T) -> T {
        ask(self.shared.lock().parser.screen())
    }

    /// Every byte that came so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shared.lock().bytes.clone()
    }

    /// Whether the terminal reads lines and echoes, as a shell needs it.
    pub(crate) fn is_cooked(&self) -> bool {
        let modes = termios::tcgetattr(&self.master).expect("its modes").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.kill(Signal::KILL);
    }
}

fn read(mut master: File, shared: Arc<Shared>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            shared.until_read();
            match master.read(&mut buffer) {
                Ok(count @ 1..) => {
                    let at = Instant::now();
                    shared.change(|seen| {
                        seen.bytes.extend_from_slice(&buffer[..count]);
                        seen.parser.process(&buffer[..count]);
                        let Seen { parser, watch, .. } = seen;
                        if let Some(watch) = watch {
                            watch.look(parser.screen(), at);
                        }
                    });
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                // EIO is how the master learns that the last slave was closed.
                Ok(0) | Err(_) => return shared.change(|seen| seen.closed = true),
            }
        }
    });
}

fn wait_for(mut child: Child, shared: Arc<Shared>) {
    std::thread::spawn(move || {
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(Errno::INTR) = rustix::process::waitid(WaitId::Pid(Pid::from_child(&child)), ended) {}
        shared.change(|seen| seen.status = Some(child.wait().expect("our child")));
    });
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn non_zero(value: u16) -> NonZeroU16 {
    NonZeroU16::new(value).expect("a terminal has rows and columns")
}

/// The screen in a frame, so that blanks at the ends of its lines can be told.
fn framed(screen: &vt100::Screen) -> String {
    let columns = screen.size().1.get();
    let edge = format!("+{}+\n", "-".repeat(columns.into()));
    let width = usize::from(columns);
    let mut framed = edge.clone();
    for row in screen.rows(0, columns) {
        framed = framed + "|" + &row + &" ".repeat(width.saturating_sub(row.chars().count())) + "|\n";
    }
    framed + &edge
}
