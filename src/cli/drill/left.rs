//! What drills that died left behind: offered to be cleaned up, or cleaned up when that is asked for.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use super::super::Exit;
use super::super::report::report;
use crate::drive::auto::end_drill;
use crate::drive::drill::{Dead, LeftBehind, left_behind};
use crate::drive::{Error, Kind, Result, Surroundings, resume};
use crate::store::{self, session};

/// Before a drill: on a terminal what is left is offered to be cleaned up, elsewhere it is said how to. Nothing of it keeps a drill from
/// beginning.
pub(super) fn offer(around: &Surroundings, ask: bool) {
    let left = match left_behind(&around.paths.data.join("drills")) {
        Ok(left) => left,
        Err(error) => {
            report(&error.into());
            return;
        }
    };
    for one in left {
        match one {
            LeftBehind::Dead(dead) if ask => {
                if yes(&format!("Something is left of {}, which has died. Clean it up?", dead.in_words())) {
                    cleaned(around, dead);
                }
            }
            LeftBehind::Dead(dead) => eprintln!(
                "warning: something is left of {}, which has died; `stanch drill --clean` cleans it up",
                dead.in_words()
            ),
            LeftBehind::NotOurs(folder) => not_ours(&folder),
        }
    }
}

/// Cleans up after every drill that has died.
pub(super) fn clean(around: &Surroundings) -> anyhow::Result<Exit> {
    let left = left_behind(&around.paths.data.join("drills"))?;
    if left.is_empty() {
        println!("nothing is left of any drill that has died");
    }
    let mut worst = Exit::Fine;
    for one in left {
        match one {
            LeftBehind::Dead(dead) => worst = worst.max(cleaned(around, dead)),
            LeftBehind::NotOurs(folder) => not_ours(&folder),
        }
    }
    Ok(worst)
}

fn not_ours(folder: &Path) {
    eprintln!("warning: {} is no longer a drill's folder; it is left alone", folder.display());
}

fn cleaned(around: &Surroundings, dead: Dead) -> Exit {
    let words = dead.in_words();
    match end_session(around, dead.session().as_deref()).and_then(|()| dead.clean()) {
        Ok(()) => {
            println!("cleaned up after {words}");
            Exit::Fine
        }
        Err(error) => report(&error.into()),
    }
}

/// Its session is about something that is gone from here on: what runs in it is stopped, and it is closed. Where somebody works it, the
/// drill is not dead.
fn end_session(around: &Surroundings, id: Option<&str>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let dir = match session::find(&around.paths, id) {
        Ok(dir) => dir,
        // It was removed meanwhile.
        Err(store::Error::NoSession { .. } | store::Error::NoSessions { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let session = resume(around, dir)?;
    if session.drive.role().follows() {
        let words = format!("could not clean up after the drill: somebody works its session {id}");
        return Err(Error::new(Kind::Person, words).hint("close it there first"));
    }
    if session.walk.state().closed { Ok(()) } else { end_drill(session, around) }
}

/// Asks a person; Enter alone is yes.
fn yes(question: &str) -> bool {
    eprint!("{question} [Y/n] ");
    drop(std::io::stderr().flush());
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        // The terminal is gone.
        Ok(0) | Err(_) => false,
        Ok(_) => matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"),
    }
}
