//! `stanch audit`: are a journal and the outputs it tells of what they were?

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::Exit;
use crate::session::event::Event;
use crate::session::run::RunNo;
use crate::store::journal::{self, Against, Anchored, Audit, audit};
use crate::store::outputs::{self, Held};
use crate::store::paths::Paths;
use crate::store::redact::is_unfinished;
use crate::store::runs::RunDir;
use crate::store::session::{self, SessionDir, entries_known};
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

pub(super) fn head(text: &str) -> Result<String, String> {
    if (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a hash has 64 hexadecimal digits; at least the first 8 are needed".to_owned())
    }
}

/// What an audit of a session found beside the chain of its journal.
#[derive(Debug, Default)]
struct Outputs {
    /// Outputs that are what was recorded.
    held: u64,
    /// Outputs that are not, and how.
    differ: Vec<(RunNo, String)>,
    /// Runs that have a folder, and no entry.
    unrecorded: Vec<RunNo>,
    /// A crash came into the middle of a redaction.
    half_redacted: bool,
    /// How many entries the journal once had, where that is more than it has.
    shrunk_from: Option<u64>,
}

impl Outputs {
    fn of(dir: &SessionDir, audit: &Audit) -> anyhow::Result<Self> {
        let mut found = Self::default();
        let known = entries_known(dir);
        found.half_redacted = is_unfinished(dir);
        found.shrunk_from = (known > audit.entries).then_some(known);
        let entries = journal::read(&dir.journal())?.entries;
        let mut started = BTreeSet::new();
        let mut ends = BTreeMap::new();
        for entry in &entries {
            match &entry.event {
                Event::RunStarted(run) => drop(started.insert(run.run)),
                Event::RunEnded(run) => drop(ends.insert(run.run, &run.end)),
                _ => {}
            }
        }
        for (run, end) in ends {
            match outputs::hold(&RunDir::at(&dir.run(run)).output(), end) {
                Held::AsRecorded => found.held += 1,
                Held::NoSum => {}
                Held::Differs(how) => found.differ.push((run, how)),
            }
        }
        // What a newer program wrote cannot be told from a run.
        if audit.damage.is_none() && !entries.iter().any(|entry| entry.event == Event::Unknown) {
            found.unrecorded = outputs::folders(dir)?.into_iter().filter(|run| !started.contains(run)).collect();
        }
        Ok(found)
    }

    fn are_sound(&self) -> bool {
        self.differ.is_empty() && self.unrecorded.is_empty() && self.shrunk_from.is_none() && !self.half_redacted
    }
}

/// Follows the chain of a journal and holds every output against it: 0 when all is whole (and the chain leads through the given
/// hash), 1 when it is not, 5 when the hash is one from before a redaction.
pub(super) fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let dir = session::find(&Paths::from_env()?, &args.session)?;
    let audit = audit(&dir.journal(), args.head.as_deref())?;
    let outputs = Outputs::of(&dir, &audit)?;
    write!(out, "{}", words(dir.id(), &audit, &outputs))?;
    out.flush()?;
    Ok(match &audit.against {
        _ if !audit.is_sound() || !outputs.are_sound() => Exit::Failed,
        // Whether the record could do without what was altered, a person has to say.
        Some(Against::Before { altered, .. }) if !altered.is_empty() => Exit::Person,
        _ => Exit::Fine,
    })
}

fn words(id: &str, audit: &Audit, outputs: &Outputs) -> String {
    let mut lines =
        vec![format!("session  {id}"), format!("entries  {}", audit.entries), format!("head     {}", audit.head)];
    if let Some(damage) = &audit.damage {
        lines.push(format!("damaged  line {}: {}", damage.line, damage.reason));
    }
    if let Some(bytes) = audit.torn {
        lines.push(format!("torn     {bytes} bytes at the end are no whole entry; the next entry sets them aside"));
    }
    if let Some(known) = outputs.shrunk_from {
        lines.push(format!("cut      the journal had {known} entries when it was last looked at; later ones are gone"));
    }
    if outputs.half_redacted {
        lines.push("half     done: a value was taken out of the journal, and not of every file yet; `stanch redact` or `resume` finishes it".to_owned());
    }
    for run in &outputs.unrecorded {
        lines.push(format!("cut      run {run} has a folder, but no entry: the journal that knew it is gone"));
    }
    for (run, how) in &outputs.differ {
        lines.push(format!("output   of run {run} is not what was recorded: {how}"));
    }
    lines.push(format!("outputs  {}", counts(outputs)));
    lines.push(format!("result   {}", result(audit)));
    if !outputs.are_sound() {
        let cut = outputs.shrunk_from.is_some() || !outputs.unrecorded.is_empty();
        let what = match (cut, outputs.differ.is_empty()) {
            (true, true) => "entries are gone",
            (true, false) => "entries are gone, and outputs are not what was recorded",
            (false, _) => "the journal stands, but outputs are not what it recorded",
        };
        lines.push(format!("         NOT whole: {what}"));
    }
    lines.extend(audit.redactions.iter().map(redaction));
    // Reasons may quote what stands in a damaged line.
    lines.iter().map(|line| plain::strip(line.as_bytes()) + "\n").collect()
}

fn redaction(one: &Anchored) -> String {
    let proven = match &one.wrong {
        Some(wrong) => format!("NOT whole: {wrong}"),
        None => format!("{} of the {} entries before it are proven to be what they were", one.proven, one.seq - 1),
    };
    let redacted = &one.redacted;
    let (placeholder, head) = (&redacted.placeholder, &redacted.head);
    format!(
        "taken    out by {}, says entry {}: {placeholder}, {}\n         {proven}; the head was {head}",
        one.by,
        one.seq,
        redacted.in_words()
    )
}

fn counts(outputs: &Outputs) -> String {
    match outputs.differ.len() {
        0 => format!("{} as recorded", outputs.held),
        count => format!("{} as recorded, {count} NOT", outputs.held),
    }
}

fn result(audit: &Audit) -> String {
    match (&audit.against, audit.damage.is_some()) {
        _ if audit.redactions.iter().any(|one| one.wrong.is_some()) => {
            "NOT whole: more was altered than what was taken out".to_owned()
        }
        (Some(Against::Before { seq, by, altered }), _) => {
            let altered: Vec<String> = altered.iter().map(u64::to_string).collect();
            let altered = if altered.is_empty() { "none".to_owned() } else { altered.join(", ") };
            format!(
                "entry {seq} had the given hash before a value was taken out of the record (entry {by}). \
                Altered since, and not to be proven: {altered}; every other entry up to it is what it was"
            )
        }
        (Some(Against::Untouched { seq, later }), _) => {
            let later = match *later {
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
        (None, false) if audit.entries == 0 => "NOT whole: a session's journal has at least one entry".to_owned(),
        (None, false) => "the chain is whole; with --head it can be held against an earlier hash".to_owned(),
    }
}
