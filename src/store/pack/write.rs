//! Packing a session.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use rustix::fs::{Mode, OFlags};
use tar::{Builder, EntryType, Header};

use super::names::{RUN, is_aside, is_id, longest};
use super::{FORM, HEAD, Own};
use crate::session::event::Event;
use crate::session::run::RunNo;
use crate::store::error::{Error, Result};
use crate::store::journal::{self, Read as Journal};
use crate::store::runs::RunDir;
use crate::store::session::SessionDir;
use crate::store::storage::read_from;

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Entries of the journal.
    pub entries: u64,
    /// The hash of the last one's line.
    pub head: String,
    /// Runs.
    pub runs: u64,
    /// Those of them whose end is not in the pack: they are interrupted for whoever unpacks it.
    pub going_on: Vec<RunNo>,
}

/// Writes a session as one file. It may be worked meanwhile: what is packed is what stood in the journal when this began, with the
/// outputs as far as they have come.
///
/// # Errors
/// Where the journal is damaged, the id is no plain name, or something cannot be read or written.
pub fn pack(dir: &SessionDir, out: impl Write) -> Result<Packed> {
    let no = |why: String| Error::pack(format!("pack {}", dir.id()), why);
    if !is_id(dir.id()) {
        return Err(no("its id is no plain name".to_owned()));
    }
    let (read, text) = journal(dir)?;
    if let Some(damage) = read.damage {
        return Err(no(format!("its journal is damaged in line {}: {}", damage.line, damage.reason))
            .with_hint("`stanch audit` says more; a copy of the folder keeps all there is of it"));
    }
    let mut runs = Vec::new();
    let mut versions = std::collections::BTreeSet::new();
    let mut ended = std::collections::BTreeSet::new();
    for entry in &read.entries {
        match &entry.event {
            Event::RunStarted(run) => runs.push(run.run),
            Event::RunEnded(run) => drop(ended.insert(run.run)),
            Event::RunInterrupted { run } => drop(ended.insert(*run)),
            Event::RunbookChanged { version, .. } => drop(versions.insert(*version)),
            _ => {}
        }
    }
    runs.sort_unstable();
    // Somebody waits for it: a little more room, a fraction of the time.
    let zip = GzBuilder::new().mtime(0).write(out, Compression::fast());
    let mut writer = Writer { id: dir.id(), tar: Builder::new(zip) };
    let head = Own { stanch_pack: FORM, head: read.head, entries: read.entries.len() as u64 };
    let bytes = serde_json::to_vec(&head).map_err(|error| no(error.to_string()))?;
    writer.bytes(HEAD, &bytes)?;
    writer.bytes("journal.jsonl", &text)?;
    writer.whole(dir.path(), "runbook.yaml")?;
    for version in &versions {
        writer.whole(dir.path(), &format!("runbook-{version}.yaml"))?;
    }
    let mut going_on = Vec::new();
    for run in &runs {
        let with_end = writer.run(dir, *run)?;
        if !with_end && !ended.contains(run) {
            going_on.push(*run);
        }
    }
    for name in aside(dir)? {
        writer.whole(dir.path(), &name)?;
    }
    let finish = || writer.tar.into_inner()?.finish()?.flush();
    finish().map_err(Error::io(format!("pack {}", dir.id())))?;
    Ok(Packed { entries: head.entries, head: head.head, runs: runs.len() as u64, going_on })
}

/// The journal as it is now, and the bytes of its whole lines.
fn journal(dir: &SessionDir) -> Result<(Journal, Vec<u8>)> {
    let path = dir.journal();
    let read = journal::read(&path)?;
    let bytes = File::open(&path).and_then(|file| read_from(&file, 0)).map_err(Error::at("read", &path))?;
    // It only grows: what it has got meanwhile stands behind these.
    let whole = usize::try_from(read.bytes).unwrap_or(usize::MAX);
    match bytes.get(..whole) {
        Some(lines) => Ok((read, lines.to_vec())),
        None => Err(Error::at("read", &path)(io::Error::other("it became shorter while it was read"))),
    }
}

/// What is kept beside the journal, by name.
fn aside(dir: &SessionDir) -> Result<Vec<String>> {
    let read = || {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(dir.path())? {
            names.extend(entry?.file_name().into_string().ok().filter(|name| is_aside(name)));
        }
        names.sort();
        Ok(names)
    };
    read().map_err(Error::at("read", dir.path()))
}

struct Writer<'a, W: Write> {
    id: &'a str,
    tar: Builder<W>,
}

impl<W: Write> Writer<'_, W> {
    fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.file(name, bytes.len() as u64, bytes)
    }

    /// A file as long as it is now, where it is there.
    fn whole(&mut self, folder: &Path, name: &str) -> Result<()> {
        let Some((file, length)) = open(&folder.join(name))? else { return Ok(()) };
        self.file(name, length, file)
    }

    /// What there is of a run; whether its end is among it.
    fn run(&mut self, dir: &SessionDir, run: RunNo) -> Result<bool> {
        let folder = RunDir::at(&dir.run(run));
        // In this order: an end is written behind the whole output, and times behind what they tell of.
        let command = open(&folder.path().join("command.json"))?;
        let end = open(&folder.path().join("exit.json"))?;
        let times = open(&folder.times())?;
        let output = open(&folder.output())?;
        let with_end = end.is_some();
        for (name, file) in RUN.into_iter().zip([command, end, output, times]) {
            if let Some((file, length)) = file {
                self.file(&format!("runs/{run}/{name}"), length, file)?;
            }
        }
        Ok(with_end)
    }

    fn file(&mut self, name: &str, length: u64, content: impl Read) -> Result<()> {
        let what = || format!("pack {name} of {}", self.id);
        if longest(name).is_none_or(|longest| length > longest) {
            return Err(Error::pack(what(), format!("it is {length} bytes long, which no pack may hold")));
        }
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(length);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        let named = header.set_path(format!("{}/{name}", self.id));
        header.set_cksum();
        let write = || {
            named?;
            self.tar.append(&header, Exactly { content, left: length })
        };
        write().map_err(Error::io(what()))
    }
}

/// A file and its length now; none where there is none. What is no file is none of the session's.
fn open(path: &Path) -> Result<Option<(File, u64)>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let read = || match rustix::fs::open(path, flags, Mode::empty()) {
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP) => Ok(None),
        Err(error) => Err(error.into()),
        Ok(file) => {
            let file = File::from(file);
            let meta = file.metadata()?;
            Ok(meta.is_file().then_some((file, meta.len())))
        }
    };
    read().map_err(Error::at("read", path))
}

/// As many bytes as were promised, or an error: a header stands already, and what follows it must be as long as it says.
struct Exactly<R> {
    content: R,
    left: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.content.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(io::Error::other("it became shorter while it was read"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}
