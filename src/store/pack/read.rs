//! Unpacking a session. A pack may come from anybody: nothing in it is believed.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::names::{is_id, longest};
use super::{FORM, HEAD, Own};
use crate::session::event::Event;
use crate::store::error::{Error, Result};
use crate::store::index;
use crate::store::journal::{self, audit};
use crate::store::outputs::{self, Held};
use crate::store::paths::Paths;
use crate::store::private;
use crate::store::runs::RunDir;
use crate::store::session::SessionDir;

/// The beginning of the name of a folder in which something is unpacked. Folders with a dot are no sessions yet.
const ASIDE: &str = ".unpack-";
/// Bytes copied at once.
const CHUNK: usize = 256 << 10;
/// What may stand behind the end of the tar: its padding.
const BEHIND: u64 = 1 << 20;
/// What must stay free on the disk, at most; of a small one, a hundredth.
const RESERVE: u64 = 256 << 20;

/// How much is taken from a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all its files.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The session.
    pub dir: SessionDir,
    /// Entries of its journal.
    pub entries: u64,
    /// The hash of the last one's line.
    pub head: String,
    /// It was there already, the very same; nothing was written.
    pub already: bool,
    /// Outputs that are what the journal says.
    pub held: u64,
    /// Outputs that are not.
    pub differ: u64,
}

/// Unpacks a session among the others. It appears whole, or not at all. `head` is the hash that the journal must end with, or at
/// least its first digits; `stop` is asked now and then whether to break off.
///
/// # Errors
/// Where it is no pack, a pack of something else, more than the limits take, or where another session has its id.
pub fn unpack(
    from: impl Read,
    paths: &Paths,
    limits: Limits,
    head: Option<&str>,
    stop: &dyn Fn() -> bool,
) -> Result<Unpacked> {
    let sessions = paths.sessions();
    private::create_dirs(&sessions).map_err(Error::at("create", &sessions))?;
    sweep(&sessions);
    let aside = Aside::new(&sessions)?;
    let mut archive = Archive::new(GzDecoder::new(from));
    let mut taking =
        Taking { aside: aside.path(), limits, stop, id: String::new(), last: String::new(), files: 0, bytes: 0 };
    let mut told: Option<Own> = None;
    // Raw: a header of a kind that only says something of the next one is refused as any other kind is.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        let name = taking.name(&entry)?;
        let Some(known) = &told else {
            let own = own_entry(&mut entry, &name)?;
            let (id, _) = name.split_once('/').unwrap_or_default();
            id.clone_into(&mut taking.id);
            meant(&own, head)?;
            if let Some(there) = there(paths, id, &own)? {
                return Ok(there);
            }
            told = Some(own);
            continue;
        };
        taking.file(&mut entry, &name, known)?;
    }
    let told = told.ok_or_else(|| no("there is nothing in it".to_owned()))?;
    // Only the end tells whether what was read is what was written.
    behind(archive.into_inner()).map_err(unreadable)?;
    let dir = SessionDir::at(aside.path());
    prove(&dir)?;
    let (sound, differ) = hold(&dir)?;
    let to = sessions.join(&taking.id);
    aside.become_session(&sessions, &to)?;
    Ok(Unpacked {
        dir: SessionDir::at(&to),
        entries: told.entries,
        head: told.head,
        already: false,
        held: sound,
        differ,
    })
}

fn no(why: String) -> Error {
    Error::pack("unpack it".to_owned(), why)
}

fn unreadable(cause: io::Error) -> Error {
    match cause.kind() {
        // What a parser says of bytes that are none of its own.
        io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidData
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => no(format!("it is no whole pack: {cause}"))
            .with_hint("`stanch pack SESSION` makes one; was it copied to its end?"),
        _ => Error::io("read the pack")(cause),
    }
}

/// What is under way.
struct Taking<'a> {
    aside: &'a Path,
    limits: Limits,
    stop: &'a dyn Fn() -> bool,
    id: String,
    last: String,
    files: u64,
    bytes: u64,
}

impl Taking<'_> {
    /// The name of an entry that may be in a pack: `ID/FILE`.
    fn name<R: Read>(&mut self, entry: &tar::Entry<'_, R>) -> Result<String> {
        let bytes = entry.path_bytes();
        let name = String::from_utf8_lossy(&bytes).into_owned();
        let shown = || name.escape_debug().to_string();
        let kind = entry.header().entry_type();
        if kind != EntryType::Regular || entry.header().as_ustar().is_none() {
            return Err(no(format!("{} is no plain file", shown())));
        }
        let Some((id, file)) = name.split_once('/') else {
            return Err(no(format!("it is no pack: {} stands in it", shown())));
        };
        let longest = longest(file).filter(|_| is_id(id) && (self.id.is_empty() || self.id == id));
        let Some(longest) = longest else {
            return Err(no(format!("{} is none of a session's files", shown())));
        };
        self.files += 1;
        self.bytes = self.bytes.saturating_add(entry.size());
        if entry.size() > longest {
            return Err(no(format!("{} is {} bytes long", shown(), entry.size())));
        }
        if self.files > self.limits.files {
            return Err(no(format!("it holds more than {} files", self.limits.files)));
        }
        if self.bytes > self.limits.bytes {
            return Err(no(format!("it holds more than {} bytes", self.limits.bytes))
                .with_hint("where it is from somebody you trust, `--max-bytes` takes more"));
        }
        Ok(name)
    }

    fn file<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>, name: &str, told: &Own) -> Result<()> {
        let (_, file) = name.split_once('/').unwrap_or_default();
        // Also keeps a name from coming twice.
        if file == HEAD || *file <= *self.last {
            return Err(no(format!("{} does not stand where it should", name.escape_debug())));
        }
        if self.last.is_empty() && file != "journal.jsonl" {
            return Err(no("it has no journal".to_owned()));
        }
        file.clone_into(&mut self.last);
        room(self.aside, entry.size())?;
        let path = self.aside.join(file);
        let parent = path.parent().unwrap_or(self.aside);
        private::create_dirs(parent).map_err(Error::at("create", parent))?;
        let mut to = private::options().write(true).create_new(true).open(&path).map_err(Error::at("create", &path))?;
        let mut index = file.ends_with("/output").then(|| index::Writer::begin(&path.with_file_name("index")));
        self.copy(entry, &mut to, &path, |bytes| {
            if let Some(index) = &mut index {
                index.grew(bytes);
            }
        })?;
        if file == "journal.jsonl" {
            // Before anything else is taken in: gigabytes of output are of no use without their record.
            let read = journal::read(&path)?;
            if read.head != told.head || read.entries.len() as u64 != told.entries {
                return Err(no("its journal is not the one that was packed".to_owned()));
            }
        }
        Ok(())
    }

    fn copy(&self, from: &mut impl Read, to: &mut File, path: &Path, mut came: impl FnMut(&[u8])) -> Result<()> {
        let mut buffer = vec![0; CHUNK];
        loop {
            if (self.stop)() {
                return Err(no("it was broken off".to_owned()));
            }
            let count = match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            to.write_all(bytes).map_err(Error::at("write", path))?;
            came(bytes);
        }
    }
}

/// The pack's own entry, which stands first.
fn own_entry<R: Read>(entry: &mut tar::Entry<'_, R>, name: &str) -> Result<Own> {
    /// The one thing that all forms say.
    #[derive(serde::Deserialize)]
    struct Form {
        stanch_pack: u32,
    }
    if !name.ends_with("/pack.json") {
        return Err(no("it is no pack: it does not begin with `pack.json`".to_owned()));
    }
    let mut text = Vec::new();
    entry.read_to_end(&mut text).map_err(unreadable)?;
    let wrong = |error: serde_json::Error| no(format!("{} is not what it should be: {error}", name.escape_debug()));
    let form: Form = serde_json::from_slice(&text).map_err(wrong)?;
    if form.stanch_pack != FORM {
        return Err(no(format!("it is of form {}, this program reads form {FORM}", form.stanch_pack))
            .with_hint("a newer stanch may read it"));
    }
    serde_json::from_slice(&text).map_err(wrong)
}

/// A session that has this id here: the very same, or another, which is an error.
fn there(paths: &Paths, id: &str, told: &Own) -> Result<Option<Unpacked>> {
    let found =
        paths.all_sessions().into_iter().map(|folder| folder.join(id)).find(|path| path.symlink_metadata().is_ok());
    let Some(path) = found else { return Ok(None) };
    let dir = SessionDir::at(&path);
    let audit = audit(&dir.journal(), Some(&told.head))?;
    if audit.damage.is_none() && audit.head == told.head {
        let (sound, differ) = hold(&dir)?;
        return Ok(Some(Unpacked {
            dir,
            entries: audit.entries,
            head: audit.head,
            already: true,
            held: sound,
            differ,
        }));
    }
    let how = match audit.against {
        Some(journal::Against::Untouched { later, .. }) => {
            format!("it goes on where the pack ends, by {later} entries")
        }
        _ => "its journal is another".to_owned(),
    };
    Err(no(format!("a session {id} is there already, and {how}"))
        .with_hint("STANCH_DATA_DIR can name another folder to unpack it in"))
}

/// It is the pack that is meant.
fn meant(told: &Own, head: Option<&str>) -> Result<()> {
    if let Some(wanted) = head.filter(|wanted| !told.head.starts_with(&wanted.to_ascii_lowercase())) {
        return Err(no(format!("its journal ends with {}, not with {wanted}", told.head))
            .with_hint("it was not packed then, or it was changed on its way: ask whoever packed it for the hash"));
    }
    Ok(())
}

/// The journal is a whole one.
fn prove(dir: &SessionDir) -> Result<()> {
    let read = journal::read(&dir.journal())?;
    let damage = read.damage.map(|damage| format!("line {}: {}", damage.line, damage.reason));
    let torn = read.torn.map(|bytes| format!("{bytes} bytes at its end are no entry"));
    if let Some(why) = damage.or(torn) {
        return Err(no(format!("its journal is damaged: {why}")));
    }
    if !matches!(read.entries.first().map(|entry| &entry.event), Some(Event::Opened(_))) {
        return Err(no("its journal has no beginning".to_owned()));
    }
    Ok(())
}

/// How many outputs are what the journal says, and how many are not.
fn hold(dir: &SessionDir) -> Result<(u64, u64)> {
    let (mut sound, mut differ) = (0, 0);
    for entry in journal::read(&dir.journal())?.entries {
        if let Event::RunEnded(ended) = &entry.event {
            match outputs::hold(&RunDir::at(&dir.run(ended.run)).output(), &ended.end) {
                Held::AsRecorded => sound += 1,
                Held::NoSum => {}
                Held::Differs(_) => differ += 1,
            }
        }
    }
    Ok((sound, differ))
}

/// Reads what stands behind the last entry, which is padding, up to the sum at the very end.
fn behind(rest: impl Read) -> io::Result<()> {
    let mut padding = Vec::new();
    rest.take(BEHIND).read_to_end(&mut padding)?;
    if padding.len() as u64 == BEHIND || padding.iter().any(|byte| *byte != 0) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "something stands behind its end"));
    }
    Ok(())
}

/// Is there room on the disk for so many bytes more?
fn room(folder: &Path, bytes: u64) -> Result<()> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| Error::at("look at the disk of", folder)(error.into()))?;
    let (free, size) = (disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize));
    if free.saturating_sub(RESERVE.min(size / 100)) < bytes {
        let cause =
            io::Error::new(io::ErrorKind::StorageFull, format!("{bytes} bytes more are needed, {free} are free"));
        return Err(Error::io("unpack it")(cause));
    }
    Ok(())
}

/// The folder in which it is unpacked; gone where it does not become a session.
struct Aside {
    folder: tempfile::TempDir,
    /// Held as long as it is worked in.
    lock: File,
}

impl Aside {
    fn new(sessions: &Path) -> Result<Self> {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        let make = || {
            let folder = tempfile::Builder::new().prefix(ASIDE).permissions(mode).tempdir_in(sessions)?;
            let lock = File::open(folder.path())?;
            lock.try_lock()?;
            Ok(Self { folder, lock })
        };
        make().map_err(Error::at("create a folder in", sessions))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes all of it last, then gives it its name.
    fn become_session(self, sessions: &Path, to: &Path) -> Result<()> {
        rustix::fs::syncfs(&self.lock).map_err(|error| Error::at("sync", self.path())(error.into()))?;
        let (from, flags) = (self.folder.path(), rustix::fs::RenameFlags::NOREPLACE);
        let moved = rustix::fs::renameat_with(rustix::fs::CWD, from, rustix::fs::CWD, to, flags);
        moved.map_err(|error| Error::at("create", to)(error.into()))?;
        // It has another name by now.
        let _ = self.folder.keep();
        private::sync_dir(sessions).map_err(Error::at("sync", sessions))
    }
}

/// Takes away what somebody left behind who was killed while unpacking. What somebody works in is locked.
fn sweep(sessions: &Path) {
    let Ok(entries) = std::fs::read_dir(sessions) else { return };
    let left = |path: &PathBuf| {
        let named = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(ASIDE.as_bytes()));
        named && path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
    };
    for path in entries.flatten().map(|entry| entry.path()).filter(left) {
        if File::open(&path).is_ok_and(|folder| folder.try_lock().is_ok()) {
            // What cannot be taken away is in nobody's way.
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}
