//! What the screen knows.

mod catalog;
mod hosts;
mod output;
mod overlay;
mod rate;
mod search;
mod session;
mod timeline;
mod work;

pub(crate) use catalog::{Catalog, Details, LibraryScreen, Listed, RunbookRow, SessionRow};
pub(crate) use hosts::is_bad;
pub(crate) use output::{Output, Pick, Taken, Times, WhatFor};
pub(crate) use overlay::empty;
pub(crate) use overlay::{Ask, Choice, Confirm, Item, Menu, Overlay, Picker, Prompt};
pub(crate) use search::Search;
pub(crate) use session::{Pane, Pending, Role, SessionScreen};
#[cfg(test)]
pub(crate) use timeline::Timeline;
pub(crate) use timeline::clock_words;
pub(crate) use work::WorkAsk;

use chrono::{DateTime, Utc};

use crate::session::state::Moment;
use crate::session::walk::Next;

/// Everything the screen knows. It moves only in `update`.
#[derive(Debug)]
pub(crate) struct Model {
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// The time of the last message.
    pub(crate) now: Now,
    /// The number of the frame on the screen.
    pub(crate) frame: u64,
    /// The first frame that shows what a key would do now; keys pressed before it start and stop nothing.
    pub(crate) settled: u64,
    /// The screen.
    pub(crate) screen: Screen,
    /// What lies over it and has the keys.
    pub(crate) overlay: Option<Overlay>,
    /// A sentence for the operator, until the next key.
    pub(crate) notice: Option<Notice>,
    /// The program ends; with this exit code.
    pub(crate) leaving: Option<u8>,
}

/// A time, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    /// Wall clock.
    pub(crate) at: DateTime<Utc>,
    /// Milliseconds of the clock that goes on through suspend.
    pub(crate) boot_ms: u64,
}

/// Which screen it is.
#[derive(Debug)]
pub(crate) enum Screen {
    /// Sessions and runbooks to choose from.
    Library(LibraryScreen),
    /// A session is being opened; its name.
    Opening(String),
    /// A session.
    Session(Box<SessionScreen>),
}

/// A sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The sentence.
    pub(crate) text: String,
    /// Something did not go well.
    pub(crate) bad: bool,
}

/// What keys of the output pane are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A search is on.
    Search,
    /// Lines are being picked.
    Pick,
}

/// What a key would mean now: as long as it is the same, a key pressed earlier means what its presser saw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Situation {
    overlay: Option<String>,
    next: Option<Next>,
    selected: Option<String>,
    screen: u8,
    keys_to: bool,
    mode: Option<Mode>,
}

impl Model {
    /// A screen of this size that shows the library, or waits for a session of this name.
    pub(crate) fn new(size: (u16, u16), now: Now, opening: Option<String>) -> Self {
        let screen = opening.map_or_else(|| Screen::Library(LibraryScreen::default()), Screen::Opening);
        Self { size, now, frame: 0, settled: 1, screen, overlay: None, notice: None, leaving: None }
    }

    /// The session, where one is on the screen.
    pub(crate) fn session(&self) -> Option<&SessionScreen> {
        match &self.screen {
            Screen::Session(session) => Some(session),
            _ => None,
        }
    }

    /// The session, where one is on the screen.
    pub(crate) fn session_mut(&mut self) -> Option<&mut SessionScreen> {
        match &mut self.screen {
            Screen::Session(session) => Some(session),
            _ => None,
        }
    }

    /// Says something.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    /// Says that something did not go well, or is not possible.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }

    /// What a key would mean now.
    pub(crate) fn situation(&self) -> Situation {
        let session = self.session();
        let screen = match &self.screen {
            Screen::Library(_) => 0,
            Screen::Opening(_) => 1,
            Screen::Session(_) => 2,
        };
        let selected = match &self.screen {
            Screen::Library(library) => library.current().map(|listed| listed.name()),
            Screen::Session(session) => session.at().map(ToOwned::to_owned),
            Screen::Opening(_) => None,
        };
        Situation {
            overlay: self.overlay.as_ref().map(Overlay::meaning),
            next: session.map(|session| session.walk.next()),
            selected,
            screen,
            keys_to: session.is_some_and(|session| session.keys_to.is_some()),
            mode: self.mode(),
        }
    }

    /// What the keys are for, where that is not as usual.
    pub(crate) fn mode(&self) -> Option<Mode> {
        let output = &self.session()?.output;
        match (&output.pick, &output.search) {
            (Some(_), _) => Some(Mode::Pick),
            (None, Some(_)) => Some(Mode::Search),
            (None, None) => None,
        }
    }

    /// Whether something on the screen moves with the time.
    pub(crate) fn is_ticking(&self) -> bool {
        self.session().is_some_and(SessionScreen::is_ticking)
    }

    /// Now, as a moment of the session on the screen.
    pub(crate) fn moment(&self) -> Moment {
        let boot = self.session().map_or(0, |session| session.walk.state().boot.1);
        Moment { at: self.now.at, boot_ms: self.now.boot_ms, boot }
    }
}
