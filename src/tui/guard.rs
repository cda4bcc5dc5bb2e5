//! The terminal: taken, and given back in whatever way the program ends.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, CrosstermBackend};
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{cursor, execute};
use rustix::process::{Signal, getpid, getsid, kill_current_process_group};
use rustix::termios::tcgetattr;
use tokio::sync::mpsc::UnboundedSender;

use crate::tui::run::Face;

/// Whether the terminal is in our hands. Whoever sets it to false gives the terminal back: it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Reports of threads that broke, for whoever gives the terminal back last.
static REPORTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

type Screen = CrosstermBackend<BufWriter<Out>>;

/// Standard output as long as the terminal is in our hands; afterwards nothing is written. A [`Terminal`] that is dropped shows the
/// cursor, and breaks the program where that fails because the terminal is gone.
pub(crate) struct Out(Stdout);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if TAKEN.load(Ordering::SeqCst) { self.0.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) { self.0.flush() } else { Ok(()) }
    }
}

/// The real terminal, as long as this lives.
pub(crate) struct RealFace {
    terminal: Terminal<Screen>,
}

impl RealFace {
    /// Takes the terminal.
    ///
    /// # Errors
    /// Where it is none, or does not answer.
    pub(crate) fn take() -> io::Result<Self> {
        enter()?;
        let terminal = fresh().inspect_err(|_| give_back())?;
        Ok(Self { terminal })
    }
}

impl Drop for RealFace {
    fn drop(&mut self) {
        give_back();
    }
}

impl Face for RealFace {
    type Backend = Screen;

    fn terminal(&mut self) -> &mut Terminal<Screen> {
        &mut self.terminal
    }

    fn redraw(&mut self) -> io::Result<()> {
        // Where the terminal is gone, dropping the old one would break the program.
        tcgetattr(io::stdin())?;
        // A new one instead of `clear`, which asks the terminal where its cursor is; some never answer.
        self.terminal = fresh()?;
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<bool> {
        // The leader of a terminal's session has no shell that could continue it.
        if getsid(None).is_ok_and(|leader| leader == getpid()) {
            return Ok(false);
        }
        give_back();
        // TSTP to oneself is dropped where the group is orphaned; STOP is not. Lanes are in sessions of their own.
        kill_current_process_group(Signal::STOP)?;
        enter()?;
        self.terminal = fresh()?;
        Ok(true)
    }

    fn lend(&mut self) {
        give_back();
    }

    fn take_back(&mut self) -> io::Result<(u16, u16)> {
        enter()?;
        self.terminal = fresh()?;
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = Out(io::stdout());
        execute!(out, CopyToClipboard::to_clipboard_from(text))
    }

    fn is_alive(&self) -> bool {
        tcgetattr(io::stdin()).is_ok()
    }
}

fn fresh() -> io::Result<Terminal<Screen>> {
    let mut backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, Out(io::stdout())));
    backend.clear_region(ClearType::All)?;
    Terminal::new(backend)
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let entered = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide);
    entered.inspect_err(|_| give_back())
}

/// Gives the terminal back, once; errors are of no use to anyone here.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        drop(execute!(out, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
        drop(out.flush());
        drop(disable_raw_mode());
    }
}

/// From here on a panic of this thread gives the terminal back before it is reported; one of any other thread is told to the
/// screen, which leaves in order. Installed once for each screen; the hook before it is kept.
pub(crate) fn watch_panics(fatal: UnboundedSender<String>) {
    let screen = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen {
            give_back();
            before(info);
            return;
        }
        let name = thread::current().name().unwrap_or("without a name").to_owned();
        let report = format!("the thread {name} broke: {info}");
        if fatal.send(report.clone()).is_err() {
            // No screen is left that could tell it.
            before(info);
            return;
        }
        REPORTS.lock().unwrap_or_else(PoisonError::into_inner).push(report);
    }));
}

/// What broke, for the normal screen.
pub(crate) fn reports() -> Vec<String> {
    std::mem::take(&mut *REPORTS.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panic_of_another_thread_is_told_and_not_printed_over_the_screen() {
        let (fatal, mut told) = tokio::sync::mpsc::unbounded_channel();
        watch_panics(fatal);
        let thread = thread::Builder::new().name("desk".to_owned()).spawn(|| panic!("out of paper"));
        assert!(thread.expect("a thread").join().is_err());
        let report = told.try_recv().expect("a report");
        assert!(report.starts_with("the thread desk broke") && report.contains("out of paper"), "{report}");
        assert_eq!(reports(), [report]);
        assert!(reports().is_empty(), "told once");
    }
}
