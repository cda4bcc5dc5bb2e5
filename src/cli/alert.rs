//! `--alert`: the notification that a session begins with.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::drive::{Error, Kind, Result};
use crate::session::alert::{Alert, MAX_BYTES, parse};
use crate::store::clock::{Clock as _, System};
use crate::store::library::{Item, Library, Origin};

/// Where an alert is from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Alerting {
    /// Begin with an alert: the JSON that an Alertmanager posts to a webhook (version 4), in a file or on standard input (`-`). It
    /// says when it was detected, how bad it is, and what is concerned.
    #[arg(long = "alert", value_name = "FILE|-")]
    pub(super) file: Option<PathBuf>,
}

impl Alerting {
    /// Reads the alert, where one is given. Afterwards standard input is the terminal again, where a screen is to be shown.
    pub(super) fn read(&self, screen: bool) -> Result<Option<Alert>> {
        let Some(path) = &self.file else { return Ok(None) };
        let input = path == Path::new("-");
        let (name, bytes) = if input {
            ("standard input".to_owned(), bounded(io::stdin().lock()))
        } else {
            (path.display().to_string(), File::open(path).and_then(bounded))
        };
        let invalid = |why: String| Error::new(Kind::Invalid, format!("could not take an alert from {name}{why}"));
        let bytes = bytes.map_err(|error| invalid(format!(": {error}")))?;
        let alert = parse(&bytes).map_err(|error| {
            let why = match &error {
                // As a compiler has it, so that an editor finds the place.
                crate::session::alert::NoAlert::Json { .. } => format!(":{error}"),
                _ => format!(": {error}"),
            };
            invalid(why).hint(error.hint())
        })?;
        if let Some(start) = alert.starts_at.filter(|_| alert.detected(System.now()).is_none()) {
            eprintln!(
                "warning: the alert says that it began at {start}, which is still to come; it is not taken for the detection"
            );
        }
        if input && screen {
            keys_from_terminal()?;
        }
        Ok(Some(alert))
    }
}

/// Reads as far as a notification may go, and one byte more, by which it is seen to be too long.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Standard input was a pipe; from here on it is the terminal, for the keys.
fn keys_from_terminal() -> Result<()> {
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    terminal.and_then(|terminal| Ok(rustix::stdio::dup2_stdin(&terminal)?)).map_err(|cause| {
        Error::new(Kind::Person, format!("could not show a screen: there is no terminal for its keys: {cause}"))
            .hint("`stanch run --alert - --auto` walks without a screen")
    })
}

/// The runbook whose `alerts` name this one.
pub(super) fn runbook_for(alert: &Alert, library: &Library) -> Result<Item> {
    let found = library.for_alert(&alert.name);
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let broken = library.items().iter().filter(|item| item.facts.errors > 0).count();
            let broken = match broken {
                0 => String::new(),
                1 => "; a runbook with errors was not asked (`stanch check`)".to_owned(),
                many => format!("; {many} runbooks with errors were not asked (`stanch check`)"),
            };
            let written =
                alert.annotations.get("runbook_url").map_or_else(String::new, |url| format!("; the alert names {url}"));
            Err(Error::new(Kind::Invalid, format!("could not find a runbook for the alert {:?}", alert.name)).hint(
                format!("`stanch start --alert` begins without one; a runbook names its alerts under `alerts`{broken}{written}"),
            ))
        }
        several => {
            let named: Vec<String> =
                several.iter().map(|item| format!("  stanch run {}", said(item, several))).collect();
            let message =
                format!("could not tell which runbook to work: {} name the alert {:?}", several.len(), alert.name);
            Err(Error::new(Kind::Usage, message).hint(format!("say one of these, with --alert:\n{}", named.join("\n"))))
        }
    }
}

/// What an operator says to mean this one.
fn said(item: &Item, among: &[&Item]) -> String {
    let twice = among.iter().filter(|other| other.id == item.id).count() > 1;
    match &item.origin {
        _ if !twice => item.id.clone(),
        Origin::File(path) => path.display().to_string(),
        Origin::Bundled => format!("bundled:{}", item.id),
    }
}
