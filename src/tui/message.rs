//! What the screen is told.

use std::path::PathBuf;

use crate::drive::News;
use crate::drive::edited::Edited;
use crate::session::entry::Entry;
use crate::session::walk::{Order, Walk};
use crate::tui::keys::Chord;
use crate::tui::model::{Catalog, Details, Role};

/// Something that happened, on its way to [`crate::tui::update::update`].
#[derive(Debug)]
pub(crate) enum Message {
    /// A key, with the number of the frame its presser could have seen.
    Key {
        /// What was pressed.
        chord: Chord,
        /// The last frame that was on the screen before the key came.
        frame: u64,
    },
    /// Pasted text: goes into prompts, never triggers an action.
    Paste(String),
    /// The terminal has another size.
    Resize {
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// Time passed.
    Tick,
    /// A frame with this number is on the screen.
    Drawn(u64),
    /// From the drive.
    News(News),
    /// The library was loaded.
    Catalog(Box<Catalog>),
    /// What a runbook says of itself.
    Described {
        /// Its id.
        id: String,
        /// Which one of that id.
        origin: String,
        /// What it says.
        details: Details,
    },
    /// A session was opened.
    Opened(Box<Opened>),
    /// The runbook was edited.
    Edited(Edited),
    /// What the session taught was worked out: the file it is in; none where it taught nothing.
    Learned(Option<PathBuf>),
    /// Something that was to be done outside could not be; in words.
    Failed(String),
    /// Someone asks the program to end.
    Signal(Signal),
    /// A part of the program broke; the report.
    Fatal(String),
}

/// A signal to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT from outside (the key comes as a key).
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// The terminal answers with errors, or its input ended.
    TerminalGone,
}

impl Signal {
    /// The exit code of a program that ends by it.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
            Self::HangUp | Self::TerminalGone => 129,
        }
    }
}

/// A session ready to be worked.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The session's id.
    pub(crate) id: String,
    /// The walk, at the end of what was recorded so far.
    pub(crate) walk: Walk,
    /// The first things to record.
    pub(crate) first: Vec<Order>,
    /// What was recorded so far; the newest are enough.
    pub(crate) history: Vec<Entry>,
    /// Who drives.
    pub(crate) role: Role,
    /// Something to be said at once.
    pub(crate) banner: Option<String>,
}
