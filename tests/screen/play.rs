//! An operator at a screen.

use std::ops::Deref;
use std::path::PathBuf;

use stanch::session::event::{Event, RunEnded, Verdict};
use stanch::session::run::{Exit, Purpose, RunNo};

use crate::stage::{Stage, kill, supervisors};
use crate::support::{Ended, Terminal};

/// A home with a runbook, and nothing that runs on in it when the test is over.
pub(crate) struct Play(Stage);

impl Play {
    /// Without a runbook of its own.
    pub(crate) fn new() -> Self {
        Self(Stage::new())
    }

    /// With the runbook `book`.
    pub(crate) fn with(text: &str) -> Self {
        Self(Stage::with(text))
    }

    /// The program on a screen of so many columns and rows.
    pub(crate) fn screen(&self, arguments: &[&str], columns: u16, rows: u16) -> Screen {
        Screen(Terminal::start(self.home.stanch().args(arguments), rows, columns))
    }

    /// `book` worked on a usual screen.
    pub(crate) fn book(&self) -> Screen {
        self.screen(&["run", "book"], 80, 24)
    }
}

impl Deref for Play {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        for lane in supervisors(self.0.home.root()) {
            kill(lane, "KILL");
        }
    }
}

/// A screen with somebody before it.
pub(crate) struct Screen(pub(crate) Terminal);

impl Screen {
    /// Waits until all these texts are to be seen.
    #[track_caller]
    pub(crate) fn see(&self, texts: &[&str]) -> &Self {
        let mut again = Again::default();
        self.0.wait(&format!("{texts:?}"), |screen| has(screen, texts) || again.look(screen, &self.0));
        self
    }

    /// Waits until none of these texts is to be seen.
    #[track_caller]
    pub(crate) fn gone(&self, texts: &[&str]) -> &Self {
        let mut again = Again::default();
        self.0.wait(&format!("no more {texts:?}"), |screen| {
            let contents = screen.contents();
            texts.iter().all(|text| !contents.contains(text)) || again.look(screen, &self.0)
        });
        self
    }

    /// Presses keys once all these texts are to be seen.
    #[track_caller]
    pub(crate) fn answer(&self, texts: &[&str], keys: &str) -> &Self {
        self.see(texts).press(keys)
    }

    /// Presses keys at once.
    pub(crate) fn press(&self, keys: &str) -> &Self {
        self.0.send(keys);
        self
    }

    /// The program ended, and the terminal is as a shell needs it.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32) -> String {
        let mut again = Again::default();
        self.0.wait_or_end("the end of the program", |screen| again.look(screen, &self.0));
        let ended = self.0.ended();
        self.0.drained();
        assert_eq!(ended, Ended::Code(code), "{}", self.0.text());
        self.restored();
        self.0.text()
    }

    /// Whether the terminal was given back.
    #[track_caller]
    pub(crate) fn restored(&self) {
        let text = self.0.text();
        assert!(!self.0.screen(vt100::Screen::alternate_screen), "still the alternate screen:\n{text}");
        assert!(!self.0.screen(vt100::Screen::hide_cursor), "the cursor is hidden:\n{text}");
        assert!(!self.0.screen(vt100::Screen::bracketed_paste), "pastes are still in brackets:\n{text}");
        assert!(self.0.is_cooked(), "the terminal is raw:\n{text}");
    }
}

/// The operator does what the screen asks: a key that came before a frame that changed is pressed again, where it is still meant.
/// Which frame is the last before a key is nothing that a test can know.
#[derive(Default)]
struct Again {
    answered: bool,
}

impl Again {
    /// Presses the key that is asked for, once for each time that it is asked. Never what is waited for.
    fn look(&mut self, screen: &vt100::Screen, terminal: &Terminal) -> bool {
        let contents = screen.contents();
        let asked = contents.split_once("The screen changed before ").and_then(|(_, rest)| rest.split_once(" came"));
        match asked {
            Some((chord, _)) if !self.answered => terminal.send(&notation(chord)),
            _ => {}
        }
        self.answered = asked.is_some();
        false
    }
}

/// A key as the screen names it, in the notation of the tests.
fn notation(chord: &str) -> String {
    match chord.strip_prefix("Ctrl-") {
        Some(key) => format!("<c-{}>", key.to_lowercase()),
        None if chord.chars().count() == 1 => chord.to_owned(),
        None => format!("<{}>", chord.to_lowercase()),
    }
}

fn has(screen: &vt100::Screen, texts: &[&str]) -> bool {
    // What belongs together on a line is held together by blanks that do not break.
    let contents = screen.contents().replace('\u{a0}', " ");
    texts.iter().all(|text| contents.contains(text))
}

/// How often a step was started.
pub(crate) fn started(play: &Play, step: &str) -> usize {
    let is = |purpose: &Purpose| matches!(purpose, Purpose::Step { step: own, .. } if own == step);
    let events = play.events().into_iter();
    events.filter(|event| matches!(event, Event::RunStarted(run) if is(&run.purpose))).count()
}

/// A runbook with a step that waits for the pipe `go`.
pub(crate) const WAITS: &str = "{stanch: 1, title: Something waits, diagnose: {steps: [\
    {id: first, title: First, run: 'echo first >> ran'}, \
    {id: long, title: Long, run: 'echo long >> ran; echo begun; cat go; SEEN=it; export SEEN; echo finished', expect: {match: '^finished'}}, \
    {id: last, title: Last, run: 'echo last saw $SEEN >> ran'}]}}";

/// A screen that waits for the pipe `go`, and whoever lets it go on.
pub(crate) fn waiting() -> (Play, Screen, PathBuf) {
    let play = Play::with(WAITS);
    let go = play.fifo("go");
    let screen = play.book();
    screen.answer(&["Enter runs first"], "<enter>");
    screen.answer(&["Enter runs long"], "<enter>");
    screen.see(&["begun", "long is running; x stops it."]);
    (play, screen, go)
}

/// The run that waited is whole, and was run once.
#[track_caller]
pub(crate) fn ran_once(play: &Play) {
    let run = play.session().run(RunNo(2));
    assert_eq!(std::fs::read_to_string(run.join("output")).unwrap(), "begun\ngo\nfinished\n");
    let ends: Vec<RunEnded> = play
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::RunEnded(ended) if ended.run == RunNo(2) => Some(*ended),
            _ => None,
        })
        .collect();
    assert_eq!(ends.iter().map(|ended| &ended.verdict).collect::<Vec<_>>(), [&Verdict::Healthy]);
    assert_eq!(*ends[0].exit(), Exit::Code(0));
    assert_eq!((play.count("ran", "first"), play.count("ran", "long")), (1, 1), "nothing is run twice");
}

/// The postmortem of the only session, as `stanch export` writes it.
pub(crate) struct Postmortem(String);

impl Postmortem {
    #[track_caller]
    pub(crate) fn of(play: &Play) -> Self {
        play.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
        Self(std::fs::read_to_string(play.path("postmortem.md")).unwrap())
    }

    #[track_caller]
    pub(crate) fn holds(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.0.contains(text), "no {text:?} in:\n{}", self.0);
        }
    }

    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) {
        assert!(!self.0.contains(text), "{text:?} is in:\n{}", self.0);
    }

    /// A line holds all of these.
    #[track_caller]
    pub(crate) fn has_row(&self, parts: &[&str]) {
        let row = self.0.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(row, "no line with {parts:?} in:\n{}", self.0);
    }

    /// Each of these stands behind the one before.
    #[track_caller]
    pub(crate) fn in_order(&self, texts: &[&str]) {
        let mut from = 0;
        for text in texts {
            let at = self.0[from..].find(text);
            from +=
                at.unwrap_or_else(|| panic!("no {text:?} after what stands before it in:\n{}", self.0)) + text.len();
        }
    }
}
