//! What goes into the drive, and what comes out of it.

use std::sync::Arc;

use crate::runbook::Runbook;
use crate::session::run::RunNo;
use crate::session::walk::{Happening, Order};
use crate::store::clock::Stamp;
use crate::text::find::Query;
use crate::text::styled;

/// Something for the drive to do. Orders are carried out strictly in the order they come in.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// An order of the walk.
    Order(Order),
    /// Orders of the walk, one after the other.
    Orders(Vec<Order>),
    /// Keys for a run.
    Input {
        /// The run.
        run: RunNo,
        /// As a terminal would send them.
        bytes: Vec<u8>,
    },
    /// The terminal of an interactive run has another size.
    Resize {
        /// The run.
        run: RunNo,
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// Show a run's output: answered with a [`Page`] at once, and with another whenever what it shows has changed (at most every 16 ms).
    /// It replaces the `Show` before it.
    Show {
        /// The run.
        run: RunNo,
        /// Which part, and how.
        window: Window,
    },
    /// No output is shown any more.
    ShowNothing,
    /// Search a run's output: answered with [`News::Found`] as the search goes on, at most every 16 ms. It replaces the search before it.
    Search {
        /// The run.
        run: RunNo,
        /// What is looked for; one that is none finds nothing.
        query: Query,
        /// Where to go first.
        step: Step,
    },
    /// To another line of the search that goes on: answered with [`News::Found`].
    Seek(Step),
    /// Nothing is searched any more.
    SearchNothing,
    /// The text of lines of the output that is shown: answered with [`News::Text`].
    Text {
        /// The run.
        run: RunNo,
        /// The first line, from 1.
        first: u64,
        /// The last one.
        last: u64,
        /// Longest text that is wanted, in bytes.
        most: usize,
    },
    /// The last line of what each of these runs wrote so far: answered with a [`News::Last`] for each.
    Lasts(Vec<RunNo>),
    /// The journal cannot be written, and the operator goes on: what is kept counts from here on ([`Happening::Lent`]). A run whose record is
    /// among it is not started by that.
    Lend,
    /// Runs that were withheld ([`News::Withheld`]) are to start without a record, because the operator says so; that is recorded as soon as
    /// it can be. Or they are not to start.
    Release {
        /// They are to start.
        start: bool,
    },
    /// The screen leaves: what is in memory is written once more, then the drive ends. Runs go on.
    Quit,
}

/// Which line of a search is wanted: the next that matches, from a line on, or the one before. At the end it goes on at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The number by which its answer is known.
    pub asked: u64,
    /// The line, from 1, to begin at; it may itself be the answer.
    pub from: u64,
    /// Backwards.
    pub back: bool,
}

/// Which part of a run's output is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The end, as it grows.
    End,
    /// From a line on.
    From {
        /// From 1.
        line: u64,
    },
}

/// The part of an output that is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Which part.
    pub view: View,
    /// Columns; at least one.
    pub columns: u16,
    /// Rows; at least one.
    pub rows: u16,
    /// A line longer than the window is wide goes on in the next row; else it is cut.
    pub wrap: bool,
    /// The first column that is shown of each line, from 0; counts only where lines are cut.
    pub left: u16,
}

/// Something the screen (or `--auto`) must know.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// Something for the walk: to be handed to [`Walk::happened`](crate::session::walk::Walk::happened).
    Walk(Happening),
    /// The runbook was edited: this is the version in force from the next entry on.
    Runbook(Arc<Runbook>),
    /// The part of the output that was asked for.
    Page(Box<Page>),
    /// How far a search has come.
    Found(Box<Found>),
    /// The text of lines that were asked for, without escapes, or why there is none.
    Text {
        /// The run.
        run: RunNo,
        /// The first line, from 1.
        first: u64,
        /// The last one.
        last: u64,
        /// The text, lines separated by line feeds.
        text: Result<String, String>,
    },
    /// The last line that says something of what a run wrote so far, without escapes; empty where there is none.
    Last {
        /// The run.
        run: RunNo,
        /// The line.
        text: String,
    },
    /// A run's output grew. Coalesced: at most every 16 ms for each run.
    Grew {
        /// The run.
        run: RunNo,
        /// Bytes so far.
        bytes: u64,
        /// Lines so far.
        lines: u64,
        /// When this was noticed.
        at: Stamp,
    },
    /// Lines of a run that matched, for each flag of its step. Follows a [`News::Grew`].
    Counted {
        /// The run.
        run: RunNo,
        /// Lines so far.
        flags: Vec<u64>,
    },
    /// The disk has no room for a run's output: it is shown while it comes, and not kept. At most every 100 ms for each run.
    Unkept {
        /// The run.
        run: RunNo,
        /// Bytes that came and were not kept so far.
        bytes: u64,
    },
    /// A run waits for keys, or is done waiting.
    Prompt {
        /// The run.
        run: RunNo,
        /// What is typed will not be shown: a password. False when that is over.
        hidden: bool,
    },
    /// A step of the stop ladder was taken.
    Stopping {
        /// The run.
        run: RunNo,
        /// The signal, as in `TERM`.
        signal: String,
        /// KILL follows by itself after this many milliseconds; none where only the operator may send it.
        kill_in_ms: Option<u64>,
    },
    /// The grace is over and the run is still alive: only a forced stop ends it.
    StillAlive {
        /// The run.
        run: RunNo,
    },
    /// The journal cannot be written. Stands until [`News::JournalHealed`].
    JournalTrouble {
        /// Why.
        error: String,
        /// Entries kept in memory meanwhile.
        kept: usize,
    },
    /// A run was not started: its record is not on disk. It may be started without one by [`Job::Release`].
    Withheld {
        /// Its command.
        command: String,
    },
    /// The journal is written again and nothing is kept back.
    JournalHealed,
    /// Anything else the operator must know.
    Trouble(String),
}

/// Part of a run's output, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The run.
    pub run: RunNo,
    /// The line the first row belongs to, from 1; 0 where the rows are a full screen of its own (see `cursor`).
    pub first_line: u64,
    /// The rows, at most as many as asked for; a long line takes several.
    pub lines: Vec<styled::Line>,
    /// When each of the rows came, in milliseconds since the run began, as far as that is known; as many as there are rows, or none.
    pub times: Vec<Option<u64>>,
    /// Lines there are by now; a last one without its newline counts.
    pub total_lines: u64,
    /// Bytes there are by now.
    pub total_bytes: u64,
    /// Bytes at the end that the lines do not tell of yet; where they are many, the end is shown without its line numbers.
    pub unread: u64,
    /// Where the cursor is, as (row, column) of this page: for output that moves it.
    pub cursor: Option<(u16, u16)>,
    /// The run is over and this counts all of its output.
    pub complete: bool,
}

/// How far a search has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The run.
    pub run: RunNo,
    /// What is looked for.
    pub query: Query,
    /// Lines that match so far.
    pub matching: u64,
    /// Bytes searched.
    pub searched: u64,
    /// Bytes there are.
    pub of: u64,
    /// All lines there are by now were searched.
    pub all: bool,
    /// The answer to the last step that could be answered.
    pub answer: Option<Answer>,
}

/// The answer to a [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The step's number.
    pub asked: u64,
    /// The line; none where nothing matches.
    pub spot: Option<Spot>,
    /// It was found beyond the end, from the other side.
    pub wrapped: bool,
}

/// A line that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its number, from 1.
    pub line: u64,
    /// The how manieth it is of those that match, from 1.
    pub place: u64,
    /// Columns before the match.
    pub column: u64,
}
