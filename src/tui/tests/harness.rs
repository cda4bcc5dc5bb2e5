//! A screen without a terminal: the real loop, a scripted drive, a fixed clock.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{Event as TerminalEvent, KeyEvent};

use super::world::World;
use crate::drive::edited::Place;
use crate::runbook::{Effect as Reach, Runbook};
use crate::session::event::{Event, RunStarted};
use crate::session::run::RunNo;
use crate::tui::effect::Effect;
use crate::tui::keys::Chord;
use crate::tui::message::Message;
use crate::tui::model::{Model, Now};
use crate::tui::run::{Call, Face, Input, Rim};
use crate::tui::theme::Theme;

/// The world as the loop sees it.
#[derive(Debug, Clone)]
pub(super) struct Shared(pub(super) Rc<RefCell<World>>);

impl Rim for Shared {
    fn now(&self) -> Now {
        self.0.borrow().now()
    }

    fn perform(&mut self, effect: Effect) {
        self.0.borrow_mut().perform(effect);
    }

    async fn next(&mut self) -> Message {
        let message = self.0.borrow_mut().outbox.pop_front();
        match message {
            Some(message) => message,
            None => std::future::pending().await,
        }
    }

    fn waiting(&mut self) -> Option<Message> {
        self.0.borrow_mut().outbox.pop_front()
    }

    fn output(&self, _: RunNo) -> Option<PathBuf> {
        None
    }

    fn runbook(&self, _: Option<&str>) -> Result<Place, String> {
        Err("there is no file in a test".to_owned())
    }

    fn shell(&self) -> Option<(String, String)> {
        self.0.borrow_mut().shells += 1;
        None
    }

    async fn close(&mut self) {
        self.0.borrow_mut().closed = true;
    }
}

/// A terminal in memory.
pub(super) struct Memory {
    pub(super) terminal: Terminal<TestBackend>,
    pub(super) world: Rc<RefCell<World>>,
}

impl Face for Memory {
    type Backend = TestBackend;

    fn terminal(&mut self) -> &mut Terminal<TestBackend> {
        self.world.borrow_mut().frames += 1;
        &mut self.terminal
    }

    fn redraw(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<bool> {
        self.world.borrow_mut().suspended += 1;
        Ok(true)
    }

    fn lend(&mut self) {}

    fn take_back(&mut self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size().expect("a size");
        Ok((size.width, size.height))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.world.borrow_mut().copied.push(text.to_owned());
        Ok(())
    }

    fn is_alive(&self) -> bool {
        true
    }
}

/// What the operator does, one thing after the other.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Keys, each pressed only when the screen has answered the one before.
    Keys(&'static str),
    /// Keys in one go, faster than any screen.
    Rush(&'static str),
    /// Text typed into a prompt.
    Text(&'static str),
    /// Pasted text.
    Paste(&'static str),
    /// Time passes.
    Pass(i64),
    /// The wall clock is set, by so many seconds.
    SetClock(i64),
    /// A run writes.
    Write(u32, &'static str),
    /// A host is elsewhere from here on.
    Host(&'static str, &'static str),
}

/// Chords written one after the other, with blanks between.
pub(super) fn chords(text: &str) -> Vec<Chord> {
    text.split(' ').map(|key| Chord::parse(key).expect("a key")).collect()
}

pub(super) fn key(chord: Chord) -> TerminalEvent {
    TerminalEvent::Key(KeyEvent::new(chord.code, chord.modifiers))
}

/// Gives out events: those of one act at once, the next act only when nothing else is to be done.
struct Operator {
    acts: VecDeque<Vec<Step>>,
    ready: VecDeque<Step>,
    world: Rc<RefCell<World>>,
    /// Frames there were when something was last told.
    busy: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Event(TerminalEvent),
    Do(Act),
}

impl Stream for Operator {
    type Item = io::Result<TerminalEvent>;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                let frames = self.world.borrow().frames;
                self.busy = frames;
                match step {
                    Step::Event(event) => return Poll::Ready(Some(Ok(event))),
                    Step::Do(act) => {
                        let mut world = self.world.borrow_mut();
                        match act {
                            Act::Pass(seconds) => {
                                world.pass(seconds);
                                world.outbox.push_back(Message::Tick);
                            }
                            Act::SetClock(seconds) => {
                                world.set += seconds * 1000;
                                world.outbox.push_back(Message::Tick);
                            }
                            Act::Write(run, text) => world.write(RunNo(run), text),
                            Act::Host(name, target) => world.host(name, target),
                            _ => {}
                        }
                        drop(world);
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
            // Idle by accounting: nothing is left to be told, and a frame was drawn since anything was.
            let (idle, frames) = (self.world.borrow().outbox.is_empty(), self.world.borrow().frames);
            if !idle || frames <= self.busy {
                if !idle {
                    self.busy = frames;
                }
                return Poll::Pending;
            }
            self.busy = frames;
            match self.acts.pop_front() {
                Some(steps) => self.ready.extend(steps),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Input for Operator {
    fn rest(&mut self) {}

    fn wake(&mut self) {}
}

/// What was left when the operator had done everything.
pub(super) struct Story {
    pub(super) screen: String,
    pub(super) world: World,
    pub(super) model: Model,
    pub(super) code: u8,
}

impl Story {
    /// Events of the journal, by their kind's name.
    pub(super) fn started(&self) -> Vec<&str> {
        self.world.started.iter().map(|spec| spec.command.as_str()).collect()
    }

    pub(super) fn has(&self, test: impl Fn(&Event) -> bool) -> bool {
        self.world.journal.iter().any(|entry| test(&entry.event))
    }
}

/// Lets an operator work; the terminal goes away at the end.
pub(super) fn work(world: World, size: (u16, u16), acts: Vec<Act>) -> Story {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = Rc::new(RefCell::new(world));
    let steps = acts.into_iter().flat_map(|act| match act {
        Act::Keys(keys) => chords(keys).into_iter().map(|chord| vec![Step::Event(key(chord))]).collect::<Vec<_>>(),
        Act::Rush(keys) => vec![chords(keys).into_iter().map(|chord| Step::Event(key(chord))).collect()],
        Act::Text(text) => {
            let chord = |character| Chord::plain(ratatui::crossterm::event::KeyCode::Char(character));
            vec![text.chars().map(|character| Step::Event(key(chord(character)))).collect()]
        }
        Act::Paste(text) => vec![vec![Step::Event(TerminalEvent::Paste(text.to_owned()))]],
        act => vec![vec![Step::Do(act)]],
    });
    let operator = Operator { acts: steps.collect(), ready: VecDeque::new(), world: Rc::clone(&world), busy: 0 };
    let terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal");
    let mut face = Memory { terminal, world: Rc::clone(&world) };
    let mut rim = Shared(Rc::clone(&world));
    let now = world.borrow().now();
    let mut model = Model::new(size, now, None);
    let first = vec![Effect::LoadLibrary];
    let signals = futures_util::stream::pending::<Call>();
    let code = runtime.block_on(crate::tui::run::run(
        &mut model,
        Theme::mono(),
        &mut face,
        &mut rim,
        first,
        operator,
        signals,
    ));
    let screen = face.terminal.backend().to_string();
    drop((face, rim));
    let world = Rc::try_unwrap(world).expect("the only one left").into_inner();
    Story { screen, world, model, code }
}

/// The runbook of the stories.
pub(super) fn runbook() -> Runbook {
    let text = include_str!("runbook.yaml");
    let parsed = crate::runbook::parse("mastodon-500", text);
    parsed.runbook.unwrap_or_else(|| panic!("{:?}", parsed.problems))
}

/// Whether a started run alters something.
pub(super) fn alters(started: &RunStarted) -> bool {
    started.effect != Reach::Read
}
