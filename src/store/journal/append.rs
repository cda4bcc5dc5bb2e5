//! Writing a journal.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chain::{Chain, Rest};
use crate::session::entry::{Entry, VERSION, When};
use crate::session::event::Event;
use crate::session::walk::Draft;
use crate::store::clock::{Clock, Stamp};
use crate::store::error::{Error, Result};
use crate::store::lock::Append;
use crate::store::storage::{Disk, Storage};

/// A journal to append to. Several may be open on the same file, in this process and in others.
pub struct Journal {
    path: PathBuf,
    by: String,
    clock: Arc<dyn Clock>,
    lock: Append,
    storage: Box<dyn Storage>,
    chain: Chain,
    /// Entries that were read or written, but not yet handed to the caller because of a later error.
    unseen: Vec<Entry>,
    /// What was being written when it failed; the file may end with its beginning.
    unfinished: Vec<u8>,
    /// A torn last line that was set aside and not reported yet: its length, and the file it is in.
    aside: Option<(u64, String)>,
    /// A sync failed: what the kernel shows may not be what the disk has.
    poisoned: bool,
}

impl Journal {
    /// A new journal; fails where there is one. `by` is who writes, as `name@host`.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn create(path: &Path, by: &str, clock: Arc<dyn Clock>) -> Result<Self> {
        let disk = Disk::create(path).map_err(Error::at("create", path))?;
        Self::with_storage(path, by, clock, Box::new(disk)).map(|(journal, _)| journal)
    }

    /// A journal that is there, and its entries so far. A torn last line is left as it is: the next append sets it aside.
    ///
    /// # Errors
    /// [`Error::Damaged`] where it is broken in the middle ([`read`](super::read()) still gives what is before); what the operating
    /// system says.
    pub fn open(path: &Path, by: &str, clock: Arc<dyn Clock>) -> Result<(Self, Vec<Entry>)> {
        let disk = Disk::open(path).map_err(Error::at("open", path))?;
        Self::with_storage(path, by, clock, Box::new(disk))
    }

    /// The same on any storage. The append lock is a file beside `path`.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn with_storage(
        path: &Path,
        by: &str,
        clock: Arc<dyn Clock>,
        storage: Box<dyn Storage>,
    ) -> Result<(Self, Vec<Entry>)> {
        let mut journal = Self {
            path: path.to_owned(),
            by: by.to_owned(),
            clock,
            lock: Append::open(path)?,
            storage,
            chain: Chain::default(),
            unseen: Vec::new(),
            unfinished: Vec::new(),
            aside: None,
            poisoned: false,
        };
        // Under the lock, so that nothing is seen which its writer may still have to take back.
        let guard = journal.lock.hold().map_err(Error::at("lock", path))?;
        journal.catch_up()?;
        drop(guard);
        let entries = std::mem::take(&mut journal.unseen);
        Ok((journal, entries))
    }

    /// The hash of the last line known here.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.chain.head
    }

    /// Who writes, as `name@host`.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The number of the last entry known here; 0 before the first.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.chain.seq
    }

    /// Whether a sync failed and no append succeeded since.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Appends an entry that is recorded now. When this returns, it is on disk. Gives what other scribes wrote since the last
    /// call, then the new entry, which is always the last.
    ///
    /// # Errors
    /// What the operating system says; nothing is tried again by itself. After an error the entry is not in the journal, and
    /// the same call may be made again: what was half written is cut off first, and after a failed sync everything is read
    /// back from the disk and the entry written anew, because a later sync proves nothing about an earlier write.
    /// [`Error::Damaged`] stays.
    pub fn append(&mut self, draft: &Draft) -> Result<Vec<Entry>> {
        let stamp = self.clock.stamp();
        self.append_at(draft, stamp)
    }

    /// The same for what was to be recorded earlier and could not be: `stamp` is from the first try.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_at(&mut self, draft: &Draft, stamp: Stamp) -> Result<Vec<Entry>> {
        self.append_made(stamp, &mut |_| draft.clone())
    }

    /// The same for what depends on what others wrote: `make` is called under the lock, with the entries that came since the last
    /// call and go out with this one. After an error it may be called again.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_made(&mut self, stamp: Stamp, make: &mut dyn FnMut(&[Entry]) -> Draft) -> Result<Vec<Entry>> {
        let guard = self.lock.hold().map_err(Error::at("lock", &self.path))?;
        let done = self.append_locked(make, stamp);
        drop(guard);
        done?;
        Ok(std::mem::take(&mut self.unseen))
    }

    /// The same for what takes a number of a run or a lane, where that is not whoever drives.
    ///
    /// # Errors
    /// As [`Journal::append`]; also while whoever drives gave out numbers that the disk has not taken yet.
    pub fn append_numbered(&mut self, stamp: Stamp, make: &mut dyn FnMut(&[Entry]) -> Draft) -> Result<Vec<Entry>> {
        let guard = self.lock.hold().map_err(Error::at("lock", &self.path))?;
        let held = self.storage.numbers_are_held().map_err(Error::at("look at", &self.path))?;
        if held {
            let why = "whoever drives the session works without a record, because the disk does not take it";
            return Err(Error::at("append to", &self.path)(io::Error::other(why)));
        }
        let done = self.append_locked(make, stamp);
        drop(guard);
        done?;
        Ok(std::mem::take(&mut self.unseen))
    }

    /// What other scribes wrote since the last call. Changes nothing; where nothing was written it costs one look at the
    /// file's length.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn others(&mut self) -> Result<Vec<Entry>> {
        if self.poisoned && self.unfinished.is_empty() {
            self.recover()?;
        }
        let len = self.storage.size().map_err(Error::at("look at", &self.path))?;
        // What a failed write of our own left is nobody's entry.
        if len != self.chain.bytes && self.unfinished.is_empty() && !self.poisoned {
            let guard = self.lock.hold().map_err(Error::at("lock", &self.path))?;
            self.catch_up()?;
            drop(guard);
        }
        Ok(std::mem::take(&mut self.unseen))
    }

    /// Nobody else takes a number for a run or a lane from here on, until it is let go of or this process ends: the disk does not take
    /// what was given one here. Gives what other scribes wrote since the last call, as far as it can be read.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn hold_numbers(&mut self) -> Result<Vec<Entry>> {
        // Under the lock: whoever is about to take a number there has either taken it or finds them held.
        let guard = self.lock.hold().map_err(Error::at("lock", &self.path))?;
        self.storage.hold_numbers(true).map_err(Error::at("hold the numbers of", &self.path))?;
        // What cannot be read now comes with the next entry that is written.
        if self.unfinished.is_empty() && !self.poisoned {
            drop(self.catch_up());
        }
        drop(guard);
        Ok(std::mem::take(&mut self.unseen))
    }

    /// Whether another file is by now where the journal was: see [`Journal::adopt`].
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.storage.is_replaced()
    }

    /// Goes on with the file that is there by now, where all that is known here stands in it.
    ///
    /// # Errors
    /// [`Error::Damaged`] where it does not; what the operating system says.
    pub fn adopt(&mut self) -> Result<()> {
        self.lock = Append::open(&self.path)?;
        self.poisoned = true;
        self.unfinished.clear();
        self.recover()
    }

    /// Sees whether what was acknowledged is on the disk, while nothing is to be written.
    fn recover(&mut self) -> Result<()> {
        let guard = self.lock.hold().map_err(Error::at("lock", &self.path))?;
        self.read_back()?;
        drop(guard);
        self.poisoned = false;
        Ok(())
    }

    /// Others may take numbers again.
    pub fn release_numbers(&mut self) {
        // The kernel lets go of them at the latest when the file is closed.
        drop(self.storage.hold_numbers(false));
    }

    /// An entry as it would stand in the journal, were it written behind `ahead` others: without its link to the one before.
    #[must_use]
    pub fn would_be(&self, draft: &Draft, stamp: Stamp, ahead: u64) -> Entry {
        Entry {
            v: VERSION,
            seq: self.chain.seq + ahead + 1,
            at: stamp.at,
            boot_ms: stamp.boot_ms,
            by: self.by.clone(),
            happened: draft.happened.clone(),
            event: draft.event.clone(),
            prev: String::new(),
        }
    }

    fn append_locked(&mut self, make: &mut dyn FnMut(&[Entry]) -> Draft, stamp: Stamp) -> Result<()> {
        if self.poisoned {
            self.read_back()?;
        }
        if !self.unfinished.is_empty() {
            self.withdraw()?;
        }
        if let Some(torn) = self.catch_up()? {
            self.set_aside(&torn)?;
        }
        if let Some((bytes, file)) = self.aside.clone() {
            self.write(Event::TailSetAside { bytes, file }, None, stamp)?;
            self.aside = None;
        }
        let draft = make(&self.unseen);
        self.write(draft.event, draft.happened, stamp)?;
        self.poisoned = false;
        Ok(())
    }

    /// Reads what others wrote; gives the bytes of a torn last line.
    fn catch_up(&mut self) -> Result<Option<Vec<u8>>> {
        let len = self.storage.size().map_err(Error::at("look at", &self.path))?;
        if len == self.chain.bytes {
            return Ok(None);
        }
        if len < self.chain.bytes {
            let reason = format!("the file has {len} bytes, where {} were written and synced", self.chain.bytes);
            return Err(self.damaged(self.chain.seq, reason));
        }
        let bytes = self.storage.read_from(self.chain.bytes).map_err(Error::at("read", &self.path))?;
        match self.chain.follow(&bytes, |entry, _| self.unseen.push(entry)) {
            Rest::Nothing => Ok(None),
            Rest::Torn(torn) => Ok(Some(torn)),
            Rest::Damaged(damage) => Err(self.damaged(damage.line, damage.reason)),
        }
    }

    /// Cuts off what a failed write of this very journal left: nobody was told that it is there.
    fn withdraw(&mut self) -> Result<()> {
        let tail = self.storage.read_from(self.chain.bytes).map_err(Error::at("read", &self.path))?;
        if !tail.is_empty() && self.unfinished.starts_with(&tail) {
            self.cut()?;
        }
        self.unfinished.clear();
        Ok(())
    }

    /// Keeps a torn last line beside the journal, and makes the journal end with its last whole line.
    fn set_aside(&mut self, torn: &[u8]) -> Result<()> {
        let bytes = torn.len() as u64;
        if self.aside.as_ref().is_none_or(|(kept, _)| *kept != bytes) {
            let file =
                self.storage.set_aside(torn).map_err(Error::at("set aside the torn last line of", &self.path))?;
            self.aside = Some((bytes, file));
        }
        self.cut()
    }

    fn cut(&mut self) -> Result<()> {
        let cut = self.storage.truncate(self.chain.bytes).and_then(|()| self.sync());
        cut.map_err(Error::at("cut the torn last line off", &self.path))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.storage.sync().inspect_err(|_| self.poisoned = true)
    }

    /// Writes one entry and makes it last.
    fn write(&mut self, event: Event, happened: Option<When>, stamp: Stamp) -> Result<()> {
        let entry = Entry {
            v: VERSION,
            seq: self.chain.seq + 1,
            at: stamp.at,
            boot_ms: stamp.boot_ms,
            by: self.by.clone(),
            happened,
            event,
            prev: self.chain.head.clone(),
        };
        let mut line = serde_json::to_vec(&entry).map_err(|error| {
            Error::io(format!("write down entry {} of {}", entry.seq, self.path.display()))(error.into())
        })?;
        line.push(b'\n');
        if let Err(cause) = self.storage.append(&line).and_then(|()| self.sync()) {
            // Best done at once, while nobody else can have written behind it; if this fails too, the next append does it.
            let cut = self.storage.truncate(self.chain.bytes);
            self.unfinished = if cut.is_ok() { Vec::new() } else { line };
            return Err(Error::at("append to", &self.path)(cause));
        }
        line.pop();
        self.chain.take(&line);
        self.unseen.push(entry);
        Ok(())
    }

    /// After a failed sync: is what was acknowledged really on the disk?
    fn read_back(&mut self) -> Result<()> {
        self.storage.reopen().map_err(Error::at("open again", &self.path))?;
        let bytes = self.storage.read_from(0).map_err(Error::at("read", &self.path))?;
        let known = usize::try_from(self.chain.bytes).unwrap_or(usize::MAX);
        let mut chain = Chain::default();
        let rest = chain.follow(bytes.get(..known).unwrap_or(&bytes), |_, _| ());
        if chain == self.chain {
            return Ok(());
        }
        let reason = match rest {
            Rest::Damaged(damage) => damage.reason,
            Rest::Nothing | Rest::Torn(_) => "after a failed write, what was written before is gone".to_owned(),
        };
        Err(self.damaged(chain.seq + 1, reason))
    }

    fn damaged(&self, line: u64, reason: String) -> Error {
        Error::Damaged { journal: self.path.clone(), line, reason }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).field("seq", &self.chain.seq).finish_non_exhaustive()
    }
}
