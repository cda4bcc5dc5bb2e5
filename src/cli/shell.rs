//! `stanch shell`: the second terminal, recorded.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use super::Exit;
use super::around::hook;
use crate::drive::{self, Error};
use crate::runner::shell::{Ending, How, Kind, VARIABLE, work};
use crate::store::clock::System;
use crate::store::config;
use crate::store::operator;
use crate::store::paths::Paths;
use crate::store::session::find_to_write;
use crate::text::visible;

/// Which session, and who types.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last` where only one is open.
    #[arg(value_name = "SESSION", default_value = "last")]
    session: String,
    /// Who types; else `STANCH_OPERATOR`, `SUDO_USER`, or who is logged in.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
}

/// Opens the operator's own shell and records every command of it, until it is left.
pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(session) = std::env::var_os(VARIABLE) {
        let session = session.to_string_lossy().into_owned();
        return Err(Error::usage(format!("could not open a recorded shell: this is one, in {session}"))
            .hint("what is typed here is on record already; `exit` leaves it")
            .into());
    }
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let error = Error::new(drive::Kind::Person, "could not open a recorded shell: this is no terminal");
        return Err(error.hint("`stanch note SESSION TEXT` records without one").into());
    }
    let kind = Kind::find(std::env::var_os("SHELL").as_deref(), std::env::var_os("PATH").as_deref());
    let kind = kind.map_err(|why| Error::new(drive::Kind::Usage, why))?;
    let paths = Paths::from_env()?;
    let dir = find_to_write(&paths, &args.session)?;
    // What is wrong with the configuration was said already.
    let hook = hook(&paths).ok().flatten();
    let by = operator::by(args.operator.as_deref());
    let shapes = config::shapes(&paths);
    let opening =
        drive::shell::open(dir, &by, Arc::new(System), kind.shell, hook, |name| std::env::var(name).ok(), &shapes)?;
    let session = opening.chronicle.session().to_owned();
    say(&banner(&opening, &kind));
    let ending = work(&kind, &session, opening.chronicle)
        .map_err(|error| Error::internal(format!("could not open a recorded shell: {error}")))?;
    say(&farewell(&ending, &session));
    Ok(match ending.how {
        How::Signal(signal) => Exit::Signal(u8::try_from(signal).unwrap_or_default()),
        How::Broke(_) => Exit::Internal,
        How::Left if ending.trouble.is_some() => Exit::Internal,
        How::Left => Exit::Fine,
    })
}

fn banner(opening: &drive::shell::Opening, kind: &Kind) -> Vec<String> {
    let instead = kind.instead_of.as_ref().map(|own| format!(" ({own} cannot be recorded)")).unwrap_or_default();
    let mut lines = vec![format!(
        "Recorded shell in {}: {}{instead}. Each command is on record before it runs, one that begins with a space too; exit ends it.",
        opening.chronicle.session(),
        kind.name(),
    )];
    let hidden = match opening.hidden.as_slice() {
        [] => String::new(),
        names => format!(" and the values of {}", names.join(", ")),
    };
    lines.push(format!(
        "Secrets that are typed or printed here are kept as they are, except for what looks like one{hidden}, and for what is typed unseen."
    ));
    lines.extend(opening.unhidden.iter().map(|why| format!("warning: {why}")));
    lines
}

fn farewell(ending: &Ending, session: &str) -> Vec<String> {
    let commands = match ending.commands {
        0 => "No command was".to_owned(),
        1 => "1 command was".to_owned(),
        many => format!("{many} commands were"),
    };
    let mut lines = vec![format!("{commands} recorded in {session}.")];
    if let How::Broke(what) = &ending.how {
        lines.push(format!("error: the recorded shell ended because a part of it did: {what}"));
    }
    lines.extend(ending.remark.iter().map(|remark| format!("warning: {remark}")));
    lines.extend(ending.trouble.iter().map(|trouble| format!("error: the record is not whole: {trouble}")));
    lines
}

/// To standard error: where the terminal is gone there is nobody left to tell.
fn say(lines: &[String]) {
    let mut err = std::io::stderr().lock();
    for line in lines {
        drop(writeln!(err, "{}", visible::clean(line)));
    }
}
