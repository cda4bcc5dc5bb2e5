//! `stanch show`: where a session stands, for whoever joins it.

use std::io::Write;
use std::sync::Arc;

use super::Exit;
use super::recorded::Recorded;
use crate::postmortem::markdown;
use crate::session::event::Event;
use crate::session::walk::{Rules, Walk};
use crate::store::clock::{Clock, System};

/// Which session.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`.
    #[arg(value_name = "SESSION")]
    session: String,
}

/// Writes where the session stands, as Markdown.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let recorded = Recorded::read(&args.session)?;
    let drill = recorded.entries.iter().any(|entry| match &entry.event {
        Event::Opened(opened) => opened.drill.is_some(),
        _ => false,
    });
    let walk = Walk::replay(recorded.runbook.map(Arc::new), Rules { drill }, &recorded.entries);
    let text = markdown::catch_up(recorded.dir.id(), &recorded.entries, &walk, System.now());
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Fine)
}
