//! `stanch audit`: is a journal what it was?

use std::io::Write;

use super::Exit;
use crate::store::journal::{Against, Audit, audit};
use crate::store::paths::Paths;
use crate::store::session;
use crate::text::plain;

/// What is checked against what.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The session: its id, the beginning of it, or `last`.
    #[arg(value_name = "SESSION")]
    session: String,
    /// The hash shown when the session was closed, or in an export: at least its first 8 digits.
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Option<String>,
}

fn head(text: &str) -> Result<String, String> {
    if (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a hash has 64 hexadecimal digits; at least the first 8 are needed".to_owned())
    }
}

/// Follows the chain of a journal: 0 when it is whole (and leads through the given hash), 1 when it is not.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let dir = session::find(&Paths::from_env()?, &args.session)?;
    let audit = audit(&dir.journal(), args.head.as_deref())?;
    write!(out, "{}", words(dir.id(), &audit))?;
    out.flush()?;
    Ok(if audit.is_sound() { Exit::Fine } else { Exit::Failed })
}

fn words(id: &str, audit: &Audit) -> String {
    let mut lines =
        vec![format!("session  {id}"), format!("entries  {}", audit.entries), format!("head     {}", audit.head)];
    if let Some(damage) = &audit.damage {
        lines.push(format!("damaged  line {}: {}", damage.line, damage.reason));
    }
    if let Some(bytes) = audit.torn {
        lines.push(format!("torn     {bytes} bytes at the end are no whole entry; the next entry sets them aside"));
    }
    lines.push(format!("result   {}", result(audit)));
    // Reasons may quote what stands in a damaged line.
    lines.iter().map(|line| plain::strip(line.as_bytes()) + "\n").collect()
}

fn result(audit: &Audit) -> String {
    match (audit.against, audit.damage.is_some()) {
        (Some(Against::Untouched { seq, later }), _) => {
            let later = match later {
                0 => "the last one".to_owned(),
                1 => "1 more came later".to_owned(),
                later => format!("{later} more came later"),
            };
            format!("untouched up to entry {seq}, which has the given hash; {later}")
        }
        (Some(Against::Differs), true) => {
            "NOT the journal of the given hash: no entry before the damaged line has it".to_owned()
        }
        (Some(Against::Differs), false) => {
            "NOT the journal of the given hash: its chain is whole, but no entry has it. \
            The last entry was changed, later entries were taken out, or all was written anew"
                .to_owned()
        }
        (None, true) => "NOT whole".to_owned(),
        (None, false) => "whole; with --head it can be held against an earlier hash".to_owned(),
    }
}
