//! The one table of actions. Footer, help and palette are all made from it.

use crate::session::walk::Next;
use crate::tui::keys::Chord;
use crate::tui::legal::{
    always, at_step, beside, closable, drives, edits, has_changes, has_command, has_lines, has_output, has_runbook,
    has_runs, has_values, is_cut, next, open, retry, revert, running, selected, shows_run, spread, time_is_over,
};
use crate::tui::model::{Mode, Model, Screen, SessionScreen};

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Does {
    /// What comes next.
    Next,
    /// Change the command, then run it.
    Edit,
    /// Pass a step over.
    Skip,
    /// Run again.
    Retry,
    /// Write something down.
    Note,
    /// Run any command.
    Command,
    /// A recorded shell.
    Shell,
    /// A key time.
    Mark,
    /// To any step or phase.
    Goto,
    /// To the revert.
    Revert,
    /// Stop a run.
    Stop,
    /// Keys to the command.
    Keys,
    /// Keep lines as evidence.
    Pin,
    /// Look for something in the output.
    Search,
    /// To the next match.
    NextMatch,
    /// To the match before.
    MatchBefore,
    /// The search is over.
    EndSearch,
    /// The picked lines begin here.
    PickFrom,
    /// The picked lines become evidence.
    PinPicked,
    /// The picked lines tell of a key time.
    MarkPicked,
    /// The picked lines go to the clipboard.
    CopyPicked,
    /// Nothing is picked.
    EndPick,
    /// To a line of the output.
    Line,
    /// When lines came.
    Times,
    /// Wrap long lines or cut them.
    Wrap,
    /// To the left, where lines are cut.
    Left,
    /// To the right, where lines are cut.
    Right,
    /// The whole output in a pager.
    Pager,
    /// What the session taught its runbook.
    Learn,
    /// Open the runbook in an editor.
    EditRunbook,
    /// Give values.
    Values,
    /// A time box is over: what now.
    TimeBox,
    /// Take changes back.
    Undo,
    /// Other runs' output.
    Runs,
    /// The next host's output.
    NextHost,
    /// The output of the host before.
    HostBefore,
    /// The next host where something went wrong.
    BadHost,
    /// How bad it is.
    Severity,
    /// Where the incident stands.
    Status,
    /// What is taken for the cause.
    Findings,
    /// Tell others.
    Update,
    /// Rests, people, how it was noticed.
    Work,
    /// One pane alone.
    Zoom,
    /// The next pane.
    Focus,
    /// The pane before.
    FocusBack,
    /// Up.
    Up,
    /// Down.
    Down,
    /// A page up in the output.
    PageUp,
    /// A page down in the output.
    PageDown,
    /// To the start.
    Home,
    /// To the end, and follow it.
    End,
    /// Back to what is usual.
    Back,
    /// Close the session.
    Close,
    /// Leave; the session stays open.
    Leave,
    /// All keys.
    Help,
    /// Actions by name.
    Palette,
    /// Draw anew.
    Redraw,
    /// To the shell and back.
    Suspend,
    /// Open what is selected.
    Open,
    /// A session without a runbook.
    Untitled,
    /// Read the library anew.
    Reload,
}

/// Where an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the library.
    Library,
    /// In a session.
    Session,
    /// In a session while a search is on.
    Search,
    /// In a session while lines are being picked.
    Pick,
    /// Everywhere.
    Everywhere,
}

/// An action: what it is called, what it does, its keys, when it is legal.
pub(crate) struct Action {
    /// What it does.
    pub(crate) does: Does,
    /// Its name, for footer and palette.
    pub(crate) name: &'static str,
    /// One sentence for the help.
    pub(crate) doc: &'static str,
    /// Its keys; the first is shown.
    pub(crate) keys: &'static [&'static str],
    /// Where it is.
    pub(crate) place: Place,
    /// It starts or stops something, or leads to it: its key counts only against a frame that was drawn.
    pub(crate) weighty: bool,
    /// Its place in the footer; 0 is not in it.
    pub(crate) footer: u8,
    /// Whether it is possible now, or why not.
    pub(crate) legal: fn(&Model) -> Result<(), String>,
}

/// All actions, in the order of the help.
pub(crate) const ACTIONS: &[Action] = &[
    search(Does::NextMatch, "next match", "To the next line that matches.", &["n", "Enter"], 1),
    search(Does::MatchBefore, "match before", "To the line before that matches.", &["N"], 2),
    search(Does::EndSearch, "end search", "End the search; the output stays where it is.", &["Esc", "q"], 5),
    pick(Does::PickFrom, "begin here", "Begin the picked lines at this one.", &["Space"], 1),
    pick(Does::PinPicked, "pin", "Keep the picked lines as evidence.", &["Enter", "p"], 2),
    pick(Does::CopyPicked, "copy", "Give the picked lines to the terminal's clipboard (OSC 52).", &["y"], 3),
    pick(
        Does::MarkPicked,
        "mark",
        "Mark a key time at the time the picked lines tell of; they are pinned too.",
        &["m"],
        4,
    ),
    pick(Does::EndPick, "pick nothing", "Pick nothing.", &["Esc", "q"], 5),
    act(Does::Next, "next", "Do what comes next: run the step, answer it, or choose where to go.", &["Enter"], 1, next),
    act(Does::Edit, "edit", "Change the step's command, then run it.", &["e"], 2, has_command),
    act(Does::Skip, "skip", "Pass the step over, with a reason.", &["s"], 3, at_step),
    act(Does::Retry, "retry", "Run the step's command again.", &["r"], 4, retry),
    light(
        Does::Note,
        "note",
        "Write something down: + - ! ? x TODO before it, @20:37 for when it was.",
        &["n"],
        5,
        open,
    ),
    act(Does::Command, "command", "Run any other command, in the same record.", &[":"], 7, drives),
    act(
        Does::Shell,
        "shell",
        "Open your own shell, recorded: an entry for each command; exit comes back.",
        &["!"],
        0,
        beside,
    ),
    light(Does::Mark, "mark", "Mark a key time: impact started, detected, mitigated, resolved.", &["m"], 8, open),
    act(Does::Goto, "go to", "Go to any step or phase.", &["g"], 9, has_runbook),
    act(Does::Revert, "revert", "Go to the revert.", &["R"], 6, revert),
    act(Does::TimeBox, "time box", "Decide what to do about a time box that is over.", &["T"], 0, time_is_over),
    act(Does::Stop, "stop", "Stop the run; a change is killed only when you say so.", &["x", "Ctrl-C"], 10, running),
    act(Does::Keys, "keys in", "Give the keys to the command; Ctrl-] takes them back.", &["i"], 11, running),
    light(
        Does::Pin,
        "pick",
        "Pick lines of the output: to pin them as evidence, or to copy them.",
        &["p"],
        13,
        has_output,
    ),
    light(
        Does::Search,
        "search",
        "Search the whole output of the run: text, or a pattern after re:. A capital makes the case count.",
        &["/"],
        12,
        shows_run,
    ),
    light(
        Does::Line,
        "go to line",
        "Go to a line of the output, or so far into it: 1234, 50%.",
        &["Ctrl-G"],
        0,
        has_lines,
    ),
    light(
        Does::Times,
        "times",
        "Show when lines came: since the run began, by the clock, not at all.",
        &["t"],
        0,
        open,
    ),
    light(Does::Wrap, "wrap", "Wrap long lines, or cut them.", &["w"], 0, open),
    every(Does::Left, "left", "To the left, where lines are cut.", &["Left"], 0, is_cut),
    every(Does::Right, "right", "To the right, where lines are cut.", &["Right"], 0, is_cut),
    light(Does::Pager, "pager", "Open the whole output in $PAGER.", &["P"], 0, has_lines),
    light(Does::Learn, "learn", "See what the session taught its runbook, as a patch.", &["L"], 0, has_runs),
    act(
        Does::EditRunbook,
        "edit runbook",
        "Open the step in $EDITOR; the session goes on with what is saved.",
        &["E"],
        0,
        edits,
    ),
    light(Does::Values, "values", "See the values in force and give new ones.", &["v"], 14, has_values),
    act(Does::Undo, "undo", "See the changes and take one back.", &["U"], 0, has_changes),
    light(Does::Runs, "runs", "Show the output of another run.", &["o"], 0, has_runs),
    light(Does::NextHost, "next host", "Show the output of the next host.", &["]"], 0, spread),
    light(Does::HostBefore, "host before", "Show the output of the host before.", &["["], 0, spread),
    light(Does::BadHost, "bad host", "Show the output of the next host where it is not well.", &["}"], 0, spread),
    light(Does::Severity, "severity", "Say how bad it is.", &["V"], 0, drives),
    light(Does::Status, "status", "Say where the incident stands.", &["S"], 0, drives),
    light(
        Does::Findings,
        "findings",
        "What could it be? Open a finding, confirm it, or rule it out.",
        &["f"],
        20,
        drives,
    ),
    light(Does::Update, "update", "Tell others: conditions, actions, needs. Kept, and copied.", &["u"], 21, drives),
    light(
        Does::Work,
        "the work",
        "Pause and go on, hand over, who takes part, how it was noticed.",
        &["W"],
        22,
        drives,
    ),
    act(Does::Close, "close", "Close the session.", &["c"], 15, closable),
    light(Does::Zoom, "zoom", "Give the pane the whole screen, and take it back.", &["z"], 16, always),
    light(Does::Focus, "pane", "Move the keys to the next pane.", &["Tab"], 17, always),
    light(Does::FocusBack, "pane back", "Move the keys to the pane before.", &["Shift-Tab"], 0, always),
    every(Does::Up, "up", "A step up, or a line.", &["Up", "Ctrl-Up"], 0, always),
    every(Does::Down, "down", "A step down, or a line.", &["Down", "Ctrl-Down"], 0, always),
    every(Does::PageUp, "page up", "A page up in the output.", &["PgUp"], 0, always),
    every(Does::PageDown, "page down", "A page down in the output.", &["PgDn"], 0, always),
    every(Does::Home, "start", "To the first line.", &["Home"], 0, always),
    every(Does::End, "end", "To the last line; the output is followed again.", &["End"], 0, always),
    every(
        Does::Back,
        "back",
        "Back to the step the walk is at; in the library, forget the search.",
        &["Esc"],
        0,
        always,
    ),
    act(Does::Leave, "leave", "Leave; the session stays open and commands run on.", &["q"], 18, always),
    library(Does::Open, "open", "Open the session, or begin one with the runbook.", &["Enter"], 1, selected),
    library(Does::Untitled, "no runbook", "Begin a session without a runbook.", &["Ctrl-N"], 2, always),
    library(Does::Reload, "reload", "Read the library anew.", &["Ctrl-R"], 3, always),
    quit("quit", "Leave the program.", &["Ctrl-Q", "Ctrl-C"], 4),
    library(Does::Help, "all keys", "Show all keys.", &["F1"], 5, always),
    light(Does::Help, "all keys", "Show all keys.", &["?", "F1"], 30, always),
    every(Does::Palette, "actions by name", "Find an action by its name.", &["Ctrl-P"], 0, always),
    every(Does::Redraw, "draw anew", "Draw the screen anew.", &["Ctrl-L"], 0, always),
    every(
        Does::Suspend,
        "to the shell",
        "Stop the screen and go to the shell; fg comes back. Commands run on.",
        &["Ctrl-Z"],
        0,
        always,
    ),
];

type Legal = fn(&Model) -> Result<(), String>;
type Keys = &'static [&'static str];

const fn make(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8, legal: Legal) -> Action {
    Action { does, name, doc, keys, place: Place::Session, weighty: true, footer, legal }
}

/// An action of a session that starts or stops something, or leads to it.
const fn act(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8, legal: Legal) -> Action {
    make(does, name, doc, keys, footer, legal)
}

/// An action of a session that starts and stops nothing.
const fn light(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8, legal: Legal) -> Action {
    Action { weighty: false, ..make(does, name, doc, keys, footer, legal) }
}

const fn every(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8, legal: Legal) -> Action {
    Action { place: Place::Everywhere, weighty: false, ..make(does, name, doc, keys, footer, legal) }
}

const fn search(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8) -> Action {
    Action { place: Place::Search, ..light(does, name, doc, keys, footer, always) }
}

const fn pick(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8) -> Action {
    Action { place: Place::Pick, ..light(does, name, doc, keys, footer, always) }
}

const fn library(does: Does, name: &'static str, doc: &'static str, keys: Keys, footer: u8, legal: Legal) -> Action {
    Action { place: Place::Library, ..make(does, name, doc, keys, footer, legal) }
}

/// Leaving the library, in which nothing runs: it means the same whatever came on the screen meanwhile.
const fn quit(name: &'static str, doc: &'static str, keys: Keys, footer: u8) -> Action {
    Action { weighty: false, ..library(Does::Leave, name, doc, keys, footer, always) }
}

impl Action {
    /// Whether it is on this screen, and its key has this meaning now.
    pub(crate) fn is_here(&self, model: &Model) -> bool {
        let own = |mode| model.mode() == Some(mode);
        let taken = match model.mode() {
            None => false,
            Some(_) if matches!(self.place, Place::Search | Place::Pick) => false,
            Some(mode) => {
                own_of(mode).any(|other| other.keys.first().is_some_and(|key| self.keys.first() == Some(key)))
            }
        };
        if taken {
            return false;
        }
        match self.place {
            Place::Everywhere => true,
            Place::Search => own(Mode::Search),
            Place::Pick => own(Mode::Pick),
            Place::Library => !matches!(model.screen, Screen::Session(_)),
            Place::Session => matches!(model.screen, Screen::Session(_)),
        }
    }

    /// Its name as it is now: Enter says what comes next.
    pub(crate) fn label(&self, model: &Model) -> &'static str {
        match (self.does, model.session()) {
            (Does::Next, Some(session)) => next_label(session),
            _ => self.name,
        }
    }
}

/// The actions that only are while the keys of the output pane are for this.
fn own_of(mode: Mode) -> impl Iterator<Item = &'static Action> {
    let place = match mode {
        Mode::Search => Place::Search,
        Mode::Pick => Place::Pick,
    };
    ACTIONS.iter().filter(move |action| action.place == place)
}

/// The actions of the screen that is shown.
pub(crate) fn here(model: &Model) -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().filter(move |action| action.is_here(model))
}

/// The action of a key on the screen that is shown.
pub(crate) fn of_key(chord: Chord, model: &Model) -> Option<&'static Action> {
    here(model).find(|action| action.keys.iter().any(|key| Chord::parse(key) == Some(chord)))
}

/// The action that does something on the screen that is shown.
pub(crate) fn find(does: Does, model: &Model) -> Option<&'static Action> {
    here(model).find(|action| action.does == does)
}

fn next_label(session: &SessionScreen) -> &'static str {
    if session.walk.state().closed {
        return "closed";
    }
    if !session.is_at_cursor() {
        return "go here";
    }
    match session.walk.next() {
        Next::Run(_) if session.walk.held_back().is_some() => "what now",
        Next::Run(_) => "run",
        Next::Ask(_) | Next::Manual(_) => "answer",
        Next::Running(_) => "running",
        Next::Waiting(_) => "waiting",
        Next::Offer { .. } | Next::Crossing { .. } => "choose",
        Next::Failed(_) => "what now",
        Next::Settle(_) => "find out",
        Next::End if session.walk.runbook().is_none() => "command",
        Next::End => "finish",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_key_is_understood_and_means_one_thing_on_a_screen() {
        for place in [Place::Library, Place::Session] {
            let mut keys = BTreeMap::new();
            for action in ACTIONS.iter().filter(|action| action.place == place || action.place == Place::Everywhere) {
                for key in action.keys {
                    let chord = Chord::parse(key);
                    assert!(chord.is_some(), "{key}");
                    let before = keys.insert(*key, action.name);
                    assert_eq!(before, None, "{key} means {} and {}", before.unwrap_or_default(), action.name);
                }
            }
        }
    }

    #[test]
    fn a_mode_of_the_output_pane_gives_no_key_two_meanings() {
        for place in [Place::Search, Place::Pick] {
            let mut keys = BTreeMap::new();
            for action in ACTIONS.iter().filter(|action| action.place == place) {
                for key in action.keys {
                    assert!(Chord::parse(key).is_some(), "{key}");
                    assert_eq!(keys.insert(*key, action.name), None, "{key}");
                }
            }
        }
    }

    #[test]
    fn every_action_has_a_key_a_name_and_a_sentence() {
        for action in ACTIONS {
            assert!(!action.keys.is_empty() && !action.name.is_empty(), "{:?}", action.does);
            assert!(action.doc.ends_with('.') && action.doc.chars().next().is_some_and(char::is_uppercase));
        }
    }
}
