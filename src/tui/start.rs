//! The way onto the screen, and off it again.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::mpsc::unbounded_channel;

use crate::drive::{Session, Surroundings};
use crate::session::state::State;
use crate::store::journal;
use crate::store::paths::Paths;
use crate::store::session::find;
use crate::tui::effect::Effect;
use crate::tui::guard::{self, RealFace};
use crate::tui::input::RealInput;
use crate::tui::model::Model;
use crate::tui::rim::RealRim;
use crate::tui::run::{self as turn, Face as _, Rim as _};
use crate::tui::signals::Signals;
use crate::tui::theme::Theme;

/// The exit code of a program that broke.
const BROKE: u8 = 4;
/// How long leaving waits for work aside that nobody needs any more.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the screen begins with.
pub enum Start {
    /// The library: open sessions, and runbooks to begin one with.
    Library {
        /// Folders of runbooks beside the usual ones.
        folders: Vec<PathBuf>,
    },
    /// A session.
    Session(Box<Session>),
}

/// How the screen was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// The exit code: 0, 4 where the program broke, 128 and the signal's number where one ended it.
    pub code: u8,
    /// What is to be said on the normal screen, a line each.
    pub words: Vec<String>,
}

/// Shows the screen until it is left. Standard input and output are a terminal.
///
/// # Errors
/// Where the terminal or the program's own machinery cannot be had; nothing was shown then.
pub fn run(start: Start, around: &Surroundings) -> anyhow::Result<Farewell> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("could not start the event loop")?;
    let (fatal, reports) = unbounded_channel();
    guard::watch_panics(fatal);
    let shown = catch_unwind(AssertUnwindSafe(|| runtime.block_on(show(start, around, reports))));
    runtime.shutdown_timeout(PATIENCE);
    let mut farewell = match shown {
        Ok(farewell) => farewell?,
        // The terminal was given back and the panic reported before this.
        Err(_) => {
            Farewell { code: BROKE, words: vec!["The session stays open: `stanch resume` takes it up.".to_owned()] }
        }
    };
    farewell.words.extend(guard::reports());
    Ok(farewell)
}

async fn show(
    start: Start,
    around: &Surroundings,
    reports: tokio::sync::mpsc::UnboundedReceiver<String>,
) -> anyhow::Result<Farewell> {
    let signals = Signals::listen().context("could not listen to signals")?;
    let mut face = RealFace::take().context("could not take the terminal")?;
    let size = face.terminal().size().context("could not ask the terminal for its size")?;
    let (folders, session) = match start {
        Start::Library { folders } => (folders, None),
        Start::Session(session) => (Vec::new(), Some(session)),
    };
    let mut rim = RealRim::new(around.clone(), folders, reports);
    let name = session.as_ref().map(|session| session.dir.id().to_owned());
    let first = if session.is_none() { vec![Effect::LoadLibrary] } else { Vec::new() };
    let mut model = Model::new((size.width, size.height), rim.now(), name);
    if let Some(session) = session {
        rim.work(*session);
    }
    let paths = around.paths.clone();
    let code = turn::run(&mut model, theme(), &mut face, &mut rim, first, RealInput::new(), signals).await;
    // Only now, so that nothing is written on the normal screen before it is there again.
    drop(face);
    let mut words = words(&model);
    words.extend(head(&model, &paths));
    words.extend(rim.parting());
    Ok(Farewell { code, words })
}

/// The head of a record that is closed, and what proves it untouched.
fn head(model: &Model, paths: &Paths) -> Option<String> {
    let session = model.session().filter(|session| session.walk.state().closed)?;
    let dir = find(paths, &session.id).ok()?;
    let read = journal::read(&dir.journal()).ok()?;
    Some(format!("Its head is {0}: `stanch audit {1} --head {0}` proves it untouched.", read.head, session.id))
}

/// What is to be said of the session that was left.
fn words(model: &Model) -> Vec<String> {
    let Some(session) = model.session() else { return Vec::new() };
    let state: &State = session.walk.state();
    if state.closed {
        return vec![format!("Closed. `stanch export {0}` writes the postmortem of {0}.", session.id)];
    }
    let mut words = Vec::new();
    let drill = state.opened.as_ref().is_some_and(|opened| opened.drill.is_some());
    if drill && session.drives() {
        // Its service is taken down now, and the session closed with it.
        words.push(format!("The drill is over. `stanch export {0}` writes the postmortem of {0}.", session.id));
    } else {
        words.push(format!("The session stays open: `stanch resume {}` takes it up.", session.id));
        match session.walk.running().len() {
            0 => {}
            1 => words.push("A command runs on, and its output is kept.".to_owned()),
            many => words.push(format!("{many} commands run on, and their output is kept.")),
        }
    }
    if let Some((error, kept)) = &session.unwritten {
        words.push(format!("could not write the record: {error}; {kept} entries were kept in memory and are lost"));
    }
    words
}

/// Colours, unless they are not wanted (`NO_COLOR`) or not there.
fn theme() -> Theme {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    if unwanted || dumb { Theme::mono() } else { Theme::coloured() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::event::{Event, Opened};
    use crate::session::walk::{Happening, Opening, Order, Rules, Walk};
    use crate::tui::model::{Now, Role, Screen, SessionScreen};

    fn left(drill: Option<&str>) -> String {
        let mut walk = Walk::new(None::<Arc<crate::runbook::Runbook>>, Rules { drill: drill.is_some() });
        let opened = Opened {
            title: "Test".to_owned(),
            runbook: None,
            severity: None,
            services: Vec::new(),
            planned: false,
            drill: drill.map(str::to_owned),
            time_boxes: Vec::new(),
            auto: false,
            alert: None,
            zone: "+00:00".to_owned(),
            version: "0".to_owned(),
        };
        let attached = Event::Attached { boot_id: "b".into(), host: "h".into(), version: "0".into() };
        let opening =
            Opening { opened, attached, given: Vec::new(), hosts: Vec::new(), detected: None, impact_started: None };
        let (at, mut seq) = (chrono::DateTime::UNIX_EPOCH, 0);
        for order in walk.open(opening) {
            let Order::Record(draft) = order else { panic!("{order:?}") };
            seq += 1;
            let entry = crate::session::entry::Entry {
                v: crate::session::entry::VERSION,
                seq,
                at,
                boot_ms: seq,
                by: "nova@alice".to_owned(),
                happened: draft.happened,
                event: draft.event,
                prev: String::new(),
            };
            walk.happened(Happening::Recorded(Box::new(entry)));
        }
        let mut model = Model::new((80, 24), Now { at, boot_ms: 0 }, None);
        model.screen = Screen::Session(Box::new(SessionScreen::new("the-id".to_owned(), walk, Role::Driver)));
        words(&model).join("\n")
    }

    #[test]
    fn a_drill_that_is_left_is_over_and_says_where_its_record_is() {
        let said = left(Some("status-500"));
        assert!(said.contains("drill is over") && said.contains("the-id") && !said.contains("resume"), "{said}");
        assert!(left(None).contains("stanch resume the-id"));
    }
}
