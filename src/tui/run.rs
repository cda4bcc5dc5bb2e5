//! The event loop: it alone waits, and it alone carries effects out.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::Event;
use tokio::time::{Instant, sleep_until};

use crate::drive::edited::Place;
use crate::session::run::RunNo;
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::message::{Message, Signal};
use crate::tui::model::{Model, Now};
use crate::tui::shell;
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::view::view;
use crate::tui::{editor, pager};

/// At most one frame in this time.
const FRAME: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 16 });
/// At most so many messages between two frames.
const BATCH: usize = 256;
/// How long a batch may take.
const BATCH_TIME: Duration = Duration::from_millis(8);
/// Time between ticks.
const TICK: Duration = Duration::from_secs(1);

/// The terminal's side.
pub(crate) trait Face {
    /// What is drawn on.
    type Backend: Backend;

    /// The terminal to draw on.
    fn terminal(&mut self) -> &mut Terminal<Self::Backend>;

    /// Everything is drawn anew with the next frame.
    fn redraw(&mut self) -> io::Result<()>;

    /// Gives the terminal back, stops until continued, and takes it again. False where there is no shell to go back to.
    fn suspend(&mut self) -> io::Result<bool>;

    /// Gives the terminal back for a while; [`Face::take_back`] ends it.
    fn lend(&mut self);

    /// Takes the terminal again: its size by now.
    fn take_back(&mut self) -> io::Result<(u16, u16)>;

    /// Gives a text to the clipboard of the terminal, as far as that has one.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Whether somebody is still there.
    fn is_alive(&self) -> bool;
}

/// The events of the terminal.
pub(crate) trait Input: Stream<Item = io::Result<Event>> + Unpin {
    /// Leaves what is typed to somebody else.
    fn rest(&mut self);

    /// Takes what is typed again.
    fn wake(&mut self);
}

/// The world's side: the drive, the library, the clock.
pub(crate) trait Rim {
    /// The time.
    fn now(&self) -> Now;

    /// Carries an effect out; never waits for a disk or a process.
    fn perform(&mut self, effect: Effect);

    /// The next message; waits for it.
    async fn next(&mut self) -> Message;

    /// A message, if one is there.
    fn waiting(&mut self) -> Option<Message>;

    /// Where the output of a run stands; none where no session is worked.
    fn output(&self, run: RunNo) -> Option<PathBuf>;

    /// Where the runbook can be edited, at a step; else why it cannot.
    fn runbook(&self, step: Option<&str>) -> Result<Place, String>;

    /// The session in which a recorded shell is opened, and who types there; none where no session is worked.
    fn shell(&self) -> Option<(String, String)>;
    /// Everything ordered so far is carried out, then the drive ends. Commands run on.
    async fn close(&mut self);
}

/// A signal to the program, or that it goes on after a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// The program should end.
    End(Signal),
    /// The program should stop, as by Ctrl-Z.
    Stop,
    /// The program goes on after it was stopped from outside.
    Continued,
}

/// The loop's belongings.
struct Loop<'a, F, R> {
    model: &'a mut Model,
    theme: Theme,
    face: &'a mut F,
    rim: &'a mut R,
    frame: u64,
    dirty: bool,
    /// Somebody pressed a key and looks for what it does, or what was asked for has come: the next frame waits for nothing.
    urgent: bool,
    drawn: Option<Instant>,
    tick: Instant,
    quit: Option<u8>,
    /// A file to be shown in a pager, and the line it begins at.
    pager: Option<(PathBuf, u64)>,
    /// The runbook is to be opened in an editor: where, or why it cannot.
    editor: Option<Result<Place, String>>,
    /// A recorded shell is to be opened.
    shell: bool,
}

/// Runs the screen until it is left; the exit code.
///
/// # Errors
/// Where the terminal cannot be drawn on, after everything was brought in order.
pub(crate) async fn run<F, R, I, S>(
    model: &mut Model,
    theme: Theme,
    face: &mut F,
    rim: &mut R,
    first: Vec<Effect>,
    mut input: I,
    mut signals: S,
) -> u8
where
    F: Face,
    R: Rim,
    I: Input,
    S: Stream<Item = Call> + Unpin,
{
    let tick = Instant::now() + TICK;
    let mut own = Loop {
        model,
        theme,
        face,
        rim,
        frame: 0,
        dirty: true,
        urgent: false,
        drawn: None,
        tick,
        quit: None,
        pager: None,
        editor: None,
        shell: false,
    };
    own.carry_out(first);
    let code = loop {
        if own.dirty && (own.urgent || own.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME)) {
            own.draw(&mut input).await;
        }
        if let Some(code) = own.quit {
            break code;
        }
        own.turn(&mut input, &mut signals).await;
        if let Some((path, line)) = own.pager.take() {
            own.page(&path, line, &mut input, &mut signals).await;
        }
        if let Some(place) = own.editor.take() {
            own.edit(place, &mut input, &mut signals).await;
        }
        if std::mem::take(&mut own.shell) {
            own.shell(&mut input, &mut signals).await;
        }
    };
    own.rim.close().await;
    code
}

impl<F: Face, R: Rim> Loop<'_, F, R> {
    /// Waits for something to happen, then takes in what else is there.
    async fn turn<I, S>(&mut self, input: &mut I, signals: &mut S)
    where
        I: Input,
        S: Stream<Item = Call> + Unpin,
    {
        let frame_due = self.drawn.filter(|_| self.dirty).map(|drawn| drawn + FRAME);
        let tick_due = self.model.is_ticking().then_some(self.tick);
        let due = [frame_due, tick_due].into_iter().flatten().min();
        tokio::select! {
            biased;
            call = next(signals) => match call {
                Some(call) => self.called(call),
                // Signals cannot end; where they do, the loop must not spin.
                None => std::future::pending().await,
            },
            event = next(input) => match event {
                Some(Ok(event)) => self.event(event),
                Some(Err(_)) | None => self.tell(Message::Signal(Signal::TerminalGone)),
            },
            message = self.rim.next() => self.tell(message),
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        let began = Instant::now();
        if self.model.is_ticking() && began >= self.tick {
            self.tick = began + TICK;
            let alive = self.face.is_alive();
            self.tell(if alive { Message::Tick } else { Message::Signal(Signal::TerminalGone) });
        }
        for _ in 0..BATCH {
            if self.quit.is_some() || began.elapsed() >= BATCH_TIME {
                break;
            }
            if let Some(event) = ready(input).await {
                match event {
                    Ok(event) => self.event(event),
                    Err(_) => self.tell(Message::Signal(Signal::TerminalGone)),
                }
            } else if let Some(message) = self.rim.waiting() {
                self.tell(message);
            } else {
                break;
            }
        }
    }

    /// Draws a frame. Keys that are there before it stands were pressed by someone who had not seen it: they carry the number of
    /// the frame before.
    async fn draw<I>(&mut self, input: &mut I)
    where
        I: Input,
    {
        for _ in 0..BATCH {
            match ready(input).await {
                Some(Ok(event)) => self.event(event),
                Some(Err(_)) => self.tell(Message::Signal(Signal::TerminalGone)),
                None => break,
            }
        }
        let (model, theme) = (&*self.model, self.theme);
        let drawn = self.face.terminal().draw(|frame| view(model, theme, frame)).is_ok();
        self.drawn = Some(Instant::now());
        self.dirty = false;
        self.urgent = false;
        if drawn {
            self.frame += 1;
            self.tell(Message::Drawn(self.frame));
        } else {
            self.tell(Message::Signal(Signal::TerminalGone));
        }
    }

    /// Lends the terminal to a pager until that has ended.
    async fn page<I, S>(&mut self, path: &Path, line: u64, input: &mut I, signals: &mut S)
    where
        I: Input,
        S: Stream<Item = Call> + Unpin,
    {
        input.rest();
        self.face.lend();
        let shown = pager::show(path, line, signals).await;
        self.take_back(input, shown);
    }

    /// Lends the terminal to the operator's editor, and sees what they left of the runbook.
    async fn edit<I, S>(&mut self, place: Result<Place, String>, input: &mut I, signals: &mut S)
    where
        I: Input,
        S: Stream<Item = Call> + Unpin,
    {
        let place = match place {
            Ok(place) => place,
            Err(why) => return self.tell(Message::Failed(format!("could not edit the runbook: {why}"))),
        };
        input.rest();
        self.face.lend();
        let left = editor::open(&place.path, place.line, signals).await;
        let sound = left == Ok(None);
        self.take_back(input, left);
        if sound {
            self.carry_out(vec![Effect::ReadRunbook { before: place.sha256 }]);
        }
    }

    /// Lends the terminal to a recorded shell until that is left.
    async fn shell<I, S>(&mut self, input: &mut I, signals: &mut S)
    where
        I: Input,
        S: Stream<Item = Call> + Unpin,
    {
        let Some((session, by)) = self.rim.shell() else { return };
        input.rest();
        self.face.lend();
        let left = shell::open(&session, &by, signals).await;
        self.take_back(input, left);
    }

    /// Takes the terminal back from whoever had it.
    fn take_back(&mut self, input: &mut impl Input, ended: Result<Option<Signal>, String>) {
        match self.face.take_back() {
            Ok((columns, rows)) => {
                input.wake();
                self.tell(Message::Resize { columns, rows });
            }
            // Nobody reads from a terminal that is gone: its end would be read again and again.
            Err(_) => self.tell(Message::Signal(Signal::TerminalGone)),
        }
        match ended {
            Ok(None) => {}
            Ok(Some(ending)) => self.tell(Message::Signal(ending)),
            Err(why) => self.tell(Message::Failed(why)),
        }
    }

    fn event(&mut self, event: Event) {
        self.urgent = true;
        match event {
            Event::Key(key) => {
                if let Some(chord) = Chord::from_event(&key) {
                    let frame = self.frame;
                    self.tell(Message::Key { chord, frame });
                }
            }
            Event::Paste(text) => self.tell(Message::Paste(text)),
            Event::Resize(columns, rows) => self.tell(Message::Resize { columns, rows }),
            Event::FocusGained | Event::FocusLost | Event::Mouse(_) => {}
        }
    }

    fn called(&mut self, call: Call) {
        match call {
            Call::End(signal) => self.tell(Message::Signal(signal)),
            Call::Stop => self.carry_out(vec![Effect::Suspend]),
            Call::Continued => self.carry_out(vec![Effect::Redraw]),
        }
    }

    fn tell(&mut self, message: Message) {
        // What was asked for and is there now is looked for, as what a key does.
        self.urgent |= matches!(message, Message::Catalog(_) | Message::Opened(_));
        self.dirty |= !matches!(message, Message::Drawn(_));
        let now = self.rim.now();
        let effects = update(self.model, now, message);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Quit(code) => self.quit = Some(code),
                Effect::Redraw => {
                    self.dirty = true;
                    if self.face.redraw().is_err() {
                        effects.extend(update(self.model, self.rim.now(), Message::Signal(Signal::TerminalGone)));
                    }
                }
                Effect::Suspend => {
                    self.dirty = true;
                    let message = match self.face.suspend() {
                        Ok(true) => continue,
                        Ok(false) => {
                            Message::Failed("could not go to the shell: there is none to go back to".to_owned())
                        }
                        Err(_) => Message::Signal(Signal::TerminalGone),
                    };
                    effects.extend(update(self.model, self.rim.now(), message));
                }
                Effect::Copy(text) => {
                    if self.face.copy(&text).is_err() {
                        effects.extend(update(self.model, self.rim.now(), Message::Signal(Signal::TerminalGone)));
                    }
                }
                Effect::Pager { run, line } => self.pager = self.rim.output(run).map(|path| (path, line)),
                Effect::EditRunbook { step } => self.editor = Some(self.rim.runbook(step.as_deref())),
                Effect::Read(path) => self.pager = Some((path, 1)),
                Effect::Shell => self.shell = true,
                effect => self.rim.perform(effect),
            }
        }
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// What a stream has now. It is asked with the loop's own waker: a stream may keep the first waker it meets.
async fn ready<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| match Pin::new(&mut *stream).poll_next(context) {
        Poll::Ready(item) => Poll::Ready(item),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
