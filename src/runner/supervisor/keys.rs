//! What was typed, on its way to the terminal. Writing may block for as long as the command does not read, so a thread of its own does it.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rustix::event::{PollFd, PollFlags, poll};

/// This many portions of keys wait at most.
const WAITING: usize = 64;
/// A portion is at most this long, in bytes; what is longer is cut into portions.
const PORTION: usize = 1024;

/// The near end of the queue.
pub(super) struct Keys {
    queue: SyncSender<(u64, Vec<u8>)>,
    /// Which run keys are for. Keys for another are thrown away, also those in the queue.
    current: Arc<AtomicU64>,
}

impl Keys {
    /// Starts the thread.
    pub(super) fn start(master: File) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(WAITING);
        let current = Arc::new(AtomicU64::new(0));
        let run = Arc::clone(&current);
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || write(&master, &waiting, &run))?;
        Ok(Self { queue, current })
    }

    /// From here on keys are for this run; 0 for none.
    pub(super) fn are_for(&self, run: u32) {
        self.current.store(u64::from(run), Ordering::Release);
    }

    /// Types; false where the queue is full and the rest was thrown away.
    pub(super) fn press(&self, bytes: &[u8]) -> bool {
        let run = self.current.load(Ordering::Acquire);
        bytes
            .chunks(PORTION)
            .all(|part| !matches!(self.queue.try_send((run, part.to_vec())), Err(TrySendError::Full(_))))
    }
}

fn write(mut master: &File, waiting: &Receiver<(u64, Vec<u8>)>, current: &AtomicU64) {
    for (run, keys) in waiting {
        let mut rest = &keys[..];
        while !rest.is_empty() && current.load(Ordering::Acquire) == run {
            let mut fds = [PollFd::new(master, PollFlags::OUT)];
            let wait = rustix::event::Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
            // Small pieces: the terminal takes at least this much once it is ready, so the write does not block.
            match poll(&mut fds, Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(_) => return,
            }
            match master.write(&rest[..rest.len().min(64)]) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    }
}
