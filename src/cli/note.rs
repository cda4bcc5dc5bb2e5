//! `stanch note`: one more line in a session's record, from any terminal.

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Local, Utc};

use super::Exit;
use super::around::hook;
use crate::drive::Hook;
use crate::session::entry::Entry;
use crate::session::note::{self, Note};
use crate::session::walk::{Rules, Walk};
use crate::session::when;
use crate::store::clock::{Clock, System};
use crate::store::journal::Journal;
use crate::store::operator;
use crate::store::paths::Paths;
use crate::store::session;
use crate::text::redact::Secrets;

/// What is noted, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last` where only one is open.
    #[arg(value_name = "SESSION")]
    session: String,
    /// The text. Before it may stand `+` (went well), `-` (went badly), `!` (lucky, important), `?` (open question), `x` (ruled out)
    /// or `TODO`, and a time: `@20:37`.
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// More of the text, where it was not quoted.
    #[arg(value_name = "TEXT", hide = true)]
    more: Vec<String>,
    /// When it happened: 20:37, 2022-04-30T20:37:00Z, -25m; `~20:37` for about, `20:30..20:40` for a range.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Who notes it; else `STANCH_OPERATOR`, `SUDO_USER`, or who is logged in.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
}

/// Appends a note; it is on disk when this returns.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let zone = *Local::now().offset();
    let now = System.now();
    let note = match understood(args, now, zone) {
        // Secrets of runbooks are not known here; what looks like one is not written either.
        Ok(note) => Note { text: Secrets::none().redact_str(&note.text), ..note },
        Err(reason) => {
            eprintln!("error: could not understand the note: {reason}");
            return Ok(Exit::Usage);
        }
    };
    let paths = Paths::from_env()?;
    let dir = session::find_to_write(&paths, &args.session)?;
    let by = operator::by(args.operator.as_deref());
    let (mut journal, entries) = Journal::open(&dir.journal(), &by, Arc::new(System))?;
    let day = note.happened.as_ref().and_then(|happened| when::other_day(happened, now, zone));
    let day = day.map_or_else(String::new, |day| format!(", for {day}"));
    let new = journal.append(&note.into())?;
    let number = new.last().map_or(0, |entry| entry.seq);
    writeln!(out, "noted as entry {number} of {}{day}", dir.id().escape_debug())?;
    out.flush()?;
    // What is wrong with the configuration was said already.
    if let Ok(Some(hook)) = hook(&paths) {
        let walk = Walk::replay(None, Rules::default(), &entries);
        echo(Hook::start(hook, dir.id(), walk, drop)?, &new);
    }
    Ok(Exit::Fine)
}

/// Tells the hook of the note, and what became of that where something did. The note is on disk in any case.
fn echo(mut hook: Hook, new: &[Entry]) {
    let Some((note, others)) = new.split_last() else { return };
    for entry in others {
        hook.saw(entry);
    }
    hook.tell(note);
    if let Some(words) = hook.finish() {
        eprintln!("warning: {words}");
    }
}

fn understood(args: &Args, now: DateTime<Utc>, zone: FixedOffset) -> Result<Note, String> {
    let mut text = args.text.clone();
    for word in &args.more {
        text.push(' ');
        text.push_str(word);
    }
    let mut note = note::parse(&text, now, zone)?;
    if let Some(at) = &args.at {
        if note.happened.is_some() {
            return Err("the time is given twice: by --at, and in the text".to_owned());
        }
        note.happened = Some(when::parse(at, now, zone)?);
    }
    Ok(note)
}
