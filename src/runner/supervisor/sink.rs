//! Where everything that is read ends up: the record of the run under way, or the lane's file for what comes late.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::control::Event;
use super::envelope::{Envelope, Piece};
use super::keeper::Keeper;
use super::recording::{Recording, Source};
use crate::session::run::RunNo;
use crate::text::redact::{Redactor, Secrets, Shapes};

/// The file for what comes late holds at most this many bytes.
const LATE_AT_MOST: u64 = 64 << 20;

/// Shared by the threads that read and the one that decides.
pub(super) struct Sink {
    inner: Mutex<Inner>,
    events: Sender<Event>,
}

/// What is behind the lock.
struct Inner {
    recording: Option<Recording>,
    late: Late,
    /// The control thread wants to hear of growth.
    listening: bool,
    /// The terminal's bytes are not the output of the run under way.
    aside: bool,
    /// Bytes of the run under way that it heard of, kept or not.
    told: u64,
}

/// How far the run under way has come.
pub(super) struct Grown {
    pub(super) run: RunNo,
    /// Bytes in its output.
    pub(super) bytes: u64,
    /// Bytes that could not be kept, and the last of them; none where all was.
    pub(super) unkept: Option<(u64, Vec<u8>)>,
}

/// What arrives while nothing runs.
struct Late {
    keeper: Keeper,
    redactor: Redactor,
    clean: Vec<u8>,
}

impl Sink {
    /// Nothing runs yet.
    pub(super) fn new(folder: &Path, shapes: &Shapes, events: Sender<Event>) -> Self {
        let late = Late {
            keeper: Keeper::append(&folder.join("late"), LATE_AT_MOST),
            redactor: Redactor::new(&Secrets::none().with_shapes(shapes)),
            clean: Vec::new(),
        };
        Self { inner: Mutex::new(Inner { recording: None, late, listening: true, aside: false, told: 0 }), events }
    }

    /// A run begins: what comes from now on is its output.
    pub(super) fn begin(&self, recording: Recording, secrets: &Secrets) {
        let mut inner = self.lock();
        inner.late.hide(secrets);
        inner.recording = Some(recording);
        inner.listening = true;
        inner.aside = false;
        inner.told = 0;
    }

    /// A connection is being made for the run under way, or is there now.
    pub(super) fn calls(&self, calling: bool) {
        let mut inner = self.lock();
        match &mut inner.recording {
            Some(recording) if calling => recording.calling(),
            Some(recording) => recording.called(),
            None => {}
        }
        self.after(&mut inner);
    }

    /// What comes through the terminal is not the output of the run under way: it has none, the connection to its machine has.
    pub(super) fn aside(&self) {
        self.lock().aside = true;
    }

    /// These are not to be written from now on.
    pub(super) fn hide(&self, secrets: &Secrets) {
        let mut inner = self.lock();
        inner.late.hide(secrets);
        if let Some(recording) = &mut inner.recording {
            recording.hide(secrets);
        }
    }

    /// The terminal has another size from here on.
    pub(super) fn resized(&self, columns: u16, rows: u16) {
        if let Some(recording) = &mut self.lock().recording {
            recording.resized(columns, rows);
        }
    }

    /// The run is over: its record.
    pub(super) fn end(&self) -> Option<Recording> {
        self.lock().recording.take()
    }

    /// How far the run under way has come; asks to be told of the next growth.
    pub(super) fn listen(&self) -> Option<Grown> {
        let mut inner = self.lock();
        inner.listening = true;
        let recording = inner.recording.as_ref()?;
        let (run, bytes, (lost, end)) = (recording.run, recording.bytes(), recording.unkept());
        let unkept = (lost > 0).then(|| (lost, end.to_vec()));
        inner.told = bytes + lost;
        Some(Grown { run, bytes, unkept })
    }

    /// Takes what was read of a source that belongs to `run`; none is the terminal, whose bytes belong to whatever runs now.
    pub(super) fn push(&self, envelope: &mut Envelope, source: Source, run: Option<RunNo>, bytes: &[u8]) {
        let mut inner = self.lock();
        envelope.push(bytes, &mut |piece| self.take(&mut inner, source, run, &piece));
        self.after(&mut inner);
    }

    /// Nothing came from there for a while.
    pub(super) fn quiet(&self, envelope: &mut Envelope, source: Source, run: Option<RunNo>) {
        let mut inner = self.lock();
        envelope.quiet(&mut |piece| self.take(&mut inner, source, run, &piece));
        match &mut inner.recording {
            Some(recording) if run.is_none_or(|run| run == recording.run) => recording.quiet(source),
            _ => inner.late.end(),
        }
        self.after(&mut inner);
    }

    fn take(&self, inner: &mut Inner, source: Source, run: Option<RunNo>, piece: &Piece<'_>) {
        match piece {
            Piece::Word(word) => {
                // Nobody is left to tell when the control thread is gone.
                drop(self.events.send(Event::Word { source, word: word.to_vec() }));
            }
            Piece::Plain(bytes) => match &mut inner.recording {
                _ if inner.aside && source == Source::Terminal => inner.late.push(bytes),
                Some(recording) if run.is_none_or(|run| run == recording.run) => recording.push(source, bytes),
                _ if source == Source::Secret => {}
                _ => inner.late.push(bytes),
            },
        }
    }

    fn after(&self, inner: &mut Inner) {
        let Some(recording) = &mut inner.recording else { return };
        if let Some(trouble) = recording.trouble() {
            drop(self.events.send(Event::Trouble(trouble)));
        }
        if inner.listening && recording.bytes() + recording.unkept().0 > inner.told {
            inner.listening = false;
            drop(self.events.send(Event::Grew));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Late {
    fn push(&mut self, bytes: &[u8]) {
        self.clean.clear();
        self.redactor.push(bytes, &mut self.clean);
        self.keeper.keep(&self.clean);
    }

    fn hide(&mut self, secrets: &Secrets) {
        self.clean.clear();
        self.redactor.hide(secrets, &mut self.clean);
        self.keeper.keep(&self.clean);
    }

    fn end(&mut self) {
        self.clean.clear();
        self.redactor.quiet(&mut self.clean);
        self.keeper.keep(&self.clean);
    }
}
